// @ts-check
/** What comparing with the office found, in plain words: on the start screen, in a report, and the proof to show. */

import { fill, h } from "./dom.js";
import { titleOfRow } from "./kept_reports.js";
import { button, cell, cells, notice, tag } from "./parts.js";
import { isGap, stateWords, timeWords } from "./words.js";

/** @typedef {import("./context.js").Context} Context */
/** @typedef {import("./rows.js").ReportRow} ReportRow */
/** @typedef {import("./rows.js").KeptReceipt} KeptReceipt */
/** @typedef {{id: string, digest: string, signature: string, received_at: string, case_code: string}} Proof */

const MOST_NAMED = 5;

/** @param {ReportRow | KeptReceipt} kept @returns {Proof | null} */
export function proofOf(kept) {
  const { signature, received_at, case_code } = "signature" in kept ? kept : (kept.receipt ?? {});
  return signature && received_at ? { id: kept.id, digest: kept.digest, signature, received_at, case_code: case_code ?? "" } : null;
}

/** How a report is told from others: its case number, else the beginning of its own. @param {ReportRow} row */
function numberOf(row) {
  return row.receipt?.case_code || row.id.slice(0, 8);
}

/** @param {ReportRow} row */
function when(row) {
  return `${timeWords(row.created_at)} 写,编号 ${numberOf(row)}`;
}

/** The gaps of this phone, each named, with what to do. @param {Context} context @param {ReportRow[]} noted */
export async function gapNotice(context, noted) {
  const gaps = noted.filter(isGap);
  if (gaps.length === 0) return null;
  const named = gaps.slice(0, MOST_NAMED).map(async (row) =>
    cell({ title: (await titleOfRow(context, row)).title, href: `#/report/${row.id}`, detail: when(row), side: tag(stateWords(row)) }));
  return h("section", { class: "gaps", "aria-label": "和平台对不上的" },
    notice("danger", `有 ${gaps.length} 件和平台对不上`, "这些平台给过回执,现在平台里没有,或者内容不同。请点开,把签过名的回执给乡镇工作人员看,由乡镇补登记。"),
    cells("", await Promise.all(named)),
    gaps.length > MOST_NAMED && h("p", { class: "hint" }, `还有 ${gaps.length - MOST_NAMED} 件,处理好上面的再看。`));
}

/** What went a second time by itself. @param {ReportRow[]} noted */
export function resentNotice(noted) {
  const again = noted.filter((row) => row.note === "resent");
  if (again.length === 0) return null;
  const waiting = again.filter((row) => row.state !== "received").length;
  return notice("info", `平台里缺了 ${again.length} 件,手机已自动重新上报`,
    `核对时发现的。手机上还有原件,编号不变,不会重复。${waiting ? `还有 ${waiting} 件等待发送,不用再点。` : "现在都已收到,不用做什么。"}`);
}

/** In the report itself: what is wrong and what to do. @param {ReportRow} row */
export function gapCard(row) {
  const received = timeWords(row.receipt?.received_at);
  const told = `${when(row)}。${received ? `平台在 ${received} 给过回执。` : ""}${timeWords(row.noted_at)} 核对时,`;
  if (row.note === "missing") {
    return notice("danger", "平台里没有找到这一件", `${told}平台里没有,手机上也只留着标题和回执。`,
      "请把下面签过名的回执给乡镇工作人员看,由乡镇照着补登记。事情急的,现在就再报一件。");
  }
  return notice("danger", "平台里的内容和手机上的不同", `${told}同一编号下是另一份内容。`,
    row.sealed ? "手机上的这一份没有改动。请联系乡镇工作人员核对;要另报,点“改成新的一件”。" : "请把下面签过名的回执给乡镇工作人员看,一起核对。");
}

/** In a report that went again. @param {ReportRow} row @param {number} gone photos and voices that are not on the phone any more */
export function resentCard(row, gone) {
  if (row.note !== "resent") return null;
  const proof = row.first_receipt ? `平台 ${timeWords(row.first_receipt.received_at)} 第一次收到的回执,手机上还留着。` : "";
  return notice("info", "这一件自动重新上报过", `${timeWords(row.noted_at)} 核对时平台里没有它。手机按原编号重新上报,不会重复。${proof}`,
    gone > 0 ? `先前送到的 ${gone} 个照片、录音,手机上不再保留。乡镇看不到的话,请重拍,再报一件说明。` : "");
}

/** The receipts as they can be shown and checked. @param {Proof[]} proofs @param {boolean} isOpen */
export function proofPart(proofs, isOpen) {
  if (proofs.length === 0) return null;
  return h("details", { class: "more proof", open: isOpen },
    h("summary", {}, "出示回执凭证"),
    h("p", { class: "hint" }, "平台签过名,证明它收到过这一件。乡镇可以凭它核对,不含内容。"),
    ...proofs.map(proofFacts));
}

/** @param {Proof} proof */
function proofFacts(proof) {
  const status = h("span", { class: "hint", role: "status" });
  const copy = async () => {
    const { id, digest, received_at, signature } = proof;
    const isCopied = await navigator.clipboard?.writeText(JSON.stringify({ id, digest, received_at, signature })).then(() => true, () => false);
    fill(status, isCopied ? "已复制,可以发给乡镇。" : "没能复制,请截屏给乡镇。");
  };
  const lines = [["案件编号", proof.case_code], ["上报编号", proof.id], ["收到时间", timeWords(proof.received_at)], ["内容摘要", proof.digest], ["平台签名", proof.signature]];
  return h("div", { class: "proof-one" },
    h("dl", { class: "facts" }, ...lines.filter(([, words]) => words).map(([name, words]) => h("div", {}, h("dt", {}, name), h("dd", { class: "proof-sign" }, words)))),
    button("复制凭证", copy, "secondary"), status);
}
