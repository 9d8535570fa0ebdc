// @ts-check
/** The map a person works with: the picture, the buttons that move it, and what a touch points at. */

import { h } from "./dom.js";
import { makeDrawing } from "./map_drawing.js";
import { watchHands } from "./map_hands.js";
import { groupAt } from "./map_marks.js";
import { boxOfFix, boxOver, canGrow, centred, fit, kept, moved, shows, zoomed } from "./map_view.js";
import { toPlane } from "./borders.js";

/** @typedef {import("./map_view.js").View} View */
/** @typedef {import("./map_view.js").Box} Box */
/** @typedef {import("./map_view.js").Fix} Fix */
/** @typedef {import("./map_marks.js").Mark} Mark */
/** @typedef {import("./map_shapes.js").Shapes} Shapes */
/** @typedef {{onPoint: (mark: Mark) => void, locate: () => unknown, label: string}} Acts */

const STEP = 1.6;
const FINGER_PIXELS = 34;
/** A part of the picture that one press of an arrow moves by. */
const SHARE = 0.3;
const ROUND_FIX_METRES = 250;

/**
 * @param {Shapes & {whole: Box}} shapes
 * @param {Acts} acts
 */
export function makeBoard(shapes, { onPoint, locate, label }) {
  const whole = shapes.whole;
  const home = shapes.home ?? whole;
  const drawing = makeDrawing(shapes);
  drawing.element.setAttribute("aria-label", label);
  const frame = h("div", { class: "map-frame" });
  frame.append(drawing.element);
  /** @type {View | null} */
  let view = null;
  /** @type {{marks: Mark[], chosen: string, fix: Fix | null}} */
  let shown = { marks: [], chosen: "", fix: null };
  /** @type {import("./map_marks.js").Group[]} */
  let groups = [];
  let asked = 0;

  const nearer = tool("+ 放大", () => change((now) => zoomed(now, STEP)));
  const tools = h("div", { class: "map-tools", role: "group", "aria-label": "移动地图" },
    nearer,
    tool("− 缩小", () => change((now) => zoomed(now, 1 / STEP))),
    tool("全村", () => look(home)),
    tool("定位到我", () => void locate()),
    tool("← 西", () => push(1, 0)), tool("↑ 北", () => push(0, 1)), tool("↓ 南", () => push(0, -1)), tool("→ 东", () => push(-1, 0)));

  watchHands(frame, {
    move: (right, down) => change((now) => moved(now, right, down)),
    zoom: (factor, around) => change((now) => zoomed(now, factor, around)),
    tap: (left, top) => point(groupAt(groups, left, top, FINGER_PIXELS)),
  });
  const watched = new ResizeObserver(() => resize());
  watched.observe(frame);

  /** @param {string} words @param {() => void} act */
  function tool(words, act) {
    return h("button", { type: "button", class: "button button-secondary", onclick: act }, words);
  }

  function size() {
    const { width, height } = frame.getBoundingClientRect();
    return { width: Math.max(width, 1), height: Math.max(height, 1) };
  }

  function resize() {
    const now = size();
    if (now.width < 2) return;
    view = view === null ? fit(home, now) : { ...view, ...now };
    draw();
  }

  function draw() {
    if (asked) return;
    asked = requestAnimationFrame(() => {
      asked = 0;
      if (!view) return;
      groups = drawing.show(view, shown);
      nearer.toggleAttribute("disabled", !canGrow(view));
    });
  }

  /** @param {(now: View) => View} act */
  function change(act) {
    if (!view) return;
    view = kept(act(view), boxOver([whole, shown.fix && isNear(shown.fix) ? boxOfFix(shown.fix) : null]) ?? whole);
    draw();
  }

  /** @param {number} right @param {number} down */
  function push(right, down) {
    change((now) => moved(now, right * now.width * SHARE, down * now.height * SHARE));
  }

  /** @param {Box} box */
  function look(box) {
    change((now) => fit(box, now));
  }

  /** Several marks at one place come closer first; those that stay together are told by the first. @param {import("./map_marks.js").Group | null} group */
  function point(group) {
    if (!group || !view) return;
    const spread = boxOver(group.marks.map(({ at }) => (at ? { west: at[0], east: at[0], south: at[1], north: at[1] } : null)));
    const isWide = spread && Math.max(spread.east - spread.west, spread.north - spread.south) * view.scale > 4;
    if (group.marks.length > 1 && isWide && canGrow(view)) return change((now) => zoomed(centred(now, (spread.west + spread.east) / 2, (spread.south + spread.north) / 2), 2.5));
    const next = group.marks.findIndex((one) => one.id === shown.chosen) + 1;
    onPoint(group.marks[next % group.marks.length]);
  }

  /** Whether a position lies on the map or just beside it. @param {Fix} fix */
  function isNear(fix) {
    const [x, y] = toPlane(fix.lon, fix.lat);
    return x > whole.west && x < whole.east && y > whole.south && y < whole.north;
  }

  return {
    frame,
    tools,
    end: () => watched.disconnect(),
    look,
    isNear,
    /** @param {Partial<typeof shown>} more */
    show: (more) => {
      shown = { ...shown, ...more };
      draw();
    },
    /** Bring a mark into the picture, when it is not there. @param {Mark} mark */
    turnTo: ({ at }) => at && change((now) => (shows(now, at[0], at[1]) ? now : centred(now, at[0], at[1]))),
    /** @param {Fix} fix */
    turnToFix: (fix) => look(boxOfFix({ ...fix, accuracy: Math.max(fix.accuracy * 1.5, ROUND_FIX_METRES) })),
  };
}
