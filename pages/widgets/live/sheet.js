// A table to be looked up rather than watched. `data`: {title, age, kind, columns, rows, none, foot}.
// `kind` is facts (a name and what it is, no heads), words (name, word, sentence) or figures (name, then figures under
// `columns`); below 560 px of its own width a row of the last two is a block of its own. A row is a list of cells, the
// first of them its name; a cell is {text, small, look, mark, href}: `look` is fine, quiet, warn or alert, `mark` an age
// (freshness.py) that stands before the text, `href` an address on KuCoin's site.

const LOOKS = { fine: 'badge', quiet: 'quiet', warn: 'badge warn', alert: 'badge alert' };

/** A link leaves this page alone: another tab, which cannot reach back. */
function said({ text, look, href }) {
  if (href) return h('a', { href, target: '_blank', rel: 'noopener noreferrer' }, text);
  return text && h('span', { class: LOOKS[look] }, text);
}

function cell(given, index, columns) {
  return h(index ? 'td' : 'th', { scope: index ? null : 'row', 'data-label': index ? columns[index] : null },
    given.mark && age(given.mark), given.mark && given.text && ' ', said(given),
    given.small && h('small', null, given.small));
}

export default function ({ parentElement, data }) {
  const { title, kind, columns, rows, none, foot } = data;
  const root = parentElement.querySelector('.root');
  return show(root,
    h('header', null, h('h2', null, title), data.age && age(data.age)),
    rows.length === 0 ? h('p', { class: 'soft' }, none) : h('table', { class: kind, 'aria-label': title },
      columns.length > 0 && h('thead', null, h('tr', null, columns.map((name) => h('th', { scope: 'col' }, name)))),
      h('tbody', null, rows.map((row) => h('tr', null, row.map((each, index) => cell(each, index, columns)))))),
    foot && h('p', { class: 'cap' }, foot));
}
