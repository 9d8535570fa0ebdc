// @ts-check
/** The own village on a map that needs no signal: borders, grids, where one stands, and what is known there. */

import { fill, h } from "../dom.js";
import { valuesOf } from "../report_content.js";
import { makeLocator } from "../locator.js";
import { makeBoard } from "../map_board.js";
import { markCard } from "../map_card.js";
import { markForm, svg } from "../map_drawing.js";
import { countsOf, KIND_WORDS, marksOf } from "../map_marks.js";
import { shapesOf } from "../map_shapes.js";
import { backLink, button, emptyState, field, linkButton, notice } from "../parts.js";
import { findPosition } from "../position.js";

/** @typedef {import("../context.js").Context} Context */
/** @typedef {import("../map_marks.js").Mark} Mark */
/** @typedef {import("../map_view.js").Fix} Fix */

export const PAGE_MARKS = 20;
const MOST_OPENED = 200;

/** Reports of this phone that can be opened; a damaged or pruned one has no mark. @param {Context} context */
async function keptReports(context) {
  const rows = (await context.store.listReports(context.owner)).filter((one) => one.kind === "report").slice(0, MOST_OPENED);
  const opened = await Promise.all(rows.map(async (row) => {
    const content = row.sealed ? await context.vault.open(row.sealed).catch(() => null) : null;
    return content && { row, values: valuesOf(content) };
  }));
  return opened.filter((one) => one !== null);
}

/** What a position means here, in words. @param {import("../locator.js").Place} place @param {Fix} fix @param {(code: string) => string} nameOf */
export function positionWords(place, fix, nameOf) {
  const error = `误差约 ${Math.max(1, Math.round(fix.accuracy))} 米`;
  if (place.kind === "ask") return `您在村界附近:${place.question}(${error},圆圈跨过了村界)`;
  if (place.kind === "outside") return `您不在本村和邻村(${error})。`;
  return `您在${nameOf(place.code)}${place.kind === "near" ? "边上" : ""},${error}。`;
}

