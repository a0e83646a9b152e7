// Candles with volume, the live last bar, and the reader's own trades and open orders. The data are those of candles.py.
//
// Plotly draws what is in view and nothing else, so that a drawing costs the same whatever was loaded. Crosshair and last
// price are elements of our own above it: they follow every frame without a drawing.
import { h, patch } from './base.js';
import { layout, scale, traces } from './candle_figure.js';
import { handle } from './candle_hand.js';
import { OrderLines } from './candle_orders.js';
import { FEWEST, View } from './candle_view.js';
import { brief, grouped } from './numbers.js';
import { head, mark, panel, put } from './panel.js';
import { Surface } from './plots.js';
import { older } from './socket.js';

const BAR = 7; // px of a bar in the first view
const GUTTER = 70; // px of the price axis, about
const PATIENCE = 10_000; // ms for older candles to come, before they are asked for again
const READING = 'Reading candles';
const KEYS = 'Left and right move, plus and minus zoom, End goes back to now';
const LONG = 5; // decimals from which the figures of a bar need another line
const PRICES = [['O', 'open'], ['H', 'high'], ['L', 'low'], ['C', 'close']];

/** Write a time in UTC: with the clock for bars of less than a day. */
function utc(at, step) {
  const text = new Date(at).toISOString();
  return step < 86_400_000 ? `${text.slice(0, 10)} ${text.slice(11, 16)} UTC` : text.slice(0, 10);
}

class Candles {
  constructor(root, follow, tell) {
    Object.assign(this, { follow, tell, mark: mark() });
    this.choice = h('div', { class: 'intervals', role: 'group', 'aria-label': 'Interval' });
    this.readout = h('p', { class: 'readout figure' });
    this.plot = h('div', { class: 'plot' });
    this.orders = new OrderLines();
    this.last = h('div', { class: 'level', hidden: true }, h('b'));
    this.cross = h('div', { class: 'level cross', hidden: true }, h('b'));
    this.post = h('div', { class: 'post', hidden: true });
    this.say = h('p', { class: 'say', role: 'status' });
    this.back = h('button', { class: 'back', type: 'button', hidden: true }, 'Back to now');
    this.hand = h('div', { class: 'hand', tabindex: '0', role: 'group' });
    const marks = [this.orders.element, this.last, this.post, this.cross];
    const frame = h('div', { class: 'frame figure' }, this.plot, marks, this.hand, this.say, this.back);
    this.body = h('div', { class: 'body' }, this.readout, frame);
    root.append(head('Candles', this.mark, this.choice), this.body);
    this.surface = new Surface(root, this.plot, (surface) => this.paint(surface));
    this.back.onclick = () => this.home();
    handle(this.hand, this);
  }

  give(data) {
    this.data = data;
    this.hand.setAttribute('aria-label', `Candles of ${data.spoken} with volume, ${data.symbol}. ${KEYS}`);
    this.body.classList.toggle('long', data.places >= LONG);
    this.offer(data.intervals, data.interval);
    this.surface.load(data.plotly);
    this.follow(data.panel);
  }

  /** Offer intervals; the buttons stay the same ones while the offer is, so that focus stays where it is. */
  offer(intervals, chosen) {
    if (this.offered !== String(intervals)) {
      this.offered = String(intervals);
      this.choice.replaceChildren(...intervals.map(([name, label]) => {
        const button = h('button', { type: 'button', 'data-name': name }, label);
        button.onclick = () => this.tell('interval', name);
        return button;
      }));
    }
    for (const button of this.choice.children) button.setAttribute('aria-pressed', String(button.dataset.name === chosen));
  }

  /** Forget what was shown: another symbol or interval. */
  clear() {
    Object.assign(this, { view: new View(this.data.seconds * 1000), fit: null, eye: null, marks: [], asked: -PATIENCE });
    this.speak(READING);
    this.orders.clear();
    this.surface.now();
    this.stamp();
  }

  draw({ full, more, older: past }) {
    if (full) this.view.start(full);
    else if (more) this.view.grow(more);
    else if (past) this.view.lengthen(past);
    if (past && !past.problem) this.asked = -PATIENCE;
    if (this.view.last) this.speak('');
    else if (full) this.speak(full.problem ?? (full.read ? 'No trades yet' : READING));
    if (!more?.last || more.fills || this.view.right === null) this.surface.later(); // in the past nothing moves
    this.stamp();
  }

