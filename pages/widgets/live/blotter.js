// What was done and what came of it, newest first, and whether the audit behind it is proven (kucoin/web/blotter.py).
// A row keeps its element for as long as it is shown, so that what is selected or scrolled to stays there.
// It tells the script `earlier`: the day that the list is to begin with.

import { h } from './base.js';
import { codeLink } from './code.js';
import { mark, panel, put } from './panel.js';

const iso = (at) => new Date(at).toISOString();

/** `20 Nov` */
function day(text) {
  return new Date(`${text}T00:00Z`).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
}

function line() {
  const parts = { time: h('time'), text: h('span'), note: h('small'), code: h('small'), by: h('span', { class: 'by' }) };
  const what = h('div', { class: 'what' }, parts.text, parts.note, parts.code);
  return { element: h('li', null, parts.time, h('i', { 'aria-hidden': 'true' }), what, parts.by), parts };
}

function write({ element, parts }, row) {
  element.dataset.mark = row.mark;
  put(parts.time, iso(row.at).slice(11, 19));
  parts.time.dateTime = iso(row.at);
  parts.time.title = `${iso(row.at).slice(0, 10)} ${iso(row.at).slice(11, 23)} UTC`;
  put(parts.text, row.text);
  put(parts.note, row.note);
  if (row.code && !parts.code.firstChild) parts.code.append(codeLink(row.code));
  put(parts.by, row.by);
}

export default (component) => panel(component, (root, follow, tell) => {
  const age = mark();
  const span = h('span', { class: 'cap' });
  const chain = h('span', { class: 'badge', hidden: true });
  const alarm = h('p', { class: 'alarm', role: 'alert' });
  const list = h('ol', { class: 'figure', tabindex: 0, 'aria-label': 'Blotter, newest first' });
  const empty = h('p', { class: 'cap' });
  const earlier = h('button', { type: 'button', hidden: true });
  const foot = h('p', { class: 'cap' });
  root.append(h('header', null, h('h2', null, 'Blotter'), span, age, h('span', { class: 'push' }), chain), alarm,
    h('div', { class: 'body' }, list, empty, foot, earlier));
  const lines = new Map(); // key -> its line
  const days = new Map(); // day -> its heading
  let all = {}; // what was told last

  function tellChain(told) {
    chain.hidden = told == null;
    put(chain, told?.word ?? '');
    chain.title = told?.title ?? '';
    chain.classList.toggle('warn', ['broken', 'unverifiable'].includes(told?.state));
    put(alarm, told?.words ?? '');
  }

  /** Put the rows in their order, each day but the newest under its name. */
  function arrange(order) {
    for (const [key, { element }] of lines) {
      if (order.includes(key)) continue;
      element.remove();
      lines.delete(key);
    }
    const wanted = [];
    let last = null;
    for (const key of order) {
      const { element } = lines.get(key);
      const date = element.querySelector('time').dateTime.slice(0, 10);
      if (date !== last && (last || all.since)) {
        if (!days.has(date)) days.set(date, h('li', { class: 'day' }, day(date)));
        wanted.push(days.get(date));
      }
      last = date;
      wanted.push(element);
    }
    for (const heading of days.values()) if (!wanted.includes(heading)) heading.remove();
    wanted.forEach((element, index) => {
      if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null);
    });
  }

  function draw({ full, more }) {
    all = { ...all, ...(full ?? more), rows: undefined };
    for (const [key, row] of Object.entries((full ?? more).rows ?? {})) {
      if (!lines.has(key)) lines.set(key, line());
      write(lines.get(key), row);
    }
    arrange(all.order);
    tellChain(all.chain);
    const since = all.since ? `since ${day(all.since)}` : 'today';
    put(span, `${since}, newest first`);
    list.hidden = all.order.length === 0;
    put(empty, all.order.length > 0 ? '' : all.reading ? 'Being read.'
      : `Nothing was done ${since}. Every order, answer, fill and switch stands here as it comes.`);
    put(foot, all.hidden > 0 ? `${all.hidden.toLocaleString('en-GB')} older ones are not shown.` : '');
    earlier.hidden = all.earlier == null;
    put(earlier, all.earlier ? `Load ${day(all.earlier)}` : '');
    earlier.disabled = false;
  }

  earlier.onclick = () => {
    earlier.disabled = true;
    tell('earlier', all.earlier);
  };
  return { mark: age, draw, give: (data) => follow(data.panel) };
});
