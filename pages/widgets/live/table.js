// A table of figures with their points in one line; below 560 px of its own width every row is a card.
// `columns`: {id, head, side: 'start'|'end', place, sorts, points, strong, spare, flashes}; `place` is the column's
// corner of the card, absent = not on it; `points` lines up decimal points; as room runs out, columns go by `spare`: 3,
// 2, 1. `rows`: {id, dim, cells: {column id: cell}}; a cell is {text, second, name, badge, direction, hint, share, card,
// rank}, and its figure goes by `<row id>/<column id>`.

import { h } from './base.js';
import { figures, fractionDigits } from './cells.js';

function content(row, cell, column, digits, live) {
  if (!cell) return [];
  if (column.side === 'start') {
    return [
      h(column.strong ? 'b' : 'span', null, cell.text), cell.name && h('span', { class: 'quiet name' }, cell.name),
      cell.badge && h('span', { class: 'badge warn' }, cell.badge),
      cell.second && h('small', null, cell.second),
    ];
  }
  const look = { digits: column.points ? digits : null, flashes: column.flashes };
  return [
    cell.share != null && h('span', { class: 'bar' }, h('i', { style: `width:${cell.share}%` })),
    live(`${row.id}/${column.id}`, [cell.text, cell.direction], look),
    cell.card && h('span', { class: 'card-only quiet' }, cell.card),
  ];
}

function spare(column) {
  return column.spare ? `spare-${column.spare}` : '';
}

function head(column, sort) {
  const label = column.sorts ? h('button', { type: 'button', 'data-sort': column.id }, column.head) : column.head;
  const order = sort.column === column.id ? (sort.falling ? 'descending' : 'ascending') : null;
  return h('th', { scope: 'col', class: [column.side, spare(column)].join(' '), 'aria-sort': order }, label);
}

/** Rows without a figure in the sorted column stay below, whichever way the others run. */
function sorted(rows, { column, falling }) {
  const rank = (row) => row.cells[column]?.rank;
  return [...rows].sort((a, b) => {
    const [x, y] = [rank(a), rank(b)];
    if (x == null || y == null) return (x == null) - (y == null);
    return (x < y ? -1 : x > y ? 1 : 0) * (falling ? -1 : 1);
  });
}

function body(row, columns, widest, live) {
  return h('tr', { class: row.dim && 'dim' }, columns.map((column) => {
    const cell = row.cells[column.id];
    const kind = [column.side, spare(column), column.place ? `at-${column.place}` : 'off-card'].join(' ');
    return h('td', { class: kind, title: cell?.hint }, content(row, cell, column, widest[column.id], live));
  }));
}

export default function (component) {
  const root = component.parentElement.querySelector('.root');
  root.sort ??= component.data.sort;
  root.widest ??= {}; // decimals of each column; they only grow, so that no column moves to and fro

  function draw({ columns, rows, label }, live, told, redraw) {
    for (const column of columns) {
      const texts = rows.map((row) => told(`${row.id}/${column.id}`)?.[0] ?? row.cells[column.id]?.text ?? '');
      root.widest[column.id] = Math.max(root.widest[column.id] ?? 0, ...texts.map(fractionDigits));
    }
    root.onclick = ({ target }) => {
      const column = target.closest('[data-sort]')?.dataset.sort;
      if (!column) return;
      root.sort = { column, falling: root.sort.column === column ? !root.sort.falling : true };
      redraw();
    };
    return h('table', { 'aria-label': label },
      h('thead', null, h('tr', null, columns.map((column) => head(column, root.sort)))),
      h('tbody', null, sorted(rows, root.sort).map((row) => body(row, columns, root.widest, live))));
  }

  return figures(component, draw);
}
