// The order book as a ladder: fifteen levels a side around the spread, cumulative bars on one scale, own orders marked.
// data: {symbol, pick}: with `pick` a pressed level tells the script its price as `picked`, and stays outlined.

import { h } from './base.js';
import { brief, cut, grouped, percent } from './numbers.js';
import { flash, head, keep, kept, mark, panel, put } from './panel.js';

const LEVELS = 15;
const PHONE_LEVELS = 9; // the rest has the class `deep`, which a narrow ladder leaves out
const BAR_PACE = 400; // ms; numbers are drawn as they come, bars so that they can be read

function row(side, depth) {
  const cells = Array.from({ length: 5 }, () => h('span', { class: 'figure' }));
  const kind = ['row', side, depth >= PHONE_LEVELS && 'deep'].filter(Boolean).join(' ');
  const line = h('div', { class: kind }, cells);
  const [total, size, own] = side === 'bid' ? [0, 1, 3] : [4, 3, 1];
  return { line, price: cells[2], total: cells[total], size: cells[size], own: cells[own], seen: {} };
}

/** Decimals that sizes are worth showing with, where all of a side are `sum`; below 0 they are told in thousands. */
const placesOf = (sum) => Math.min(8, 4 - Math.floor(Math.log10(sum || 1)));

const short = (size, places) => (places < -1 ? brief(size, 1e3) : cut(size, Math.max(0, places)));

/** What own orders have there: a size, or with privacy on a share, which is short already. */
const held = (own, places) => (Number.isNaN(Number(own)) ? own : short(own, places));

/** Write one level; [price, size, sum, ratio, own], or undefined where the book ends. */
function write(line, level, places) {
  const [price, size, sum, ratio, own] = level ?? [];
  line.level = { price, size, ratio };
  put(line.price, level ? grouped(price) : '');
  put(line.size, level ? short(size, places) : '');
  line.size.title = level ? grouped(size) : '';
  put(line.total, level ? short(sum, places) : '');
  put(line.own, own ? held(own, places) : '');
  line.own.classList.toggle('mine', Boolean(own));
  line.own.title = own ? `Your open orders at this level: ${grouped(own)}` : '';
}

/** Move the bar, and flash the size where it changed while the price stayed. */
function measure(line) {
  const { price, size, ratio } = line.level ?? {};
  if (price && price === line.seen.price && size !== line.seen.size) flash(line.size);
  line.seen = { price, size };
  line.line.style.setProperty('--w', ratio ?? 0);
}

export default (component) => panel(component, (root, follow, tell) => {
  const age = mark();
  const steps = h('select', { 'aria-label': 'Price step of the ladder' });
  const titles = ['Total', 'Bid', 'Price', 'Ask', 'Total'].map((title) => h('span', null, title));
  const asks = Array.from({ length: LEVELS }, (_, depth) => row('ask', depth));
  const bids = Array.from({ length: LEVELS }, (_, depth) => row('bid', depth));
  const rows = [...asks, ...bids];
  const spread = h('span', { class: 'quiet figure' });
  const last = h('b', { class: 'figure unknown' });
  const share = h('span', { class: 'quiet figure' });
  root.append(head('Ladder', age, h('label', { class: 'step' }, h('span', { class: 'cap' }, 'Step'), steps)),
    h('div', { class: 'ladder body' }, h('div', { class: 'row titles' }, titles),
      [...asks].reverse().map(({ line }) => line), h('div', { class: 'mid' }, spread, last, share), bids.map(({ line }) => line)));
  let symbol = null;
  let veil = ''; // what stands before the name of the panel with privacy on
  let step = '';
  let places = Infinity;
  let wide = 0; // characters of a price
  let price = {};
  let timer = null;
  let picked = null; // the price that was pressed last

  /** Outline the level of the price that was pressed, wherever it stands by now. */
  function outline() {
    for (const { line, level } of rows) line.classList.toggle('picked', picked != null && level?.price === picked);
  }

  /** Have levels pressed: the price of one fills the ticket's. By keyboard prices are typed, or taken from its buttons. */
  function pickable(on) {
    for (const each of rows) each.line.onclick = on ? () => press(each) : null;
    root.classList.toggle('pick', on);
  }

  function press({ level }) {
    if (!level?.price) return;
    picked = level.price;
    outline();
    tell('picked', picked);
  }

  /** Begin with an empty book. */
  function clear() {
    [places, wide, picked] = [Infinity, 0, null];
    for (const line of rows) {
      write(line);
      measure(line);
    }
  }

  function pick() {
    follow(`${veil}ladder:${symbol}:${step}`, `head:${symbol}`);
  }

  /** Offer `steps`, and the one that is shown, which the market may have grown out of. */
  function offer({ steps: usual, step: chosen }) {
    const offered = usual.includes(chosen) ? usual : [...usual, chosen];
    if (offered.join() !== [...steps.options].map((option) => option.value).join()) {
      steps.replaceChildren(...offered.map((text) => h('option', { value: text }, grouped(text))));
    }
    steps.value = chosen;
  }

  function quote(told) {
    price = told;
    put(last, grouped(price.last));
    last.className = `figure ${price.dir > 0 ? 'up' : price.dir < 0 ? 'down' : ''}`;
  }

  function draw({ panel: name, full, more }) {
    if (name.startsWith('head:')) {
      quote(full ?? { ...price, ...more });
      return;
    }
    offer(full);
    const sum = Math.max(Number(full.asks.at(-1)?.[2] ?? 0), Number(full.bids.at(-1)?.[2] ?? 0));
    places = Math.min(places, placesOf(sum)); // only ever fewer, or columns would jump to and fro
    asks.forEach((line, depth) => write(line, full.asks[depth], places));
    bids.forEach((line, depth) => write(line, full.bids[depth], places));
    outline();
    for (const [text] of [...full.asks.slice(-1), ...full.bids.slice(0, 1)]) wide = Math.max(wide, text.length);
    root.style.setProperty('--price', wide);
    put(spread, `Spread ${grouped(full.spread)}`);
    put(share, percent(full.spread_ratio, 4).replace('+', ''));
    last.title = full.mid == null ? '' : `Middle of bid and ask: ${grouped(full.mid)}`;
    timer ??= setTimeout(() => {
      timer = null;
      rows.forEach(measure);
    }, BAR_PACE);
  }

  /** Go back to the finest step where the one that was kept fits no longer. */
  function refused() {
    if (!step) return;
    step = '';
    pick();
  }

  steps.onchange = () => {
    step = steps.value;
    keep(`step:${symbol}`, step);
    pick();
  };
  return {
    mark: age,
    draw,
    clear,
    refused,
    give(data) {
      if (data.symbol !== symbol) {
        ({ symbol } = data);
        quote({}); // it has a panel of its own
        step = kept(`step:${symbol}`, '');
      }
      [veil] = data.panel.split('ladder:');
      pickable(Boolean(data.pick));
      steps.disabled = Boolean(data.frames); // without a socket the script brings the finest step
      if (data.frames) step = '';
      pick();
    },
    stop: () => clearTimeout(timer),
  };
});
