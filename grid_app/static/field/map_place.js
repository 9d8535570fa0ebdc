// @ts-check
/** A small picture in the report: where the phone thinks it is, how sure it is, and the border beside. */

import { h } from "./dom.js";
import { makeDrawing } from "./map_drawing.js";
import { shapesOf } from "./map_shapes.js";
import { boxOfFix, fit } from "./map_view.js";

/** @typedef {import("./map_view.js").Fix} Fix */

const LEAST_METRES = 150;
const AROUND = 1.6;

/** A picture that is there as long as there is a position and a border to show it in. @param {unknown} villages as the phone keeps them @param {string} home */
export function placePicture(villages, home) {
  const shapes = shapesOf(/** @type {import("./map_shapes.js").Kept | null} */ (villages), home);
  const element = h("div", { class: "map-frame map-small", hidden: true });
  if (!shapes.whole) return { element, show: () => {} };
  const drawing = makeDrawing(shapes);
  drawing.element.setAttribute("aria-label", "定位的位置、误差圆圈和附近的村界;文字说明在旁边");
  element.append(drawing.element);
  /** @type {Fix | null} */
  let now = null;

  function draw() {
    const { width, height } = element.getBoundingClientRect();
    if (!now || width < 2) return;
    drawing.show(fit(boxOfFix({ ...now, accuracy: Math.max(now.accuracy * AROUND, LEAST_METRES) }), { width, height }, 8), { fix: now });
  }
  new ResizeObserver(draw).observe(element);

  /** @param {Fix | null} fix */
  function show(fix) {
    now = fix;
    element.hidden = fix === null;
    draw();
  }

  return { element, show };
}
