// How exact decimal texts of the exchange are written: thousands by comma, a true minus, a dash for what is unknown.

const MINUS = '−';
export const UNKNOWN = '–';
const THIN_SPACE = '\u2009';

/** 87112.40 -> 87,112.40 */
export function grouped(text) {
  if (text == null) return UNKNOWN;
  const [, sign, whole, fraction] = /^(-?)(\d+)(.*)$/.exec(text) ?? [null, '', text, ''];
  return `${sign && MINUS}${whole.replace(/\B(?=(\d{3})+$)/g, ',')}${fraction}`;
}

/** A change: 14.8 -> +14.8 */
export function signed(text) {
  const written = grouped(text);
  return /^\d/.test(written) && Number(text) !== 0 ? `+${written}` : written;
}

/** A fraction in percent: 0.0094 -> +0.94 %; what would be nothing says so: −<0.01 % */
export function percent(ratio, places = 2) {
  if (ratio == null) return UNKNOWN;
  const written = (Number(ratio) * 100).toFixed(places);
  const tiny = Number(written) === 0 && Number(ratio) !== 0;
  const text = tiny ? `${ratio < 0 ? MINUS : '+'}<${(10 ** -places).toFixed(places)}` : signed(written);
  return `${text}${THIN_SPACE}%`;
}

/** Which way a change went, in the words of base.css. */
export function direction(change) {
  if (change == null) return 'unknown';
  const number = Number(change);
  return number > 0 ? 'up' : number < 0 ? 'down' : 'flat';
}

/** `text` cut to `places` decimals; what would be nothing says so. */
export function cut(text, places) {
  if (text == null) return UNKNOWN;
  const point = text.indexOf('.');
  const kept = point < 0 ? text : text.slice(0, places > 0 ? point + 1 + places : point);
  if (Number(kept) === 0 && Number(text) !== 0) return `<${places > 0 ? `0.${'0'.repeat(places - 1)}` : ''}1`;
  return grouped(kept);
}

const UNITS = [[1e9, 'B'], [1e6, 'M'], [1e3, 'k']];

/** A large figure in short, where the tooltip has all of it: 24,118; 1.24 M; 31.2 B. Thousands from `least` on. */
export function brief(text, least = 1e6) {
  if (text == null) return UNKNOWN;
  const size = Math.abs(Number(text));
  for (const [from, unit] of UNITS) {
    if (size < from || from < least) continue;
    const places = Math.max(0, 2 - Math.floor(Math.log10(size / from)));
    return `${(Number(text) / from).toFixed(places).replace(/\.0+$/, '')} ${unit}`;
  }
  return cut(text, size >= 1000 ? 0 : size >= 1 ? 2 : 4);
}
