// What a reader sets for a market's tape: from which value on a print is large, and whether large ones are heard.

import { h } from './base.js';
import { brief } from './numbers.js';
import { keep, kept, put } from './panel.js';

const NUMBER = '[0-9]+([.][0-9]+)?';

let audio = null; // made by the press that turns the sound on, as browsers demand

/** Let a large print be heard: high for a buy, low for a sell, longer for a very large one. */
export function beep(side, tier) {
  if (!audio || tier === 0) return;
  const [tone, level] = [audio.createOscillator(), audio.createGain()];
  const end = audio.currentTime + (tier === 2 ? 0.25 : 0.08);
  tone.frequency.value = side === 'buy' ? 880 : 440;
  level.gain.setValueAtTime(0.06, audio.currentTime);
  level.gain.exponentialRampToValueAtTime(0.001, end);
  tone.connect(level).connect(audio.destination);
  tone.start();
  tone.stop(end);
}

/** The button that tells the thresholds and the form behind it; `changed` is called when tints have to be drawn anew. */
export function settings(changed) {
  let symbol = null;
  let usual = [null, null]; // the server's, from the market's own volume
  let own = null; // the reader's
  let sound = false;
  const button = h('button', { class: 'thresholds', type: 'button', 'aria-expanded': 'false', title: 'Large prints: thresholds and sound' });
  const [big, huge] = ['Large from', 'Very large from'].map((label) => h('input', { inputmode: 'decimal', required: true, pattern: NUMBER, 'aria-label': label }));
  const heard = h('input', { type: 'checkbox' });
  const unit = h('span', { class: 'cap' });
  const reset = h('button', { type: 'button' }, 'Defaults');
  const form = h('form', { class: 'settings', hidden: true },
    h('label', null, h('span', { class: 'cap' }, 'Large from'), big), h('label', null, h('span', { class: 'cap' }, 'Very large from'), huge),
    h('label', { class: 'sound' }, heard, 'Sound for large prints'),
    h('div', { class: 'ends' }, unit, reset, h('button', { type: 'submit' }, 'Apply')));

  function tell() {
    const [first, second] = own ?? usual;
    put(button, first == null ? '–' : `≥ ${brief(first, 1e3)} · ≥ ${brief(second, 1e3)}`);
    if (form.hidden) [big.value, huge.value] = [first ?? '', second ?? ''];
  }

  function open(yes) {
    form.hidden = !yes;
    button.setAttribute('aria-expanded', String(yes));
    tell();
    if (yes) big.focus();
  }

  function take(thresholds) {
    own = thresholds;
    keep(`thresholds:${symbol}`, own);
    open(false);
    button.focus();
    changed();
  }

  button.onclick = () => open(form.hidden);
  reset.onclick = () => take(null);
  form.onsubmit = (event) => {
    event.preventDefault();
    take([big.value, huge.value].sort((a, b) => a - b));
  };
  form.onkeydown = ({ key }) => {
    if (key !== 'Escape') return;
    open(false);
    button.focus();
  };
  heard.onchange = () => {
    sound = heard.checked;
    if (sound) audio ??= new AudioContext();
  };
  return {
    button,
    form,
    sound: () => sound,
    of(name, quote) {
      [symbol, own, usual] = [name, kept(`thresholds:${name}`, null), [null, null]];
      put(unit, quote);
      open(false);
      form.blur();
    },
    usual(thresholds) {
      usual = thresholds;
      tell();
    },
    tier(trade) {
      if (!own) return trade.tier;
      const value = Number(trade.value);
      return value >= own[1] ? 2 : value >= own[0] ? 1 : 0;
    },
  };
}
