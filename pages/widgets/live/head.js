// The one large figure of a market: its last price, and what that is against 24 hours ago.

import { h } from './base.js';
import { direction, grouped, percent } from './numbers.js';
import { flash, mark, panel, put } from './panel.js';

const WORDS = { 1: 'up', '-1': 'down', 0: 'flat' };

export default (component) => panel(component, (root, follow) => {
  const age = mark();
  const last = h('span', { class: 'last figure flat' });
  const change = h('span', { class: 'pill figure unknown' });
  root.append(h('div', { class: 'head' }, last, h('span', null, change, h('span', { class: 'cap' }, 'in 24 h')), age));
  let state = {};

  function draw({ full, more }) {
    const before = state.last;
    state = full ?? { ...state, ...more };
    put(last, grouped(state.last));
    last.className = `last figure ${state.last == null ? 'unknown' : WORDS[state.dir] ?? 'flat'}`;
    put(change, percent(state.change_ratio));
    change.className = `pill figure ${direction(state.change_ratio)}`;
    change.title = state.change == null ? '' : `${grouped(state.change)} ${state.quote}`;
    if (more && state.last !== before) flash(last, state.dir < 0 ? 'var(--loss) 14%' : 'var(--gain) 14%');
  }

  function clear() {
    state = {};
  }

  return { mark: age, draw, clear, give: ({ panel: name }) => follow(name) };
});
