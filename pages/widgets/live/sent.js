// What was sent today and what became of it, newest first (kucoin/web/sent.py). A row keeps its element for as long as it
// is shown, so that focus, open details and a finger stay on the order they were put on.
// It tells the script two things: `cancel`, with the order's id, and `decide`, with the client id of one that a person
// declares never arrived.

import { h, patch, written } from './base.js';
import { codeLink } from './code.js';
import { mark, panel, put } from './panel.js';
import { exchangeTime } from './socket.js';
import { strays } from './stray.js';

const ALOUD = 3; // outcomes that are read out at once; more are counted
const PATIENCE = 5_000; // ms that a pressed button stays dead if nothing is heard of it

const DECIDE = 'It never arrived';

const iso = (at) => new Date(at).toISOString();

/** The time of a row; of another day than today that day. */
function clock(at) {
  if (iso(at).slice(0, 10) === iso(exchangeTime()).slice(0, 10)) return iso(at).slice(11, 19);
  return new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
}

/** `Unknown, being looked up: Buy 100 XBTUSDTM at 87,104.0` */
function title({ word, phrase, sentence }) {
  return `${word}${phrase && `, ${phrase}`}: ${sentence}`;
}

/** What is being done about an unknown outcome, and that nothing else is. */
function search({ asked, due }) {
  if (!asked) return '';
  const left = Math.ceil((due - exchangeTime()) / 1000);
  const next = due == null ? '' : left > 0 ? `, next in ${left} s` : ', asking now';
  return `${asked}${next}. Nothing will be sent again.`;
}

function line(id) {
  const parts = {
    time: h('time'), glyph: h('i', { 'aria-hidden': 'true' }), word: h('b'), phrase: h('span', { class: 'figure' }),
    sentence: h('span'), facts: h('dl'), notes: h('div'), search: h('p'), took: h('span', { class: 'took' }),
    decide: h('button', { type: 'button' }, DECIDE), cancel: h('button', { type: 'button' }, 'Cancel'),
  };
  const element = h('li', null, parts.time, parts.glyph,
    h('div', { class: 'what' },
      h('details', null, h('summary', null, parts.word, parts.phrase, parts.sentence), parts.facts),
      h('div', { class: 'notes' }, parts.notes, parts.search, parts.decide)),
    parts.took, h('span', { class: 'act' }, parts.cancel));
  return { id, element, parts, row: null, dead: null };
}

/** Write what changes by the second; what day it is is one of these, and may be known only after the rows. */
function tick({ parts, row }) {
  put(parts.time, clock(row.at));
  put(parts.search, search(row));
  put(parts.took, row.took ?? written(Math.max(0, exchangeTime() - row.since) / 1000));
}

function write(held, row) {
  const { element, parts } = held;
  held.row = row;
  element.dataset.state = row.state;
  parts.time.title = `${iso(row.at).slice(0, 10)} ${iso(row.at).slice(11, 23)} UTC`;
  put(parts.word, row.word);
  put(parts.phrase, row.phrase && `, ${row.phrase}`);
  put(parts.sentence, `: ${row.sentence}`);
  patch(parts.notes, h('div', null, row.notes.map((note) => h('p', null, note)), row.code && h('p', null, codeLink(row.code))));
  patch(parts.facts, h('dl', null, row.details.map(([name, text]) => [h('dt', null, name), h('dd', null, text)])));
  parts.took.title = row.took == null ? 'Since it was handed over' : 'From the press to the answer';
  parts.decide.hidden = row.act !== 'decide';
  parts.cancel.hidden = !['cancel', 'cancelling'].includes(row.act);
  parts.decide.ariaLabel = `${DECIDE}: ${row.sentence}`;
  parts.cancel.ariaLabel = `Cancel: ${row.sentence}`;
  revive(held);
  tick(held);
}

