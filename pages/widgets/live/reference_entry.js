// One entry of the reference, in full. Text alone: what stands between ``…`` or `…` is drawn as code.
// data: { badge, title, summary, facts: [[label, text]], parameters: [text], fields: [[name, kind, needed, becomes, meaning]],
//         uses: [{ name, signature, summary, more }], values: [[name, text]] }

/** Text with its code marked. */
function said(text) {
  return text.split(/``([^`]+)``|`([^`]+)`/).map((part, place) => (part && (place % 3 ? h('code', null, part) : part)));
}

/** A page of KuCoin's is offered, never loaded. */
const link = (text) => (/^https:\/\/www\.kucoin\.com\/[\w/-]+$/.test(text)
  ? h('a', { href: text, target: '_blank', rel: 'noopener noreferrer' }, text) : said(text));

const section = (title, ...content) => h('section', null, h('h3', null, title), content);

function facts(pairs) {
  return h('dl', null, pairs.map(([label, text]) => [
    h('dt', null, label), h('dd', null, text.split('\n').map((line) => h('div', null, link(line))))]));
}

function field([name, kind, needed, becomes, meaning]) {
  return h('tr', null, h('td', null, h('code', null, name)), h('td', null, kind, needed && h('small', null, 'always needed')),
    h('td', null, becomes && h('code', null, becomes), meaning && h('small', null, said(meaning))));
}

export default ({ parentElement, data }) => show(parentElement.querySelector('.root'),
  h('h2', null, h('span', { class: 'badge' }, data.badge), h('span', null, data.title)),
  data.summary && h('p', { class: 'summary' }, said(data.summary)),
  facts(data.facts),
  data.parameters.length > 0 && section('Asked with', h('p', { class: 'names' }, data.parameters.map((name) => h('code', null, name)))),
  data.fields.length > 0 && section('Read of the answer', h('table', null,
    h('thead', null, h('tr', null, ['Field', 'Read as', 'Becomes'].map((name) => h('th', { scope: 'col' }, name)))),
    h('tbody', null, data.fields.map(field)))),
  data.uses.length > 0 && section('In this client', data.uses.map(({ name, signature, summary, more }) => h('article', null,
    h('p', { class: 'call' }, h('code', null, h('b', null, name), signature)), h('p', null, said(summary)), more && h('pre', null, said(more))))),
  data.values.length > 0 && section('Made into', data.values.map(([name, text]) => h('article', null,
    h('p', { class: 'call' }, h('code', null, h('b', null, name))), h('pre', null, said(text))))));
