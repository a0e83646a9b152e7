// The newest lines of the activity, of one kind or all (kucoin/web/activity.py): time, what, in which account, how much.

import { h, patch } from './base.js';
import { kept, keep, mark, panel, put } from './panel.js';

const FEW = 8;
const KIND = 'recent-kind';

/** Today's clock, another day's date. */
function moment(at) {
  const told = new Date(at);
  if (told.toISOString().slice(0, 10) === new Date().toISOString().slice(0, 10)) return told.toISOString().slice(11, 16);
  return told.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
}

function line({ at, kind, place, subject, change: [text, direction], currency, counts }) {
  return h('li', { title: subject || null, class: !counts && 'aside' },
    h('time', { datetime: new Date(at).toISOString() }, moment(at)),
    h('span', { class: 'what' }, kind, h('span', { class: 'quiet' }, place)),
    h('span', { class: `figure ${direction}` }, text), h('span', { class: 'quiet unit' }, currency));
}

export default (component) => panel(component, (root, follow, tell) => {
  const age = mark();
  const list = h('ol', { class: 'figure', 'aria-label': 'Recent activity, newest first' });
  const empty = h('p', { class: 'cap' });
  const kinds = h('select', { 'aria-label': 'Kind' }, h('option', { value: '' }, 'All kinds'));
  root.append(h('header', null, h('h2', null, 'Recent activity'), age, h('span', { class: 'push' }), kinds),
    h('div', { class: 'body' }, list, empty));
  let [stem, chosen, blocked] = ['', kept(KIND, ''), false];
  const query = () => `span=all&few=${FEW}${chosen ? `&kind=${encodeURIComponent(chosen)}` : ''}`;

  function offer(options) {
    const offered = ['', ...options, ...(chosen && !options.includes(chosen) ? [chosen] : [])];
    if (String(offered) !== String([...kinds.options].map((option) => option.value))) {
      kinds.replaceChildren(...offered.map((kind) => h('option', { value: kind }, kind || 'All kinds')));
    }
    kinds.value = chosen;
  }

  kinds.onchange = () => {
    chosen = kinds.value;
    keep(KIND, chosen || null);
    follow(stem + query());
    if (blocked) tell('wish', query());
  };
  return {
    mark: age,
    give(data) {
      stem = data.panel.slice(0, data.panel.indexOf(':') + 1);
      blocked = data.frames != null;
      if (blocked && data.wish !== query()) tell('wish', query()); // the script brings what it is told of
      follow(stem + query());
    },
    draw({ full }) {
      if (!full || full.pending) return;
      offer(full.kinds ?? []);
      patch(list, h('ol', null, (full.rows ?? []).map(line)));
      list.hidden = !full.rows?.length;
      put(empty, full.problem ?? (full.rows.length > 0 ? '' : full.reading ? 'Being read.'
        : `Nothing${chosen ? ' of this kind' : ''} has changed a balance yet.`));
    },
  };
});
