// The sockets one by one: what the strip has a word for, in figures.

import { h, patch, written } from './base.js';
import { grouped } from './numbers.js';
import { head, mark, panel } from './panel.js';

const LOOKS = { live: 'fresh', 'catching up': 'catching', stale: 'stale' };
const COLUMNS = ['Socket', 'State', 'Ping answered in', 'Messages a second', 'Gaps repaired', 'Reconnects'];
const SHORT = ['Ping', 'Messages/s', 'Gaps repaired', 'Reconnects']; // beside each figure, where there is no head

/** A figure filled up to a width of its own, so that none moves as it grows. */
const figure = (value, places, unit = '') => `${value == null ? grouped(null) : grouped(value.toFixed(places))}${unit}`.padStart(9, '\u2007');

function row(socket) {
  const { name, word, age_s: age, problem, topics } = socket;
  const silent = Object.entries(topics).map(([topic, why]) => h('small', null, `${topic}: ${why}`));
  const figures = [figure(socket.round_trip_ms, 1, ' ms'), figure(socket.per_second, 1), figure(socket.repaired, 0), figure(socket.reconnects, 0)];
  return h('tr', null,
    h('th', { scope: 'row' }, name.replace('feed-', '').replaceAll('-', ' '), problem && h('small', null, problem), silent),
    h('td', { class: 'state' }, h('span', { class: `age ${LOOKS[word]}` }, word, age != null && ` ${written(age)}`)),
    figures.map((text, index) => h('td', { class: 'figure', 'data-label': SHORT[index] }, text)));
}

export default (component) => panel(component, (root, follow) => {
  const age = mark();
  const body = h('div', { class: 'body' });
  root.append(head('Sockets', age), body);
  return {
    mark: age,
    give: ({ panel: name }) => follow(name),
    draw({ full: { sockets } }) {
      patch(body, h('div', null, sockets.length === 0
        ? h('p', { class: 'soft' }, 'No socket was needed yet. They open with the first page that shows a price.')
        : h('table', null,
          h('thead', null, h('tr', null, COLUMNS.map((title) => h('th', { scope: 'col' }, title)))),
          h('tbody', null, sockets.map(row)))));
    },
  };
});
