// The machine room in one line: who answers, how far the clocks are apart, what is left of each quota, and the time.
function host(item) {
  return h('span', { class: item.wide && 'wide', title: item.hint },
    h('i', null, item.name), item.trouble && h('b', { class: 'warn' }, item.trouble), age(item.mark));
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
    h('span', { class: 'wide', title: data.clock.hint }, h('i', null, 'Clock'), h('b', { class: data.clock.trouble && 'warn' }, data.clock.text)),
    h('span', { class: 'quota', title: data.quotas_hint }, h('i', null, 'Quota'), data.quotas.map(quota)),
    h('span', { class: 'wide', title: data.exchange.hint }, h('i', null, 'Exchange'), h('b', { class: data.exchange.trouble && 'warn' }, data.exchange.text)),
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
