// @ts-check
/**
 * Sends what waits, the urgent first, in batches. A report is received only when an answer repeats its id and its digest;
 * one bad item never holds up the others: a batch that is refused is halved down to one.
 */

import { isDue, waitAfter } from "./backoff.js";
import { TransportError } from "./transport.js";
import { VaultError } from "./vault.js";

/** @typedef {import("./rows.js").ReportRow} ReportRow */
/** @typedef {import("./transport.js").Item} Item */
/** @typedef {import("./transport.js").Result} Result */
/**
 * What sending works with. `batch` and `chunk` shrink on a slow line; `refusals` counts items in a row that the server failed on.
 * @typedef {object} Desk
 * @property {import("./store.js").Store} store
 * @property {import("./vault.js").Vault} vault
 * @property {import("./transport.js").Transport} transport
 * @property {() => number} now
 * @property {() => number} random
 * @property {(ids: string[]) => void} tell which items are under way
 * @property {(kind: import("./rows.js").Kind) => void} [delivered] the office has answered items of a kind
 * @property {() => boolean} isWanted whether newer reports wait behind the attachments
 * @property {number} batch
 * @property {number} chunk
 * @property {number} refusals
 * @property {Map<string, number>} blobsDue
 */

/** In the order they go, each with the call that takes it. */
const CALLS = /** @type {const} */ ({ report: "syncReports", return: "syncReturns", visit: "syncVisits" });
const KINDS = /** @type {(keyof typeof CALLS)[]} */ (Object.keys(CALLS));
const BATCH_BYTES = 256 * 1024;
export const BATCH_ITEMS = 50;
const REFUSALS_IN_A_ROW = 3;
const HELD = new Set(["accepted", "already_have"]);
const SEND_AGAIN = new Set(["digest_mismatch", "not_stored"]);
const NOT_NOW = new Set([408, 429, 502, 503, 504]);

const CONFLICT = "服务器上这个编号已有另一份内容,那一份没有改动。您这一份还在手机上,请核对后另存为新的上报。";
const TOO_LARGE = "这一条太大,服务器收不下。内容还在手机上;请把文字改短后再提交。";
const DIFFERS = "服务器收到的和手机上的不一样,会自动重发。内容还在手机上。";
const UNANSWERED = "服务器没有说收到这一条,会自动重发。内容还在手机上。";

/** Whether nothing more can be sent for now, whatever the item. @param {unknown} error @param {number} items */
export function halts(error, items) {
  if (!(error instanceof TransportError)) return true;
  if (error.kind === "timeout") return items === 1;
  if (error.kind === "server") return NOT_NOW.has(error.status);
  return error.kind !== "refused" || error.status === 403;
}

/** Send every due report of one owner; throws what keeps all of them from going. @param {Desk} desk @param {string} owner */
export async function deliverReports(desk, owner) {
  desk.refusals = 0;
  for (const kind of KINDS) {
    const rows = (await desk.store.listState(owner, "waiting")).filter((row) => row.kind === kind && isDue(row, desk.now()));
    const queue = rows.sort((a, b) => Number(b.danger) - Number(a.danger));
    while (queue.length) await send(desk, kind, await nextBatch(desk, queue));
  }
}

/** Take the next items off the queue, opened; one that cannot be opened is shown to the person. @param {Desk} desk @param {ReportRow[]} queue */
async function nextBatch(desk, queue) {
  /** @type {Item[]} */
  const items = [];
  for (let bytes = 0; queue.length && items.length < desk.batch && bytes < BATCH_BYTES; ) {
    const row = /** @type {ReportRow} */ (queue.shift());
    try {
      const sealed = /** @type {import("./vault.js").Sealed} */ (row.sealed); // only what was received is pruned
      items.push({ id: row.id, digest: row.digest, content: await desk.vault.open(sealed) });
      bytes += sealed.data.byteLength;
    } catch (error) {
      const sentence = error instanceof VaultError ? error.sentence : new VaultError("unreadable").sentence;
      await desk.store.changeReport(row.id, (held) => attention(held, { code: "unreadable", sentence, fields: {} }));
    }
  }
  return items;
}

