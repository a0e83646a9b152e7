// The trades of a market as they happen: newest on top, a hundred rows of one height.
//
// Rows are placed once, above each other, and only the sheet they stand on moves: nothing is laid out anew, the reader's
// selection stays where it was made. Under the pointer, or scrolled down, the tape halts and counts what is new.

import { h } from './base.js';
import { brief, cut, grouped } from './numbers.js';
import { flash, head, keep, kept, mark, panel, put } from './panel.js';
import { beep, settings } from './tape_settings.js';

const ROWS = 100;
const HEIGHT = 20; // px, that of `.row` in tape.css
const REBASE = 5_000; // rows after which all are placed anew, as coordinates have an end

/** Decimals that figures are worth showing with, where a large one is `big`. */
const placesOf = (big) => Math.min(8, Math.max(0, 3 - Math.floor(Math.log10(big || 1))));

const LONG = 9; // characters of a price that leave no room for tenths of a second
const MANY = 6; // digits of a size that are told in thousands

const timeOf = (ms, long) => new Date(ms).toISOString().slice(11, long ? 19 : 21);

export default (component) => panel(component, (root, follow) => {
  const age = mark();
  const sheet = h('div', { class: 'sheet' });
  const none = h('p', { class: 'cap none' }, 'No trade since this page began to listen.');
  const frame = h('div', { class: 'frame', tabindex: 0, role: 'region', 'aria-label': 'Tape, newest first' }, sheet, none);
  const pill = h('button', { class: 'new', type: 'button', hidden: true });
  const unit = h('button', { type: 'button', class: 'unit', title: 'Contracts or coin' });
  const value = h('span');
  const tools = settings(() => [...shown.values()].forEach(tint));
  const titles = h('div', { class: 'row titles' }, h('span', null, 'Time, UTC'), h('span', null, 'Price'), h('span', null, unit), value);
  const tape = h('div', { class: 'tape body' }, titles, frame, pill);
  root.append(head('Tape', age, tools.button), tape, tools.form);

  let symbol = null;
  let market = { unit: '', lots: false, big: 1 };
  let coins = kept('coins', false);
  const shown = new Map(); // id -> {line, trade}, oldest first
  let count = 0; // rows ever placed; row n stands n rows above the sheet's foot
  let waiting = new Map(); // id -> trade, while halted
  let over = false;

  const halted = () => over || frame.scrollTop > HEIGHT / 2;

  function tint(entry) {
    const tier = tools.tier(entry.trade);
    entry.line.className = `row ${entry.trade.side} tier-${tier}`;
  }

  function sizeOf({ size, coins: coin }, inCoins) {
    const text = inCoins ? coin : size;
    if (text.split('.')[0].length > MANY) return brief(text, 1e3);
    return market.lots && !inCoins ? grouped(text) : cut(text, market.places.size);
  }

  function whole({ size, coins: inCoins }) {
    const own = `${grouped(size)} ${market.lots ? 'contracts' : market.base}`;
    return inCoins == null ? own : `${own}, ${grouped(inCoins)} ${market.base}`;
  }

  function write(entry) {
    const { line, trade } = entry;
    const inCoins = market.lots && coins;
    line.replaceChildren(
      h('span', null, timeOf(trade.time, trade.price.length > LONG)),
      h('span', null, trade.count > 1 && h('i', null, `×${trade.count}`), h('b', { class: trade.side === 'buy' ? 'up' : 'down' }, grouped(trade.price))),
      h('span', { title: whole(trade) }, sizeOf(trade, inCoins)),
      h('span', { title: `${grouped(trade.value)} ${market.quote}` }, cut(trade.value, market.places.value)));
    tint(entry);
  }

  function place(line) {
    count += 1;
    line.style.top = `${-count * HEIGHT}px`;
  }

  function settle() {
    if (count > REBASE) {
      count = 0;
      for (const { line } of shown.values()) place(line);
    }
    sheet.style.transform = `translateY(${count * HEIGHT}px)`;
  }

  /** Show trades, oldest first; one that is shown already is written anew where it stands. */
  function add(trades, flashing) {
    for (const trade of trades) {
      const known = shown.get(trade.id);
      const entry = known ?? { line: h('div'), trade };
      entry.trade = trade;
      write(entry);
      if (known) continue;
      place(entry.line);
      sheet.prepend(entry.line);
      shown.set(trade.id, entry);
      if (flashing) flash(entry.line);
      if (flashing && tools.sound()) beep(trade.side, tools.tier(trade));
    }
    for (const [id, { line }] of shown) {
      if (shown.size <= ROWS) break;
      line.remove();
      shown.delete(id);
    }
    none.hidden = shown.size > 0;
    settle();
  }

  function resume() {
    if (halted()) return;
    const trades = [...waiting.values()];
    waiting = new Map();
    tell();
    add(trades, false);
  }

  function tell() {
    pill.hidden = waiting.size === 0;
    put(pill, `${waiting.size >= ROWS ? `${ROWS}+` : waiting.size} new`);
  }

  function clear() {
    sheet.replaceChildren();
    shown.clear();
    waiting.clear();
    count = 0;
    frame.scrollTop = 0;
    none.hidden = true; // until it is known
    tell();
  }

  function entitle() {
    unit.disabled = !market.lots;
    put(unit, market.lots && !coins ? 'Contr.' : market.base);
    put(value, market.quote);
  }

  function draw({ full, more }) {
    if (full) {
      tools.usual(full.thresholds);
      market = { ...market, lots: full.unit === 'contracts', big: Number(full.thresholds[0]) };
      entitle();
    }
    const trades = (full ?? more).rows.map(trade).reverse();
    tape.classList.toggle('long', trades.some(({ price }) => price.length > LONG) || (Boolean(more) && tape.classList.contains('long')));
    if (trades.length > 0) market.places ??= { value: placesOf(market.big), size: placesOf(market.big / Number(trades[0].price)) };
    if (full && !halted() && !trades.some(({ id }) => shown.has(id))) clear(); // what lies between is not known
    if (halted()) {
      for (const each of trades) if (full ? !shown.has(each.id) : true) waiting.set(each.id, each);
      for (const id of waiting.keys()) if (waiting.size > ROWS) waiting.delete(id);
      tell();
    } else add(trades, Boolean(more));
  }

  function trade([time, side, price, size, worth, prints, id, inCoins, tier]) {
    return { time, side, price, size, value: worth, count: prints, id, coins: inCoins, tier };
  }

  tape.onpointerenter = ({ pointerType }) => { over = pointerType === 'mouse'; };
  tape.onpointerleave = () => {
    over = false;
    resume();
  };
  frame.onscroll = resume;
  pill.onclick = () => {
    over = false;
    frame.scrollTop = 0;
    resume();
  };
  unit.onclick = () => {
    coins = !coins;
    keep('coins', coins);
    entitle();
    [...shown.values()].forEach(write);
  };
  return {
    mark: age,
    draw,
    give(data) {
      if (data.symbol !== symbol) {
        ({ symbol } = data);
        market = { ...market, base: data.base, quote: data.quote, places: null };
        over = false;
        clear();
        tools.of(symbol, data.quote);
        entitle();
      }
      follow(`tape:${symbol}`);
    },
  };
});
