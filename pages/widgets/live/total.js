// The one large figure of the page: total, change of 24 hours, the same in other units, and what is missing from it.

import { h } from './base.js';
import { figures } from './cells.js';

export default (component) => figures(component, (data, cell) => [
  h('div', { class: 'row sum' }, cell('total', data.total, { look: 'number' }), h('span', { class: 'unit' }, data.unit)),
  h('div', { class: 'row change', title: data.hint },
    cell('change', data.change, { look: 'pill' }), h('span', { class: 'cap' }, 'in 24 h'), cell('sum', data.sum)),
  h('div', { class: 'row others' },
    data.conversions.map(([name, figure]) => cell(name, figure, { look: 'cap' })),
    data.missing && h('span', { class: 'badge warn', title: data.missing.hint }, data.missing.text)),
], (age) => h('div', { class: 'row soft' }, h('span', null, 'Total equity'), age));
