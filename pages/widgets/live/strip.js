// The machine room in one line: how each feed is, how far the clocks are apart, what is left of each quota, how long the
// last order took, when the exchange cancels the spot orders unless it hears of us, the time.
// Above it stands a sentence while something is away; there it moves nothing.

import { h, patch, written } from './base.js';
import { mark, panel } from './panel.js';
import { exchangeTime } from './socket.js';

const FEEDS = [['Spot', /^feed-spot-public/], ['Futures', /^feed-futures-public/], ['Private', /private/]];
const RANKS = ['live', 'catching up', 'stale'];
const LOOKS = { live: 'fresh', 'catching up': 'catching', stale: 'stale' };

function hint(socket) {
  const { round_trip_ms: trip, per_second: rate, repaired, reconnects, problem } = socket;
  return [problem, `ping ${trip == null ? 'not answered yet' : `answered in ${trip} ms`}`, `${rate ?? '–'} messages a second`,
    repaired != null && `${repaired} gaps repaired`, `${reconnects} reconnects`].filter(Boolean).join('\n');
}

/** The sockets of each kind in one entry: the word of the worst, the age of the one that was heard last. */
function entries(sockets) {
  return FEEDS.map(([label, name]) => {
    const own = sockets.filter((socket) => name.test(socket.name));
    const word = RANKS[Math.max(...own.map((socket) => RANKS.indexOf(socket.word)))];
    const ages = own.map((socket) => socket.age_s).filter((age) => age != null);
    return { label, word, seconds: ages.length ? Math.min(...ages) : null, hint: own.map(hint).join('\n\n') };
  }).filter((entry) => entry.word);
}

function feed({ label, word, seconds, hint: title }, index, all) {
  const worst = all.find((entry) => entry.word !== 'live') ?? all[0]; // the one that a phone has room for
  return h('span', { title, class: all[index] !== worst && 'roomy' },
    h('span', { class: `age ${LOOKS[word]}` }, h('i', null, label), h('b', null, word), seconds != null && written(seconds)));
}

function fact(label, { text, hint: title, trouble }) {
  return h('span', { class: 'wide fact', title }, h('i', null, label), h('b', { class: trouble && 'warn' }, text));
}

function quota(pool, index) {
  return h('span', { class: index > 0 && 'wide', title: pool.hint },
    h('i', { class: 'wide' }, pool.name), h('span', { class: pool.low ? 'left warn' : 'left' }, pool.left),
    pool.ratio != null && index === 0 && h('span', { class: 'gauge' }, h('u', { style: `width:${pool.ratio}%` })));
}

/** How long the order that was answered last took, from the press to the exchange's answer. */
function answered(ms) {
  const title = ms == null ? 'No order was answered since the dashboard was started' : 'From the press to the answer, of the last order';
  const text = ms == null ? '–' : ms < 1000 ? `${ms} ms` : written(ms / 1000);
  return h('span', { class: 'answered', title }, h('i', null, 'Press to answer'), h('b', null, text));
}

/** How long the exchange waits for a sign of life until it cancels the open spot orders. */
function deadMan({ until, fired, problem }) {
  const left = until == null ? null : Math.max(0, Math.ceil((until - exchangeTime()) / 1000));
  const text = left != null ? (left < 60 ? `${left} s` : written(left)) : fired ? 'cancelled' : '–';
  const usual = fired && left == null ? 'The exchange heard nothing of the dashboard in time and cancelled the open spot orders'
    : 'Unless it hears of the dashboard before, the exchange cancels the open spot orders then';
  return h('span', { class: 'dead-man', title: problem || usual }, h('i', null, 'Dead man'),
    h('b', { class: (problem || fired) && 'warn' }, text));
}

export default (component) => panel(component, (root, follow) => {
  const line = h('div', { class: 'strip' });
  const away = h('p', { class: 'notice away' }, 'The dashboard’s own server does not answer. What you see is what it said last.');
  const notice = h('p', { class: 'notice', role: 'status' });
  const time = h('time', { class: 'roomy' });
  root.append(away, notice, h('div', { class: 'line' }, line, time));
  let data = null;
  let sockets = [];
  let answer = null;
  let switched = null;

  function redraw() {
    if (notice.textContent !== (data.notice ?? '')) notice.textContent = data.notice ?? '';
    patch(line, h('div', null,
      entries(sockets).map(feed),
      switched && deadMan(switched),
      fact('Clock', data.clock),
      h('span', { class: 'quota', title: data.quotas_hint }, h('i', null, 'Quota'), data.quotas.map(quota)),
      answered(answer),
      fact('Exchange', data.exchange)));
    time.textContent = `${new Date(exchangeTime()).toISOString().slice(11, 19)} UTC`;
  }

  const clock = setInterval(redraw, 1000);
  return {
    mark: mark(),
    give(given) {
      data = given;
      follow(data.panel);
      redraw();
    },
    draw({ full }) {
      ({ sockets, answered_ms: answer, dead_man: switched } = full);
      redraw();
    },
    stop: () => clearInterval(clock),
  };
});
