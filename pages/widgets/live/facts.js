// What else there is to know of a market, in one row: best prices, the day's range, and what only contracts have.

import { h } from './base.js';
import { brief, grouped, percent, signed } from './numbers.js';
import { flash, mark, panel, put } from './panel.js';
import { exchangeTime } from './socket.js';

const FLASHING = new Set(['bid', 'ask', 'mark']);

/** The facts of a kind of market: key -> [label, text of the whole state, tooltip]. */
const SPOT = {
  bid: ['Bid', (state) => grouped(state.bid)],
  ask: ['Ask', (state) => grouped(state.ask)],
  high: ['24 h high', (state) => grouped(state.high)],
  low: ['24 h low', (state) => grouped(state.low)],
  volume: ['24 h volume', (state) => amount(state.volume, state.base), (state) => whole(state.volume, state.base)],
  turnover: ['24 h turnover', (state) => amount(state.turnover, state.quote), (state) => whole(state.turnover, state.quote)],
};
const FUTURES = {
  mark: ['Mark', (state) => grouped(state.mark)],
  index: ['Index', (state) => grouped(state.index)],
  basis: ['Basis', (state) => signed(state.basis), (state) => `Mark less index: ${percent(state.basis_ratio, 4)}`],
  ...SPOT,
  open_interest: ['Open interest', (state) => interest(state), (state) => [
    whole(state.open_interest, 'lots'), state.open_interest_coins && whole(state.open_interest_coins, state.base),
    state.open_interest_value && `worth ${whole(state.open_interest_value, state.quote)}`,
  ].filter(Boolean).join(', ')],
  funding: ['Funding', (state) => percent(state.funding_rate, 4), () => 'Paid by longs to shorts, the other way round where negative'],
};
delete FUTURES.turnover;

const amount = (text, unit) => (text == null ? grouped(null) : `${brief(text)} ${unit}`);
const interest = (state) => (state.open_interest_coins == null
  ? amount(state.open_interest, 'lots') : amount(state.open_interest_coins, state.base));
const whole = (text, unit) => (text == null ? 'not known' : `${grouped(text)} ${unit}`);

/** What is left until `at`: 3:27:54 */
function countdown(at) {
  const left = Math.max(0, Math.round((at - exchangeTime()) / 1000));
  const [hours, minutes, seconds] = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
  return `${hours}:${String(minutes).padStart(2, '0')}:${String(seconds).padStart(2, '0')}`;
}

export default (component) => panel(component, (root, follow) => {
  const age = mark();
  const list = h('div', { class: 'facts body' });
  root.append(list);
  let facts = SPOT;
  let state = {};
  let cells = {};

  /** Begin with empty figures: their place is taken before the first one comes. */
  function clear() {
    state = {};
    cells = Object.fromEntries(Object.keys(facts).map((key) => [key, { term: h('dt', null, facts[key][0]), figure: h('dd', { class: 'figure' }) }]));
    list.replaceChildren(...Object.values(cells).map(({ term, figure }) => h('dl', null, term, figure)));
  }

  function draw({ full, more }) {
    state = full ?? { ...state, ...more };
    for (const [key, [, text, hint]] of Object.entries(facts)) {
      const { figure } = cells[key];
      const written = text(state);
      if (more && FLASHING.has(key) && figure.textContent !== written) flash(figure);
      put(figure, written);
      figure.title = hint?.(state) ?? '';
    }
    count();
  }

  function count() {
    if (cells.funding && state.funding_at) put(cells.funding.term, `Funding in ${countdown(state.funding_at)}`);
  }

  const clock = setInterval(count, 1000);
  return { mark: age, draw, clear, give: ({ panel: name, kind }) => {
    facts = kind === 'futures' ? FUTURES : SPOT;
    follow(name);
  }, stop: () => clearInterval(clock) };
});
