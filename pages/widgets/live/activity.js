// The account's activity: filters, a page of lines, what they come to, and whether they add up (kucoin/web/activity.py).
//
// What is chosen stands in the name of the panel, so that no script runs between a press and the lines. The script is
// told of it as `wish`, to keep it in the page's address and to export it.

import { h } from './base.js';
import { fractionDigits } from './cells.js';
import { mark, panel, put } from './panel.js';
import { Pick } from './picks.js';

const SPANS = [['7', '7 d'], ['30', '30 d'], ['90', '90 d'], ['all', 'All'], ['range', 'Range…']];
const USUAL = '7';
const HEADS = [['when', 'Time, UTC'], ['what', 'Kind'], ['place', 'Account'], ['change', 'Change'], ['unit', ''],
  ['fee', 'Fee in it'], ['balance', 'Balance after']];
const TYPING = 60; // ms of silence after which what was typed is looked for
const TELLING = 250; // ms until the script hears of a choice, so that the lines come first
const BUSY = 400; // ms of waiting from which on the lines look it
const LISTS = ['account', 'kind', 'currency'];

const count = (number) => number.toLocaleString('en-GB');
const plural = (number, word) => `${count(number)} ${word}${number === 1 ? '' : 's'}`;

/** A time of today as such, of another day with it, of another year with that. */
function moment(at, now) {
  const [day, clock] = new Date(at).toISOString().split('T');
  const today = new Date(now).toISOString().slice(0, 10);
  if (day === today) return clock.slice(0, 8);
  const year = day.slice(0, 4) === today.slice(0, 4) ? undefined : '2-digit';
  const date = new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year, timeZone: 'UTC' });
  return `${date} ${clock.slice(0, year ? 5 : 8)}`;
}

/** A figure whose fraction takes the room of the column's longest, so that points stand in one line. */
function figure(text, digits, look) {
  const own = fractionDigits(text);
  const point = own > 0 ? text.length - own - 1 : text.length;
  const exact = digits === 0 || /[^\d,.+\u2212–<]/.test(text);
  if (exact) return h('span', { class: look }, text);
  return h('span', { class: look }, text.slice(0, point), h('span', { class: 'fraction', style: `--digits:${digits}` }, text.slice(point)));
}

