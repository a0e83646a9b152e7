// The ages of a panel, beside its heading.
export default function ({ parentElement, data }) {
  return show(parentElement.querySelector('.root'), h('div', { class: 'ages' }, data.marks.map(age)));
}
