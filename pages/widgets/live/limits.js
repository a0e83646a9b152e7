// The limits, and how much of each is used (kucoin/web/guard.py).
// data: {every: also those that nobody set}

import { h, patch } from './base.js';
import { head, mark, panel, put } from './panel.js';

function row({ label, used, of, share, look, why }) {
  return h('tr', { title: why },
    h('th', { scope: 'row' }, h('span', null, label),
      h('span', { class: 'bar', hidden: share == null }, h('u', { class: look, style: `width:${(share ?? 0) * 100}%` }))),
    h('td', null, h('b', { class: look }, used), ' ', h('small', null, of)));
}

export default (component) => panel(component, (root, follow) => {
  const age = mark();
  const rows = h('tbody');
  const excuse = h('p', { class: 'warn', role: 'status' });
  const none = h('p', { class: 'cap', hidden: true }, 'No limit is set.');
  root.append(head('Limits', age, h('span', { class: 'cap' }, 'checked in the server')),
    h('div', { class: 'body' }, excuse, h('table', { 'aria-label': 'Limits' }, rows), none));
  let every = false;
  let told = null;

  function redraw() {
    if (!told) return;
    const shown = told.uses.filter(({ of }) => every || of !== 'no limit');
    patch(rows, h('tbody', null, shown.map(row)));
    put(excuse, told.problem);
    none.hidden = shown.length > 0 || Boolean(told.problem);
  }

  return {
    mark: age,
    give(data) {
      ({ every } = data);
      follow(data.panel);
      redraw();
    },
    draw({ full, more }) {
      told = full ?? { ...told, ...more };
      redraw();
    },
  };
});
