// Figures side by side, each with what it is above and a line below. `data.figures`: [label, figure, second line].
export default ({ parentElement, data }) => show(parentElement.querySelector('.root'),
  h('dl', null, data.figures.map(([label, figure, second]) => h('div', null,
    h('dt', null, label), h('dd', { class: 'figure' }, figure), h('dd', { class: 'cap' }, second)))));
