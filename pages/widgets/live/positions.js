// The futures positions, nearest to their liquidation first; below 560 px of its own width every row is a card.
// Which rows there are comes over the socket as `layout` (kucoin/web/futures.py); the script says `gain`, how gains are
// told in percent: `roe` or `plain_return`. It tells the script `act`: {id, act, part}, what was chosen in a row's menu.

import { h } from './base.js';
import { figures, fractionDigits } from './cells.js';
import { coded } from './code.js';
import { UNKNOWN } from './numbers.js';
import { positionMenu } from './position_menu.js';
import { exchangeTime } from './socket.js';

const DIGIT = 7.35; // px of a figure's digit, its points and spaces, a heading's letter, and what is between two columns
const POINT = 3.4;
const LETTER = 6.2;
const GAP = 12;
const PILL = 25; // px of a pill around its text
const ROW = 53;
const REORDER = 5_000; // ms between two looks at whether the rows still stand in order

const STATES = { working: 'Under way', done: 'Done', half: 'Half done', refused: 'Refused', unknown: 'Unknown' };
const FADES = 60_000; // ms after the press that a row says of something that it is done
const GAINS = { roe: 'ROE', plain_return: 'Return' };

/**
 * `sort` names the figure that a column is ordered by, `lines` those that stand in it, `flashes` the one that flashes on
 * change, `label` its name on a card; where room runs out columns go by `spare`, the highest first.
 */
const COLUMNS = [
  { id: 'symbol', head: ['Contract'], sort: 'symbol', rising: true },
  { id: 'size', head: ['Contracts', 'Coin'], lines: ['lots', 'coins'], flashes: 'lots', label: 'Size' },
  { id: 'value', head: ['Value', 'Margin'], lines: ['value', 'margin'], sort: 'value', label: 'Value, margin' },
  { id: 'entry', head: ['Entry', 'Break-even'], lines: ['entry', 'break_even'], prices: true, label: 'Entry' },
  { id: 'mark', head: ['Mark'], lines: ['mark'], prices: true, flashes: 'mark', label: 'Mark' },
  { id: 'liquidation', head: ['Liquidation, distance'], sort: 'distance', rising: true, width: 132, label: 'Liquidation' },
  { id: 'unrealised', head: ['Unrealised'], lines: [], sort: 'gain' },
  { id: 'realised', head: ['Realised', 'today'], lines: ['realised_today'], sort: 'realised_today', flashes: 'realised_today', spare: 3 },
  { id: 'funding', head: ['Funding', 'next'], lines: ['funding_paid', 'funding_next'], sort: 'funding_paid', flashes: 'funding_paid', spare: 1, label: 'Funding, next' },
  { id: 'rate', head: ['Rate', 'due in'], lines: ['funding_rate'], sort: 'funding_rate', spare: 5 },
  { id: 'adl', head: ['ADL'], sort: 'adl', width: 35, spare: 4 },
  { id: 'exits', head: ['Profit at', 'Stop at'], lines: ['take_profit', 'stop_loss'], prices: true, spare: 2, label: 'Profit, stop at' },
  { id: 'act', head: [], width: 44 },
];
const WHY = {
  liquidation: 'No liquidation price is known of this position',
  distance: 'No liquidation price is known of this position',
  realised_today: 'The ledger of this account was not read yet',
  funding_paid: 'The ledger of this account was not read yet',
  break_even: 'The ledger of this account was not read yet',
  adl: 'The exchange tells no rank of this position',
  take_profit: 'No order waits that would close it at a profit',
  stop_loss: 'It is not known whether an order waits that would close it against a loss',
};
const ADL = 'Rank in the queue of those whose positions are closed when a bankrupt one finds no taker: 5 of 5 is the first';

/** The number in a text of kucoin/figures.py, null where there is none. */
function number(text) {
  const value = parseFloat((text ?? '').replace(/[,+<]/g, '').replace('−', '-'));
  return Number.isNaN(value) ? null : value;
}

/** What is left until `at`: 3:27:54 */
function countdown(at) {
  if (at == null) return UNKNOWN;
  const left = Math.max(0, Math.round((at - exchangeTime()) / 1000));
  const [hours, minutes, seconds] = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
  return `${hours}:${String(minutes).padStart(2, '0')}:${String(seconds).padStart(2, '0')}`;
}

/** Which columns have to go for the others to have room: those of `spare` 5 first. */
function crowded({ rooms, clientWidth }) {
  const room = (most) => COLUMNS.reduce((sum, { id, spare = 0 }) => sum + (spare > most ? 0 : rooms[id]), 0);
  return [5, 4, 3, 2, 1].filter((spare) => room(spare) > clientWidth);
}

