// What our charts share: plotly.js, the page's colours, and the look of an axis.
import { h } from './base.js';

const CALM = 400; // ms between two drawings of what the market moves: more often could not be read
const REST = 8; // times as long as it took to draw: no chart keeps the page busy for more than an eighth of the time
const LOOK = 1000; // ms between two looks whether theme or palette changed, for which the browser has no event

const TYPE = 11.5; // px of every text in a chart
const NAMES = ['ground', 'line', 'edge', 'ink', 'soft', 'quiet', 'gain', 'loss'];

let loading;

/** Load plotly.js from `url`, once for all charts of the tab, and return it. A failure may be tried again. */
function plotly(url) {
  loading ??= new Promise((done, fail) => {
    const script = h('script', { src: url });
    script.onload = () => done(globalThis.Plotly);
    script.onerror = () => {
      loading = undefined;
      script.remove();
      fail(new Error(`${url} could not be loaded`));
    };
    document.head.append(script);
  });
  return loading;
}

/** Return the colours of the page by name, as Plotly reads them; they follow theme and palette. */
function colours(root) {
  const probe = h('span', { hidden: true });
  root.append(probe);
  const read = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const found = Object.fromEntries(NAMES.map((name) => [name, read(name)]));
  probe.remove();
  return found;
}

/** Return a colour of colours() as a tint. */
export const tinted = (colour, share) => colour.replace(/^rgb\((.*)\)$/, `rgba($1, ${share})`);

/** Return an axis that is a hairline grid with quiet figures. */
export function axis(look, more) {
  return {
    fixedrange: true, zeroline: false, showline: false, ticks: '', gridcolor: look.line, gridwidth: 1,
    tickangle: 0, tickfont: { size: TYPE, color: look.quiet }, ...more,
  };
}

/** Return the parts of a layout that all charts have in common. */
export function sheet(size, margin) {
  return {
    width: size.width, height: size.height, margin: { pad: 0, ...margin }, showlegend: false, hovermode: false,
    paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)',
    font: { family: 'IBM Plex Sans, sans-serif', size: TYPE },
  };
}

/**
 * What Plotly draws on, inside a shadow root: `paint(surface)` is called when there is something new to draw.
 *
 * Attributes: `size` ({width, height} in px) and `look` (colours by name), both as of the drawing.
 */
export class Surface {
  constructor(root, element, paint) {
    Object.assign(this, { root, element, paint, drawn: -CALM, cost: 0, look: colours(root) });
    this.sizes = new ResizeObserver(() => this.now());
    this.sizes.observe(element);
    this.watch = setInterval(() => JSON.stringify(colours(root)) !== JSON.stringify(this.look) && this.now(), LOOK);
  }

  load(url) {
    plotly(url).then((drawer) => {
      if (!this.plotly) this.element.replaceChildren();
      this.plotly = drawer;
      this.now();
    }, (error) => {
      this.element.textContent = `There is no chart: ${error.message}. Load the page again.`;
    });
  }

  /** Draw soon, at the calm pace of the market. */
  later() {
    const due = this.drawn + Math.max(CALM, REST * this.cost);
    this.timer ??= setTimeout(() => this.run(), Math.max(0, due - performance.now()));
  }

  /** Draw at once: a hand moved. */
  now() {
    this.frame ??= requestAnimationFrame(() => this.run());
  }

  run() {
    this.rest();
    this.size = { width: this.element.clientWidth, height: this.element.clientHeight };
    if (!this.plotly || !this.size.width) return;
    this.drawn = performance.now();
    this.look = colours(this.root);
    this.paint(this);
    this.cost = performance.now() - this.drawn;
  }

  /** Show the figure. Pointer and keys are ours: Plotly only draws. */
  show(traces, layout) {
    this.plotly.react(this.element, traces, layout, { staticPlot: true, displayModeBar: false });
  }

  /** Show nothing, until there is something. */
  clear() {
    this.show([], { ...sheet(this.size, {}), xaxis: { visible: false }, yaxis: { visible: false } });
  }

  rest() {
    clearTimeout(this.timer);
    cancelAnimationFrame(this.frame);
    this.timer = this.frame = undefined;
  }

  stop() {
    this.rest();
    clearInterval(this.watch);
    this.sizes.disconnect();
    this.plotly?.purge(this.element);
  }
}
