// A menu of boxes to tick, where nothing ticked means all. It closes on Escape, and on a press or focus outside.

import { h } from './base.js';
import { put } from './panel.js';

export class Pick {
  /** `all` stands on it while nothing is ticked (`All kinds`), `many` after a number (`kinds`). */
  constructor(all, many, take) {
    Object.assign(this, { all, many, chosen: [], options: [] });
    this.says = h('summary', null, all);
    this.list = h('div', { class: 'boxes', role: 'group', 'aria-label': all, tabindex: -1 });
    this.element = h('details', { class: 'pick' }, this.says, this.list);
    this.list.onchange = () => {
      this.chosen = [...this.list.querySelectorAll('input:checked')].map((box) => box.value);
      this.speak();
      take();
    };
    this.element.onkeydown = (event) => {
      if (event.key !== 'Escape' || !this.element.open) return;
      event.stopPropagation();
      this.element.open = false;
      this.says.focus();
    };
    this.element.addEventListener('focusout', ({ relatedTarget }) => {
      // later: what is closed while the focus moves takes some browsers down
      if (relatedTarget && !this.element.contains(relatedTarget)) setTimeout(() => { this.element.open = false; });
    });
    this.outside = (event) => {
      if (!event.composedPath().includes(this.element)) this.element.open = false;
    };
    document.addEventListener('pointerdown', this.outside);
  }

  /** Offer `options`; what was chosen and is not among them any more is offered still. */
  offer(options, chosen = this.chosen) {
    this.chosen = chosen;
    const offered = [...options, ...chosen.filter((each) => !options.includes(each))];
    if (String(offered) !== String(this.options)) {
      this.options = offered;
      const boxes = offered.map((each) => h('label', null, h('input', { type: 'checkbox', value: each }), each));
      this.list.replaceChildren(...boxes);
    }
    for (const box of this.list.querySelectorAll('input')) box.checked = chosen.includes(box.value);
    this.speak();
  }

  speak() {
    const { chosen, all, many } = this;
    put(this.says, chosen.length === 0 ? all : chosen.length === 1 ? chosen[0] : `${chosen.length} ${many}`);
    this.element.classList.toggle('chosen', chosen.length > 0);
  }

  stop() {
    document.removeEventListener('pointerdown', this.outside);
  }
}
