// The reader's hand on the candles: pan by drag, zoom by wheel or pinch, the same by keys. An upright finger scrolls the
// page, as the style sheet says.

const LINE = 30; // px, of a wheel that counts in lines
const SPEED = 0.0015; // of a wheel, per px

/** Turn what happens on `hand` into `chart.move(bars)`, `chart.zoom(factor, anchor)`, `chart.home()`, `chart.point(eye)`. */
export function handle(hand, chart) {
  const down = new Map(); // pointer -> where it is
  const share = (x) => Math.min(1, Math.max(0, x / chart.breadth));
  const drag = (x) => chart.move((x / chart.breadth) * chart.view.bars);

  hand.onpointerdown = ({ button, pointerId, offsetX: x, offsetY: y }) => {
    if (button) return;
    hand.setPointerCapture(pointerId);
    down.set(pointerId, x);
    chart.point({ x, y });
  };
  hand.onpointermove = ({ pointerId, offsetX: x, offsetY: y }) => {
    if (down.has(pointerId)) {
      const [one, two] = down.values();
      const before = down.get(pointerId);
      down.set(pointerId, x);
      const [left, right] = down.values();
      if (two === undefined) drag(before - x);
      else chart.zoom(Math.abs(one - two) / Math.max(1, Math.abs(left - right)), share((left + right) / 2));
    }
    chart.point({ x, y });
  };
  hand.onpointerup = hand.onpointercancel = ({ pointerId }) => down.delete(pointerId);
  hand.onpointerleave = () => chart.point(null);
  hand.ondblclick = () => chart.home();
  hand.addEventListener('wheel', (event) => {
    event.preventDefault();
    const unit = event.deltaMode ? LINE : 1;
    const [x, y] = event.shiftKey ? [event.deltaY || event.deltaX, 0] : [event.deltaX, event.deltaY];
    if (Math.abs(x) > Math.abs(y)) drag(x * unit);
    else chart.zoom(Math.exp(y * unit * SPEED), share(event.offsetX));
  }, { passive: false });
  hand.onkeydown = (event) => {
    const acts = {
      ArrowLeft: () => drag(-chart.breadth / 8), ArrowRight: () => drag(chart.breadth / 8), End: () => chart.home(),
      '+': () => chart.zoom(0.8, 1), '=': () => chart.zoom(0.8, 1), '-': () => chart.zoom(1.25, 1),
    };
    if (!acts[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    acts[event.key]();
  };
}
