// The watchlist: pinned symbols with price, change and line of 24 hours, and a search over everything that is listed.
//
// The browser keeps the pins. They are no secret and no money, they belong to whoever sits here, and so they survive a
// reload, a new session and a restart of the server without a table, a login or a round trip.
import { h } from './base.js';
import { direction, grouped, percent } from './numbers.js';
import { flash, head, keep, kept, mark, panel, put } from './panel.js';

const STORE = 'watchlist';
const MOST = 30; // pins
const FOUND = 12; // matches shown
const [WIDE, HIGH] = [36, 18]; // px of a line
const SVG = 'http://www.w3.org/2000/svg';

/** Letters and digits alone count: btcusdt finds BTC-USDT. */
const bare = (text) => text.toUpperCase().replace(/[^\p{L}\p{N}]/gu, '');

/** Return the symbols that `sought` may mean, best first: it is the name, begins it, stands in it, or is the coin. */
export function matches(listed, sought) {
  const wanted = bare(sought);
  const rank = ({ symbol, coin }) => {
    const name = bare(symbol);
    if (name === wanted) return 0;
    if (coin === wanted) return 1;
    if (name.startsWith(wanted)) return 2;
    return name.includes(wanted) || coin.startsWith(wanted) ? 3 : null;
  };
  const ranked = listed.map((entry) => [rank(entry), entry]).filter(([place]) => place !== null);
  return ranked.sort(([one], [two]) => one - two).map(([, entry]) => entry);
}

/** Return the path of a line through `values`, from edge to edge. */
export function line(values) {
  const low = Math.min(...values), range = Math.max(...values) - low;
  const x = (index) => (index / (values.length - 1)) * WIDE;
  const y = (value) => (range ? 1 + (1 - (value - low) / range) * (HIGH - 2) : HIGH / 2);
  return values.map((value, index) => `${index ? 'L' : 'M'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`).join('');
}

function press(button, pinned) {
  button.setAttribute('aria-pressed', String(pinned));
  button.title = pinned ? 'Unpin' : 'Pin';
}

/** Say what a search did not show. */
function outcome(sought, count) {
  if (!count) return `Nothing listed matches “${sought}”.`;
  return count > FOUND ? `and ${count - FOUND} more` : '';
}

class Row {
  constructor(symbol, list) {
    this.price = h('span', { class: 'figure' }, '–');
    this.change = h('small', { class: 'figure unknown' }, '–');
    this.path = document.createElementNS(SVG, 'path');
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('viewBox', `0 0 ${WIDE} ${HIGH}`);
    svg.setAttribute('aria-hidden', 'true');
    svg.append(this.path);
    this.link = list.link(symbol, h('b', null, symbol), svg, h('span', { class: 'n' }, this.price, this.change));
    const pin = list.pin(symbol);
    press(pin, true);
    this.element = h('li', null, this.link, pin);
  }

  draw([last, ratio, , spark]) {
    const text = grouped(last);
    if (this.price.textContent !== text && this.known) flash(this.price);
    this.known = true;
    put(this.price, text);
    put(this.change, percent(ratio));
    this.change.className = `figure ${direction(ratio)}`;
    if (spark) this.path.setAttribute('d', spark.length > 1 ? line(spark) : '');
  }
}

class Watchlist {
  constructor(root, follow, tell) {
    Object.assign(this, { follow, tell, mark: mark(), rows: new Map(), listed: [], chosen: null });
    this.field = h('input', {
      type: 'search', placeholder: 'Find a symbol', 'aria-label': 'Find a symbol', autocomplete: 'off', spellcheck: 'false',
    });
    this.pinned = h('ul', { class: 'pinned', 'aria-label': 'Pinned symbols' });
    this.found = h('ul', { class: 'found', 'aria-label': 'Symbols found', hidden: true });
    this.note = h('p', { class: 'cap', role: 'status' });
    root.append(head('Watchlist', this.mark), this.field, h('div', { class: 'body' }, this.pinned, this.found), this.note);
    this.field.oninput = () => this.search();
    this.field.onkeydown = (event) => this.key(event);
    this.heard = ({ key }) => key === `desk:${STORE}` && this.show();
    addEventListener('storage', this.heard);
  }

  give(data) {
    this.data = data;
    this.listed = [
      ...data.pairs.map((symbol) => ({ symbol, coin: symbol.split('-')[0], kind: 'spot' })),
      ...data.contracts.map(([symbol, coin]) => ({ symbol, coin, kind: `${coin} contract` })),
    ];
    this.show();
  }

