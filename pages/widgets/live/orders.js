// The working orders, newest first: those in the market (`part: 'open'`) or those that wait for a price (`'stops'`); below
// 720 px of its own width every row is a card. What stands in a row is written by the server (kucoin/web/orders.py).
// It tells the script two things: `cancel`, with the ids of orders, and `amend`, with {order, price | size | trigger}. What
// the script refused comes back as `refused`: {number, orders: {id: why}}.

import { h, patch } from './base.js';
import { fractionDigits } from './cells.js';
import { Line, named } from './order_line.js';
import { head, mark, panel, put } from './panel.js';
import { strays } from './stray.js';

const DIGIT = 7.35; // px of a figure's digit
const ALOUD = 3; // outcomes that are read out at once; more are counted

/**
 * `room` are the px of a column, or those beside its longest text where `of` names that; `aligned` are its points, and
 * `twice` leaves room for what is written beside what was.
 */
const COLUMNS = {
  open: [
    { id: 'check', room: 26 }, { id: 'symbol', head: 'Symbol', of: 'symbol', room: 24 }, { id: 'side', head: 'Side', room: 54 },
    { id: 'type', head: 'Type' },
    { id: 'price', head: 'Price', label: 'Price', of: 'price', room: 34, aligned: true, twice: true },
    { id: 'size', head: 'Size', label: 'Size', of: 'size', room: 34, aligned: true },
    { id: 'value', head: 'Value', of: 'value', room: 22 }, { id: 'filled', head: 'Filled', label: 'Filled', of: 'filled', room: 62 },
    { id: 'away', head: 'From mark', label: 'From mark', room: 84 }, { id: 'since', head: 'Age', label: 'Age', room: 56 },
    { id: 'placed', head: 'Placed', label: 'Placed', room: 82 }, { id: 'act', room: 146 },
  ],
  stops: [
    { id: 'check', room: 26 }, { id: 'symbol', head: 'Symbol', of: 'symbol', room: 24 }, { id: 'side', head: 'Side', room: 54 },
    { id: 'type', head: 'Type' },
    { id: 'size', head: 'Size', label: 'Size', of: 'size', room: 34, aligned: true },
    { id: 'trigger', head: 'Trigger', label: 'Trigger', of: 'trigger', room: 96, aligned: true, twice: true },
    { id: 'away', head: 'Distance', label: 'Distance', room: 90 }, { id: 'effect', head: 'Effect', label: 'Effect', room: 100 },
    { id: 'since', head: 'Age', label: 'Age', room: 56 }, { id: 'placed', head: 'Placed', label: 'Placed', room: 82 }, { id: 'act', room: 146 },
  ],
};
const TITLES = { open: 'Open orders', stops: 'Stop orders' };
const NOUNS = { open: 'open order', stops: 'stop order' };
const WARNING = 'A position is left without an order that would close it: ';

const count = (number, noun) => `${number} ${noun}${number === 1 ? '' : 's'}`;

/** What stands in the place of rows: why there is none, and what would bring one. */
function vacancy(part, { problem, elsewhere }, symbol) {
  if (problem) return `No ${NOUNS[part]} is known${symbol && ` on ${symbol}`}, but this may be incomplete.`;
  const none = `No ${NOUNS[part]}s${symbol && ` on ${symbol}`}.`;
  if (symbol && elsewhere > 0) return `${none} ${count(elsewhere, 'order')} on other symbols.`;
  return `${none} What you place on the ticket shows here at once.`;
}

