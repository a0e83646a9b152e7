// The margin accounts, a row for each settlement currency; below 560 px of its own width every row is a card.

import { h } from './base.js';
import { figures, fractionDigits } from './cells.js';

const COLUMNS = {
  equity: 'Equity',
  available: 'Available',
  position_margin: 'Position margin',
  order_margin: 'Order margin',
  frozen: 'Frozen',
  unrealised: 'Unrealised',
};
const RATIO = 'What cross positions must keep over what is there for them; at 100 % they are liquidated';

export default (component) => figures(component, (data, cell, told) => {
  const accounts = told('layout')?.accounts;
  if (!accounts) return h('div', { style: `height:${40 + 33 * data.rows}px` });
  const names = Object.keys(COLUMNS);
  const digits = Object.fromEntries(names.map((name) =>
    [name, Math.max(...accounts.map((currency) => fractionDigits(told(`account/${currency}/${name}`)?.[0])))]));
  return h('table', { 'aria-label': 'Margin accounts' },
    h('thead', null, h('tr', null,
      h('th', { scope: 'col' }, 'Settled in'),
      names.map((name) => h('th', { scope: 'col', class: name }, COLUMNS[name])),
      h('th', { scope: 'col', class: 'ratio', title: RATIO }, 'Risk ratio'))),
    h('tbody', null, accounts.map((currency) => {
      const id = `account/${currency}`;
      return h('tr', null,
        h('th', { scope: 'row' }, currency),
        names.map((name) => h('td', { class: name }, cell(`${id}/${name}`, null, { digits: digits[name] }))),
        h('td', { class: 'ratio' },
          h('span', { class: 'bar', 'aria-hidden': 'true' }, cell(`${id}/risk_ratio`, null, { look: 'part', drawn: true })),
          cell(`${id}/risk_ratio`, null, { look: 'share', why: 'The exchange tells no risk ratio of this account' })));
    })));
});
