// @ts-check
/** Steps within one transaction of the phone's database. */

import { StoreError } from "./store_error.js";

/** @typedef {import("./rows.js").ReportRow} ReportRow */
/** @typedef {import("./rows.js").KeptReceipt} KeptReceipt */
/** @typedef {{row: ReportRow} | {receipt: KeptReceipt} | null} Settled */

/**
 * Put a row unless another tab has handed it over meanwhile: a late save never takes a report out of the queue.
 * @param {any} held @param {ReportRow} row
 */
export async function putFresh(held, row) {
  const before = /** @type {ReportRow | undefined} */ (await held.get(row.id));
  const isOver = before?.state === "received" && row.state !== "received";
  if (isOver || (before?.state === "waiting" && row.state === "draft")) throw new StoreError("sent");
  await held.put(row);
}

/** @param {any} held @param {string} [state] */
export async function waitingIn(held, state = "waiting") {
  const found = [];
  const range = IDBKeyRange.bound([state], [state, []]);
  for (let at = await held.index("state").openKeyCursor(range); at; at = await at.continue()) {
    found.push({ id: String(at.primaryKey), report_id: String(at.key[1]) });
  }
  return found;
}

/** @param {any} held @param {string} id @param {(row: any) => any} change */
export async function changeIn(held, id, change) {
  const row = await held.get(id);
  const next = row === undefined ? null : change(row);
  if (next) await held.put(next);
  return next;
}

/** Take a report and everything attached to it off the phone. @param {any} tx @param {string} id */
export async function removeIn(tx, id) {
  for (const key of await tx.objectStore("blobs").index("report_id").getAllKeys(id)) await tx.objectStore("blobs").delete(key);
  await tx.objectStore("reports").delete(id);
}

/** Write what each report is after a comparison: changed, or its receipt in its place. @param {any} tx @param {[string, (row: ReportRow) => Settled][]} changes */
export async function settleIn(tx, changes) {
  const reports = tx.objectStore("reports");
  for (const [id, change] of changes) {
    const row = await reports.get(id);
    const settled = row === undefined ? null : change(row);
    if (settled && "row" in settled) await reports.put(settled.row);
    if (!settled || !("receipt" in settled)) continue;
    await tx.objectStore("receipts").put(settled.receipt);
    await removeIn(tx, id);
  }
}

/** Put a row in the place of a receipt, unless the report is there. @param {any} tx @param {ReportRow} row */
export async function takeOutIn(tx, row) {
  await tx.objectStore("receipts").delete(row.id);
  if ((await tx.objectStore("reports").get(row.id)) === undefined) await tx.objectStore("reports").put(row);
}

/** @param {any} held @param {string} key @param {(value: any) => any} change */
export async function changeValue(held, key, change) {
  const before = await held.get(key);
  const next = change(before);
  if (next === undefined) return before;
  await held.put(next, key);
  return next;
}

/** @param {ReportRow[]} rows @param {string} [owner] */
export function newestFirst(rows, owner) {
  const chosen = owner === undefined ? rows : rows.filter((row) => row.owner === owner);
  return chosen.sort((a, b) => (a.created_at === b.created_at ? (a.id < b.id ? 1 : -1) : a.created_at < b.created_at ? 1 : -1));
}
