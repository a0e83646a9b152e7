// What every component is made of. live.py puts this text before the code of a component that travels with its data;
// those that the server serves as files import it.
// Text from outside reaches the page as text nodes and attributes alone; no HTML is ever parsed here.

/** Return an element; attributes that are null, undefined or false are left out. */
function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value != null && value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return element;
}

/** Make the children of `old` equal to those of `next`, touching only what differs: focus, selection and scroll stay. */
function patch(old, next) {
  const before = [...old.childNodes];
  [...next.childNodes].forEach((node, index) => {
    const kept = before[index];
    if (!kept) old.append(node);
    else if (kept.nodeName !== node.nodeName) kept.replaceWith(node);
    else if (kept.nodeType === Node.TEXT_NODE) {
      if (kept.data !== node.data) kept.data = node.data;
    } else {
      for (const { name } of [...kept.attributes]) if (!node.hasAttribute(name)) kept.removeAttribute(name);
      for (const { name, value } of node.attributes) {
        if (kept.getAttribute(name) !== value) kept.setAttribute(name, value);
      }
      patch(kept, node);
    }
  });
  before.slice(next.childNodes.length).forEach((node) => node.remove());
}

/** Write an age as figures.py does: 0.4 s, 14 s, 3 min, 5 h, 2 d. */
function written(seconds) {
  if (seconds < 10) return `${(Math.floor(seconds * 10) / 10).toFixed(1)} s`;
  for (const [limit, size, unit] of [[60, 1, 's'], [3600, 60, 'min'], [172800, 3600, 'h']]) {
    if (seconds < limit) return `${Math.floor(seconds / size)} ${unit}`;
  }
  return `${Math.floor(seconds / 86400)} d`;
}

/** An age that grows by itself; `mark` is a Mark of freshness.py. */
function age(mark) {
  if (mark.seconds == null) return h('span', { class: 'age unknown' }, `${mark.word} not read`.trim());
  return h('span', {
    class: 'age',
    'data-born': performance.now() - mark.seconds * 1000,
    'data-word': mark.word,
    'data-fresh': mark.fresh,
    'data-stale': mark.stale,
    'data-alarm': mark.alarm,
  });
}

/** Write all ages anew, and dim the figures of every `.dated` element that holds a stale one. */
function grow(root) {
  const dated = new Set();
  for (const element of root.querySelectorAll('.age[data-born]')) {
    const { born, word, fresh, stale, alarm } = element.dataset;
    const seconds = Math.max(0, (performance.now() - Number(born)) / 1000);
    const state = seconds >= Number(alarm) ? 'alarm' : seconds >= Number(stale) ? 'stale' : 'fresh';
    element.className = `age ${state}`;
    element.textContent = [word, state === 'fresh' ? fresh : 'stale', written(seconds)].filter(Boolean).join(' ');
    if (state !== 'fresh') dated.add(element.closest('.dated'));
  }
  for (const element of root.querySelectorAll('.dated')) element.classList.toggle('dim', dated.has(element));
}

/** Draw `content` into the component and keep its ages growing; returns what Streamlit calls at unmount. */
function show(root, ...content) {
  patch(root, h('div', null, ...content));
  grow(root);
  root.clock ??= setInterval(() => grow(root), 1000);
  return () => {
    clearInterval(root.clock);
    delete root.clock;
  };
}

/** A signed change as a pill with its glyph; `change` is {text, direction}. */
function pill(change) {
  return h('span', { class: `pill ${change.direction}` }, change.text);
}

export { h, patch, written, age, grow, show, pill };