function count(number, noun) {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Rows in the order of a column; those without a figure stay below, and amounts compare within their currency. */
function sorted(rows, { column, falling }, told, gain) {
  const { sort, lines } = COLUMNS.find(({ id }) => id === column);
  const name = sort === 'gain' ? gain : sort;
  const rank = (row) => (name === 'symbol' ? row.symbol : number(told(`${row.id}/${name}`)?.[0]));
  const money = lines?.includes(name) && name !== 'funding_rate';
  return [...rows].sort((a, b) => {
    const [x, y] = [rank(a), rank(b)];
    if (x == null || y == null) return (x == null) - (y == null);
    if (money && a.settle !== b.settle) return a.settle < b.settle ? -1 : 1;
    return (x < y ? -1 : x > y ? 1 : 0) * (falling ? -1 : 1);
  });
}

function heading(column, sort, width, gain) {
  const lines = column.id === 'unrealised' ? [...column.head, GAINS[gain]] : column.head;
  const text = column.id === 'act' ? h('span', { class: 'aloud' }, 'Menu') : lines.map((line) => h('span', null, line));
  const order = sort.column === column.id ? (sort.falling ? 'descending' : 'ascending') : null;
  const title = column.id === 'adl' ? ADL : null;
  const attributes = { scope: 'col', class: kind(column), 'aria-sort': order, style: width && `width:${width}px`, title };
  return h('th', attributes, column.sort ? h('button', { type: 'button', 'data-sort': column.id }, text) : text);
}

function kind(column) {
  return [column.id, column.spare && `spare-${column.spare}`].filter(Boolean).join(' ');
}

/** What stands in the columns that are more than figures below each other. */
const CONTENT = {
  symbol: (row) => [
    h('b', null, row.symbol),
    row.orders > 0 && h('span', { class: 'orders', title: count(row.orders, 'open order') }, '*'),
    h('span', { class: 'quiet settle', title: 'What it is settled in' }, row.settle),
    h('small', null,
      h('span', { class: 'badge' }, h('span', { class: `side ${row.long ? 'up' : 'down'}` }, row.long ? 'Long' : 'Short'), row.terms),
      row.no_stop && h('span', { class: 'badge warn beside' }, 'No stop')),
  ],
  liquidation: (row, cell) => [
    h('span', { class: 'pair' }, cell('liquidation'), cell('distance', { look: 'distance' })),
    h('span', { class: 'bar', 'aria-hidden': 'true' }, cell('distance', { look: 'part', drawn: true })),
  ],
  unrealised: (row, cell, gain) => [
    cell(gain, { look: 'pill' }),
    h('span', { class: 'amount' }, cell('unrealised')),
  ],
  rate: (row, cell) => [
    cell('funding_rate'),
    h('small', null, h('span', { class: 'figure', 'data-due': row.funding_at ?? '' }, countdown(row.funding_at))),
  ],
  adl: (row, cell) => cell('adl', { look: 'steps', drawn: true }),
  exits: (row, cell) => [
    cell('take_profit'),
    h('small', null, row.no_stop ? h('span', { class: 'badge warn' }, 'No stop') : cell('stop_loss')),
  ],
  act: (row, cell, gain, { act, open }) => [
    h('button', {
      type: 'button', class: 'more', 'data-menu': row.id, 'aria-haspopup': 'menu', 'aria-expanded': String(open),
      'aria-label': `Close or protect… ${row.symbol} ${row.long ? 'long' : 'short'}`,
    }, h('span', { class: 'dots', 'aria-hidden': 'true' }, '···'), h('span', { class: 'phone' }, 'Close or protect…')),
    act && h('small', { class: 'state', 'data-state': act.state, title: `${act.what}. ${act.words}` }, act.state),
  ],
};

/** What was done with positions lately, newest first, and what became of it. */
function acts(done) {
  const time = (at) => h('time', null, new Date(at).toISOString().slice(11, 19));
  return h('ol', { class: 'done', 'aria-label': 'Done lately', 'aria-live': 'polite' }, done.map(({ at, what, state, words }) =>
    h('li', { 'data-state': state }, time(at), h('b', { class: 'state', 'data-state': state }, STATES[state]), h('span', null, coded(`${what}. ${words}`)))));
}

function content(column, row, digits, gain, live, menu) {
  const cell = (name, look = {}) => live(`${row.id}/${name}`, null, {
    digits: column.prices ? digits[column.id] : null, flashes: column.flashes === name, why: WHY[name] ?? 'Not known yet', ...look,
  });
  if (CONTENT[column.id]) return CONTENT[column.id](row, cell, gain, menu);
  const [first, second] = column.lines;
  return [cell(first), second && h('small', null, cell(second))];
}

function totals(total, rows, cell) {
  const { currency, partial, one_way: way } = total;
  const own = rows.filter((row) => row.settle === currency).length;
  const of = (name) => cell(`total/${currency}/${name}`, null, { why: 'Not known yet' });
  const sum = (name, text) => h('span', { class: name }, `${text} `, of(name));
  return h('tr', null,
    h('th', { scope: 'row' }, `${count(own, 'position')}, ${currency} `,
      way && h('span', { class: 'badge warn' }, `all ${way}`),
      partial && h('span', { class: 'badge warn', title: 'Something could not be read: these sums may lack a part' }, 'partial')),
    h('td', { colspan: 5, class: 'sums' },
      sum('long', 'Long'), sum('short', 'Short'), sum('net', 'Net'), sum('hedged', 'Hedged'), sum('margin_ratio', 'Margin')),
    h('td', { class: 'unrealised' }, h('span', { class: 'amount' }, of('unrealised'))),
    h('td', { class: 'realised spare-3', title: 'Of the positions above; those closed today are in what was realised below' },
      of('realised_today')),
    h('td', { class: 'funding spare-1' }, of('funding_paid')),
    h('td', { class: 'rate spare-5' }), h('td', { class: 'adl spare-4' }), h('td', { class: 'exits spare-2' }),
    h('td', { class: 'act' }));
}

export default function (component) {
  const root = component.parentElement.querySelector('.root');
  root.sort ??= { column: 'liquidation', falling: false };
  root.rooms ??= {}; // px that each column takes; they only grow, so that none moves to and fro

  /** The px that a column needs, aligned at the point and with some to spare. */
  function room(column, rows, digits, told, gain) {
    if (column.width) return column.width + GAP;
    if (column.id === 'symbol') return 140;
    const widths = (name, extra) => rows.map((row) => {
      const text = told(`${row.id}/${name}`)?.[0] ?? '';
      const narrow = text.match(/[.,\s]/g)?.length ?? 0;
      const missing = column.prices ? digits[column.id] - fractionDigits(text) : 0;
      return (text.length - narrow + missing) * DIGIT + narrow * POINT + extra;
    });
    const figures = column.id === 'unrealised' ? [...widths(gain, PILL), ...widths('unrealised', 6)]
      : column.lines.flatMap((name) => widths(name, 0));
    const heads = column.head.map((line) => line.length * LETTER + (column.sort ? 9 : 0));
    return Math.max(...figures.map((width) => width + 2), ...heads) + GAP;
  }

  function draw(data, cell, told, redraw) {
    const { gain } = data;
    const layout = told('layout');
    const done = told('acts') ?? [];
    if (!layout) return h('div', { style: `height:${46 + ROW * data.rows}px` });
    const rows = sorted(layout.positions, root.sort, told, gain);
    const digits = Object.fromEntries(COLUMNS.filter(({ prices }) => prices).map(({ id, lines }) =>
      [id, Math.max(0, ...rows.flatMap((row) => lines.map((name) => fractionDigits(told(`${row.id}/${name}`)?.[0]))))]));
    for (const column of COLUMNS) {
      const needed = Math.ceil(room(column, rows, digits, told, gain));
      if (needed > (root.rooms[column.id] ?? 0)) root.rooms[column.id] = needed;
    }
    const hidden = crowded(root);
    root.redraw = redraw;
    root.onclick = ({ target }) => {
      const id = target.closest('[data-sort]')?.dataset.sort;
      const opener = target.closest('[data-menu]');
      if (opener) root.menu.open(opener, rows.find((row) => row.id === opener.dataset.menu));
      if (!id) return;
      const falling = root.sort.column === id ? !root.sort.falling : !COLUMNS.find((column) => column.id === id).rising;
      root.sort = { column: id, falling };
      redraw();
    };
    const shows = ({ of, state, at }, id) => of === id && (state !== 'done' || exchangeTime() - at < FADES);
    const menu = ({ id }) => ({ act: done.find((act) => shows(act, id)), open: root.menu?.at() === id });
    const table = h('table', { 'aria-label': 'Positions', class: hidden.map((spare) => `without-${spare}`).join(' ') },
      h('thead', null, h('tr', null, COLUMNS.map((column) => heading(column, root.sort, root.rooms[column.id], gain)))),
      h('tbody', null, rows.map((row) => h('tr', null, COLUMNS.map((column) =>
        h('td', { class: kind(column), 'data-label': column.label }, content(column, row, digits, gain, cell, menu(row))))))),
      h('tfoot', null, layout.totals.map((total) => totals(total, rows, cell))));
    return [rows.length > 0 && table, done.length > 0 && acts(done)];
  }

  root.choose = (position, act, part) => component.setTriggerValue('act', { id: position.id, act, part });

  const leave = figures(component, draw);
  if (!root.menu) {
    root.menu = positionMenu((...chosen) => root.choose(...chosen));
    root.append(root.menu.element);
  }
  root.widths ??= new ResizeObserver(() => root.redraw?.());
  root.widths.observe(root);
  root.clocks ??= [
    setInterval(() => {
      for (const element of root.querySelectorAll('[data-due]')) element.textContent = countdown(element.dataset.due || null);
    }, 1000),
    setInterval(() => { // rows change places, but never under the reader's hand
      if (!root.matches(':hover, :focus-within')) root.redraw?.();
    }, REORDER),
  ];
  return () => {
    root.clocks?.forEach(clearInterval);
    root.widths?.disconnect();
    for (const name of ['clocks', 'widths', 'redraw', 'menu']) delete root[name];
    leave();
  };
}
