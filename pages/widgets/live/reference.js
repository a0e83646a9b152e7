// What can be looked up: a field to search in, and below it what was found. The script searches, at every pause in typing.
// data: { sought, chosen, count, rows: [{ key, badge, title, host, summary, names }] }

const PAUSE = 60; // ms without a key before it is searched for

/** One hit; the names are those of parameters and fields that were searched for. */
function row({ key, badge, title, host, summary, names }, chosen) {
  return h('li', null, h('button', { type: 'button', 'data-key': key, 'aria-current': key === chosen && 'true' },
    h('span', { class: 'head' }, h('i', { class: 'badge' }, badge), h('b', null, title), host && h('em', null, host)),
    h('span', { class: 'cap' }, names.length > 0 && h('span', { class: 'names' }, names.join(', ')), summary)));
}

/** Listen once for as long as the element stands; `root.tell` is always the newest run's. */
function listen(root) {
  if (root.listening) return;
  root.listening = true;
  let timer = null;
  root.addEventListener('input', ({ target }) => {
    clearTimeout(timer);
    timer = setTimeout(() => root.tell('sought', target.value), PAUSE);
  });
  root.addEventListener('click', ({ target }) => {
    const button = target.closest('[data-key]');
    if (!button) return;
    root.querySelector('[aria-current]')?.removeAttribute('aria-current');
    button.setAttribute('aria-current', 'true');
    root.tell('chosen', button.dataset.key);
  });
}

export default ({ parentElement, data, setTriggerValue }) => {
  const root = parentElement.querySelector('.root');
  root.tell = setTriggerValue;
  const first = !root.listening;
  listen(root);
  const leave = show(root,
    h('input', { type: 'search', maxlength: 200, spellcheck: 'false', autocomplete: 'off', 'aria-label': 'Search the reference', placeholder: 'Path, field, code or words' }),
    h('p', { class: 'cap', role: 'status' }, data.count),
    h('ul', { 'aria-label': 'Found', 'data-sought': data.sought }, data.rows.map((each) => row(each, data.chosen))));
  if (first) root.querySelector('input').value = data.sought;
  const list = root.querySelector('ul');
  if (root.sought !== data.sought) list.scrollTop = 0;
  if (first) root.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  root.sought = data.sought;
  return leave;
};
