// What every panel on the push socket is made of: its subscription, its heading, its age.

import { h, written } from './base.js';
import { hear, join, want } from './socket.js';

const ALARM = 15; // s of age from which a figure calls for attention
const VEILED = 'veiled/'; // before the name of a panel that hides amounts

/**
 * Run a live component; the whole default export of its file.
 *
 * `build(root, follow, tell)` is called once for each element on the page and returns a view: `mark` (from `mark()`,
 * shows the age), `give(data)` (what the script says; calls `follow(panel, ...)` with what it wants now), `draw(frame)`,
 * `refused()` where something else can be followed when the panel cannot be had, `stop()` where something has to be
 * undone. The age is that of the first panel followed; when that becomes another one `clear()` forgets what was drawn,
 * and no figure is seen before all of the new panel came: none may stand under another symbol's name. Views whose
 * figures the script draws have no `clear`, and are `scripted`. When amounts are to be hidden, nothing that the others
 * drew is seen any more before all of the new panel came, which takes long where the line is away. `tell(name, value)`
 * calls the script's `on_<name>_change`. What draws a figure has the class `figure`, so that it is dimmed when stale, and
 * what stands below the heading the class `body`.
 */
export function panel({ parentElement, data, setTriggerValue }, build) {
  const root = parentElement.querySelector('.root');
  root.held ??= part(root, build);
  root.held.script = setTriggerValue;
  const leave = join(data.socket, setTriggerValue);
  root.held.leave?.();
  root.held.leave = leave;
  root.held.view.give(data);
  if (data.frames) hear(data.frames); // no socket gets through: the script brings what it would have brought
  return () => {
    root.held?.close();
    delete root.held;
  };
}

/** An empty mark of age. */
export function mark() {
  return h('span', { class: 'age unknown' });
}

/** The heading of a panel: its name, its age, and tools at the right end. */
export function head(title, age, ...tools) {
  return h('header', null, h('h2', null, title), age, h('span', { class: 'push' }), ...tools);
}

/** Put `text` into `element` unless it is there; what is selected or drawn stays as it is. */
export function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Flash the ground of `element` for a moment, unless the reader wants no motion. */
export function flash(element, tint = 'var(--ink) 8%') {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  const ground = `color-mix(in srgb, ${tint}, transparent)`;
  element.animate([{ backgroundColor: ground }, { backgroundColor: 'transparent' }], 500);
}

/** A setting that the browser keeps: what was stored under `name`, or `usual`. */
export function kept(name, usual) {
  try {
    return JSON.parse(localStorage.getItem(`desk:${name}`)) ?? usual;
  } catch {
    return usual; // storage is forbidden, or holds what is not ours
  }
}

/** Keep `value` under `name` for the next visit; null forgets it. */
export function keep(name, value) {
  try {
    if (value == null) localStorage.removeItem(`desk:${name}`);
    else localStorage.setItem(`desk:${name}`, JSON.stringify(value));
  } catch {
    // storage is forbidden: the setting lasts as long as the page
  }
}

function part(root, build) {
  root.classList.add('dated');
  const trouble = h('p', { class: 'trouble', role: 'status' });
  const stops = new Map(); // panel -> what ends it
  let first = null;
  const excuse = (sentence) => {
    put(trouble, sentence ?? '');
    root.classList.toggle('troubled', sentence != null);
  };
  const draw = (frame) => {
    if (frame.fresh) {
      if (frame.panel === first) show(root, view.mark, frame.fresh);
      return;
    }
    if (frame.panel === first) excuse(frame.trouble);
    if (!frame.trouble) view.draw(frame);
    else if (frame.panel === first) view.refused?.();
    if (frame.panel === first && frame.full && !frame.full.pending) root.classList.remove('unread', 'veiling');
  };
  const hide = () => {
    root.classList.add('veiling');
    for (const said of root.querySelectorAll('.aloud[role="status"]')) put(said, '');
  };
  const follow = (...panels) => {
    if (panels[0] !== first) {
      if (first && !first.startsWith(VEILED) && panels[0].startsWith(VEILED) && !view.scripted) hide();
      [first] = panels;
      excuse(null);
      root.classList.toggle('unread', Boolean(view.clear));
      view.clear?.();
      show(root, view.mark, { state: 'unknown', seconds: null, why: 'Nothing was read yet.' });
    }
    for (const name of panels) if (!stops.has(name)) stops.set(name, want(name, draw));
    for (const [name, stop] of stops) {
      if (panels.includes(name)) continue;
      stop();
      stops.delete(name);
    }
  };
  const view = build(root, follow, (name, value) => root.held.script(name, value));
  root.append(trouble);
  const close = () => {
    for (const stop of stops.values()) stop();
    root.held.leave?.();
    view.stop?.();
    root.replaceChildren();
  };
  return { view, close };
}

/** Write an age and its state; figures are dimmed from the moment on that they are stale. */
function show(root, age, { state, seconds, why }) {
  const old = state === 'stale' || state === 'away';
  const look = old ? (seconds >= ALARM ? 'alarm' : 'stale') : { live: 'fresh', 'catching up': 'catching' }[state] ?? 'unknown';
  const word = { away: 'server away', unknown: 'not read' }[state] ?? state;
  age.className = `age ${look}`;
  age.title = why ?? '';
  put(age, seconds == null ? word : `${word} ${written(seconds)}`);
  root.classList.toggle('dim', old);
}
