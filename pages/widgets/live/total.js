// The one large figure of the page: total, change of 24 hours, the same in other units, and what is missing from it.
export default function ({ parentElement, data }) {
  return show(parentElement.querySelector('.root'), h('section', { class: 'dated', 'aria-label': 'Total equity' },
    h('div', { class: 'row soft' }, h('span', null, 'Total equity'), data.marks.map(age)),
    h('div', { class: 'row sum figure' }, h('span', { class: 'number' }, data.figure), h('span', { class: 'unit' }, data.unit)),
    h('div', { class: 'row change figure', title: data.change.hint },
      pill(data.change), h('span', { class: data.change.direction }, data.change.sum), h('span', { class: 'cap' }, 'in 24 h')),
    h('div', { class: 'row others' },
      data.conversions.map((text) => h('span', { class: 'cap figure' }, text)),
      data.missing && h('span', { class: 'badge warn', title: data.missing.hint }, data.missing.text)),
  ));
}
