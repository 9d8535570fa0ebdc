// @ts-check
/** Settings, comparing with the office: when it was done last, a button, what does not fit, what has left the phone. */

import { comparedKey } from "../compare_held.js";
import { fill, h } from "../dom.js";
import { gapNotice, resentNotice } from "../held_parts.js";
import { CONTENT_DAYS, REPORT_DAYS } from "../held_answers.js";
import { button, cell, cells } from "../parts.js";
import { errorSentence, timeWords } from "../words.js";

/** @typedef {import("../context.js").Context} Context */
/** @typedef {import("../compare_held.js").Found} Found */

const MOST_RECEIPTS = 50;

/** What a comparison found, in a sentence. @param {Found} found */
export function foundWords({ asked, resent, gaps }) {
  if (asked === 0) return "手机上还没有平台收到过的上报,不用核对。";
  const parts = [`核对了 ${asked} 件。`, resent && `${resent} 件平台里没有,已自动重新上报。`, gaps && `${gaps} 件对不上,见下面。`, !resent && !gaps && "都在平台。"];
  return parts.filter(Boolean).join("");
}

/** @param {Context} context */
export async function heldPart(context) {
  const status = h("p", { role: "status" });
  const gaps = h("div");
  const ask = button("核对", compare, "secondary");
  await paint();
  const last = (await context.store.getMeta(comparedKey(context.owner))) ?? {};
  fill(status, last.compared_at ? `上次核对:${timeWords(last.compared_at)}。${foundWords(last.found)}` : "还没有核对过。");
  return h("section", { class: "part" },
    h("h2", {}, "与平台核对"),
    h("p", {}, `手机有信号时自己核对。平台里缺的,手机上有原件就自动重报。平台确认收到满 ${CONTENT_DAYS} 天,手机只留标题和回执;满 ${REPORT_DAYS} 天,只留回执。没有确认的,一件也不删。`),
    status, gaps, ask, await receiptsPart(context));

  async function compare() {
    ask.disabled = true;
    fill(status, "正在核对…");
    try {
      fill(status, foundWords(await context.outbox.compare()));
    } catch (error) {
      context.noteSignIn(error);
      fill(status, errorSentence(error));
    }
    ask.disabled = false;
    await paint();
  }

  async function paint() {
    const noted = await context.store.listNoted(context.owner);
    fill(gaps, resentNotice(noted), await gapNotice(context, noted));
  }
}

/** @param {Context} context */
async function receiptsPart(context) {
  const receipts = (await context.store.listReceipts(context.owner)).sort((a, b) => b.received_at.localeCompare(a.received_at));
  if (receipts.length === 0) return null;
  return h("details", { class: "more" }, h("summary", {}, `只留回执的(${receipts.length} 件)`),
    cells("", receipts.slice(0, MOST_RECEIPTS).map((one) =>
      cell({ title: `编号 ${one.case_code || one.id.slice(0, 8)}`, href: `#/report/${one.id}`, detail: `${timeWords(one.received_at)} 收到` }))),
    receipts.length > MOST_RECEIPTS && h("p", { class: "hint" }, `最近的 ${MOST_RECEIPTS} 件在上面,其余的也都留着。`));
}
