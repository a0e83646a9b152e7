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
const LONG = 9; // characters of a price that leave no room for tenths of a second
const MANY = 6; // digits of a size that are told in thousands

/** A row as the server sends it, by names. */
function read([time, side, price, size, value, count, id, coins, tier]) {
  return { time, side, price, size, value, count, id, coins, tier };
}

/** Decimals that figures are worth showing with, where a large one is `big`. */
const placesOf = (big) => Math.min(8, Math.max(0, 3 - Math.floor(Math.log10(big || 1))));

const timeOf = (ms, long) => (ms ? new Date(ms).toISOString().slice(11, long ? 19 : 21) : '–');

/** The cells of a trade. */
function cells(trade, market, coins) {
  const { price, size, value, count } = trade;
  const shown = market.lots && coins ? trade.coins : size;
  const whole = market.lots && !coins;
  const short = shown.split('.')[0].length > MANY ? brief(shown, 1e3) : whole ? grouped(shown) : cut(shown, market.places.size);
  const inCoins = trade.coins && `${grouped(trade.coins)} ${market.base}`;
  const exact = [`${grouped(size)} ${market.lots ? 'contracts' : market.base}`, inCoins].filter(Boolean).join(', ');
  return [
    h('span', null, timeOf(trade.time, price.length > LONG)),
    h('span', null, count > 1 && h('i', null, `×${count}`), h('b', null, grouped(price))),
    h('span', { title: exact }, short),
    h('span', { title: `${grouped(value)} ${market.quote}` }, cut(value, market.places.value)),
  ];
}

export default (component) => panel(component, (root, follow) => {
  const age = mark();
  const sheet = h('div', { class: 'sheet figure' });
  const none = h('p', { class: 'cap none' }, 'No trade since this page began to listen.');
  const frame = h('div', { class: 'frame', tabindex: 0, role: 'region', 'aria-label': 'Tape, newest first' }, sheet, none);
  const pill = h('button', { class: 'new', type: 'button', hidden: true });
  const unit = h('button', { type: 'button', title: 'Contracts or coin' });
  const value = h('span');
  const titles = [h('span', null, 'Time, UTC'), h('span', null, 'Price'), h('span', null, unit), value];
  const tape = h('div', { class: 'tape body' }, h('div', { class: 'row titles' }, titles), frame, pill);
  const tools = settings(() => [...shown.values()].forEach(tint));
  root.append(head('Tape', age, tools.button), tape, tools.form);

  let symbol = null;
  let market = {};
  let coins = kept('coins', false); // sizes of contracts in coin
  let over = false; // the pointer is over the tape
  let count = 0; // rows ever placed; row n stands n rows above the sheet's foot
  const shown = new Map(); // id -> {line, trade}, oldest first
  const waiting = new Map(); // id -> trade, while halted
  let broken = false; // what waits does not join on to what is shown

  const halted = () => over || frame.scrollTop > HEIGHT / 2;

  function tint({ line, trade }) {
    line.className = `row ${trade.side} tier-${tools.tier(trade)}`;
  }

  function write(entry) {
    entry.line.replaceChildren(...cells(entry.trade, market, coins));
    tint(entry);
  }

  function place(line) {
    count += 1;
    line.style.top = `${-count * HEIGHT}px`;
  }

  /** Bring the newest row to the top of the frame. */
  function settle() {
    if (count > REBASE) {
      count = 0;
      for (const { line } of shown.values()) place(line);
    }
    sheet.style.transform = `translateY(${count * HEIGHT}px)`;
  }

  /** Show trades, oldest first; one that is shown already is written anew where it stands. */
  function add(trades, news) {
    for (const trade of trades) {
      const known = shown.get(trade.id);
      const entry = known ?? { line: h('div') };
      entry.trade = trade;
      write(entry);
      if (known) continue;
      place(entry.line);
      sheet.prepend(entry.line);
      shown.set(trade.id, entry);
      if (!news) continue;
      flash(entry.line);
      if (tools.sound()) beep(trade.side, tools.tier(trade));
    }
    for (const [id, { line }] of shown) {
      if (shown.size <= ROWS) break;
      line.remove();
      shown.delete(id);
    }
    none.hidden = shown.size > 0;
    settle();
  }

  /** Keep trades until the reader lets the tape run on. */
  function hold(trades) {
    for (const trade of trades) waiting.set(trade.id, trade);
    for (const id of waiting.keys()) if (waiting.size > ROWS) waiting.delete(id);
    tell();
  }

  function resume() {
    if (halted()) return;
    const trades = [...waiting.values()];
    if (broken) clear();
    waiting.clear();
    tell();
    add(trades, false);
  }

  /** Say how many trades wait that are not shown. */
  function tell() {
    const fresh = [...waiting.keys()].filter((id) => !shown.has(id)).length;
    pill.hidden = fresh === 0;
    put(pill, `${fresh >= ROWS ? `${ROWS}+` : fresh} new`);
  }

  function clear() {
    sheet.replaceChildren();
    shown.clear();
    waiting.clear();
    broken = false;
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

  /** Take what is told of the market besides its trades, and what follows from it for the looks of a row. */
  function learn({ unit: sizes, thresholds }, trades) {
    const big = Number(thresholds?.[0] ?? 0);
    const price = Number(trades.at(-1)?.price ?? 1);
    market = { ...market, lots: sizes === 'contracts', places: { value: placesOf(big), size: placesOf(big / price) }, big };
    market.known = trades.length > 0;
    tools.usual(thresholds ?? [null, null]);
    tape.classList.toggle('long', (trades.at(-1)?.price.length ?? 0) > LONG);
    entitle();
  }

  /** Whether a whole tape only goes on from what is shown: all that is new in it is newer. */
  function continues(trades) {
    const last = trades.findIndex(({ id }) => id === [...shown.keys()].at(-1));
    return last >= 0 && trades.slice(0, last).every(({ id }) => shown.has(id));
  }

  /** Begin anew, now or once the reader lets the tape run on. */
  function leap() {
    if (!halted()) {
      clear();
      return;
    }
    waiting.clear();
    broken = true;
  }

  function draw({ full, more }) {
    resume(); // the reader may be back at the top while the event that says so is still under way
    const trades = (full ?? more).rows.map(read).reverse();
    if (full) market.told = full;
    if (full || (!market.known && trades.length > 0)) learn(market.told, trades);
    if (full ? broken || !continues(trades) : more.missed > 0) leap(); // what lies between is not known
    if (halted()) hold(trades);
    else add(trades, Boolean(more));
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
    clear,
    give(data) {
      if (data.symbol !== symbol) {
        ({ symbol } = data);
        market = { base: data.base, quote: data.quote };
        over = false;
        tools.of(symbol, data.quote);
        entitle();
      }
      follow(`tape:${symbol}`);
    },
  };
});
