// What can be looked up: a field to search in, and below it what was found. All of it is here from the start, so that
// a key is answered without asking the script, which hears of what was chosen alone.
// data: { sought, chosen, entries: [[key, badge, title, host, summary, names, words]] }; `words` is what else is searched.

const SHOWN = 4; // of the names that were searched for

/** An entry as it is searched and drawn. */
function known([key, badge, title, host, summary, names, words]) {
  const low = title.toLowerCase();
  return {
    key, badge, title, host, summary, low,
    parts: new Set([low, badge.toLowerCase(), ...low.split(/[/{}]/).filter(Boolean)]),
    names: names.map((name) => [name.toLowerCase(), name]),
    rest: `${key}\n${summary}\n${words}`.toLowerCase(),
  };
}

/**
 * How well a word fits an entry, 0 where it does not occur: one in the path, topic or code counts more than one in a
 * parameter's or field's name, and that more than one anywhere else; the whole name more than a part of it.
 */
function mark({ low, parts, names, rest }, word) {
  if (parts.has(word)) return 32;
  if (names.some(([name]) => name === word)) return 16;
  if (low.includes(word)) return 8;
  if (names.some(([name]) => name.includes(word))) return 4;
  return rest.includes(word) ? 1 : 0;
}

/** The entries in which every word occurs, whatever its case, best first, with the names it is in; all where none is. */
function search(entries, words) {
  if (words.length === 0) return entries.map((entry) => ({ entry, named: [] }));
  return entries
    .map((entry) => ({ entry, marks: words.map((word) => mark(entry, word)) }))
    .filter(({ marks }) => marks.every(Boolean))
    .map(({ entry, marks }) => ({
      entry,
      fit: marks.reduce((sum, each) => sum + each),
      named: entry.names.filter(([low]) => words.some((word) => low.includes(word))).map(([, name]) => name),
    }))
    .sort((one, other) => other.fit - one.fit); // as they came where alike
}

/** The row of an entry. It is made once and comes and goes: a list made anew at each key took up to three times as long. */
function row({ key, badge, title, host, summary }) {
  return h('li', null, h('button', { type: 'button', 'data-key': key },
    h('span', { class: 'head' }, h('i', { class: 'badge' }, badge), h('b', null, title), host && h('em', null, host)),
    h('span', { class: 'cap' }, h('span', { class: 'names' }), summary)));
}

/** Draw what is found of the word in `root.sought`; rows that stay where they are keep the focus. */
function draw(root) {
  const words = root.sought.toLowerCase().split(/\s+/).filter(Boolean);
  const hits = search(root.entries, words);
  const total = root.entries.length;
  const rows = hits.map(({ entry, named }) => {
    entry.row ??= row(entry);
    entry.row.querySelector('.names').textContent = named.slice(0, SHOWN).join(', ');
    return entry.row;
  });
  const list = root.querySelector('ul');
  const before = [...list.children];
  if (rows.length !== before.length || rows.some((each, place) => each !== before[place])) list.replaceChildren(...rows);
  root.querySelector('p').textContent = words.length > 0 ? `${hits.length} of ${total}` : `${total} endpoints, topics and codes`;
  point(root);
}

/** Point out the entry that was chosen, in the rows that are not listed just now as well. */
function point(root) {
  for (const { key, row: made } of root.entries) {
    if (key === root.chosen) made?.firstChild.setAttribute('aria-current', 'true');
    else made?.firstChild.removeAttribute('aria-current');
  }
}

/** Go from the search through the hits and back; Enter in the search chooses the best. */
function walk(root, event) {
  const stops = [root.querySelector('input'), ...root.querySelectorAll('[data-key]')];
  const place = stops.indexOf(event.target);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    stops[place + step]?.focus();
  } else if (event.key === 'Enter' && place === 0 && root.sought.trim()) stops[1]?.click();
}

/** Draw what stays, and listen, once for as long as the element stands; `root.tell` is always the newest run's. */
function begin(root) {
  root.append(
    h('input', { type: 'search', maxlength: 200, spellcheck: 'false', autocomplete: 'off', 'aria-label': 'Search the reference', placeholder: 'Path, field, code or words' }),
    h('p', { class: 'cap', role: 'status' }),
    h('ul', { 'aria-label': 'Found' }));
  root.addEventListener('input', ({ target }) => {
    root.sought = target.value;
    draw(root);
    root.querySelector('ul').scrollTop = 0;
  });
  root.addEventListener('keydown', (event) => walk(root, event));
  root.addEventListener('click', ({ target }) => {
    const button = target.closest('[data-key]');
    if (!button) return;
    root.chosen = button.dataset.key;
    root.given = root.sought; // which the script will give back
    point(root);
    root.tell('chosen', { key: root.chosen, sought: root.sought });
  });
}

export default ({ parentElement, data, setTriggerValue }) => {
  const root = parentElement.querySelector('.root');
  root.tell = setTriggerValue;
  root.chosen = data.chosen;
  root.entries ??= data.entries.map(known);
  if (root.given === undefined) begin(root);
  const turned = root.given !== data.sought; // by the address or an example; what was typed since stays otherwise
  if (turned) root.querySelector('input').value = root.given = root.sought = data.sought;
  draw(root);
  if (turned) root.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
};
