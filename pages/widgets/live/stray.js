// Presses that were meant for what stood there a moment ago: rows move when orders come and go, and a finger is slow.

const GRACE = 400; // ms after rows moved in which a press means the row that stood there before

/** `places()` returns where each row that can be pressed stands: {id, top, bottom}. */
export function strays(places) {
  let moved = 0;
  let stood = []; // where they were before they moved last
  return {
    /** Draw, and remember where the rows were if that moved one. */
    moving(change) {
      const before = places();
      change();
      const now = new Map(places().map(({ id, top }) => [id, top]));
      if (before.every(({ id, top }) => now.get(id) === top)) return;
      [moved, stood] = [performance.now(), before];
    },
    /** Whether a press at `y` on row `id` was meant for another one. */
    strayed: (id, y) => performance.now() - moved < GRACE
      && stood.some((row) => row.id !== id && row.top <= y && y <= row.bottom),
  };
}