/** @param {Desk} desk @param {ReportRow["kind"]} kind @param {Item[]} items @returns {Promise<void>} */
async function send(desk, kind, items) {
  if (items.length === 0) return;
  desk.tell(items.map((item) => item.id));
  try {
    await keepAnswers(desk, items, await desk.transport[CALLS[kind]](items));
    desk.delivered?.(kind);
  } catch (error) {
    if (kind !== "report" && isOthers(error)) return keepBack(desk, items, error);
    if (!(error instanceof TransportError) || halts(error, items.length)) throw error;
    if (items.length === 1) return keepFailure(desk, items[0], error);
    if (error.kind === "timeout") desk.batch = Math.max(1, Math.floor(items.length / 2));
    const half = Math.ceil(items.length / 2);
    await send(desk, kind, items.slice(0, half));
    await send(desk, kind, items.slice(half));
  }
}

/** @param {Desk} desk @param {Item[]} items @param {Result[]} results */
async function keepAnswers(desk, items, results) {
  const byId = new Map(results.map((result) => [result.id, result]));
  await desk.store.changeReports(items.map((item) => [item.id, (row) => (isStill(row, item) ? answered(desk, row, byId.get(item.id)) : null)]));
  desk.refusals = 0;
  desk.batch = Math.min(BATCH_ITEMS, desk.batch * 2);
}

/** Whether this role may not send such items, which another role of the same person may. @param {unknown} error @returns {error is TransportError} */
function isOthers(error) {
  return error instanceof TransportError && error.kind === "refused" && error.status === 403;
}

/** They wait on, and hold up nothing else. @param {Desk} desk @param {Item[]} items @param {TransportError} error */
function keepBack(desk, items, error) {
  const problem = { code: error.code, sentence: error.sentence, fields: {} };
  return desk.store.changeReports(items.map((item) => [item.id, (row) => (isStill(row, item) ? again(desk, row, problem) : null)]));
}

/** Whether the row still holds what was sent. @param {ReportRow} row @param {Item} item */
function isStill(row, item) {
  return row.state === "waiting" && row.digest === item.digest;
}

/** The row after its answer. @param {Desk} desk @param {ReportRow} row @param {Result | undefined} result @returns {ReportRow} */
function answered(desk, row, result) {
  if (!result) return again(desk, row, { code: "unanswered", sentence: UNANSWERED, fields: {} });
  const problem = { code: result.code || result.outcome, sentence: result.detail || UNANSWERED, fields: result.fields ?? {} };
  if (HELD.has(result.outcome)) {
    if (result.digest !== row.digest) return again(desk, row, { ...problem, code: "digest_differs", sentence: DIFFERS });
    return { ...row, state: "received", receipt: receiptOf(result), problem: null, tries: 0, next_at: 0 };
  }
  if (result.outcome === "conflict") return attention(row, { ...problem, code: "conflict", sentence: result.detail || CONFLICT });
  if (result.outcome === "rejected" && !SEND_AGAIN.has(result.code ?? "")) return attention(row, problem);
  return again(desk, row, problem);
}

/** @param {Result} result */
function receiptOf({ receipt, case_code, tracking_code, warnings = [] }) {
  if (!receipt) return null;
  const warning = warnings.map((one) => one.sentence).join(" ");
  const codes = { case_code: case_code ?? "", tracking_code: tracking_code ?? "" };
  return { signature: receipt.signature, received_at: receipt.received_at, ...codes, ...(warning ? { warning } : {}) };
}

/** @param {Desk} desk @param {Item} item @param {TransportError} error */
async function keepFailure(desk, item, error) {
  const sentence = error.status === 413 ? TOO_LARGE : error.sentence;
  const problem = { code: error.code, sentence, fields: error.body.fields ?? {} };
  const isTheItems = error.kind === "refused" && error.status !== 400; // 400: broken off on the way
  await desk.store.changeReport(item.id, (row) => {
    if (!isStill(row, item)) return null;
    return isTheItems ? attention(row, problem) : again(desk, row, problem);
  });
  desk.refusals += error.kind === "server" ? 1 : 0;
  if (desk.refusals >= REFUSALS_IN_A_ROW) throw error;
}

/** @param {ReportRow} row @param {import("./rows.js").Problem} problem @returns {ReportRow} */
function attention(row, problem) {
  return { ...row, state: "attention", problem };
}

/** @param {Desk} desk @param {ReportRow} row @param {import("./rows.js").Problem} problem @returns {ReportRow} */
function again(desk, row, problem) {
  const tries = row.tries + 1;
  return { ...row, tries, problem, next_at: desk.now() + waitAfter(tries, desk.random) };
}
