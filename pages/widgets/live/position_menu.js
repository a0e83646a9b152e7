// What can be done with a position: a menu at its row, a sheet at the foot of a narrow screen. It only says what was
// chosen; the script asks for it once more before anything is sent.

import { h } from './base.js';

const PARTS = [25, 50, 75, 100];
const REST = {
  even: 'Stop to break-even…', stop: 'Stop…', profit: 'Take profit…', reverse: 'Reverse…',
};
const AGAIN = 300; // ms after a press beside it closed it, in which a click on its own button is that press

/**
 * Return {element, open(button, position), at()}; `choose(position, act, part)` is called with what was chosen, and `at()`
 * returns the id of the position that it is open for, if it is.
 */
export function positionMenu(choose) {
  const item = (attributes, text) => h('button', { type: 'button', role: 'menuitem', tabindex: -1, ...attributes }, text);
  const title = h('p', { 'aria-hidden': 'true' });
  const element = h('div', { class: 'menu', role: 'menu', popover: 'auto' }, title,
    h('div', { class: 'parts', role: 'group', 'aria-label': 'Close at market' },
      PARTS.map((part) => item({ 'data-act': 'close', 'data-part': part, 'aria-label': `Close ${part} % at market` }, `${part} %`))),
    Object.entries(REST).map(([act, text]) => item({ 'data-act': act }, text)));
  const items = [...element.querySelectorAll('button')];
  let position = null;
  let opener = null;
  let closed = -Infinity; // when a press beside it did so
  let left = false;

  element.addEventListener('toggle', ({ newState }) => {
    opener.setAttribute('aria-expanded', newState === 'open');
    if (newState === 'closed') closed = left ? -Infinity : performance.now();
    left = false;
  });
  const leave = () => {
    left = true;
    element.hidePopover();
    opener.focus();
  };
  element.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') leave();
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const last = { Home: 0, End: items.length - 1 }[event.key];
    if (step == null && last == null) return;
    event.preventDefault();
    const at = items.indexOf(event.target);
    items[last ?? (at + step + items.length) % items.length].focus();
  });
  element.addEventListener('click', ({ target }) => {
    const { act, part } = target.closest('[data-act]')?.dataset ?? {};
    if (!act) return;
    leave();
    choose(position, act, part == null ? null : Number(part));
  });

  function open(button, of) {
    if (button === opener && performance.now() - closed < AGAIN) return;
    [opener, position] = [button, of];
    title.textContent = `${of.symbol} ${of.long ? 'long' : 'short'}: close at market`;
    element.setAttribute('aria-label', `${of.symbol} ${of.long ? 'long' : 'short'}`);
    element.showPopover();
    const { top, bottom, right } = button.getBoundingClientRect();
    const { width, height } = element.getBoundingClientRect();
    element.style.left = `${Math.max(8, right - width)}px`;
    element.style.top = `${bottom + 4 + height > innerHeight ? Math.max(8, top - 4 - height) : bottom + 4}px`;
    items[0].focus();
  }

  return { element, open, at: () => element.matches(':popover-open') && position.id };
}
