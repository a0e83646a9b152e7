// The share of each currency in the total, as bars.

import { h } from './base.js';
import { figures } from './cells.js';
import { head } from './panel.js';

function bar(row, cell) {
  return h('li', { class: row.other && 'other' }, h('span', null, row.name),
    h('span', { class: 'track figure' }, h('i', { style: `transform:scaleX(${row.size})` })), cell(row.cell, row.share));
}

export default (component) => figures(component,
  (data, cell) => h('ul', { 'aria-label': 'Share of each currency in the total' }, data.rows.map((row) => bar(row, cell))),
  (age) => head('Allocation', age));
