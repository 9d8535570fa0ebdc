// @ts-check
/** One mark in words: what, since when, in which state, and whether a new report is the same matter. */

import { h } from "./dom.js";
import { KIND_WORDS } from "./map_marks.js";
import { button, linkButton, tag } from "./parts.js";

/** @typedef {import("./map_marks.js").Mark} Mark */

const TONES = /** @type {const} */ ({ unsent: "attention", own: "active", near: "plain" });

/** The tag that tells the kinds apart. @param {Mark} mark */
export function kindTag({ kind }) {
  return tag({ word: KIND_WORDS[kind], tone: TONES[kind] });
}

/** Where a new report begins that belongs to this matter. @param {string} id @param {"same_household" | "other_household"} how */
export function linkTo(id, how) {
  return `#/report/new?same=${id}&how=${how}`;
}

/** @param {Mark} mark */
function ways(mark) {
  const open = mark.isKept && linkButton(mark.state === "草稿" ? "接着写" : "打开这一件", `#/report/${mark.id}`, mark.kind === "unsent" ? "primary" : "secondary");
  if (mark.kind === "unsent" || !mark.isOpen) return [open];
  return [
    h("p", { class: "map-question" }, "要报的是不是同一件事?"),
    linkButton("是,补报这一件", linkTo(mark.id, "same_household")),
    linkButton("同样的事,另一户", linkTo(mark.id, "other_household"), "secondary"),
    open,
  ];
}

/** @param {Mark} mark @param {() => void} close */
export function markCard(mark, close) {
  const lines = [["事情", mark.excerpt], ["地方", mark.place], ["什么时候", mark.since], ["现在", mark.kind === "unsent" ? `${mark.state},还在手机上` : mark.state]];
  return h("section", { class: "card map-card", "aria-label": "选中的一件" },
    h("h2", { tabindex: "-1" }, mark.sign && h("span", { class: "map-card-sign" }, mark.sign), ` ${mark.category} `, kindTag(mark)),
    h("dl", { class: "facts" }, ...lines.filter(([, words]) => words).map(([name, words]) => h("div", {}, h("dt", {}, name), h("dd", {}, words)))),
    h("div", { class: "map-card-ways" }, ...ways(mark), button("收起", close, "plain")));
}
