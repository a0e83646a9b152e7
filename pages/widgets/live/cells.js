// Components whose figures live: the script draws them, and from then on the push socket tells which of them changed.
// A figure goes by a name (`total`, `Futures/value`); it is [text, direction], written already (kucoin/web/portfolio.py),
// and has a third part, a number, where it is drawn as well: `--size` of its element.

import { grow, h, patch } from './base.js';
import { UNKNOWN } from './numbers.js';
import { flash, mark, panel, put } from './panel.js';

/** The decimals that `text` shows, 0 for anything but a plain number. */
export function fractionDigits(text) {
  return /\.\d+$/.exec(text)?.[0].length - 1 || 0;
}

/** Split off the fraction, so that it can be given the width of the column's longest. */
function aligned(text, digits) {
  if (digits === 0) return [text];
  const own = fractionDigits(text);
  const point = own > 0 ? text.length - own - 1 : text.length;
  return [text.slice(0, point), h('span', { class: 'fraction', style: `--digits:${digits}` }, text.slice(point))];
}

function fill(element, [text, direction, size]) {
  const { look, digits, why } = element.dataset;
  element.className = ['figure', look, direction].filter(Boolean).join(' ');
  if (why) element.title = text === UNKNOWN ? why : '';
  if (size != null) element.style.setProperty('--size', size);
  if (element.role === 'img') element.ariaLabel = text;
  else if (digits == null) put(element, text);
  else if (element.textContent !== text) element.replaceChildren(...aligned(text, Number(digits)));
}

/**
 * Run such a component; the whole default export of its file.
 *
 * `draw(data, cell, told, redraw)` returns its content. `cell(name, figure, {look, digits, flashes, why, drawn})` makes
 * the element of a figure, where `figure` is what the script says of it, if it does: with `drawn` one that shows no text
 * but only the size, and with `why` one that tells on hover why it is unknown. `told(name)` is what the socket said, if
 * it did; what it says as `layout` or `acts` is no figure, but a reason to draw everything anew. So is a call of `redraw()`. What
 * `heading(age)` returns stands above.
 */
export function figures(component, draw, heading = () => null) {
  return panel(component, (root, follow) => {
    const age = mark();
    const top = heading(age);
    const body = h('div', { class: 'body' });
    root.append(...[top, body].filter(Boolean));
    const clock = setInterval(() => grow(body), 1000);
    let data = null;
    let said = {};
    let places = new Map(); // name -> the elements that show it

    const cell = (name, figure, { look, digits, flashes, why, drawn } = {}) => {
      const element = h('span', {
        'data-cell': name, 'data-look': look, 'data-digits': digits, 'data-flashes': flashes, 'data-why': why,
        role: drawn && 'img',
      });
      fill(element, said[name] ?? figure ?? [UNKNOWN, 'unknown']);
      return element;
    };

    function redraw() {
      patch(body, h('div', null, draw(data, cell, (name) => said[name], redraw)));
      grow(body);
      places = Map.groupBy(body.querySelectorAll('[data-cell]'), (element) => element.dataset.cell);
    }

    function write(name, figure, isNew) {
      for (const element of places.get(name) ?? []) {
        if (fractionDigits(figure[0]) > Number(element.dataset.digits ?? Infinity)) return true;
        const differs = element.textContent !== figure[0];
        fill(element, figure);
        if (differs && isNew && element.dataset.flashes != null) flash(element);
      }
      return false;
    }

    return {
      mark: age,
      scripted: true,
      give(given) {
        if (given.panel !== data?.panel) said = {};
        data = given;
        follow(data.panel);
        redraw();
      },
      draw({ full, more }) {
        said = full ?? Object.assign(said, more);
        const cramped = Object.entries(full ?? more).filter(([name, figure]) => write(name, figure, Boolean(more)));
        if (cramped.length > 0 || (full ?? more).layout || (full ?? more).acts) redraw();
      },
      stop: () => clearInterval(clock),
    };
  });
}
