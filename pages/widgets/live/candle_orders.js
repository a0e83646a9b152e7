// The reader's own open orders on the candles: a dashed line at each price with side and size, and a tag on the axis.
//
// Prices are drawn where they are; an order far from the market does not flatten the bars, it is counted at the top.
import { h, patch } from './base.js';
import { grouped } from './numbers.js';

const APART = 18; // px between two lines that are both labelled

/** 0.50000000 -> 0.5 */
const trimmed = (size) => grouped(size.includes('.') ? size.replace(/\.?0+$/, '') : size);

export class OrderLines {
  constructor() {
    this.element = h('div', { class: 'orders' });
  }

  /** Draw `orders` ([side, price, size], the highest price first) where `fit`, what scale() returned, has their prices. */
  show(orders, fit) {
    const [floor, roof] = fit.prices;
    const at = orders.map(([side, price, size]) => ({ side, price, size, number: Number(price) }));
    const seen = at.filter(({ number }) => number >= floor && number <= roof);
    let labelled = -Infinity;
    const lines = seen.map(({ side, price, size, number }) => {
      const y = fit.y(number);
      const apart = y - labelled >= APART;
      if (apart) labelled = y;
      return h('div', { class: 'order', style: `transform: translateY(${y.toFixed(1)}px)` },
        apart && [h('span', null, `${side === 'buy' ? 'Buy' : 'Sell'} ${trimmed(size)}`), h('b', null, grouped(price))]);
    });
    const above = at.filter(({ number }) => number > roof).length;
    const below = at.filter(({ number }) => number < floor).length;
    const away = [above && `${above} above`, below && `${below} below`].filter(Boolean).join(', ');
    patch(this.element, h('div', null, lines, away && h('p', null, `Own orders: ${away}`)));
  }

  clear() {
    this.element.replaceChildren();
  }
}
