/** A phone of the tests: the real store on an IndexedDB in memory, rows as the screens write them. */
import "fake-indexeddb/auto";
import FDBDatabase from "fake-indexeddb/lib/FDBDatabase";
import ObjectStore from "fake-indexeddb/lib/FDBObjectStore";
import { openStore } from "../../grid_app/static/field/store.js";

let phones = 0;

export const FDBObjectStore = Object.assign(ObjectStore, { database: FDBDatabase.prototype });

/** A phone nobody used before. */
export async function phone() {
  phones += 1;
  const name = `phone-${phones}`;
  return { name, store: await openStore(name) };
}

/** A row as the screens write it. */
export function report(id, changes = {}) {
  return {
    id, kind: "report", state: "draft", owner: "me", created_at: "2026-11-22T01:00:00Z", saved_at: "2026-11-22T01:00:00Z",
    sealed: null, digest: "", tries: 0, next_at: 0, problem: null, receipt: null, danger: false, title_sealed: null, ...changes,
  };
}

export function blobOf(id, reportId, changes = {}) {
  return {
    id, report_id: reportId, kind: "photo", type: "image/jpeg", bytes: 0, sha256: "", sealed: null, sent: 0,
    state: "waiting", tries: 0, next_at: 0, problem: null, ...changes,
  };
}

/** Let the write number `after` fail as on a full disk, and every later one; gives what ends it. */
export function failingWrites(store, after) {
  const { put } = store.prototype;
  let left = after;
  store.prototype.put = function (...given) {
    left -= 1;
    if (left < 1) throw new DOMException("full", "QuotaExceededError");
    return put.apply(this, given);
  };
  return () => void (store.prototype.put = put);
}
