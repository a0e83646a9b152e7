// From a refusal's code to its entry in the reference.

import { h } from './base.js';

/** A link to what KuCoin's code means, in a window of its own: what stands here stays. Amounts stay hidden there too. */
export function codeLink(code, words = `What code ${code} means`) {
  const address = new URL('reference', document.baseURI);
  address.searchParams.set('code', code);
  if (new URLSearchParams(window.location.search).get('privacy') === 'on') address.searchParams.set('privacy', 'on');
  return h('a', { href: address.href, target: '_blank', rel: 'noopener' }, words);
}

/** Text whose `(KuCoin code 300012)` is such a link: nodes. */
export function coded(text) {
  return text.split(/(?<=\()(KuCoin code (?:HTTP )?\d+)(?=\))/)
    .map((part, place) => (place % 2 ? codeLink(part.slice('KuCoin code '.length), part) : part));
}
