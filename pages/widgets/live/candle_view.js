// The candles that are known, and which of them the reader looks at. Pure: no page, no clock, no network.
//
// The view is a number of bars and the time at the right edge, null while it follows the market. Updates never touch it.

export const FEWEST = 12, MOST = 500; // bars in view
const AHEAD = 2.5; // bars of air behind the last one

const read = ([seconds, open, high, low, close, volume]) => ({ at: seconds * 1000, open, high, low, close, volume });

export class View {
  /** `step`: length of a bar in ms. */
  constructor(step) {
    Object.assign(this, { step, rows: [], fills: [], orders: [], first: false, right: null, bars: null });
  }

  /** Take the whole state; keep the older bars that the reader loaded, unless a hole would stand between. */
  start({ rows, fills, orders }) {
    const fresh = rows.map(read);
    const from = fresh[0]?.at ?? Infinity;
    const joined = this.rows.some((row) => row.at >= from);
    this.rows = joined ? [...this.rows.filter((row) => row.at < from), ...fresh] : fresh;
    this.first &&= joined;
    Object.assign(this, { fills, orders });
  }

  /** Take bars that are new or changed, and all own trades and orders where there are others. */
  grow({ last, fills, orders }) {
    for (const row of last.map(read)) {
      const index = this.index(row.at);
      this.rows.splice(index + 1, 0, row);
      if (this.rows[index]?.at === row.at) this.rows.splice(index, 1);
    }
    this.fills = fills ?? this.fills;
    this.orders = orders ?? this.orders;
  }

  /** Take bars before the first; `end`: there are none before these. */
  lengthen({ rows, end }) {
    const from = this.rows[0]?.at ?? Infinity;
    this.rows.unshift(...rows.map(read).filter((row) => row.at < from));
    this.first = end;
  }

  get last() { return this.rows.at(-1); }

  /** The time at the right edge while the view follows the market. */
  get now() { return this.last.at + AHEAD * this.step; }
  get to() { return this.right ?? this.now; }
  get from() { return this.to - this.bars * this.step; }

  /** The bars in view, and those that the edges cut. */
  get seen() { return this.rows.slice(this.index(this.from - this.step) + 1, this.index(this.to + this.step) + 1); }

  /** Whether what is older will soon be looked at. */
  get short() { return !this.first && this.from < this.rows[0].at + (this.bars * this.step) / 2; }

  /** Own trades in view, each at the bar it fell into. */
  get marks() {
    return this.fills
      .filter(([time]) => time >= this.from && time < this.to)
      .map(([time, side, price, size]) => ({ row: this.row(time), side, price, size }))
      .filter(({ row }) => row);
  }

  /** Return the bar that `time` falls into, or the last one before it. */
  row(time) { return this.rows[this.index(time)]; }

  /** Move by so many bars: to the left they grow older. */
  move(bars) {
    const right = Math.max(this.to + bars * this.step, this.rows[0].at + FEWEST * this.step);
    this.right = right < this.now ? right : null;
  }

  /** Show `factor` times as many bars; what is at the share `anchor` of the width stays there, or the edge that follows. */
  zoom(factor, anchor) {
    const bars = Math.min(MOST, Math.max(FEWEST, this.bars * factor));
    const shift = this.right === null ? 0 : (1 - anchor) * (bars - this.bars);
    this.bars = bars;
    this.move(shift);
  }

  /** Return the place of the last bar that begins at `time` or before; -1 where none does. */
  index(time) {
    let [low, high] = [0, this.rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.rows[middle].at <= time) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
