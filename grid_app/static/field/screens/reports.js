// @ts-check
/** Every report on this phone with its state in words; a page of them at a time, so that 500 stay quick. */

import { oneAtATime } from "../calm.js";
import { fill, h } from "../dom.js";
import { backLink, button, cell, emptyState, linkButton, tag } from "../parts.js";
import { makeLines } from "../report_lines.js";
import { isGap, stateWords, timeWords, trackingWords, whatToDo } from "../words.js";

/** @typedef {import("../report_lines.js").Line} Line */
/** @typedef {import("../rows.js").ReportRow} ReportRow */

export const PAGE_ROWS = 30;

/** @type {import("../routes.js").Screen["show"]} */
export async function show(main, _params, context) {
  const list = h("ul", {});
  const more = h("div", { class: "button-row" });
  const summary = h("p", { role: "status" });
  const linesOf = makeLines(context);
  const cellOf = keptCells();
  let most = PAGE_ROWS;
  fill(main,
    backLink("#/", "首页"),
    h("h1", {}, "我的上报"),
    summary,
    h("section", { class: "cells", "aria-label": "手机上的上报" }, list),
    more,
    linkButton("上报一件", "#/report/new"));
  const repaint = oneAtATime(paint);
  await repaint();
  return context.watch(() => void repaint());

  async function paint() {
    const [{ total, counts, lines }, { sending }] = await Promise.all([linesOf(most), context.outbox.status()]);
    put(list, lines.map((line) => cellOf(line, sending.includes(line.row.id))));
    list.hidden = total === 0;
    fill(summary, counted(counts));
    const left = total - most;
    fill(more, left > 0 && button(`再看 ${Math.min(PAGE_ROWS, left)} 件(还有 ${left} 件)`, showMore, "secondary"),
      total === 0 && emptyState("手机上还没有上报", "新写的、等待发送的和最近收到的都会在这里。"));
  }

  function showMore() {
    most += PAGE_ROWS;
    return repaint();
  }
}

/** Makes the cell of a line, and gives the same one again as long as its line says the same: what has the focus keeps it. */
function keptCells() {
  /** @type {Map<string, {said: string, element: HTMLElement}>} */
  const kept = new Map();
  return (/** @type {Line} */ line, /** @type {boolean} */ sending) => {
    const shown = shownOf(line, sending);
    const said = JSON.stringify(shown);
    const before = kept.get(line.row.id);
    if (before?.said === said) return before.element;
    const element = cell({ ...shown, side: tag(shown.state) });
    kept.set(line.row.id, { said, element });
    return element;
  };
}

/** Let `list` hold exactly these, touching only what is not in its place. @param {HTMLElement} list @param {HTMLElement[]} cells */
function put(list, cells) {
  cells.forEach((one, at) => {
    if (list.children[at] !== one) list.insertBefore(one, list.children[at] ?? null);
  });
  while (list.children.length > cells.length) list.lastElementChild?.remove();
}

/** @param {Record<import("../rows.js").State, number>} counts */
function counted(counts) {
  const parts = [[counts.attention, "件需要处理"], [counts.waiting, "件等待发送"], [counts.draft, "份草稿"], [counts.received, "件已收到"]];
  return parts.filter(([count]) => count).map(([count, words]) => `${count} ${words}`).join(",");
}

/** What a line says. @param {Line} line @param {boolean} sending */
function shownOf({ row, title }, sending) {
  return { title: row.danger ? `【紧急】${title}` : title, href: `#/report/${row.id}`, detail: detailOf(row), state: stateWords(row, sending) };
}

/** @param {ReportRow} row */
function detailOf(row) {
  if (row.state === "attention") return `${row.problem?.sentence ?? ""} ${whatToDo(row.problem, row.kind)}`;
  if (row.state === "draft") return `${timeWords(row.saved_at)} 保存,还没有提交`;
  if (isGap(row)) return "平台里没有,或者内容不同。点开看怎么办";
  if (row.state === "received" && row.receipt) return `${timeWords(row.receipt.received_at)} · ${row.receipt.tracking_code ? `查询码 ${trackingWords(row.receipt.tracking_code)}` : "已有凭证"}`;
  return `${timeWords(row.created_at)} 写${row.danger ? ",尚未送达" : ""}`;
}
