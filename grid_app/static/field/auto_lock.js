// @ts-check
/** Locks what lies behind the PIN when the phone was put away for a while; the queue goes on without it. */

export const AWAY_MILLISECONDS = 5 * 60_000;

/**
 * Lock at coming back, so that a lost phone shows no contact; what was being written has been saved by then.
 * @param {{lock: () => void, hasPin: boolean, isLocked: boolean}} vault
 * @param {() => unknown} locked shows the screen anew, which asks for the PIN
 * @param {{page?: EventTarget & {visibilityState: string}, now?: () => number}} [ways]
 * @returns {() => void} ends it
 */
export function lockWhenLeft(vault, locked, { page = document, now = Date.now } = {}) {
  /** @type {number | null} */
  let left = null;
  const onChange = () => {
    if (page.visibilityState === "hidden") return void (left = now());
    const away = left === null ? 0 : Math.abs(now() - left); // a clock set back is no reason to stay open
    left = null;
    if (away < AWAY_MILLISECONDS || !vault.hasPin || vault.isLocked) return;
    vault.lock();
    locked();
  };
  page.addEventListener("visibilitychange", onChange);
  return () => page.removeEventListener("visibilitychange", onChange);
}
