// @ts-check
/** When an item that failed is tried again. */

const FIRST_MILLISECONDS = 5_000;
export const LONGEST_MILLISECONDS = 15 * 60_000;

/**
 * How long to wait after so many tries: 5 s, doubling up to 15 min, each between half and the whole of it.
 * @param {number} tries at least 1
 * @param {() => number} random
 */
export function waitAfter(tries, random) {
  const whole = Math.min(FIRST_MILLISECONDS * 2 ** Math.min(tries - 1, 20), LONGEST_MILLISECONDS);
  return Math.round(whole * (0.5 + random() / 2));
}

/**
 * Whether an item is due. A moment farther away than any wait was set by a clock that has jumped since.
 * @param {{next_at: number}} row @param {number} now milliseconds since 1970
 */
export function isDue({ next_at }, now) {
  return next_at <= now || next_at > now + LONGEST_MILLISECONDS;
}
