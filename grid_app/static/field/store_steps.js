// @ts-check
/** Steps within one transaction of the phone's database. */

import { StoreError } from "./store_error.js";

/** @typedef {import("./rows.js").ReportRow} ReportRow */

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

/** @param {any} held */
export async function waitingIn(held) {
  const found = [];
  const range = IDBKeyRange.bound(["waiting"], ["waiting", []]);
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