/** The review of what is to be cancelled: a list, and one button that says what it does. */
function review(tell) {
  const title = h('h2', { id: 'title' });
  const list = h('ul');
  const warning = h('p', { class: 'warning' });
  const back = h('button', { type: 'button' }, 'Keep them');
  const go = h('button', { type: 'button', class: 'do' });
  const dialog = h('dialog', { 'aria-labelledby': 'title' }, title, list, warning, h('footer', null, back, go));
  let ids = [];
  back.onclick = () => dialog.close();
  go.onclick = ({ detail }) => {
    if (detail > 1) return; // the second half of a double click
    dialog.close();
    tell(ids);
  };
  const draw = (open) => {
    const living = open.filter(({ id }) => ids.includes(id));
    ids = living.map(({ id }) => id);
    put(title, `Cancel ${count(ids.length, 'order')}`);
    put(go, title.textContent);
    go.disabled = ids.length === 0;
    patch(list, h('ul', null, living.map(({ row }) => h('li', null, named(row), row.share > 0 && h('small', null, `filled ${row.filled}`)))));
    const bare = living.filter(({ row }) => row.effect?.[0].startsWith('closes')).map(({ row }) => row.symbol);
    put(warning, bare.length > 0 ? `${WARNING}${[...new Set(bare)].join(', ')}.` : '');
  };
  return {
    dialog,
    /** Have `wanted` reviewed; an order that ends meanwhile leaves the list, and none joins it. */
    open(wanted, open) {
      ids = wanted;
      draw(open);
      dialog.showModal();
      back.focus();
    },
    follow: (open) => dialog.open && draw(open),
  };
}

