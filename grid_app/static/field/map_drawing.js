// @ts-check
/** Draws a map as SVG: borders once, then names, marks and the position anew for every view. No library, no tiles. */

import { toPlane } from "./borders.js";
import { groupsOf } from "./map_marks.js";
import { areaAt, placeNames, SIZE } from "./map_names.js";
import { pixelsOf, toPicture } from "./map_view.js";

/** @typedef {import("./map_view.js").View} View */
/** @typedef {import("./map_view.js").Fix} Fix */
/** @typedef {import("./map_shapes.js").Shapes} Shapes */
/** @typedef {import("./map_marks.js").Mark} Mark */
/** @typedef {import("./map_marks.js").Group} Group */
/** @typedef {{marks?: Mark[], chosen?: string, fix?: Fix | null}} Shown */

const SVG = "http://www.w3.org/2000/svg";
/** In letters of the picture. */
const MARK = 1.05;
const APART = 2.3;

/** @param {string} tag @param {Record<string, string | number>} props @param {...(Node | string)} children */
export function svg(tag, props = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(props)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** @param {[number, number][][]} rings @param {[number, number]} origin near them, so that no digit is lost */
function pathOf(rings, [x, y]) {
  const ring = (/** @type {[number, number][]} */ points) => `M${points.map(([east, north]) => `${(east - x).toFixed(1)} ${(north - y).toFixed(1)}`).join("L")}Z`;
  return rings.map(ring).join("");
}

/** The form of a mark: a square of the own, a circle of what is near, a diamond of what waits, a long field of several. @param {"own" | "near" | "unsent" | "several"} form @param {number} half pixels */
export function markForm(form, half) {
  if (form === "near") return svg("circle", { r: half });
  if (form === "own") return svg("rect", { x: -half, y: -half, width: 2 * half, height: 2 * half, rx: 3 });
  if (form === "unsent") return svg("path", { d: `M0 ${-half * 1.5}L${half * 1.5} 0L0 ${half * 1.5}L${-half * 1.5} 0Z` });
  return svg("rect", { x: -half * 1.7, y: -half, width: half * 3.4, height: 2 * half, rx: half });
}

/** @param {Group} group @param {number} letter @param {string} chosen */
function groupMark({ left, top, marks }, letter, chosen) {
  const [first] = marks;
  const form = marks.length > 1 ? "several" : first.kind;
  const isChosen = marks.some((one) => one.id === chosen);
  return svg("g", { class: `map-mark map-mark-${form}${isChosen ? " is-chosen" : ""}`, transform: `translate(${left.toFixed(1)} ${top.toFixed(1)})` },
    markForm(form, letter * MARK),
    svg("text", { class: "map-sign" }, marks.length > 1 ? `${marks.length}件` : first.sign));
}

/** @param {View} view @param {Fix} fix */
function fixMark(view, { lon, lat, accuracy }) {
  const [x, y] = toPlane(lon, lat);
  const [cx, cy] = toPicture(view, x, y).map((pixels) => pixels.toFixed(1));
  return svg("g", { class: "map-fix" },
    svg("circle", { class: "map-fix-around", cx, cy, r: Math.max(pixelsOf(view, accuracy, lat), 1).toFixed(1) }),
    svg("circle", { class: "map-fix-dot", cx, cy, r: 8 }));
}

/**
 * A picture of shapes; `show` draws it for a view and tells which groups of marks it holds.
 * @param {Shapes} drawn
 */
export function makeDrawing({ shapes, whole }) {
  /** @type {[number, number]} */
  const origin = whole ? [(whole.west + whole.east) / 2, (whole.south + whole.north) / 2] : [0, 0];
  const ground = svg("g", {}, ...shapes.map(({ kind, rings }) => svg("path", { class: `map-${kind}`, d: pathOf(rings, origin) })));
  const over = svg("g");
  const element = svg("svg", { class: "map-picture", role: "img", focusable: "false" }, ground, over);

  /** @param {View} view @param {Shown} [shown] @returns {Group[]} */
  function show(view, { marks = [], chosen = "", fix = null } = {}) {
    const letter = parseFloat(getComputedStyle(element).fontSize) || 16;
    const [left, top] = toPicture(view, origin[0], origin[1]);
    ground.setAttribute("transform", `matrix(${view.scale} 0 0 ${-view.scale} ${left} ${top})`);
    const groups = groupsOf(marks, view, letter * APART);
    const taken = groups.map((one) => areaAt(one.left, one.top, letter * 3, letter * 2.6));
    const here = fix ? [areaAt(...toPicture(view, ...toPlane(fix.lon, fix.lat)), letter * 2, letter * 2)] : [];
    const names = placeNames(shapes, view, letter, taken, here).map(({ shape, left: x, top: y }) =>
      svg("text", { class: `map-name map-name-${shape.kind}`, x: x.toFixed(1), y: y.toFixed(1), "font-size": (letter * SIZE[shape.kind]).toFixed(1) }, shape.name));
    const inOrder = [...groups].sort((one, other) => Number(holds(one, chosen)) - Number(holds(other, chosen)));
    over.replaceChildren(...names, ...(fix ? [fixMark(view, fix)] : []), ...inOrder.map((one) => groupMark(one, letter, chosen)));
    return groups;
  }

  return { element, show };
}

/** @param {Group} group @param {string} id */
function holds({ marks }, id) {
  return marks.some((one) => one.id === id);
}
