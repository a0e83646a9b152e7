// What could be traded close to the middle price: the value of both sides within a tenth to two percent.

import { h } from './base.js';
import { brief, grouped, percent } from './numbers.js';
import { mark, panel, put } from './panel.js';

const DISTANCES = [0.001, 0.005, 0.01, 0.02];

export default (component) => panel(component, (root, follow) => {
  const age = mark();
  const unit = h('caption', { class: 'cap' });
  const rows = DISTANCES.map((distance) => {
    const [bid, ask] = ['bid', 'ask'].map((side) => ({ figure: h('span', { class: 'figure' }), bar: h('i', { class: side }) }));
    const line = h('tr', null, h('td', { class: 'bid' }, bid.figure, h('span', { class: 'bar figure' }, bid.bar)),
      h('th', { scope: 'row' }, `±${percent(distance, 1).replace('+', '').replace('.0', '')}`),
      h('td', { class: 'ask' }, ask.figure, h('span', { class: 'bar figure' }, ask.bar)));
    return { line, bid, ask };
  });
  root.append(h('table', { class: 'body' }, unit,
    h('thead', null, h('tr', null, ['Bid', 'Within', 'Ask'].map((title) => h('th', { scope: 'col' }, title)))),
    h('tbody', null, rows.map(({ line }) => line))));
  let quote = '';

  function write({ figure, bar }, value, largest) {
    put(figure, brief(value));
    figure.title = value == null ? 'Further away than the part of the book that is known' : `${grouped(value)} ${quote}`;
    bar.style.setProperty('--w', value == null ? 0 : Number(value) / largest);
  }

  function draw({ full }) {
    const largest = Math.max(...full.within.flatMap(([, bid, ask]) => [Number(bid ?? 0), Number(ask ?? 0)])) || 1;
    full.within.forEach(([, bid, ask], index) => {
      write(rows[index].bid, bid, largest);
      write(rows[index].ask, ask, largest);
    });
  }

  function clear() {
    for (const { bid, ask } of rows) for (const side of [bid, ask]) write(side, null);
  }

  return { mark: age, draw, clear, give(data) {
    ({ quote } = data);
    put(unit, `Value, ${quote}`);
    follow(data.panel);
  } };
});
