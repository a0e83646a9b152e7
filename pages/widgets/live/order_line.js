// One working order of the table in orders.js: its cells, its edit in place, and what became of a press on it.
// A line keeps its elements for as long as its order is shown, so that focus, a tick and a half-written price stay.

import { h, written } from './base.js';
import { fractionDigits } from './cells.js';
import { coded } from './code.js';
import { UNKNOWN } from './numbers.js';
import { put } from './panel.js';
import { exchangeTime } from './socket.js';

const PATIENCE = 5_000; // ms that a press waits for news of its order
const WAYS = { amend: 'amends', 'cancel and new': 'cancel and new' };
const HINTS = {
  amend: 'KuCoin changes this order in one call; its place in the queue is lost.',
  'cancel and new': 'KuCoin changes no order of this kind: it is cancelled first, and a new one is placed for what is left.',
};
const LOST = 'Nothing was heard of that press for 5 s. Look at the order, and press again.';
const PLACED = { here: 'Placed by this dashboard', elsewhere: 'Placed elsewhere: by another program, or on KuCoin’s own pages' };

/** The digits of a figure as it is shown or written, null where it is none: a comma parts thousands and nothing else. */
function digitsOf(text) {
  const typed = text.trim();
  const isFigure = /^\d{1,3}(,\d{3})+(\.\d*)?$/.test(typed) || /^(\d+\.?\d*|\.\d+)$/.test(typed);
  return isFigure ? typed.replaceAll(',', '') : null;
}

/** `Sell 200 XBTUSDTM at 87,124.0` */
export function named({ side, size, symbol, price, watched, trigger }) {
  const at = trigger ? `when ${watched} ${trigger}` : price === UNKNOWN ? 'at market' : `at ${price}`;
  return `${side === 'buy' ? 'Buy' : 'Sell'} ${size} ${symbol} ${at}`;
}

/** `text` with its fraction as wide as the column's longest, so that all points stand in one line. */
function aligned(text, digits) {
  const own = fractionDigits(text);
  if (!digits) return [text];
  const point = own > 0 ? text.length - own - 1 : text.length;
  return [text.slice(0, point), h('span', { class: 'fraction', style: `--digits:${digits}` }, text.slice(point))];
}

export class Line {
  /** `columns`: its cells, {id, label}; `tell(name, value)` calls the script; `changed()`: it was ticked or not any more. */
  constructor(id, columns, tell, changed) {
    Object.assign(this, { id, tell, row: null, digits: {}, field: null, asked: null, pressed: null, trouble: '' });
    this.cells = Object.fromEntries(columns.map(({ id: name, label }) => [name, h('td', { class: name, 'data-label': label })]));
    this.tick = h('input', { type: 'checkbox' });
    this.bar = h('i');
    this.share = h('span', { class: 'figure' });
    this.note = h('td', { colspan: columns.length });
    this.cancel = h('button', { type: 'button', class: 'cancel' }, 'Cancel');
    this.cells.check.append(h('label', null, this.tick));
    this.cells.filled?.append(h('div', { class: 'fill' }, h('span', { class: 'bar', 'aria-hidden': 'true' }, this.bar), this.share));
    this.main = h('tr', null, columns.map(({ id: name }) => this.cells[name]));
    this.below = h('tr', { class: 'below', hidden: true }, this.note);
    this.element = h('tbody', null, this.main, this.below);
    this.tick.onchange = changed;
    this.element.onclick = ({ target }) => {
      const field = target.closest('[data-edit]')?.dataset.edit;
      if (field) this.edit(field);
      else if (target.closest('.send')) this.send();
    };
    this.element.onkeydown = (event) => {
      const acts = event.key === 'Escape' || (event.key === 'Enter' && event.target.matches('.edit'));
      if (!this.field || !acts) return;
      event.preventDefault();
      event.stopPropagation();
      if (event.key === 'Escape') this.leave();
      else if (!event.repeat) this.send();
    };
    this.element.onfocusout = ({ relatedTarget }) => {
      if (!this.field || this.element.contains(relatedTarget)) return;
      if (this.element.querySelector('.edit').value === this.row[this.field]) this.leave();
    };
  }

  get selected() {
    return this.row.act && this.tick.checked;
  }

  /** Take what the server says of it; `digits` are the decimals of each column. */
  write(row, digits) {
    const before = this.row;
    if (before && (row.chip?.[0] !== before.chip?.[0] || row.note !== before.note)) this.settle();
    [this.row, this.digits] = [row, digits];
    if (!row.way) this.field = null;
    this.draw();
  }

