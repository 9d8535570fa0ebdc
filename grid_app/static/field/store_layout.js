// @ts-check
/** Which stores and indexes the phone's database has; a new version adds and never takes away. */

import { BY_NOTE, BY_STATE } from "./store_lists.js";

export const VERSION = 3;

/** Make what is not there yet; a phone's rows stay. @type {NonNullable<import("../vendor/idb/index.js").OpenDBCallbacks<unknown>["upgrade"]>} */
export function build(database, before, _now, tx) {
  if (before < 1) {
    for (const name of ["meta", "keys", "reference"]) database.createObjectStore(name);
    database.createObjectStore("reports", { keyPath: "id" });
    const blobs = database.createObjectStore("blobs", { keyPath: "id" });
    blobs.createIndex("report_id", "report_id");
    blobs.createIndex("state", ["state", "report_id"]);
  }
  if (before < 2) tx.objectStore("reports").createIndex(BY_STATE, ["owner", "state", "created_at"]);
  if (before < 3) {
    tx.objectStore("reports").createIndex(BY_NOTE, ["owner", "note"]);
    database.createObjectStore("receipts", { keyPath: "id" }).createIndex("owner", "owner");
  }
}
