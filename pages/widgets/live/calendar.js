// What was realised each day, a row a week: depth of the tint says how much, the sign says which way.
const NAMES = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

function cell({ number, amount, look, depth, told }) {
  return h('td', { class: look, style: `--depth:${depth}%`, 'aria-label': told },
    h('div', null, h('b', null, amount), h('span', null, number)));
}

export default ({ parentElement, data }) => show(parentElement.querySelector('.root'),
  h('table', { class: data.low && 'low', 'aria-label': 'Realised net by day' },
    h('thead', null, h('tr', null, NAMES.map((name) => h('th', { scope: 'col' }, name)))),
    h('tbody', null, data.weeks.map((week) => h('tr', null, week.map(cell))))));