  draw() {
    const { row, cells, digits } = this;
    const title = named(row);
    const side = row.side === 'buy' ? 'Buy' : 'Sell';
    const far = row.placed === 'elsewhere';
    this.element.className = row.chip?.[1] ?? '';
    this.tick.disabled = !row.act;
    if (!row.act) this.tick.checked = false;
    this.tick.ariaLabel = `Select: ${title}`;
    this.cancel.ariaLabel = `Cancel: ${title}`;
    this.fill('symbol', [row.symbol, row.side, row.terms], () => [
      h('span', { class: `side card ${row.side}` }, side), h('b', null, row.symbol),
      h('span', { class: 'quiet card' }, row.terms || row.type.toLowerCase())]);
    this.fill('side', [row.side], () => [h('span', { class: `side ${row.side}` }, side)]);
    this.fill('type', [row.type, row.terms, far], () => [
      row.type, row.terms && h('span', { class: 'quiet' }, ` ${row.terms}`), far && h('span', { class: 'badge far narrow' }, 'elsewhere')]);
    cells.type.title = [row.type, row.terms].filter(Boolean).join(', ');
    for (const name of ['price', 'size', 'trigger']) if (cells[name]) this.figure(name, digits);
    this.fill('value', row.value, () => [h('span', { class: 'figure' }, row.value[0]), h('span', { class: 'quiet unit' }, ` ${row.value[1]}`)]);
    if (cells.filled) {
      put(this.share, row.filled);
      this.bar.style.width = `${row.share}%`;
    }
    this.fill('effect', row.effect, () => [h('span', { class: row.effect[1] ? `badge ${row.effect[1]}` : 'quiet' }, row.effect[0])]);
    this.fill('away', [row.away], () => [h('span', { class: row.away === UNKNOWN ? 'figure unknown' : 'figure' }, row.away)]);
    cells.away.title = row.from ? `From the ${row.from} price` : '';
    this.fill('placed', [row.placed], () => [h('span', { class: far ? 'badge far' : 'quiet' }, row.placed ?? UNKNOWN)]);
    cells.placed.title = PLACED[row.placed] ?? 'Whose order this is, is being looked up';
    cells.since.title = row.at == null ? '' : `${new Date(row.at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
    this.act();
    this.grow();
  }

  /** Draw a cell anew where `key` is another than last time. */
  fill(name, key, make) {
    const cell = this.cells[name];
    const text = JSON.stringify(key);
    if (!cell || cell.drawn === text) return;
    cell.drawn = text;
    cell.replaceChildren(...make().filter(Boolean));
  }

  /** A price or a size: as it is, being written, or asked for and not yet heard of. */
  figure(name, digits) {
    const { row } = this;
    const text = row[name];
    const prefix = name === 'trigger' && row.watched;
    const old = this.field === name && this.cells[name].querySelector('s');
    if (old && this.cells[name].querySelector('.edit')) { // what is being written is left alone
      put(old, text);
      return;
    }
    const editable = row.way && digitsOf(text) != null;
    const told = row.asked?.[{ price: 0, size: 1 }[name]];
    this.cells[name].title = editable ? HINTS[row.way] : row.why;
    const wanted = told ?? (this.asked?.field === name ? this.asked.text : null);
    this.fill(name, [text, prefix, digits[name], this.field === name, wanted, editable], () => {
      const lead = prefix && h('span', { class: 'quiet' }, `${prefix} `);
      if (this.field === name) return [lead, h('s', null, text), this.input(name, text)];
      if (wanted && wanted !== text) return [lead, h('s', null, text), h('span', { class: 'figure asked' }, wanted)];
      const shown = aligned(text, digits[name]);
      if (!editable) return [lead, h('span', { class: 'figure' }, shown)];
      const label = `Change the ${name} ${text}: ${named(row)}`;
      return [lead, h('button', { type: 'button', class: 'figure change', 'data-edit': name, 'aria-label': label }, shown)];
    });
  }

  input(name, text) {
    const input = h('input', { class: 'edit', inputmode: 'decimal', autocomplete: 'off', size: Math.max(4, text.length),
      'aria-label': `New ${name}: ${named(this.row)}. Enter: ${this.row.way}. Escape leaves it as it is.` });
    input.value = text;
    return input;
  }

  edit(field) {
    [this.field, this.trouble] = [field, ''];
    this.draw();
    const input = this.element.querySelector('.edit');
    input.focus();
    input.select();
  }

  /** Leave the field as it was, with the focus where it came from if it was there. */
  leave() {
    const { field } = this;
    const back = this.element.contains(this.element.getRootNode().activeElement);
    this.field = null;
    this.draw();
    if (back) this.cells[field].querySelector('button')?.focus();
  }

  /** Ask for what was written, once. */
  send() {
    const { field, row } = this;
    const typed = this.element.querySelector('.edit').value;
    const text = digitsOf(typed);
    if (text == null) {
      this.trouble = `“${typed}” is no ${field}: write digits, and a point before decimals.`;
      this.act();
      return;
    }
    const same = Number(text) === Number(digitsOf(row[field]));
    if (!same) this.asked = { field, text };
    this.trouble = '';
    this.leave();
    if (same) return;
    this.wait();
    this.tell('amend', { order: this.id, [field]: text });
  }

  /** A press is on its way: its button is dead until something is heard, or for too long nothing. */
  wait() {
    clearTimeout(this.pressed);
    this.trouble = '';
    this.pressed = setTimeout(() => this.fail(LOST), PATIENCE);
    this.act();
  }

  /** Nothing came of the press, and why. */
  fail(trouble) {
    this.settle();
    this.trouble = trouble;
    this.draw();
  }

  /** Something was heard of it. */
  settle() {
    clearTimeout(this.pressed);
    [this.pressed, this.asked, this.trouble] = [null, null, ''];
  }

  act() {
    const { row } = this;
    const word = row.chip?.[0];
    this.fill('act', [word, this.field, row.way], () => {
      if (this.field) {
        return [h('button', { type: 'button', class: 'send', title: HINTS[row.way] }, h('kbd', null, 'Enter'), ` ${WAYS[row.way]}`)];
      }
      return word ? [h('span', { class: `badge ${row.chip[1]}` }, word)] : [this.cancel];
    });
    this.cancel.disabled = this.pressed != null;
    const note = this.trouble || row.note;
    if (this.note.textContent !== (note ?? '')) this.note.replaceChildren(...coded(note ?? ''));
    this.below.hidden = !note;
  }

  /** Write its age. */
  grow() {
    const { at } = this.row;
    const seconds = Math.max(0, Math.floor((exchangeTime() - at) / 1000));
    put(this.cells.since, at == null ? UNKNOWN : seconds < 10 ? `${seconds} s` : written(seconds));
  }

  stop() {
    clearTimeout(this.pressed);
  }
}
