// Bars of prices and volume as a figure of Plotly. Pure: the same rows and the same look give the same figure.
import { axis, sheet } from './plots.js';

const TOP = 6, BOTTOM = 34, VOLUME = 0.17, GAP = 0.03; // px above and below; shares of the height between
const AIR = 0.08; // of the price range, free above and below the bars
const DIGIT = 7; // px, and a little air, of a figure on the price axis
const MARK = 11; // px of an own trade, and of its way from the bar
const DAY = 86_400_000;

/**
 * Return how pixels, times and prices belong together.
 *
 * Args: rows in view; their time range in ms; size in px; what counts the characters of a price.
 */
export function scale(rows, [from, to], { width, height }, length) {
  const low = Math.min(...rows.map((row) => row.low));
  const high = Math.max(...rows.map((row) => row.high));
  const air = (high - low) * AIR || Math.abs(high) * 0.001 || 1;
  const tall = (height - TOP - BOTTOM) * (1 - VOLUME - GAP);
  const [floor, roof] = [low - air, high + air];
  const digits = Math.max(length(floor), length(roof));
  const gutter = digits * DIGIT + 16;
  const inner = width - gutter;
  return {
    from, to, digits, gutter, inner, top: TOP, tall, bottom: height - BOTTOM, prices: [floor, roof],
    y: (price) => TOP + ((roof - price) / (roof - floor)) * tall,
    price: (y) => roof - ((y - TOP) / tall) * (roof - floor),
    x: (time) => ((time - from) / (to - from)) * inner,
    time: (x) => from + (x / inner) * (to - from),
  };
}

/** Return traces: rising bars hollow, falling ones solid, volume below; own buys under their bar, sells above it, in ink. */
export function traces(rows, marks, look, fit) {
  const clear = (MARK / fit.tall) * (fit.prices[1] - fit.prices[0]);
  const column = (name) => rows.map((row) => row[name]);
  const at = column('at');
  const bar = (colour, fillcolor) => ({ line: { color: colour, width: 1 }, fillcolor });
  return [
    {
      type: 'bar', x: at, y: column('volume'), yaxis: 'y2', opacity: 0.28,
      marker: { color: rows.map((row) => (row.close >= row.open ? look.gain : look.loss)), line: { width: 0 } },
    },
    {
      type: 'candlestick', x: at, open: column('open'), high: column('high'), low: column('low'), close: column('close'),
      increasing: bar(look.gain, look.ground), decreasing: bar(look.loss, look.loss), whiskerwidth: 0,
    },
    {
      type: 'scatter', mode: 'markers', x: marks.map(({ row }) => row.at),
      y: marks.map(({ row, side }) => (side === 'buy' ? row.low - clear : row.high + clear)),
      marker: {
        size: MARK, color: look.ink, line: { width: 1.5, color: look.ground },
        symbol: marks.map(({ side }) => (side === 'buy' ? 'triangle-up' : 'triangle-down')),
      },
    },
  ];
}

/** Return the layout for `fit`, what scale() returned. */
export function layout(fit, { width, height }, look, step, places) {
  const clock = step < DAY;
  return {
    ...sheet({ width, height }, { l: 0, r: fit.gutter, t: TOP, b: BOTTOM }),
    bargap: 0.3,
    boxgap: 0.3,
    xaxis: axis(look, {
      type: 'date', range: [fit.from, fit.to], rangeslider: { visible: false }, anchor: 'y2', nticks: width < 420 ? 4 : 7,
      tickformatstops: [
        { dtickrange: [null, DAY - 1], value: '%H:%M\n%-d %b' },
        { dtickrange: [DAY, null], value: clock ? '%-d %b' : '%-d %b\n%Y' },
      ],
    }),
    yaxis: axis(look, {
      domain: [VOLUME + GAP, 1], side: 'right', range: fit.prices, nticks: 8, tickformat: `,.${places}f`, ticklabelstandoff: 6,
    }),
    yaxis2: axis(look, { domain: [0, VOLUME], rangemode: 'tozero', visible: false }),
  };
}
