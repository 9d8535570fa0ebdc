// @ts-check
/** Sends a report from memory, past a storage that does not work: what is on the screen reaches the office all the same. */

import { digestOf } from "../shared/canonical.js";
import { CHUNK_BYTES } from "./deliver_blobs.js";
import { blankRow } from "./kept_reports.js";
import { contentOf } from "./report_content.js";

/** @typedef {import("./context.js").Context} Context */
/** @typedef {import("./report_types.js").Values} Values */
/** @typedef {import("./media_shelf.js").Medium} Medium */
/** @typedef {import("./rows.js").Receipt} Receipt */

const HELD = new Set(["accepted", "already_have"]);
const STANDS_STILL = "照片或录音没有送完,文字已经送到。请不要关掉本页,再点一次“不存手机,直接提交”。";

/** @param {import("./transport.js").Transport} transport @param {string} id @param {ArrayBuffer} bytes */
async function upload(transport, id, bytes) {
  let { received, complete } = await transport.attachmentState(id);
  while (!complete) {
    const answer = await transport.uploadChunk(id, received, bytes.slice(received, received + CHUNK_BYTES));
    if (!answer.complete && answer.received <= received) throw new Error(STANDS_STILL);
    ({ received, complete } = answer);
  }
}

/** Keep the receipt where the phone can; `false` where it cannot. @param {Context} context @param {string} id @param {Record<string, unknown>} content @param {string} digest @param {Receipt} receipt */
async function keepReceipt(context, id, content, digest, receipt) {
  try {
    const row = (await context.store.getReport(id)) ?? blankRow(context, id, "report", new Date());
    await context.store.putReport({ ...row, state: "received", digest, sealed: await context.vault.seal(content), receipt, problem: null, tries: 0, next_at: 0 });
    return true;
  } catch {
    return false;
  }
}

/**
 * The office's receipt; it counts only when id and digest come back. May be called again: the office keeps an id once.
 * @param {Context} context @param {string} id @param {Values} values @param {Medium[]} media @param {(words: string) => void} onStep
 * @returns {Promise<{receipt: Receipt, isKept: boolean}>}
 */
export async function sendNow(context, id, values, media, onStep) {
  if (!context.transport) throw new Error("还没有登记本机,不能直接提交。请把文字复制出来;内容还在屏幕上。");
  onStep("正在送出文字…");
  const there = media.filter(({ row, blob }) => blob || row.state === "received");
  const content = contentOf(values, there.map(({ row }) => row));
  const digest = await digestOf(content);
  const [result] = await context.transport.syncReports([{ id, digest, content }]);
  if (result?.id !== id || result.digest !== digest || !HELD.has(result.outcome)) {
    throw new Error(result?.detail || "服务器没有收下这一件。内容还在屏幕上,请改好再提交,或者把文字复制出来。");
  }
  for (const [index, { row, blob }] of there.entries()) {
    onStep(`文字已送到,正在送第 ${index + 1} 个照片、录音…`);
    if (blob) await upload(context.transport, row.id, await blob.arrayBuffer());
  }
  const { signature = "", received_at = "" } = result.receipt ?? {};
  const receipt = { signature, received_at, case_code: result.case_code ?? "", tracking_code: result.tracking_code ?? "" };
  return { receipt, isKept: await keepReceipt(context, id, content, digest, receipt) };
}
