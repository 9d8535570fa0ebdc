// @ts-check
/** The parts every screen is made of: buttons, notices, cells, choices and fields, in the words of the style sheets. */

import { fill, freshId, h } from "./dom.js";

/** @typedef {import("./dom.js").Child} Child */
/** @typedef {[value: string, label: string, hint?: string]} Option */

/** @param {string} words @param {(event: Event) => unknown} onclick @param {"primary" | "secondary" | "danger" | "plain"} [kind] */
export function button(words, onclick, kind = "primary") {
  return h("button", { type: "button", class: `button button-${kind}`, onclick: (/** @type {Event} */ event) => void onclick(event) }, words);
}

/** A link that looks like a button. @param {string} words @param {string} href @param {"primary" | "secondary" | "danger" | "plain"} [kind] */
export function linkButton(words, href, kind = "primary") {
  return h("a", { class: `button button-${kind}`, href }, words);
}

/** @param {string} href @param {string} [words] */
export function backLink(href, words = "返回") {
  return h("p", { class: "back" }, h("a", { href }, words));
}

/** @param {...Child} children */
export function actionBar(...children) {
  return h("div", { class: "action-bar" }, ...children);
}

const NOTICE_WORDS = { info: "说明", success: "完成", warning: "注意", danger: "警告" };

/** @param {keyof typeof NOTICE_WORDS} kind @param {string} title @param {...Child} body */
export function notice(kind, title, ...body) {
  const lines = body.filter((one) => one !== "").map((one) => (typeof one === "string" ? h("p", {}, one) : one));
  return h("div", { class: `notice notice-${kind}`, role: "note", "aria-label": NOTICE_WORDS[kind] }, title && h("p", { class: "notice-title" }, title), ...lines);
}

/** @param {{word: string, tone: string}} state */
export function tag({ word, tone }) {
  return h("span", { class: tone === "plain" ? "tag" : `tag tag-${tone}` }, word);
}

/** @param {{title: string, href?: string, detail?: string, side?: Child, meta?: string}} row */
export function cell({ title, href, detail, side, meta }) {
  const main = h("span", { class: "cell-main" }, h("span", { class: "cell-title" }, title), detail && h("span", { class: "cell-detail" }, detail));
  const beside = (side || meta) && h("span", { class: "cell-side" }, side, meta && h("span", { class: "cell-meta" }, meta));
  return h("li", { class: "cell" }, href ? h("a", { class: "cell-body", href }, main, beside) : h("div", { class: "cell-body" }, main, beside));
}

/** @param {string} title @param {Child[]} cells */
export function cells(title, cells) {
  return h("section", { class: "cells" }, title && h("h2", {}, title), h("ul", {}, ...cells));
}

/** @param {string} title @param {string} body @param {Child} [action] */
export function emptyState(title, body, action) {
  return h("div", { class: "empty" }, h("p", { class: "empty-title" }, title), h("p", {}, body), action && h("p", {}, action));
}

/** @param {string} id @param {string | undefined} hint @param {string | undefined} error */
function notes(id, hint, error) {
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  const lines = [
    hint && h("p", { class: "hint", id: `${id}-hint` }, hint),
    error && h("p", { class: "field-error", id: `${id}-error` }, h("span", { class: "visually-hidden" }, "错误:"), error),
  ];
  return { described: described || null, lines };
}

/**
 * A question with a few answers, one of them; `layout` is the class of the style sheet.
 * @param {{name: string, legend: string, options: Option[], value?: string, hint?: string, error?: string, layout?: string, optional?: boolean, onchange: (value: string) => void}} asked
 */
export function choices({ name, legend, options, value = "", hint, error, layout = "choices-row", optional = false, onchange }) {
  const { described, lines } = notes(name, hint, error);
  const rows = options.map(([code, label, small], index) =>
    h("label", { class: "choice" },
      h("input", { type: "radio", id: index ? freshId(name) : name, name, value: code, checked: code === value, onchange: () => onchange(code) }),
      h("span", { class: "choice-face" }, h("span", { class: "choice-label" }, label), small && h("small", {}, small))));
  return h("fieldset", { class: `field ${layout}${error ? " has-error" : ""}`, "aria-describedby": described, "data-field": name },
    h("legend", {}, legend, optional && h("span", { class: "optional" }, "(选填)")), ...lines, h("div", { class: "choices" }, ...rows));
}

/**
 * A labelled control of one line, of several lines, a day or a list to choose from.
 * @param {{name: string, label: string, value?: string, hint?: string, error?: string, kind?: "text" | "date" | "password" | "area" | "select", options?: Option[], optional?: boolean, maxlength?: number, inputmode?: string, autocomplete?: string, oninput?: (value: string) => void}} asked
 */
export function field({ name, label, value = "", hint, error, kind = "text", options = [], optional = false, maxlength, inputmode, autocomplete = "off", oninput }) {
  const { described, lines } = notes(name, hint, error);
  const shared = { class: "input", id: name, name, "aria-describedby": described, "aria-invalid": error ? "true" : null, maxlength,
    oninput: (/** @type {Event} */ event) => oninput?.(/** @type {HTMLInputElement} */ (event.target).value) };
  let control;
  if (kind === "area") control = h("textarea", { ...shared, rows: 3, value });
  else if (kind === "select") control = h("select", shared, ...options.map(([code, words]) => h("option", { value: code, selected: code === value }, words)));
  else control = h("input", { ...shared, type: kind, value, inputmode, autocomplete });
  return h("div", { class: `field${error ? " has-error" : ""}`, "data-field": name },
    h("label", { for: name }, label, optional && h("span", { class: "optional" }, "(选填)")), ...lines, control);
}

/** The list of what is to be changed, at the top of a form, with the focus on it. @param {Record<string, string>} problems */
export function errorSummary(problems) {
  const links = Object.entries(problems).map(([name, sentence]) =>
    h("li", {}, h("button", { type: "button", class: "link", onclick: () => focusField(name) }, sentence)));
  return h("div", { class: "error-summary", role: "alert", tabindex: "-1" }, h("h2", {}, "有内容要改一下,已填的都还在"), h("ul", {}, ...links));
}

/** @param {string} name */
function focusField(name) {
  const control = document.getElementById(name);
  control?.closest("details")?.setAttribute("open", "");
  control?.scrollIntoView({ block: "center" });
  control?.focus({ preventScroll: true });
}

/** A line that is read aloud when it changes. @param {string} [words] */
export function statusLine(words = "") {
  return h("p", { class: "status-line", role: "status", "aria-live": "polite" }, words);
}

/** A second tap is needed: the button is replaced by the question. @param {{words: string, question: string, yes: string, act: () => unknown}} asked */
export function askTwice({ words, question, yes, act }) {
  const box = h("div", { class: "ask-twice" });
  const first = () => fill(box, button(words, second, "plain"));
  const second = () => {
    const sure = button(yes, act, "danger");
    fill(box, h("p", { role: "alert" }, question), h("div", { class: "button-row" }, sure, button("不了", first, "secondary")));
    sure.focus();
  };
  first();
  return box;
}
