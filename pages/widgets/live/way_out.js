// The way out, on every page: one press opens the review, one more acts, and what became of each item stands below
// (kucoin/web/guard.py). All of it lives in the browser, so that it opens at once, whatever the script is doing, and no
// drawing of the page takes it away. The script hears of what was pressed and nothing else: `presses`, a list of {act,
// number} with every one that it has not taken yet, for of two that follow each other closely it may hear the last alone.
// data: {asked: {number, act}: the script wants it opened, heard: the numbers of the presses that it took, problem: why
// the last of them came to nothing}

import { h, patch } from './base.js';
import { mark, panel, put } from './panel.js';
import { exchangeTime } from './socket.js';

const KEYS = { F6: 'flatten', F7: 'cancel', F8: 'stop' };
const GRACE = 400; // ms after it opened in which nothing can be pressed: it was meant for what stood there before
const SETTLED = 1_200; // ms after a press was taken until what it changed is counted anew
const PATIENCE = 5_000; // ms that a press waits to be taken
const LOST = 'Nothing was heard of that press for 5 s. Look at what stands below, and press again.';
const FOOT = 'Works disarmed, with stale data and over limits. The result comes back item by item: done, failed, unknown.';

// What is known before the server said anything: each of them works all the same.
const UNTOLD = {
  stop: { label: 'Stop new orders', does: 'Refuses every new order that opens risk. Leaves orders and positions as they are.' },
  cancel: { label: 'Cancel all', does: 'Cancels every open order. Positions stay.' },
  flatten: { label: 'Flatten', does: 'Cancels every futures order, then closes every position at market.' },
  presses: [],
};
const NAMES = { stop: 'Stop new orders', cancel: 'Cancel all', flatten: 'Flatten' };
const WAYS = { 'cancel all': 'Cancel all', flatten: 'Flatten' };

let shown = null; // the page's own
let asked = 0; // the last wish of the script that was followed, on whatever page

/** Open the review from another component, with the button of `act` (stop, cancel, flatten) chosen. */
export function leave(act) {
  shown?.(act);
}

const clock = (at) => `${new Date(at).toISOString().slice(11, 19)} UTC`;
const keyOf = (act) => Object.keys(KEYS).find((key) => KEYS[key] === act);

