// A table of figures with their points in one line; below 560 px of its own width every row is a card.
// `columns`: {id, head, side: 'start'|'end', place, sorts, digits, strong, spare, flashes}; `place` is the column's
// corner of the card, absent = not on it; `digits` lines up decimal points, with room for so many decimals at least; as
// room runs out, columns go by `spare`: 3, 2, 1. `rows`: {id, dim, cells: {column id: cell}}; a cell is {text, second,
// name, badge, direction, hint, share, card, rank, under, bare}, and its figure goes by `<row id>/<column id>`. `under` is
// [text, spare], what stands below a figure once the columns of that `spare` are gone; a `bare` cell is on no card.

import { h } from './base.js';
import { figures, fractionDigits } from './cells.js';

const DIGIT = 7.4; // px of a figure's digit, a heading's letter, and what is between two columns
const LETTER = 6.4;
const GAP = 14;

function content(row, cell, column, digits, live) {
  if (!cell) return [];
  if (column.side === 'start') {
    return [
      h(column.strong ? 'b' : 'span', null, cell.text), cell.name && h('span', { class: 'quiet name' }, cell.name),
      cell.badge && h('span', { class: 'badge warn' }, cell.badge),
      cell.second && h('small', null, cell.second),
    ];
  }
  const look = { digits: column.digits == null ? null : digits, flashes: column.flashes };
  return [
    cell.share != null && h('span', { class: 'bar' }, h('i', { style: `width:${cell.share}%` })),
    live(`${row.id}/${column.id}`, [cell.text, cell.direction], look),
    cell.card && h('span', { class: 'card-only quiet' }, cell.card),
    cell.under && h('small', { class: `instead-${cell.under[1]}` }, cell.under[0]),
  ];
}

function spare(column) {
  return column.spare ? `spare-${column.spare}` : '';
}

/** The px that a column of figures needs. */
function room(column, texts, digits) {
  const longest = Math.max(...texts.map((text) => text.length - (column.digits == null ? 0 : fractionDigits(text) - digits)));
  const bar = column.id === 'share' ? 52 : 0;
  return Math.max(longest * DIGIT + bar, column.head.length * LETTER + 10) + GAP;
}

function head(column, sort, width) {
  const label = column.sorts ? h('button', { type: 'button', 'data-sort': column.id }, column.head) : column.head;
  const order = sort.column === column.id ? (sort.falling ? 'descending' : 'ascending') : null;
  const style = width && `width:${width}px`;
  return h('th', { scope: 'col', class: [column.side, spare(column)].join(' '), 'aria-sort': order, style }, label);
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
    const kind = [column.side, spare(column), column.place && !cell?.bare ? `at-${column.place}` : 'off-card'].join(' ');
    return h('td', { class: kind, title: cell?.hint }, content(row, cell, column, widest[column.id], live));
  }));
}

export default function (component) {
  const root = component.parentElement.querySelector('.root');
  root.sort ??= component.data.sort;
  root.widest ??= {}; // decimals of each column, and the px that it takes; both only grow, so that none moves to and fro
  root.rooms ??= {};

  function draw({ columns, rows, label }, live, told, redraw) {
    for (const column of columns) {
      const texts = rows.map((row) => told(`${row.id}/${column.id}`)?.[0] ?? row.cells[column.id]?.text ?? '');
      const digits = Math.max(root.widest[column.id] ?? 0, column.digits ?? 0, ...texts.map(fractionDigits));
      root.widest[column.id] = digits;
      const needed = column.side === 'end' ? room(column, texts, digits) : 0;
      if (needed > (root.rooms[column.id] ?? 0)) root.rooms[column.id] = Math.ceil(needed + DIGIT); // and a digit to spare
    }
    root.onclick = ({ target }) => {
      const column = target.closest('[data-sort]')?.dataset.sort;
      if (!column) return;
      root.sort = { column, falling: root.sort.column === column ? !root.sort.falling : true };
      redraw();
    };
    return h('table', { 'aria-label': label },
      h('thead', null, h('tr', null, columns.map((column) => head(column, root.sort, root.rooms[column.id])))),
      h('tbody', null, sorted(rows, root.sort).map((row) => body(row, columns, root.widest, live))));
  }

  return figures(component, draw);
}
