// What would come of the order on the ticket: one row for each consequence. The rows are the same whatever is typed, and
// as high, so that the buttons below never move (pages/widgets/ticket_preview.py).
// `data`: {title, age, rows, problem, notes}; a row is {label, value, look, beside, beside_look, second, hint, short}, all
// of it written.

const DOT = { up: '▲', down: '▼' };

function row({ label, value, look, beside, beside_look: tone, second, hint, short }) {
  const kind = hint ? '' : 'figure'; // a reason is not dimmed with what is old
  return h('div', { class: short ? 'row short' : 'row', title: hint },
    h('dt', null, label),
    h('dd', { class: kind },
      h('span', { class: look }, DOT[look] && h('i', { 'aria-hidden': 'true' }, DOT[look]), value),
      beside && h('span', { class: `beside ${tone}` }, beside)),
    !short && h('dd', { class: `second ${kind}` }, second));
}

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector('.root');
  return show(root, h('div', { class: 'dated' },
    h('header', null, h('h3', null, data.title), data.age && age(data.age)),
    h('dl', null, data.rows.map(row)),
    h('div', { class: 'foot' },
      data.problem && h('p', { class: 'problem', role: 'status' }, data.problem),
      data.notes.length > 0 && h('p', { title: data.notes.join('\n') }, data.notes.join(' ')))));
}