class Activity {
  constructor(root, follow, tell) {
    Object.assign(this, { follow, tell, mark: mark(), lines: new Map(), open: new Set(), asking: null });
    const chosen = () => this.choose();
    this.spans = h('div', { class: 'spans', role: 'group', 'aria-label': 'Span' }, SPANS.map(([name, label]) => {
      const button = h('button', { type: 'button', 'data-span': name }, label);
      button.onclick = () => this.choose({ span: name });
      return button;
    }));
    this.days = ['from', 'to'].map((name) => {
      const field = h('input', { type: 'date', name, min: '2017-01-01', 'aria-label': name === 'from' ? 'First day' : 'Last day' });
      field.onchange = chosen;
      return field;
    });
    this.range = h('span', { class: 'range', hidden: true }, this.days[0], '–', this.days[1]);
    this.picks = {
      account: new Pick('All accounts', 'accounts', chosen),
      kind: new Pick('All kinds', 'kinds', chosen),
      currency: new Pick('All currencies', 'currencies', chosen),
    };
    this.find = h('input', { type: 'search', placeholder: 'Find', maxlength: 60, 'aria-label': 'Find in pairs, ids and notes' });
    this.find.oninput = () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(chosen, TYPING);
    };
    this.all = h('button', { type: 'button', class: 'ghost', hidden: true }, 'Clear');
    this.all.onclick = () => this.clearFilters();
    this.counted = h('span', { class: 'cap counted', role: 'status' });
    const tools = h('div', { class: 'tools' }, this.spans, this.range, Object.values(this.picks).map((pick) => pick.element),
      this.find, this.all, h('span', { class: 'push' }), this.mark, this.counted);
    root.append(tools, this.content());
  }

  content() {
    this.reach = h('summary');
    this.lists = h('p');
    this.reached = h('details', { class: 'told', hidden: true }, this.reach, this.lists);
    this.ties = h('summary');
    this.apart = h('ul');
    this.tied = h('details', { class: 'told', hidden: true }, this.ties, this.apart);
    this.trouble = h('p', { class: 'doubt', role: 'status' });
    this.rows = h('tbody');
    const titles = HEADS.map(([name, title]) => h('th', { scope: 'col', class: name }, title || h('span', { class: 'aloud' }, 'Currency')));
    this.table = h('table', { 'aria-label': 'Activity, newest first' }, h('thead', null, h('tr', null, titles)), this.rows);
    this.empty = h('p', { class: 'empty' });
    this.pages = [['« Newest', () => 1], ['‹ Newer', (page) => page - 1], ['Older ›', (page) => page + 1], ['Oldest »', (_, last) => last]]
      .map(([label, to]) => {
        const button = h('button', { type: 'button' }, label);
        button.onclick = () => this.turn(to(this.said.page, this.said.pages));
        return button;
      });
    this.where = h('span', { class: 'cap' });
    this.pager = h('nav', { class: 'pager', 'aria-label': 'Pages', hidden: true }, this.pages.slice(0, 2), this.where, this.pages.slice(2));
    this.sums = h('ul', { class: 'sums' });
    this.summary = h('details', { class: 'summary' }, h('summary', null, h('h2', null, 'Sums')), this.sums);
    this.body = h('div', { class: 'body' },
      h('div', { class: 'known' }, this.reached, this.tied, this.trouble),
      h('div', { class: 'board' }, h('div', { class: 'ledger' }, this.table, this.empty, this.pager), this.summary));
    this.rows.onclick = ({ target }) => {
      const line = target.closest('tr[data-id]');
      if (line && !getSelection().toString()) this.unfold(line.dataset.id);
    };
    return this.body;
  }

  give(data) {
    if (!this.wish) {
      this.adopt(data.wish);
      this.summary.open = matchMedia('(min-width: 1001px)').matches;
    }
    this.blocked = data.frames != null;
    this.stem = data.panel.slice(0, data.panel.indexOf(':') + 1);
    this.ask();
    if (this.blocked && data.wish !== this.query()) this.tell('wish', this.query()); // it brings what it is told of
  }

  /** Take over what the address says. */
  adopt(query) {
    const said = new URLSearchParams(query);
    this.wish = { span: said.get('span') ?? USUAL, page: Number(said.get('page') ?? 1), until: said.get('until') };
    this.days.forEach((field) => { field.value = said.get(field.name) ?? ''; });
    for (const name of LISTS) this.picks[name].offer([], said.getAll(name));
    this.find.value = said.get('find') ?? '';
    this.press();
  }

  press() {
    for (const button of this.spans.children) button.setAttribute('aria-pressed', String(button.dataset.span === this.wish.span));
    this.range.hidden = this.wish.span !== 'range';
    this.all.hidden = LISTS.every((name) => this.picks[name].chosen.length === 0) && this.find.value.trim() === '';
  }

  /** What is wanted, as kucoin/web/activity_wish.py reads it. */
  query(paged = true) {
    const { span, page, until } = this.wish;
    const words = [['span', span]];
    if (span === 'range') for (const { name, value } of this.days) if (value) words.push([name, value]);
    for (const name of LISTS) for (const each of this.picks[name].chosen) words.push([name, each]);
    if (this.find.value.trim()) words.push(['find', this.find.value.trim()]);
    if (paged && page > 1) words.push(['page', page], ...(until ? [['until', until]] : []));
    return words.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  }

  choose(change = {}) {
    clearTimeout(this.typing);
    this.wish = { ...this.wish, page: 1, until: null, ...change };
    if (this.wish.span === 'range' && !this.days[0].value) this.lately();
    this.press();
    this.ask();
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.tell('wish', this.query(this.blocked)), this.blocked ? 0 : TELLING);
  }

  /** A range begins as the last seven days. */
  lately() {
    const day = (back) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);
    [this.days[0].value, this.days[1].value] = [day(6), day(0)];
  }

  clearFilters() {
    for (const name of LISTS) this.picks[name].offer(this.picks[name].options, []);
    this.find.value = '';
    this.choose();
  }

  /** Go to a page. From the second on lines that come later are left out, so that pages stand still. */
  turn(page) {
    const until = page > 1 ? this.wish.until ?? this.said.newest : null;
    this.wish = { ...this.wish, page, until };
    this.ask();
    if (this.blocked) this.tell('wish', this.query());
    if (this.table.getBoundingClientRect().top < 0) this.table.scrollIntoView();
  }

  ask() {
    const name = this.stem + this.query();
    if (name === this.name) return;
    this.name = name;
    clearTimeout(this.asking);
    this.asking = setTimeout(() => this.body.classList.add('busy'), BUSY);
    this.follow(name);
  }

  refused() {
    clearTimeout(this.asking);
    this.body.classList.remove('busy');
  }

  draw({ full }) {
    if (!full || full.pending) return;
    this.refused();
    if (full.problem) {
      put(this.trouble, full.problem);
      return;
    }
    this.said = full;
    this.picks.account.offer(full.places);
    this.picks.kind.offer(full.kinds);
    this.picks.currency.offer(full.currencies);
    this.tellKnown(full);
    this.arrange(full.rows);
    this.tellPages(full);
    this.tellSums(full.sums);
  }

  tellKnown({ reach, lists, ties, apart, trouble, count: lines }) {
    put(this.counted, plural(lines, 'line'));
    put(this.reach, reach);
    put(this.lists, lists);
    this.reached.hidden = !reach;
    this.reached.classList.toggle('plain', !lists);
    put(this.ties, ties);
    this.tied.hidden = !ties;
    this.tied.classList.toggle('warn', apart.length > 0);
    this.tied.classList.toggle('plain', apart.length === 0);
    if (apart.length === 0) this.tied.open = false;
    this.apart.replaceChildren(...apart.map(([place, currency, difference]) =>
      h('li', null, `${place} ${currency}: no line explains ${difference}${difference.endsWith('%') || difference === 'hidden' ? '' : ` ${currency}`}`)));
    put(this.trouble, trouble ? `Some lines may be missing or late: ${trouble.replace(/[. ]+$/, '')}.` : '');
  }

  /** Put the lines in their order; one that is there keeps its element, so that what is selected or focused stays. */
  arrange(rows) {
    const digits = Object.fromEntries([['change', (row) => row.change[0]], ['fee', (row) => row.fee], ['balance', (row) => row.balance]]
      .map(([name, text]) => [name, Math.max(0, ...rows.map((row) => fractionDigits(text(row))))]));
    const now = Date.now();
    const before = this.lines;
    this.lines = new Map(rows.map((row) => {
      const made = JSON.stringify([row, digits, moment(row.at, now)]);
      const held = before.get(row.id);
      return [row.id, held?.made === made ? held : { made, row, element: this.line(row, digits, now) }];
    }));
    for (const id of this.open) if (!this.lines.has(id)) this.open.delete(id);
    const wanted = [...this.lines].flatMap(([id, line]) => (this.open.has(id) ? [line.element, this.more(line)] : [line.element]));
    for (const element of [...this.rows.children]) if (!wanted.includes(element)) element.remove();
    wanted.forEach((element, index) => {
      if (this.rows.children[index] !== element) this.rows.insertBefore(element, this.rows.children[index] ?? null);
    });
  }

  line(row, digits, now) {
    const time = h('time', { datetime: new Date(row.at).toISOString() }, moment(row.at, now));
    const cells = {
      when: [time, h('span', { class: 'narrow' }, row.place)],
      what: [h('button', { type: 'button', class: 'kind', 'aria-expanded': String(this.open.has(row.id)) }, row.kind),
        row.subject && h('span', { class: 'quiet subject' }, row.subject)],
      place: row.place,
      change: figure(row.change[0], digits.change, `figure ${row.change[1]}`),
      unit: row.currency,
      fee: figure(row.fee, digits.fee, 'figure'),
      balance: row.counts ? figure(row.balance, digits.balance, 'figure') : h('span', { class: 'cap' }, 'not summed'),
    };
    return h('tr', { 'data-id': row.id, class: !row.counts && 'aside' }, HEADS.map(([name]) => h('td', { class: name }, cells[name])));
  }

  more(line) {
    line.more ??= h('tr', { class: 'more' }, h('td', { colspan: HEADS.length },
      h('dl', null, line.row.more.map(([name, text]) => [h('dt', null, name), h('dd', null, text)]))));
    return line.more;
  }

  unfold(id) {
    const line = this.lines.get(id);
    const opens = !this.open.delete(id);
    if (opens) this.open.add(id);
    line.element.querySelector('.kind').setAttribute('aria-expanded', String(opens));
    if (opens) line.element.after(this.more(line));
    else line.more.remove();
  }

  tellPages({ count: lines, page, pages, size, rows, reading }) {
    this.table.hidden = rows.length === 0;
    this.pager.hidden = pages === 1;
    const first = (page - 1) * size;
    put(this.where, `${count(first + 1)} to ${count(first + rows.length)} of ${count(lines)}`);
    this.pages.slice(0, 2).forEach((button) => { button.disabled = page === 1; });
    this.pages.slice(2).forEach((button) => { button.disabled = page === pages; });
    put(this.empty, rows.length > 0 ? '' : this.nothing(reading));
  }

  nothing(reading) {
    const sieved = !this.all.hidden;
    if (this.wish.span !== 'all') {
      return sieved ? 'No line of these days is like that. Choose a longer span, or clear the filters.'
        : 'Nothing changed a balance in these days. Choose a longer span above.';
    }
    if (sieved) return 'No line is like that. Clear the filters to see all.';
    return reading ? 'Being read. The first lines show within seconds.' : 'Nothing has changed a balance yet. Whatever does shows here.';
  }

  tellSums(sums) {
    const digits = Math.max(0, ...sums.map(({ net }) => fractionDigits(net[0])));
    this.sums.replaceChildren(...sums.map(({ currency, came, went, net, fees, exact }) => h('li', { title: exact || null },
      h('b', null, currency), figure(net[0], digits, `figure ${net[1]}`),
      h('small', null, h('span', null, `in ${came}`), h('span', null, `out ${went}`), fees !== '0' && h('span', null, `fees ${fees}`)))));
    this.summary.hidden = sums.length === 0;
  }

  stop() {
    for (const timer of [this.typing, this.asking, this.telling]) clearTimeout(timer);
    for (const pick of Object.values(this.picks)) pick.stop();
  }
}

export default (component) => panel(component, (root, follow, tell) => new Activity(root, follow, tell));
