// The alerts and how each stands, and what was told last (kucoin/web/alerts.py). It tells the script `remove`, with the
// number of an alert.

import { h, patch } from './base.js';
import { mark, panel, put } from './panel.js';
import { exchangeTime } from './socket.js';

const PATIENCE = 5_000; // ms that a pressed button stays dead if nothing is heard of it
const COLUMNS = ['Alert', 'Of', 'At', 'State', 'Since', ''];

/** 14:03:27 of today, 21 Nov of another day. */
function clock(at) {
  const iso = (moment) => new Date(moment).toISOString();
  if (iso(at).slice(0, 10) === iso(exchangeTime()).slice(0, 10)) return iso(at).slice(11, 19);
  return new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
}

function time(at) {
  return h('time', { title: `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC` }, clock(at));
}

function line(row, dead) {
  const name = `${row.what} of ${row.of}${row.at && `, ${row.at}`}`;
  return h('tr', { 'data-state': row.state },
    h('th', { scope: 'row' }, row.what),
    h('td', { class: 'of' }, row.of),
    h('td', { class: 'at' }, row.at),
    h('td', { class: 'state' }, h('span', { class: 'mark' }, row.state), row.words && h('p', null, row.words)),
    h('td', { class: 'since' }, time(row.since)),
    h('td', { class: 'act' }, h('button', {
      type: 'button', 'data-remove': row.number, 'aria-label': `Remove: ${name}`, disabled: dead.has(row.number),
    }, 'Remove')));
}

export default (component) => panel(component, (root, follow, tell) => {
  const problem = h('p', { class: 'problem', role: 'status' });
  const body = h('div', { class: 'body' });
  const aloud = h('p', { class: 'aloud', role: 'status', 'aria-live': 'polite' });
  root.append(problem, body, aloud);
  const dead = new Map(); // number of a pressed row -> what revives it
  let shown = null;

  function redraw() {
    const { rows, told } = shown;
    patch(body, h('div', null,
      rows.length === 0 && h('p', { class: 'cap' }, 'No alert is set: nothing is watched. “New alert” sets one.'),
      rows.length > 0 && h('table', { 'aria-label': 'Alerts' },
        h('thead', null, h('tr', null, COLUMNS.map((name) => h('th', { scope: name && 'col' }, name)))),
        h('tbody', null, rows.map((row) => line(row, dead)))),
      h('h3', null, 'Told lately'),
      told.length > 0
        ? h('ol', { 'aria-label': 'Told lately', tabindex: 0 }, told.map(({ at, words }) => h('li', null, time(at), h('span', null, words))))
        : h('p', { class: 'cap' }, 'Nothing yet. What is told shows on every page for a moment, and stays here.')));
  }

  root.onclick = ({ target }) => {
    const number = Number(target.closest('[data-remove]')?.dataset.remove);
    if (!number || dead.has(number)) return;
    dead.set(number, setTimeout(() => { dead.delete(number); redraw(); }, PATIENCE));
    redraw();
    tell('remove', number);
  };

  return {
    mark: mark(),
    give: (data) => follow(data.panel),
    draw({ full }) {
      if (shown && full.told[0]?.at > (shown.told[0]?.at ?? 0)) put(aloud, full.told[0].words);
      shown = full;
      put(problem, full.problem && `${full.problem[0].toUpperCase()}${full.problem.slice(1)}.`);
      redraw();
    },
    stop() {
      dead.forEach(clearTimeout);
      root.onclick = null;
    },
  };
});
