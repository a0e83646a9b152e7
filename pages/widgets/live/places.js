// Where the money sits: one bar in steps of ink, and a card for each place with the accounts inside it.
function card(place) {
  return h('article', { class: 'place dated' },
    h('h3', null, h('i', { class: 'swatch', style: `opacity:${place.step}` }), place.label, age(place.mark)),
    h('div', { class: 'value figure' }, place.figure, place.partial && h('span', { class: 'badge warn' }, place.partial)),
    h('div', { class: 'row figure' }, pill(place.change), h('span', { class: 'quiet' }, place.share)),
    place.lines.length > 0 && h('dl', { 'aria-label': `${place.label}, each account` },
      place.lines.map((line) => [h('dt', null, line.name), h('dd', { class: 'figure', title: line.hint }, line.figure)])),
  );
}

export default function ({ parentElement, data }) {
  return show(parentElement.querySelector('.root'),
    h('div', { class: 'split', 'aria-hidden': 'true' },
      data.places.filter((place) => place.weight > 0)
        .map((place) => h('i', { style: `flex-grow:${place.weight};opacity:${place.step}`, title: place.label }))),
    h('div', { class: 'places' }, data.places.map(card)),
  );
}
