// The depth of the book: what it takes to move the price, as two stairs. The data are those of depth.py; the sums are
// cumulative, nearest price first, and for drawing only.
import { h } from './base.js';
import { brief, grouped } from './numbers.js';
import { head, mark, panel, put } from './panel.js';
import { Surface, axis, sheet, tinted } from './plots.js';

const TOP = 4, BOTTOM = 20; // px
const AIR = 1.06; // of the largest sum
const DIGIT = 7; // px of a figure
const CLEARLY = 1.2; // times as high as the other side, before the sums change sides

class Depth {
  constructor(root, follow) {
    Object.assign(this, { root, follow, mark: mark(), end: 'left' });
    this.unit = h('span', { class: 'cap' });
    this.plot = h('div', { class: 'plot body figure', role: 'img' });
    root.append(head('Depth', this.mark, this.unit), this.plot);
    this.surface = new Surface(root, this.plot, (surface) => this.paint(surface));
  }

  give(data) {
    this.data = data;
    this.plot.setAttribute('aria-label', `Depth of the book of ${data.symbol}, cumulative`);
    put(this.unit, `${data.unit}, cumulative`);
    this.surface.load(data.plotly);
    this.follow(data.panel);
  }

  clear() {
    this.full = null;
    this.surface.now();
  }

  draw({ full }) {
    this.full = full;
    this.surface.later();
  }

  paint({ size, look }) {
    const { bids, asks, mid } = this.full ?? {};
    if (!bids?.length || !asks?.length) return this.surface.clear();
    this.surface.show([stairs(bids, look.gain), stairs(asks, look.loss)], {
      ...sheet(size, { l: 0, r: 0, t: TOP, b: BOTTOM }), ...this.axes(bids, asks, mid, size.width, look),
    });
  }

  /** The middle price stands in the middle; the sums at the end of the higher stairs, which pass above all of them. */
  axes(bids, asks, mid, width, look) {
    const levels = [...bids, ...asks];
    const [left, right] = [bids, asks].map((side) => side.at(-1)[1]);
    if (Math.max(left, right) > CLEARLY * Math.min(left, right)) this.end = left > right ? 'left' : 'right';
    const far = Math.max(...levels.map(([price]) => Math.abs(price - mid))) || mid / 1000;
    const most = Math.max(...levels.map(([, sum]) => sum)) * AIR;
    const sums = [0.25, 0.5, 0.75].map((share) => Number((share * most).toPrecision(2)));
    const written = (price) => grouped(price.toFixed(this.data.places));
    const prices = around(mid, far, width / (written(mid).length * DIGIT));
    return {
      xaxis: axis(look, { range: [mid - far, mid + far], showgrid: false, tickvals: prices, ticktext: prices.map(written) }),
      yaxis: axis(look, {
        range: [0, most], tickvals: sums, ticktext: sums.map((sum) => brief(String(sum))),
        side: this.end, ticklabelposition: 'inside top', ticklabelstandoff: 5,
      }),
      shapes: [{
        type: 'line', x0: mid, x1: mid, y0: 0, y1: 1, yref: 'paper', line: { color: look.edge, width: 1, dash: '2px,3px' },
      }],
    };
  }

  stop() {
    this.surface.stop();
  }
}

/** Round prices to write below: the middle, and on both of its sides as many as there is `room` for. */
function around(mid, far, room) {
  const unit = 10 ** Math.floor(Math.log10(far / 10));
  const shares = room < 4 ? [0] : room < 6.5 ? [-0.66, 0, 0.66] : [-0.8, -0.4, 0, 0.4, 0.8];
  return shares.map((share) => Math.round((mid + share * far) / unit) * unit);
}

/** One side: flat between two prices, up at each of them. */
function stairs(levels, colour) {
  const [best] = levels;
  return {
    type: 'scatter', mode: 'lines', line: { shape: 'hv', color: colour, width: 1.3 },
    fill: 'tozeroy', fillcolor: tinted(colour, 0.13),
    x: [best[0], ...levels.map(([price]) => price)], y: [0, ...levels.map(([, sum]) => sum)],
  };
}

export default (component) => panel(component, (root, follow) => new Depth(root, follow));
