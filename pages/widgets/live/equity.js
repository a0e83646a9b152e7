// The equity line: `runs` of [x, y, moment, value], shades for what nobody recorded, hairlines and stamps; all places
// are fractions of the plot (pages/widgets/equity_plot.py). The pointer, or the arrow keys, tell a point.

const MARGIN = { top: 8, right: 66, bottom: 22, left: 1 };
const LETTER = 6.4; // px of a letter of a stamp

function svg(tag, attributes, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Leave out what would touch its neighbour or the edge; the later ones stay. */
function apart(stamps, place, width) {
  let free = Infinity;
  return stamps.toReversed().filter(([x, text]) => {
    const half = (text.length * LETTER) / 2;
    const middle = place(x);
    if (middle + half > Math.min(width, free) || middle - half < 0) return false;
    free = middle - half - 12;
    return true;
  });
}

function drawing({ runs, gaps, lines, stamps, alt }, width, height) {
  const right = width - MARGIN.right;
  const bottom = height - MARGIN.bottom;
  const x = (part) => MARGIN.left + part * (right - MARGIN.left);
  const y = (part) => bottom - part * (bottom - MARGIN.top);
  const [endX, endY] = runs.at(-1).at(-1);
  const path = (run) => run.map(([px, py]) => `${x(px).toFixed(1)},${y(py).toFixed(1)}`).join(' ');
  const named = gaps.find(([, , text]) => text);
  const middle = named && Math.min(Math.max((x(named[0]) + x(named[1])) / 2, named[2].length * 3.2), right - named[2].length * 3.2);
  return svg('svg', { role: 'img', 'aria-label': alt, width, height, viewBox: `0 0 ${width} ${height}` },
    ...gaps.map(([from, to]) => svg('rect', { class: 'gap', x: x(from), y: MARGIN.top, width: Math.max(1, x(to) - x(from)), height: bottom - MARGIN.top })),
    ...lines.flatMap(([py, text]) => [
      svg('line', { class: 'across', x1: 0, x2: right, y1: y(py), y2: y(py) }),
      svg('text', { x: right + 10, y: y(py) + 4 }, text),
    ]),
    ...apart(stamps, x, width).map(([px, text]) => svg('text', { class: 'stamp', x: x(px), y: height - 4 }, text)),
    ...(named ? [svg('text', { class: 'stamp named', x: middle, y: bottom - 5 }, named[2])] : []),
    ...runs.map((run) => (run.length > 1 ? svg('polyline', { class: 'run', points: path(run) }) : svg('circle', { class: 'end', cx: x(run[0][0]), cy: y(run[0][1]), r: 1.2 }))),
    svg('circle', { class: 'end', cx: x(endX), cy: y(endY), r: 3 }),
    svg('g', { class: 'told', visibility: 'hidden' }, svg('line', { y1: MARGIN.top, y2: bottom }), svg('circle', { r: 3.5 })));
}

export default ({ parentElement, data }) => {
  const root = parentElement.querySelector('.root');
  const tip = root.querySelector('.tip') ?? h('div', { class: 'tip', hidden: true });
  const plot = root.querySelector('.plot') ?? h('div', { class: 'plot', tabindex: 0 });
  if (!plot.isConnected) root.append(plot, tip);
  const points = data.runs.flat();

  function draw() {
    if (plot.clientWidth) plot.replaceChildren(drawing(data, plot.clientWidth, plot.clientHeight));
    if (plot.chosen != null) tell(plot.chosen);
  }

  function tell(number) {
    plot.chosen = Math.min(Math.max(number, 0), points.length - 1);
    const [px, py, moment, value] = points[plot.chosen];
    const width = plot.clientWidth - MARGIN.right - MARGIN.left;
    const left = MARGIN.left + px * width;
    const top = MARGIN.top + (1 - py) * (plot.clientHeight - MARGIN.top - MARGIN.bottom);
    const mark = plot.querySelector('.told');
    mark.setAttribute('visibility', 'visible');
    mark.querySelector('line').setAttribute('x1', left);
    mark.querySelector('line').setAttribute('x2', left);
    mark.querySelector('circle').setAttribute('cx', left);
    mark.querySelector('circle').setAttribute('cy', top);
    tip.replaceChildren(h('b', null, value), h('span', { class: 'quiet' }, moment));
    tip.hidden = false;
    tip.style.left = `${Math.min(Math.max(0, left - tip.clientWidth / 2), plot.clientWidth - tip.clientWidth)}px`;
  }

  function hush() {
    plot.chosen = null;
    tip.hidden = true;
    plot.querySelector('.told')?.setAttribute('visibility', 'hidden');
  }

  plot.onpointermove = (event) => {
    const box = plot.getBoundingClientRect();
    const part = (event.clientX - box.left - MARGIN.left) / (box.width - MARGIN.left - MARGIN.right);
    let nearest = 0;
    points.forEach(([px], number) => { if (Math.abs(px - part) < Math.abs(points[nearest][0] - part)) nearest = number; });
    tell(nearest);
  };
  plot.onpointerleave = hush;
  plot.onblur = hush;
  plot.onkeydown = (event) => {
    const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -points.length, End: points.length }[event.key];
    if (steps == null) return;
    event.preventDefault();
    tell((plot.chosen ?? points.length - 1) + steps);
  };
  draw();
  root.sizes?.disconnect(); // of the data before
  root.sizes = new ResizeObserver(draw);
  root.sizes.observe(plot);
  return () => root.sizes.disconnect();
};
