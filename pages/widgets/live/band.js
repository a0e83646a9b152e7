// Real money or not: a word, a shape and a sentence, the same on every page.
export default function ({ parentElement, data }) {
  return show(parentElement.querySelector('.root'), h('div', { class: `band ${data.mode}`, role: 'status' },
    h('strong', null, data.word), h('span', { class: 'sentence' }, data.sentence)));
}
