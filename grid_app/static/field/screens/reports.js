// @ts-check
/** Every report on this phone with its state in words; a page of them at a time, so that 500 stay quick. */

import { fill, h } from "../dom.js";
import { titleOfRow } from "../kept_reports.js";
import { backLink, button, cell, emptyState, linkButton, tag } from "../parts.js";
import { stateWords, timeWords, trackingWords, whatToDo } from "../words.js";

/** @typedef {import("../context.js").Context} Context */
/** @typedef {import("../rows.js").ReportRow} ReportRow */

export const PAGE_ROWS = 30;
const ORDER = { attention: 0, waiting: 1, draft: 2, received: 3 };

/** What needs a person first, then what waits; within these the newest first. @param {ReportRow[]} rows */
export function inOrder(rows) {
  return [...rows].sort((a, b) => ORDER[a.state] - ORDER[b.state] || b.created_at.localeCompare(a.created_at));
}

/** @type {import("../routes.js").Screen["show"]} */
export async function show(main, _params, context) {
  const list = h("ul", {});
  const more = h("div", { class: "button-row" });
  const summary = h("p", { role: "status" });
  let shown = PAGE_ROWS;
  fill(main,
    backLink("#/", "首页"),
    h("h1", {}, "我的上报"),
    summary,
    h("section", { class: "cells", "aria-label": "手机上的上报" }, list),
    more,
    linkButton("上报一件", "#/report/new"));
  await paint();
  return context.watch(() => void paint());

  async function paint() {
    const rows = inOrder(await context.store.listReports(context.owner));
    const status = await context.outbox.status();
    const page = rows.slice(0, shown);
    const cells = await Promise.all(page.map((row) => lineOf(context, row, status.sending.includes(row.id))));
    fill(list, ...cells);
    list.hidden = rows.length === 0;
    fill(summary, counted(rows));
    fill(more, rows.length > shown && button(`再看 ${Math.min(PAGE_ROWS, rows.length - shown)} 件(还有 ${rows.length - shown} 件)`, showMore, "secondary"),
      rows.length === 0 && emptyState("手机上还没有上报", "新写的、等待发送的和最近收到的都会在这里。"));
  }

  function showMore() {
    shown += PAGE_ROWS;
    return paint();
  }
}

/** @param {ReportRow[]} rows */
function counted(rows) {
  const of = (/** @type {string} */ state) => rows.filter((one) => one.state === state).length;
  const parts = [[of("attention"), "件需要处理"], [of("waiting"), "件等待发送"], [of("draft"), "份草稿"], [of("received"), "件已收到"]];
  return parts.filter(([count]) => count).map(([count, words]) => `${count} ${words}`).join(",");
}

/** @param {Context} context @param {ReportRow} row @param {boolean} sending */
async function lineOf(context, row, sending) {
  const { title } = await titleOfRow(context, row);
  return cell({ title: row.danger ? `【紧急】${title}` : title, href: `#/report/${row.id}`, detail: detailOf(row), side: tag(stateWords(row, sending)) });
}

/** @param {ReportRow} row */
function detailOf(row) {
  if (row.state === "attention") return `${row.problem?.sentence ?? ""} ${whatToDo(row.problem)}`;
  if (row.state === "draft") return `${timeWords(row.saved_at)} 保存,还没有提交`;
  if (row.state === "received" && row.receipt) return `${timeWords(row.receipt.received_at)} · ${row.receipt.tracking_code ? `查询码 ${trackingWords(row.receipt.tracking_code)}` : "已有凭证"}`;
  return `${timeWords(row.created_at)} 写${row.danger ? ",尚未送达" : ""}`;
}