/** 702000 -> 11:42 */
function left(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** The switches that stand otherwise than usual, and presses that want to be looked at: [look, text, short text, mode]. */
function* chips({ halt, arming, armed_until: until, blind, presses }, seen) {
  const [last] = presses;
  if (last && (!last.over || (last.trouble && last.number > seen))) {
    yield [last.trouble ? 'warn' : '', `${WAYS[last.way]}: ${last.said}`, last.said, 'ways'];
  }
  if (blind) yield ['warn', 'Limits not known', 'Limits', 'switches'];
  if (halt) yield ['warn', 'New orders stopped', 'Stopped', 'switches'];
  if (!arming) return;
  const time = until == null ? 0 : until - exchangeTime();
  if (time > 0) yield ['quiet', `Armed, ${left(time)} left`, left(time), 'switches'];
  else yield ['', 'Disarmed', 'Disarmed', 'switches'];
}

function chip([look, text, short, mode]) {
  return h('button', { type: 'button', class: `chip ${look}`, 'data-open': mode, 'aria-label': text },
    h('span', { class: 'roomy' }, text), h('span', { class: 'short' }, short));
}

/** One thing that can be pressed: what it is, what it does and does not do, or why there is nothing to press for. */
function row(act, { title, label, does, doubt, dead }, waiting) {
  const key = keyOf(act);
  return h('section', null,
    h('div', null, h('h3', null, title ?? NAMES[act], key && h('kbd', null, key)), h('p', null, dead || does),
      h('p', { class: 'doubt' }, doubt && `There may be more than that: ${doubt}. What is there is read anew when you press.`)),
    h('button', { type: 'button', 'data-act': act, disabled: Boolean(dead) || waiting }, waiting ? 'Sent' : label));
}

/** The switches, each with the press that turns it. */
function* switches({ halt, stop, arming, armed_until: until, arm_for: armFor }) {
  if (halt) {
    yield ['allow', { title: 'New orders are stopped', label: 'Allow orders again', does: `By ${halt.by} since ${clock(halt.at)}. What only reduces passes.` }];
  } else yield ['stop', stop];
  if (!arming) return;
  const time = until == null ? 0 : until - exchangeTime();
  if (time > 0) yield ['disarm', { title: 'Armed', label: 'Disarm', does: `New risk may be taken for another ${left(time)}.` }];
  else yield ['arm', { title: 'Disarmed', label: `Arm for ${armFor}`, does: 'Orders that open risk are refused. What only reduces passes.' }];
}

/** One press and its items; of an earlier one only those that are not done. */
function result(press, index) {
  const items = index === 0 ? press.items : press.items.filter(({ state }) => state !== 'done');
  return h('article', { class: !press.over && 'going' },
    h('h3', null, `${WAYS[press.way]}: `, h('b', { class: press.trouble && 'warn' }, press.said)),
    h('p', null, `By ${press.by} at ${clock(press.at)}${press.over ? '' : ', under way'}`),
    press.notes.map((note) => h('p', { class: 'doubt' }, note)),
    h('ul', null, items.map(({ what, state, words, took }) => h('li', { 'data-state': state },
      h('i', { 'aria-hidden': 'true' }), h('div', null, h('span', null, what), words && h('small', null, words)),
      h('b', null, state === 'sent' ? 'under way' : state), h('small', { class: 'took' }, took)))));
}

export default (component) => panel(component, (root, follow, tell) => {
  const age = mark();
  const bar = h('div', { class: 'bar' });
  const title = h('h2', { id: 'title' });
  const rows = h('div', { class: 'rows' });
  const trouble = h('p', { class: 'doubt', role: 'alert' });
  const results = h('div', { class: 'results' });
  const aloud = h('p', { class: 'aloud', role: 'status' });
  const foot = h('p', { class: 'foot' }, FOOT);
  const dialog = h('dialog', { 'aria-labelledby': 'title' },
    h('header', null, title, age, h('span', { class: 'push' }), h('button', { type: 'button', class: 'close', 'aria-label': 'Close' }, '✕')),
    rows, foot, trouble, aloud, results);
  root.append(bar, dialog);

  let told = UNTOLD;
  let mode = 'ways';
  let grace = null;
  let seen = 0; // the last press whose results stood in an open review
  let number = Date.now(); // of presses; no two of a session are alike
  let problem = '';
  const waiting = new Map(); // act -> {number, timer}

  function redraw() {
    const newest = told.presses[0];
    if (dialog.open && newest) seen = newest.number;
    patch(bar, h('div', null, [...chips(told, seen)].map(chip),
      h('button', { type: 'button', class: 'out', 'data-open': 'ways', 'aria-haspopup': 'dialog', 'aria-keyshortcuts': 'F6' },
        'Way out', h('kbd', { 'aria-hidden': 'true' }, 'F6'))));
    put(title, mode === 'ways' ? 'Way out' : 'Switches');
    foot.hidden = mode !== 'ways';
    const offered = mode === 'ways' ? ['stop', 'cancel', 'flatten'].map((act) => [act, told[act]]) : [...switches(told)];
    patch(rows, h('div', null, offered.map(([act, offer]) => row(act, offer, waiting.has(act)))));
    put(trouble, problem || (mode === 'switches' && told.problem) || root.querySelector(':scope > .trouble')?.textContent || '');
    patch(results, h('div', null, mode === 'ways' && told.presses.map(result)));
    put(aloud, dialog.open && newest ? `${WAYS[newest.way]}: ${newest.said}` : '');
  }

  function open(act, view = 'ways') {
    mode = view;
    problem = '';
    rows.inert = true;
    clearTimeout(grace);
    grace = setTimeout(settle, GRACE, act);
    document.body.dataset.wayOut = 'open';
    if (!dialog.open) dialog.showModal();
    redraw();
  }

  function settle(act) {
    rows.inert = false;
    (rows.querySelector(`[data-act="${act}"]:enabled`) ?? dialog.querySelector('.close')).focus();
  }

  function press(act) {
    if (rows.inert || waiting.has(act)) return;
    problem = '';
    number += 1;
    waiting.set(act, { number, timer: setTimeout(revive, PATIENCE, act, LOST) });
    tell('presses', [...waiting].map(([name, held]) => ({ act: name, number: held.number })));
    redraw();
  }

  function revive(act, why = '') {
    clearTimeout(waiting.get(act)?.timer);
    waiting.delete(act);
    problem ||= why;
    redraw();
  }

  /** The script took a press: its button lives again once what it changed was counted. */
  function heard({ heard: taken, problem: why }) {
    for (const [act, held] of waiting) {
      if (!taken?.includes(held.number)) continue;
      if (why) revive(act, why);
      else {
        clearTimeout(held.timer);
        held.timer = setTimeout(revive, SETTLED, act);
      }
    }
  }

  root.onclick = ({ target }) => {
    const button = target.closest?.('button');
    if (button?.dataset.open) open('stop', button.dataset.open);
    else if (button?.dataset.act) press(button.dataset.act);
    else if (button) dialog.close();
  };
  dialog.onclose = () => {
    delete document.body.dataset.wayOut;
    redraw();
  };

  /** F6 to F8 open it, and press there; while it is open no key means anything to the page below. */
  function key(event) {
    const act = event.ctrlKey || event.altKey || event.metaKey || event.shiftKey ? null : KEYS[event.key];
    if (!act && !dialog.open) return;
    event.stopImmediatePropagation();
    if (act || (event.repeat && ['Enter', ' '].includes(event.key))) event.preventDefault();
    if (!act || event.repeat) return;
    if (!dialog.open || mode !== 'ways') open(act);
    else if (dialog.querySelector(`[data-act="${act}"]:enabled`)) press(act);
  }
  window.addEventListener('keydown', key, true);
  shown = open;
  const seconds = setInterval(redraw, 1000);
  return {
    mark: age,
    give(data) {
      follow(data.panel);
      heard(data);
      redraw();
      if (data.asked && data.asked.number > asked) {
        asked = data.asked.number;
        open(data.asked.act);
      }
    },
    draw({ full, more }) {
      told = full ?? { ...told, ...more };
      redraw();
    },
    refused: redraw,
    stop() {
      clearInterval(seconds);
      clearTimeout(grace);
      for (const { timer } of waiting.values()) clearTimeout(timer);
      window.removeEventListener('keydown', key, true);
      delete document.body.dataset.wayOut;
      if (shown === open) shown = null;
    },
  };
});
