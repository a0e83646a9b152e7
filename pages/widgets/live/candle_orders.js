// The reader's own open orders on the candles: a dashed line at each price with side and size, and a tag on the axis.
//
// Prices are drawn where they are; an order far from the market does not flatten the bars, it is counted at the top.
import { h, patch } from './base.js';
import { grouped } from './numbers.js';

const APART = 18; // px between two lines that are both labelled: as tall as a tag is

/** 0.50000000 -> 0.5 */
const trimmed = (size) => grouped(size.includes('.') ? size.replace(/\.?0+$/, '') : size);

const label = ({ side, size, more }) => `${side === 'buy' ? 'Buy' : 'Sell'} ${trimmed(size)}${more ? `, ${more} more` : ''}`;

/** How far a tag at `y` has to move so that it leaves the one at `last` free. */
const aside = (y, last) => (Math.abs(y - last) >= APART ? 0 : last + (y < last ? -APART : APART) - y);

export class OrderLines {
  constructor() {
    this.element = h('div', { class: 'orders' });
  }

  /**
   * Draw `orders` ([side, price, size], the highest price first) where `fit`, what scale() returned, has their prices.
   * Lines too near to be told apart share the label of the uppermost; `last`, where the market's own tag is, stays free.
   */
  show(orders, fit, last) {
    const [floor, roof] = fit.prices;
    const at = orders.map(([side, price, size]) => ({ side, price, size, number: Number(price), more: 0 }));
    const seen = at.filter(({ number }) => number >= floor && number <= roof);
    let labelled = null;
    for (const order of seen) {
      order.y = fit.y(order.number);
      if (labelled && order.y - labelled.y < APART) labelled.more += 1;
      else labelled = order;
      order.said = labelled === order;
    }
    const lines = seen.map((order) => h('div', { class: 'order', style: `transform: translateY(${order.y.toFixed(1)}px)` },
      order.said && [h('span', null, label(order)), h('b', { style: `top: ${(aside(order.y, last) - 9).toFixed(1)}px` }, grouped(order.price))]));
    const above = at.filter(({ number }) => number > roof).length;
    const below = at.filter(({ number }) => number < floor).length;
    const away = [above && `${above} above`, below && `${below} below`].filter(Boolean).join(', ');
    patch(this.element, h('div', null, lines, away && h('p', null, `Own orders: ${away}`)));
  }

  clear() {
    this.element.replaceChildren();
  }
}