export default (component) => panel(component, (root, follow, tell) => {
  const { part } = component.data;
  const columns = COLUMNS[part];
  const age = mark();
  const none = h('button', { type: 'button', class: 'ghost', hidden: true }, 'Select none');
  const some = h('button', { type: 'button', class: 'do', hidden: true });
  const every = h('button', { type: 'button', hidden: true });
  const all = h('input', { type: 'checkbox', 'aria-label': 'Select all' });
  const doubt = h('p', { class: 'doubt' });
  const empty = h('p', { class: 'cap empty', hidden: true });
  const aloud = h('p', { class: 'aloud', role: 'status', 'aria-live': 'polite' });
  const heads = Object.fromEntries(columns.map(({ id, head: text }) => [id, h('th', { scope: 'col', class: id }, text)]));
  heads.check.append(h('label', null, all));
  heads.act.append(h('span', { class: 'aloud' }, 'What can be done'));
  const table = h('table', { 'aria-label': TITLES[part] }, h('thead', null, h('tr', null, Object.values(heads))));
  const cancel = (ids) => {
    for (const id of ids) lines.get(id)?.wait();
    tell('cancel', [...lines.values()].filter(({ pressed, asked }) => pressed != null && !asked).map(({ id }) => id));
  };
  const asking = review(cancel);
  root.append(head(TITLES[part], age, none, some, every), doubt, aloud,
    h('div', { class: 'body' }, table, empty), asking.dialog);

  let told = null;
  let order = [];
  let data = {};
  let refusal = null;
  const lines = new Map(); // order id -> its line
  const rooms = {}; // px that each column takes, and the decimals of its figures; both only grow, so that none moves
  const digits = {};

  const { moving, strayed } = strays(() => [...lines.values()].map(({ id, main }) => {
    const { top, bottom } = main.getBoundingClientRect();
    return { id, top, bottom };
  }));

  /** Give each column what its figures need; lines that stand have to follow where one gets more decimals. */
  function measure() {
    const rows = order.map((id) => told.rows[id]);
    for (const { id, of, room, aligned, twice } of columns) {
      const texts = of ? rows.map((row) => (of !== 'value' ? row[of] : told.quote ? row.value[0] : row.value.join(' '))) : [];
      const places = aligned ? Math.max(digits[id] ?? 0, ...texts.map(fractionDigits)) : 0;
      const follows = aligned && places !== digits[id];
      digits[id] = places;
      if (follows) for (const line of lines.values()) line.figure(id, digits);
      const longest = Math.max(0, ...texts.map((text) => text.length + Math.max(0, places - fractionDigits(text))));
      rooms[id] = Math.max(rooms[id] ?? 0, Math.ceil((room ?? 0) + longest * DIGIT * (twice ? 2 : 1)));
      heads[id].style.width = room ? `${rooms[id]}px` : '';
    }
  }

  /** Draw what stands around the rows: the counts on the buttons, and what there is instead of rows. */
  function around() {
    const open = order.map((id) => lines.get(id)).filter(({ row }) => row.act);
    const selected = open.filter((line) => line.selected);
    [none.hidden, some.hidden, every.hidden] = [selected.length === 0, selected.length === 0, open.length === 0];
    put(some, `Cancel ${selected.length} selected…`);
    put(every, `Cancel all ${open.length}…`);
    all.checked = open.length > 0 && selected.length === open.length;
    all.indeterminate = selected.length > 0 && !all.checked;
    all.disabled = open.length === 0;
    for (const line of lines.values()) line.element.classList.toggle('selected', Boolean(line.selected));
    table.hidden = order.length === 0;
    empty.hidden = order.length > 0;
    put(empty, vacancy(part, told, data.symbol));
    put(doubt, told.problem ? `Something of this may be missing or old: ${told.problem}.` : '');
    asking.follow(open);
  }

  function select(on) {
    for (const { tick } of lines.values()) tick.checked = on && !tick.disabled;
    around();
  }

  /** Have a line for each row in its place; one that came in the place of another takes its line over. */
  function arrange() {
    for (const id of order) {
      const { was } = told.rows[id];
      if (!lines.has(id) && was && lines.has(was) && !order.includes(was)) {
        const line = lines.get(was);
        lines.delete(was);
        lines.set(id, line);
        line.id = id;
        line.settle();
      } else if (!lines.has(id)) lines.set(id, new Line(id, columns, tell, around));
    }
    for (const [id, line] of lines) {
      if (order.includes(id)) continue;
      line.stop();
      line.element.remove();
      lines.delete(id);
    }
    order.forEach((id, index) => {
      const { element } = lines.get(id);
      const place = table.children[index + 1]; // behind the heading
      if (place !== element) table.insertBefore(element, place ?? null);
    });
  }

  /** Read out what became of orders: another word, another sentence, or another order in the place of one. */
  function announce(rows) {
    const news = Object.entries(rows).flatMap(([id, row]) => {
      const before = lines.get(id)?.row ?? lines.get(row.was)?.row;
      const now = [row.chip?.[0], row.note, !lines.has(id) && 'changed'].filter(Boolean).join('. ');
      const isNews = before && now && (!lines.has(id) || before.chip?.[0] !== row.chip?.[0] || before.note !== row.note);
      return isNews ? [`${named(row)}: ${now}`] : [];
    });
    if (news.length > 0) put(aloud, news.length > ALOUD ? `${news.length} orders changed` : news.join('. '));
  }

  root.onclick = ({ target, detail, clientY }) => {
    const open = order.map((id) => lines.get(id)).filter(({ row }) => row.act);
    if (target === none) select(false);
    else if (target === all) select(all.checked);
    else if (target === some) asking.open(open.filter((line) => line.selected).map(({ id }) => id), open);
    else if (target === every) asking.open(open.map(({ id }) => id), open);
    const pressed = open.find((line) => line.cancel === target);
    if (pressed && !(detail > 0 && strayed(pressed.id, clientY))) cancel([pressed.id]);
  };
  const seconds = setInterval(() => lines.forEach((line) => line.grow()), 1000);

  return {
    mark: age,
    give(given) {
      data = given;
      follow(data.panel);
      if (!given.refused || given.refused.number === refusal) return;
      refusal = given.refused.number;
      for (const [id, why] of Object.entries(given.refused.orders)) lines.get(id)?.fail(why);
    },
    clear() {
      [told, order] = [null, []];
      for (const id of Object.keys(digits)) delete digits[id]; // shares have none of the digits that amounts had
      for (const line of lines.values()) {
        line.stop();
        line.element.remove();
      }
      lines.clear();
    },
    draw({ full, more }) {
      if (more && !told) return;
      const rows = { ...told?.rows, ...(full ?? more).rows };
      if (more?.rows) announce(more.rows);
      told = { ...told, ...(full ?? more), rows };
      order = told[part];
      told.rows = Object.fromEntries([...told.open, ...told.stops].map((id) => [id, rows[id]]));
      moving(() => {
        measure();
        arrange();
        for (const id of order) {
          const line = lines.get(id);
          if (line.row !== told.rows[id]) line.write(told.rows[id], digits);
        }
      });
      put(heads.value ?? h('th'), told.quote ? `Value, ${told.quote}` : 'Value');
      table.classList.toggle('one-quote', Boolean(told.quote));
      around();
    },
    stop() {
      clearInterval(seconds);
      lines.forEach((line) => line.stop());
      root.onclick = null;
    },
  };
});