  get pins() {
    const stored = kept(STORE, this.chosen);
    const pins = Array.isArray(stored) ? stored.filter((symbol) => typeof symbol === 'string') : this.data.usual;
    return [...new Set(pins)].slice(0, MOST);
  }

  set pins(pins) {
    this.chosen = pins; // for as long as the page, where the browser keeps nothing
    keep(STORE, pins);
    this.show();
  }

  show() {
    this.arrange();
    this.search();
  }

  /** Show the pins as they are stored, and follow the prices of those that are listed. */
  arrange() {
    const { pins } = this;
    const listed = new Set(this.listed.map(({ symbol }) => symbol));
    for (const symbol of this.rows.keys()) if (!pins.includes(symbol)) this.rows.delete(symbol);
    for (const symbol of pins) if (!this.rows.has(symbol)) this.rows.set(symbol, new Row(symbol, this));
    if (pins.join() !== this.shown) { // a row that is put in anew would lose focus, and a press that is under way
      this.shown = pins.join();
      this.pinned.replaceChildren(...pins.map((symbol) => this.rows.get(symbol).element));
    }
    for (const [symbol, row] of this.rows) {
      const gone = listed.size > 0 && !listed.has(symbol);
      row.element.classList.toggle('gone', gone);
      row.element.title = gone ? 'Not listed any more' : '';
      if (symbol === this.data.symbol) row.link.setAttribute('aria-current', 'page');
      else row.link.removeAttribute('aria-current');
    }
    const known = pins.filter((symbol) => listed.has(symbol));
    this.mark.hidden = !known.length;
    if (known.length) this.follow(`prices:${known.join()}`);
    else this.follow();
    if (this.data.frames && known.join() !== this.told) { // the script brings the prices, so it has to know of which
      this.told = known.join();
      this.tell('pins', known);
    }
  }

  draw({ full, more }) {
    for (const [symbol, figures] of Object.entries(full ?? more)) if (figures) this.rows.get(symbol)?.draw(figures);
  }

  /** Show what is found instead of the pins, while something is sought; what is shown already stays, with its focus. */
  search() {
    const { pins } = this;
    const sought = this.field.value.trim();
    const all = sought ? matches(this.listed, sought) : [];
    const hits = all.slice(0, FOUND);
    const names = hits.map(({ symbol }) => symbol);
    this.pinned.hidden = Boolean(sought);
    this.found.hidden = !sought;
    if (names.join() !== this.names) {
      this.names = names.join();
      this.found.replaceChildren(...hits.map(({ symbol, kind }) => {
        const link = this.link(symbol, h('b', null, symbol), h('span', { class: 'kind' }, kind));
        return h('li', null, link, this.pin(symbol));
      }));
    }
    names.forEach((symbol, index) => press(this.found.children[index].lastChild, pins.includes(symbol)));
    const none = pins.length ? '' : 'Nothing pinned. Find a symbol and press its star.';
    put(this.note, sought ? outcome(sought, all.length) : none);
  }

  key(event) {
    const first = this.found.querySelector('a');
    if (event.key === 'Enter' && first) first.click();
    else if (event.key === 'ArrowDown' && first) first.focus();
    else if (event.key === 'Escape') this.leave();
    else return;
    event.preventDefault();
  }

  leave() {
    this.field.value = '';
    this.search();
  }

  /**
   * A plain link, so that a middle press opens a tab of its own, which hides what is hidden here; a plain press stays in
   * this session.
   */
  link(symbol, ...content) {
    const address = () => {
      const hidden = new URLSearchParams(window.location.search).get('privacy') === 'on';
      return `${this.data.page}?symbol=${encodeURIComponent(symbol)}${hidden ? '&privacy=on' : ''}`;
    };
    const link = h('a', { href: address() }, ...content);
    link.onpointerdown = () => { link.href = address(); };
    link.onclick = (event) => {
      link.href = address();
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.tell('open', symbol);
      this.leave();
    };
    return link;
  }

  /** The star that pins a symbol, or takes it off. */
  pin(symbol) {
    const button = h('button', { type: 'button', class: 'pin', 'aria-label': `Pin ${symbol}` });
    button.onclick = () => {
      const { pins } = this;
      if (pins.includes(symbol)) this.pins = pins.filter((other) => other !== symbol);
      else if (pins.length < MOST) this.pins = [...pins, symbol];
      else put(this.note, `${MOST} symbols are pinned, more do not fit. Unpin one first.`);
    };
    return button;
  }

  stop() {
    removeEventListener('storage', this.heard);
  }
}

export default (component) => panel(component, (root, follow, tell) => new Watchlist(root, follow, tell));
