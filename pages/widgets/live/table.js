// A table of figures with their points in one line; below 560 px of its own width every row is a card.
// `columns`: {id, head, side: 'start'|'end', place, sorts, points, strong, spare}; `place` is the column's corner of
// the card, absent = not on it; `points` lines up decimal points; as room runs out, columns go by `spare`: 3, 2, 1.
// `rows`: {dim, cells: {column id: cell}}; a cell is {text, second, name, badge, direction, hint, share, card, rank}.

/** Split off the fraction, so that it can be given the width of the column's longest. */
function aligned(text, widest) {
  const point = text.lastIndexOf('.');
  const whole = point < 0 ? text : text.slice(0, point);
  const fraction = point < 0 ? '' : text.slice(point);
  return [whole, widest > 0 && h('span', { class: 'fraction', style: `--digits:${widest}` }, fraction)];
}

function fractionDigits(text) {
  const point = text.lastIndexOf('.');
  return point < 0 || !/^\.\d+$/.test(text.slice(point)) ? 0 : text.length - point - 1;
}

function content(cell, column, widest) {
  if (!cell) return [];
  if (column.side === 'start') {
    return [
      h(column.strong ? 'b' : 'span', null, cell.text), cell.name && h('span', { class: 'quiet name' }, cell.name),
      cell.badge && h('span', { class: 'badge warn' }, cell.badge),
      cell.second && h('small', null, cell.second),
    ];
  }
  return [
    cell.share != null && h('span', { class: 'bar' }, h('i', { style: `width:${cell.share}%` })),
    h('span', { class: `figure ${cell.direction ?? ''}` }, column.points ? aligned(cell.text, widest) : cell.text),
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

function body(row, columns, widest) {
  return h('tr', { class: row.dim && 'dim' }, columns.map((column) => {
    const cell = row.cells[column.id];
    const kind = [column.side, spare(column), column.place ? `at-${column.place}` : 'off-card'].join(' ');
    return h('td', { class: kind, title: cell?.hint }, content(cell, column, widest[column.id]));
  }));
}

function table({ columns, rows, label, stale }, sort) {
  const widest = Object.fromEntries(columns.map((column) => [column.id,
    Math.max(0, ...rows.map((row) => fractionDigits(row.cells[column.id]?.text ?? '')))]));
  return h('table', { class: stale && 'dated dim', 'aria-label': label },
    h('thead', null, h('tr', null, columns.map((column) => head(column, sort)))),
    h('tbody', null, sorted(rows, sort).map((row) => body(row, columns, widest))),
  );
}

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector('.root');
  root.sort ??= data.sort;
  const draw = () => show(root, table(data, root.sort));
  root.onclick = ({ target }) => {
    const column = target.closest('[data-sort]')?.dataset.sort;
    if (!column) return;
    root.sort = { column, falling: root.sort.column === column ? !root.sort.falling : true };
    draw();
  };
  return draw();
}
