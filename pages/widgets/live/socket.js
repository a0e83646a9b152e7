// The browser's end of the push socket: one for the tab, however many components stand on it.
//
// The server speaks once a second even when nothing happens, so silence means that it is away. It alone knows how old
// its figures are; here ages only grow until it says more. Time is Date.now(): performance.now() stands still while a
// machine sleeps.

const AWAY = 5_000; // ms of silence after which the server counts as away
const DEAD = 12_000; // ms of silence after which another socket is tried, as a cut network closes nothing
const FIRST_WAIT = 500; // ms before the next attempt; doubled each time
const LONGEST_WAIT = 10_000;
const RENEWAL = 2_000; // ms between two requests for a ticket: one that is made while offline is lost
const LINGER = 1_000; // ms that a socket nobody stands on stays, since a page change takes it down and up again
const REFUSALS = 3; // attempts in vain, before any other, that say that no socket gets through
const TICKET_GONE = 4401;

const members = new Set(); // one `setTriggerValue` for each component on the page
const wanted = new Map(); // panel -> {listeners: listener -> whether it was told the whole, fresh}
const anew = new Set(); // panels that have to be sent whole again

let path = null;
let ticket = null;
let socket = null;
let used = null; // the ticket that `socket` was opened with
let spoken = Date.now(); // when the server said something last
let opened = 0; // when `socket` was opened
let clock = 0; // ms by which the exchange's clock is ahead of this machine's
let wait = FIRST_WAIT;
let refusals = 0;
let works = false; // a socket got through since the page was loaded
let blocked = false; // the script was told that none does
let retry = null;
let renewal = null;
let leaving = null;
let announcing = null;

/** Stand on the socket with the session's `ticket`, the newest wins; returns what to call on leaving. */
export function join(entry, setTriggerValue) {
  clearTimeout(leaving);
  members.add(setTriggerValue);
  ({ path } = entry);
  if (ticket !== entry.ticket) {
    ({ ticket } = entry);
    if (!socket) open();
  }
  return () => {
    members.delete(setTriggerValue);
    if (members.size === 0) leaving = setTimeout(close, LINGER);
  };
}

/**
 * Have `listener` called with each frame of `panel` ({panel, ...}): {full}, {more}, {trouble}, {older}, and once a second
 * {fresh: {state, seconds, why}}. Nobody is told a change before the whole, also when others have it already. Returns
 * what to call when it is wanted no longer.
 */
export function want(panel, listener) {
  const held = wanted.get(panel);
  if (held) anew.add(panel);
  else wanted.set(panel, { listeners: new Map(), fresh: null });
  const { listeners } = wanted.get(panel);
  listeners.set(listener, false);
  announce();
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    wanted.delete(panel);
    anew.add(panel); // should it be wanted again before the server hears of this
    announce();
  };
}

/** Ask for what was before `before`, in s since 1970; it comes to the panel's listeners as {older}. */
export function older(panel, before) {
  send({ older: panel, before });
}

/** The exchange's time in ms since 1970, as far as it is known. */
export function exchangeTime() {
  return Date.now() + clock;
}

/** Take frames, from the socket or from the script, and hand them to whom they concern. */
export function hear(frames) {
  spoken = Date.now();
  for (const frame of frames) {
    if (frame.now) clock = frame.now - spoken;
    for (const [panel, [state, seconds, why]] of Object.entries(frame.fresh ?? {})) {
      const held = wanted.get(panel);
      if (held) held.fresh = { state, seconds, why, heard: spoken };
    }
    if (frame.panel) tell(frame.panel, frame);
  }
  if (frames.some((frame) => frame.fresh)) age();
}

function open() {
  clearTimeout(retry);
  clearInterval(renewal);
  if (!ticket) return;
  const url = new URL(path, document.baseURI);
  url.protocol = url.protocol.replace('http', 'ws');
  const line = new WebSocket(url);
  let heard = false;
  [socket, used, opened] = [line, ticket, Date.now()];
  line.onopen = () => {
    line.send(JSON.stringify({ ticket: used }));
    line.send(JSON.stringify({ want: [...wanted.keys()] }));
  };
  line.onmessage = ({ data }) => {
    if (line !== socket) return;
    if (!heard) welcome();
    heard = true;
    hear(JSON.parse(data));
  };
  line.onclose = ({ code }) => {
    if (line !== socket) return;
    socket = null;
    if (code === TICKET_GONE) renew();
    else lost();
  };
}

function close() {
  clearTimeout(retry);
  clearInterval(renewal);
  const line = socket;
  [socket, ticket] = [null, null];
  line?.close();
}

/** The first words on a new socket: all is well. */
function welcome() {
  [wait, works] = [FIRST_WAIT, true];
  if (blocked) ask('blocked', false);
  blocked = false;
}

/** The socket went. Try again, at growing intervals; the script has to serve where none ever gets through. */
function lost() {
  retry = setTimeout(open, wait);
  wait = Math.min(wait * 2, LONGEST_WAIT);
  refusals += 1;
  if (works || refusals < REFUSALS) return;
  blocked = true;
  ask('blocked', true);
}

/** The server does not know the ticket (any more): have the script make another. */
function renew() {
  if (ticket !== used) {
    open();
    return;
  }
  const again = () => ask('renew', Date.now());
  clearInterval(renewal);
  renewal = setInterval(again, RENEWAL);
  again();
}

/** Tell the script something, through the component that came last. */
function ask(name, value) {
  [...members].at(-1)?.(name, value);
}

/** Tell the server what is wanted, once for all changes of the moment. */
function announce() {
  announcing ??= setTimeout(() => {
    announcing = null;
    const panels = [...wanted.keys()];
    if (panels.some((panel) => anew.has(panel))) send({ want: panels.filter((panel) => !anew.has(panel)) });
    anew.clear();
    send({ want: panels });
  });
}

function send(message) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function tell(panel, frame) {
  const listeners = wanted.get(panel)?.listeners ?? new Map();
  for (const [listener, told] of listeners) {
    if (frame.full) listeners.set(listener, true);
    else if (frame.more && !told) continue;
    try {
      listener(frame);
    } catch (error) {
      reportError(error); // one broken panel keeps none of the others from its frames
    }
  }
}

/** How old a panel is by now. */
function standing({ fresh }) {
  const now = Date.now();
  const seconds = fresh?.seconds == null ? null : fresh.seconds + (now - fresh.heard) / 1000;
  if (now - spoken >= AWAY) return { state: 'away', seconds, why: 'The dashboard’s own server does not answer.' };
  if (!fresh) return { state: 'unknown', seconds: null, why: 'Nothing was read yet.' };
  return { state: fresh.state, seconds, why: fresh.why };
}

function age() {
  for (const [panel, held] of wanted) tell(panel, { panel, fresh: standing(held) });
}

/** A network that was cut closes nothing: let go of a socket that has been silent for too long. */
function watch() {
  if (!socket || Date.now() - Math.max(spoken, opened) < DEAD) return;
  const line = socket;
  socket = null;
  line.close();
  lost();
}

setInterval(() => {
  age();
  watch();
}, 1000);