/** @type {import("../routes.js").Screen["show"]} */
export async function show(main, _params, context) {
  const bundle = await context.bundle();
  const villages = /** @type {any} */ (await context.villages());
  const shapes = shapesOf(villages, bundle?.home_village ?? "");
  const locator = villages ? makeLocator(villages) : null;
  const villageName = (/** @type {string} */ code) => (code ? locator?.nameOf(code.slice(0, 12)) ?? "" : "");
  const status = h("p", { class: "status-line", role: "status" });
  const card = h("div");
  const legend = h("ul", { class: "map-legend", "aria-label": "图例" });
  const list = h("section", { class: "cells", "aria-label": "图上的事" });
  /** @type {Mark[]} */
  let marks = [];
  let [chosen, page, isLeft] = ["", PAGE_MARKS, false];
  let [searching, turns] = [false, false];
  /** @type {Fix | null} */
  let last = null;
  const board = shapes.whole ? makeBoard({ ...shapes, whole: shapes.whole }, { label: `${shapes.names.join("、")}的地图,图上的事都在下面的列表里`, onPoint: choose, locate: () => locate(true) }) : null;

  fill(main,
    backLink("#/", "首页"),
    h("h1", {}, "我的村"),
    !villages && notice("info", "还没有下载边界", "有信号时打开“设置”,点“现在同步”。下面的列表照常能用。"),
    villages && !board && notice("info", "只有名称", `${shapes.names.join("、") || "您的村"}还没有边界图,只能看列表。上报不受影响。`),
    shapes.own.length > 1 && field({ name: "village", label: "看哪个村(社区)?", kind: "select", options: [["", "全部"], ...shapes.own.map((one) => /** @type {[string, string]} */ ([one.code, one.name]))],
      oninput: (code) => board?.look(shapes.own.find((one) => one.code === code)?.box ?? shapes.home ?? /** @type {any} */ (shapes.whole)) }),
    board?.frame, status, board?.tools, card, legend, list);
  await paint();
  if (board) void locateWhenAllowed();
  const end = context.watch(() => void paint());
  return () => ((isLeft = true), board?.end(), end());

  async function paint() {
    marks = marksOf(await context.bundle(), await keptReports(context), villageName);
    board?.show({ marks });
    paintLegend();
    paintList();
  }

  function paintLegend() {
    const signs = countsOf(marks).filter(([, count]) => count > 0).map(([kind, count]) =>
      h("li", {}, svgSign(kind), `${KIND_WORDS[kind]} ${count} 件`));
    fill(legend, ...signs, board !== null && last && h("li", {}, "蓝点是我的位置,圆圈是误差"));
    legend.hidden = !legend.hasChildNodes();
  }

  function paintList() {
    const rest = marks.length - page;
    fill(list, h("h2", {}, `图上的事(${marks.length} 件)`),
      marks.length ? h("ul", {}, ...marks.slice(0, page).map(line)) : emptyState("这里没有没办结的事", "近 90 天登记、还没有办结的,和您自己上报的,都会在这里。", linkButton("上报一件", "#/report/new")),
      rest > 0 && button(`再看 ${Math.min(PAGE_MARKS, rest)} 件(还有 ${rest} 件)`, () => ((page += PAGE_MARKS), paintList()), "secondary"));
  }

  /** @param {Mark} mark */
  function line(mark) {
    return h("li", { class: "cell" },
      h("button", { type: "button", class: "cell-body", id: `mark-${mark.id}`, onclick: () => choose(mark) },
        h("span", { class: `map-line-sign map-line-${mark.kind}` }, mark.sign || "无点"),
        h("span", { class: "cell-main" }, h("span", { class: "cell-title" }, mark.excerpt), h("span", { class: "cell-detail" }, detailOf(mark)))));
  }

  /** @param {Mark} mark */
  function choose(mark) {
    chosen = mark.id;
    board?.show({ chosen });
    board?.turnTo(mark);
    fill(card, markCard(mark, close));
    const heading = card.querySelector("h2");
    heading?.focus({ preventScroll: true });
    (board?.frame ?? card).scrollIntoView({ block: "start" });
  }

  function close() {
    const line = document.getElementById(`mark-${chosen}`);
    chosen = "";
    board?.show({ chosen });
    fill(card);
    line?.focus();
  }

  /** @param {Fix} fix */
  function found(fix) {
    if (isLeft) return;
    if (turns) turn(fix);
    last = fix;
    board?.show({ fix });
    paintLegend();
    if (locator) fill(status, positionWords(locator.place(fix), fix, locator.nameOf));
  }

  /** Go to a position once, when it lies on the map. @param {Fix} fix */
  function turn(fix) {
    turns = false;
    if (board?.isNear(fix)) board.turnToFix(fix);
  }

  /** @param {boolean} isAsked by a press: then the map goes there, at once where the position is known */
  async function locate(isAsked) {
    if (!navigator.geolocation) return fill(status, "这部手机不能定位,地图照常能看。");
    turns = isAsked;
    if (isAsked && last) turn(last);
    if (searching) return;
    searching = true;
    if (!last) fill(status, "正在定位,可以继续看图…");
    const fix = await findPosition({ geolocation: navigator.geolocation, onBetter: found });
    searching = false;
    if (isLeft || last || typeof fix !== "number") return;
    fill(status, fix === 1 ? "手机没有允许定位,地图照常能看。" : "没有收到定位信号,地图照常能看。");
  }

  async function locateWhenAllowed() {
    const asked = await navigator.permissions?.query({ name: "geolocation" }).catch(() => null);
    if (asked?.state === "granted") await locate(false);
  }
}

/** @param {Mark} mark */
function detailOf({ kind, category, place, since, state }) {
  return [KIND_WORDS[kind], category, place, since, kind === "near" ? "" : state].filter(Boolean).join(" · ");
}

/** @param {import("../map_marks.js").MarkKind} kind */
function svgSign(kind) {
  return svg("svg", { class: "map-legend-sign", viewBox: "-16 -16 32 32", "aria-hidden": "true" }, svg("g", { class: `map-mark map-mark-${kind}` }, markForm(kind, kind === "unsent" ? 9 : 12)));
}
