// The machine room in one line: who answers, how far the clocks are apart, what is left of each quota, and the time.
function host(item) {
  return h('span', { title: item.hint },
    h('i', null, item.name), item.trouble && h('b', { class: 'warn' }, item.trouble), age(item.mark));
}

function fact(label, { text, hint, trouble }) {
  return h('span', { class: 'wide', title: hint }, h('i', null, label), h('b', { class: trouble && 'warn' }, text));
}

function quota(pool, index) {
  return h('span', { class: index > 0 && 'wide', title: pool.hint },
    h('i', { class: 'wide' }, pool.name), h('span', { class: pool.low && 'warn' }, pool.left),
    pool.ratio != null && index === 0 && h('span', { class: 'gauge' }, h('u', { style: `width:${pool.ratio}%` })));
}

function utc(seconds) {
  return `${new Date(seconds * 1000).toISOString().slice(11, 19)} UTC`;
}

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector('.root');
  const since = performance.now();
  const stop = show(root,
    data.hosts.map(host),
    fact('Clock', data.clock),
    h('span', { class: 'quota', title: data.quotas_hint }, h('i', null, 'Quota'), data.quotas.map(quota)),
    fact('Exchange', data.exchange),
    h('span', { class: 'wide push' }, data.version),
    h('time', { class: 'roomy' }, utc(data.time)),
  );
  clearInterval(root.time);
  root.time = setInterval(() => {
    root.querySelector('time').textContent = utc(data.time + (performance.now() - since) / 1000);
  }, 1000);
  return () => {
    clearInterval(root.time);
    stop();
  };
}
