// Where the money sits: one bar in steps of ink, and a card for each place with the accounts inside it.

import { age, h } from './base.js';
import { figures } from './cells.js';

function card(place, cell) {
  const name = (figure) => `${place.name}/${figure}`;
  return h('article', { class: 'place dated' },
    h('h3', null, h('i', { class: 'swatch', style: `opacity:${place.step}` }), place.label, age(place.mark)),
    h('div', { class: 'value' }, cell(name('value'), place.value), place.partial && h('span', { class: 'badge warn' }, place.partial)),
    h('div', { class: 'row' }, cell(name('change'), place.change, { look: 'pill' }), cell(name('share'), place.share, { look: 'quiet' })),
    place.lines.length > 0 && h('dl', { 'aria-label': `${place.label}, each account`, tabindex: 0 }, place.lines.map((line) => [
      h('dt', null, line.name), h('dd', { title: line.hint }, cell(name(`part/${line.name}`), line.figure))])),
  );
}

export default (component) => figures(component, (data, cell) => [
  h('div', { class: 'split', 'aria-hidden': 'true' },
    data.places.filter((place) => place.weight > 0)
      .map((place) => h('i', { style: `flex-grow:${place.weight};opacity:${place.step}`, title: place.label }))),
  h('div', { class: 'places' }, data.places.map((place) => card(place, cell))),
]);
