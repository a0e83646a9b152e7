// Rows of the ledger, in a box that scrolls both ways; they are sorted by pressing a head, and a row may have more to
// tell. `data`: {label, rows, columns, told}. `rows` is how many are seen at a time. A column is {name, head, hint,
// pinned, hued, texts, ranks}: texts are written already, ranks are the numbers that they stand for, null where there is
// none, and absent where texts sort as texts; `hued` colours by the sign of the rank. `told` has a sentence a row.

function head({ name, head: title, hint, pinned, ranks }, sort) {
  const order = sort?.column === name ? (sort.falling ? 'descending' : 'ascending') : null;
  return h('th', { scope: 'col', class: [ranks && 'number', pinned && 'pinned'].filter(Boolean).join(' '), title: hint, 'aria-sort': order },
    h('button', { type: 'button', 'data-sort': name }, title));
}

/** Return the places of the rows in their order; those without a rank stay below, whichever way the others run. */
function ordered(columns, sort) {
  const places = columns[0].texts.map((_, place) => place);
  const column = columns.find(({ name }) => name === sort?.column);
  if (!column) return places; // as they came
  const ranks = column.ranks ?? column.texts;
  return places.sort((a, b) => {
    const [x, y] = [ranks[a], ranks[b]];
    if (x == null || y == null) return (x == null) - (y == null);
    return (x < y ? -1 : x > y ? 1 : 0) * (sort.falling ? -1 : 1);
  });
}

function look({ ranks, pinned, hued, texts }, place) {
  const rank = ranks?.[place];
  const hue = hued && (rank > 0 ? 'up' : rank < 0 ? 'down' : '');
  return [ranks && 'number', pinned && 'pinned', hue, texts[place] === '–' && 'unknown'].filter(Boolean).join(' ') || null;
}

function row(place, columns, told, chosen) {
  const open = told && told[place] === chosen;
  return h('tr', { 'data-place': told && place, class: open && 'chosen' }, columns.map((column, index) => {
    const text = column.texts[place];
    if (index) return h('td', { class: look(column, place) }, text);
    return h('th', { scope: 'row', class: look(column, place) },
      told ? h('button', { type: 'button', 'aria-pressed': String(open) }, text) : text);
  }));
}

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector('.root');
  const { label, rows, columns, told } = data;

  function draw() {
    const chosen = told?.includes(root.chosen) ? root.chosen : null;
    return show(root,
      h('div', { class: 'box', style: `--rows:${rows}` }, h('table', { 'aria-label': label },
        h('thead', null, h('tr', null, columns.map((column) => head(column, root.sort)))),
        h('tbody', null, ordered(columns, root.sort).map((place) => row(place, columns, told, chosen))))),
      told && h('p', { class: 'cap', role: 'status' }, chosen));
  }

  root.onclick = ({ target }) => {
    const column = target.closest('[data-sort]')?.dataset.sort;
    const place = target.closest('[data-place]')?.dataset.place;
    if (column) root.sort = { column, falling: root.sort?.column === column ? !root.sort.falling : true };
    else if (place && !getSelection().toString()) root.chosen = told[place] === root.chosen ? null : told[place];
    else return;
    draw();
  };
  return draw();
}