  speak(text) {
    put(this.say, text);
    this.say.hidden = !text;
  }

  // what the hand does

  get breadth() { return this.fit?.inner ?? 1; }

  move(bars) {
    if (!this.fit) return;
    this.view.move(bars);
    this.surface.now();
  }

  zoom(factor, anchor) {
    if (!this.fit) return;
    this.view.zoom(factor, anchor);
    this.surface.now();
  }

  home() {
    this.view.right = this.view.bars = null;
    this.surface.now();
  }

  /** The pointer is at `eye` ({x, y} in px), or nowhere. */
  point(eye) {
    this.eye = eye;
    this.stamp();
  }

  // drawing

  paint({ size, look }) {
    const { view } = this;
    if (!view.last) return this.surface.clear();
    view.bars ??= Math.max(FEWEST, Math.round((size.width - GUTTER) / BAR));
    const seen = view.seen;
    this.marks = view.marks;
    this.fit = scale(seen.length ? seen : [view.last], [view.from, view.to], size, (price) => this.price(price).length);
    this.body.style.setProperty('--gutter', `${this.fit.gutter}px`);
    this.body.style.setProperty('--digits', this.fit.digits);
    this.surface.show(traces(seen, this.marks, look, this.fit), layout(this.fit, size, look, view.step, this.data.places));
    this.orders.show(view.orders, this.fit, this.fit.y(view.last.close));
    this.stamp();
    this.reach();
  }

  reach() {
    const now = performance.now();
    if (!this.view.short || now - this.asked < PATIENCE) return;
    this.asked = now;
    const before = this.view.rows[0].at / 1000;
    if (this.data.frames) this.tell('older', before); // no socket gets through: the script brings them
    else older(this.data.panel, before);
  }

  /** Set last price, crosshair and the figures of the bar they belong to. */
  stamp() {
    const { eye, fit, view } = this;
    this.back.hidden = view.right === null;
    for (const element of [this.last, this.cross, this.post, this.readout]) element.hidden = !fit;
    if (!fit) return;
    const y = fit.y(view.last.close);
    const inside = Math.min(Math.max(y, fit.top), fit.top + fit.tall); // until the scale follows
    this.last.hidden = view.right !== null && y !== inside;
    this.level(this.last, inside, this.price(view.last.close));
    const over = eye !== null && eye.x <= fit.inner && eye.y <= fit.bottom;
    const row = (over && view.row(fit.time(eye.x) + view.step / 2)) || view.last;
    this.post.hidden = !over;
    this.post.style.transform = `translateX(${fit.x(row.at).toFixed(1)}px)`;
    this.cross.hidden = !over || eye.y > fit.top + fit.tall;
    if (!this.cross.hidden) this.level(this.cross, eye.y, this.price(fit.price(eye.y)));
    this.describe(row);
  }

  level(element, y, text) {
    element.style.transform = `translateY(${y.toFixed(1)}px)`;
    put(element.firstChild, text);
  }

  describe(row) {
    const hue = row.close < row.open ? 'down' : 'up';
    const fact = (letter, text, look) => h('span', null, h('i', null, letter), h('b', { class: look }, text));
    const own = this.marks.filter((mark) => mark.row.at === row.at).slice(-2);
    const said = ({ side, size, price }) => `${side === 'buy' ? 'bought' : 'sold'} ${grouped(size)} at ${grouped(price)}`;
    patch(this.readout, h('p', null,
      h('time', null, utc(row.at, this.view.step)),
      PRICES.map(([letter, name]) => fact(letter, this.price(row[name]), hue)),
      fact('V', brief(row.volume.toFixed(8))),
      own.map((mark) => h('b', { class: 'own' }, said(mark))),
    ));
  }

  price(number) { return grouped(number.toFixed(this.data.places)); }

  stop() {
    this.surface.stop();
  }
}

export default (component) => panel(component, (root, follow, tell) => new Candles(root, follow, tell));
