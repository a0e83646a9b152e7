// The keyboard of the order ticket. A key that is held down acts once: a second press is a second decision.
// data: {keys}: the single keys that the script wants to hear of; it is told `pressed`, outside of fields and dialogs.

const FIELDS = 'input, textarea, select, [contenteditable], [role=combobox], [role=listbox]';
const SWITCHES = '[type=checkbox], [type=radio]';
const HELD = new Set(['Enter', ' ']);

const is = (target, kind) => target instanceof Element && target.matches(kind);
const typing = (target) => is(target, FIELDS) && !is(target, SWITCHES);

/** The element that has the focus, also inside of a shadow root. */
const focused = (event) => event.composedPath()[0];

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector('.root');
  root.keys = new Set(data.keys);
  root.tell = setTriggerValue;
  if (root.listen) return root.leave;
  root.listen = (event) => {
    if (document.body.dataset.wayOut) return; // the review of the ways out hears for itself, whoever hears first
    const target = focused(event);
    const single = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.repeat && !typing(target) && (HELD.has(event.key) || single)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    const dialog = document.querySelector('[role=dialog]');
    if (event.key === 'Escape' && dialog && !dialog.contains(document.activeElement)) {
      dialog.querySelector('[aria-label=Close]')?.click(); // the focus was on a button that went dead, so it hears nothing
      return;
    }
    if (single && event.key !== ' ' && is(target, SWITCHES)) {
      event.stopImmediatePropagation(); // the buttons' own keys take any input for a field of text
      document.body.dispatchEvent(new KeyboardEvent('keydown', event));
      return;
    }
    const key = event.key.toLowerCase();
    if (!single || event.repeat || typing(target) || !root.keys.has(key) || dialog) return;
    event.preventDefault();
    root.tell('pressed', key);
  };
  root.leave = () => {
    window.removeEventListener('keydown', root.listen, true);
    delete root.listen;
  };
  window.addEventListener('keydown', root.listen, true); // before anybody else hears of it
  return root.leave;
}
