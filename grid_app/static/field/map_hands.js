// @ts-check
/** What fingers do with a map: one moves it, two bring it closer, a short touch points at something; a wheel for a desk. */

/**
 * @typedef {object} Acts
 * @property {(right: number, down: number) => void} move by pixels
 * @property {(factor: number, around: [number, number]) => void} zoom
 * @property {(left: number, top: number) => void} tap
 */

const STILL_PIXELS = 8;
const WHEEL_STEP = 1.2;

/** @param {{x: number, y: number}[]} fingers */
function middle([one, other = one]) {
  return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2, apart: Math.hypot(one.x - other.x, one.y - other.y) };
}

/** @param {HTMLElement} frame @param {Acts} acts */
export function watchHands(frame, { move, zoom, tap }) {
  /** @type {Map<number, {x: number, y: number}>} */
  const fingers = new Map();
  let travelled = 0;
  let most = 0;

  /** @param {MouseEvent} event */
  const at = (event) => {
    const { left, top } = frame.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };

  frame.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    frame.setPointerCapture(event.pointerId);
    if (fingers.size === 0) [travelled, most] = [0, 0];
    fingers.set(event.pointerId, at(event));
    most = Math.max(most, fingers.size);
  });
  frame.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    const before = middle([...fingers.values()]);
    fingers.set(event.pointerId, at(event));
    const now = middle([...fingers.values()]);
    travelled += Math.hypot(now.x - before.x, now.y - before.y);
    if (travelled <= STILL_PIXELS && most === 1) return;
    move(now.x - before.x, now.y - before.y);
    if (fingers.size > 1 && before.apart > 0) zoom(now.apart / before.apart, [now.x, now.y]);
  });
  for (const end of /** @type {const} */ (["pointerup", "pointercancel"])) frame.addEventListener(end, (event) => void fingers.delete(event.pointerId));
  // A click comes last of all, so that the focus a touch sets stays where it was set.
  frame.addEventListener("click", (event) => {
    const { x, y } = at(event);
    if (travelled <= STILL_PIXELS && most <= 1) tap(x, y);
  });
  frame.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return; // the wheel alone scrolls the page
    event.preventDefault();
    const { x, y } = at(event);
    zoom(event.deltaY < 0 ? WHEEL_STEP : 1 / WHEEL_STEP, [x, y]);
  }, { passive: false });
}