/** Let buttons be pressed again, as far as there is something to press for. */
function revive({ dead, parts, row }) {
  clearTimeout(dead);
  parts.decide.disabled = false;
  parts.cancel.disabled = row.act === 'cancelling';
}

export default (component) => panel(component, (root, follow, tell) => {
  const age = mark();
  const said = h('span', { class: 'cap' });
  const aloud = h('p', { class: 'aloud', role: 'status', 'aria-live': 'polite' });
  const found = h('summary');
  const others = h('ul');
  const apart = h('details', { class: 'cap', hidden: true }, found, others);
  const list = h('ol', { 'aria-label': 'Sent today' });
  const empty = h('p', { class: 'cap', hidden: true }, 'Nothing was sent today. What you place stands here, with what became of it.');
  const earlier = h('p', { class: 'cap' });
  root.append(h('header', null, h('h2', null, 'Sent today'), said, h('span', { class: 'push' }), age),
    aloud, h('div', { class: 'body' }, list, empty, earlier, apart));
  const lines = new Map(); // client id -> its line
  let drawn = false; // what stands there at first is no news

  const buttons = () => [...lines.values()].filter(({ parts }) => !parts.cancel.hidden).map(({ id, parts }) => {
    const { top, bottom } = parts.cancel.getBoundingClientRect();
    return { id, top, bottom };
  });

  const { moving, strayed } = strays(buttons);

  function press(event) {
    const held = [...lines.values()].find(({ parts }) => parts.cancel === event.target || parts.decide === event.target);
    if (!held || (event.detail > 0 && strayed(held.id, event.clientY))) return;
    event.target.disabled = true;
    held.dead = setTimeout(() => revive(held), PATIENCE);
    if (event.target === held.parts.cancel) tell('cancel', held.row.order);
    else tell('decide', held.id);
  }

  /** Read out what became of orders; figures alone are no news. */
  function announce(rows) {
    const kind = ({ word, phrase, act }) => `${word} ${phrase.replace(/[\d.,]+/g, '')} ${act === 'decide'}`;
    const news = Object.entries(rows).filter(([id, row]) => {
      const known = lines.get(id)?.row;
      return row.state !== 'sent' && (!known || kind(known) !== kind(row));
    });
    if (news.length === 0) return;
    put(aloud, news.length > ALOUD ? `${news.length} orders changed` : news.map(([, row]) => title(row)).join('. '));
  }

  function arrange(order) {
    for (const [id, { element, dead }] of lines) {
      if (order.includes(id)) continue;
      clearTimeout(dead);
      element.remove();
      lines.delete(id);
    }
    order.forEach((id, index) => {
      const { element } = lines.get(id);
      if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null);
    });
    empty.hidden = order.length > 0;
  }

  /** What else was found at the exchange. */
  function tellApart(texts) {
    put(found, `Found at the exchange beside these: ${texts.length} order${texts.length === 1 ? '' : 's'}`);
    patch(others, h('ul', null, texts.map((text) => h('li', null, text))));
    apart.hidden = texts.length === 0;
  }

  function draw({ full, more }) {
    const told = full ?? more;
    if (drawn) announce(told.rows ?? {});
    drawn = true;
    moving(() => {
      for (const [id, row] of Object.entries(told.rows ?? {})) {
        if (!lines.has(id)) lines.set(id, line(id));
        write(lines.get(id), row);
      }
      if (told.order) arrange(told.order);
      if (told.apart) tellApart(told.apart);
      if (told.earlier != null) put(earlier, told.earlier > 0 ? `${told.earlier} sent earlier today are not shown.` : '');
      if (told.said) put(said, `${told.said}. Times in UTC.`);
    });
  }

  root.onclick = press;
  const seconds = setInterval(() => lines.forEach(tick), 1000);
  return { mark: age, draw, give: (data) => follow(data.panel), stop: () => {
    clearInterval(seconds);
    for (const { dead } of lines.values()) clearTimeout(dead);
    root.onclick = null;
  } };
});
