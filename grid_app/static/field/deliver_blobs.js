// @ts-check
/** Sends photos and voices of received reports in small parts; each goes on where the office says it stopped. */

import { isDue, waitAfter } from "./backoff.js";
import { halts } from "./deliver_reports.js";
import { TransportError } from "./transport.js";
import { VaultError } from "./vault.js";

/** @typedef {import("./rows.js").BlobRow} BlobRow */
/** @typedef {import("./deliver_reports.js").Desk} Desk */
/** @typedef {import("./transport.js").AttachmentState} AttachmentState */

export const CHUNK_BYTES = 256 * 1024;
const SMALLEST_CHUNK = 16 * 1024;
const KEPT_EVERY = 1024 * 1024;
const DISAGREEMENTS = 3;
const HELD = new Set(["accepted", "already_have"]);
const PASSING = new Set([404, 408, 409, 429]);

/** Send what waits of one owner's received reports, until newer reports are to go first. @param {Desk} desk @param {string} owner */
export async function deliverBlobs(desk, owner) {
  const waiting = await desk.store.waitingBlobs();
  if (waiting.length === 0) return;
  const received = new Set(await desk.store.listIds(owner, "received"));
  for (const { id, report_id } of waiting) {
    if (desk.isWanted()) return;
    if (!received.has(report_id) || !isDue({ next_at: desk.blobsDue.get(id) ?? 0 }, desk.now())) continue;
    const row = await desk.store.getBlob(id);
    if (row?.state !== "waiting") continue;
    desk.blobsDue.set(id, row.next_at);
    if (isDue(row, desk.now())) await sendBlob(desk, row);
  }
}

/** @param {Desk} desk @param {BlobRow} row */
async function sendBlob(desk, row) {
  desk.tell([row.report_id]);
  try {
    const bytes = row.sealed && (await desk.vault.openBytes(row.sealed));
    if (bytes) await sendParts(desk, row, bytes);
  } catch (error) {
    if (error instanceof TransportError && error.kind === "timeout") desk.chunk = Math.max(SMALLEST_CHUNK, Math.floor(desk.chunk / 2));
    if (!(error instanceof VaultError) && halts(error, 1)) throw error; // a full disk too says nothing about the photo
    await keepFailure(desk, row, error);
  }
}

/** @param {Desk} desk @param {BlobRow} row @param {ArrayBuffer} bytes */
async function sendParts(desk, row, bytes) {
  let offset = Math.min(row.sent, bytes.byteLength);
  for (let disagreements = 0; disagreements < DISAGREEMENTS; ) {
    const answer = await part(desk, row, bytes, offset);
    if (answer.id === row.id && answer.complete && answer.sha256 === row.sha256 && (!answer.outcome || HELD.has(answer.outcome))) {
      await desk.store.changeBlob(row.id, (held) => ({ ...held, state: "received", sealed: null, sent: held.bytes, problem: null }));
      return;
    }
    if (answer.id !== row.id || answer.received <= offset || answer.received > bytes.byteLength) disagreements += 1;
    offset = Math.min(Math.max(0, answer.received), bytes.byteLength);
    await keepOffset(desk, row, offset);
    if (desk.isWanted()) break;
  }
  if (!desk.isWanted()) await desk.store.changeBlob(row.id, (held) => again(desk, { ...held, sent: 0 }));
}

/** Remember how far the office is; rewriting a photo costs more than asking the office, so only now and then. @param {Desk} desk @param {BlobRow} row @param {number} offset */
async function keepOffset(desk, row, offset) {
  if (offset >= row.bytes || Math.abs(offset - row.sent) < KEPT_EVERY) return;
  row.sent = offset;
  await desk.store.changeBlob(row.id, (held) => ({ ...held, sent: offset }));
}

/** Send one part; when the office stands elsewhere, tell where. @param {Desk} desk @param {BlobRow} row @param {ArrayBuffer} bytes @param {number} offset */
async function part(desk, row, bytes, offset) {
  try {
    if (offset > 0 && offset >= bytes.byteLength) return await desk.transport.attachmentState(row.id);
    return await desk.transport.uploadChunk(row.id, offset, bytes.slice(offset, offset + desk.chunk));
  } catch (error) {
    if (!(error instanceof TransportError) || error.code !== "wrong_offset") throw error;
    return desk.transport.attachmentState(row.id);
  }
}

/** @param {Desk} desk @param {BlobRow} row @param {any} error */
async function keepFailure(desk, row, error) {
  const { status = 0, code = "unreadable", sentence = "手机上这个附件读不出来了,没有删除。请联系乡镇工作人员。" } = error;
  const problem = { code, sentence, fields: {} };
  const isPassing = code === "damaged" || PASSING.has(status) || error.kind === "server";
  const sent = code === "damaged" ? 0 : row.sent;
  await desk.store.changeBlob(row.id, (held) => (isPassing ? { ...again(desk, held), problem, sent } : { ...held, state: "attention", problem }));
}

/** @param {Desk} desk @param {BlobRow} row @returns {BlobRow} */
function again(desk, row) {
  const tries = row.tries + 1;
  const next_at = desk.now() + waitAfter(tries, desk.random);
  desk.blobsDue.set(row.id, next_at);
  return { ...row, tries, next_at };
}
