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

/** An office in memory that keeps ids as the server does; `trouble` may answer in its place. */
export function office() {
  const held = new Map();
  const blobs = new Map();
  const calls = [];
  const asked = [];
  const self = { held, blobs, calls, asked, trouble: null, fetcher: null };
  const answer = (body, status = 200) => new Response(JSON.stringify(body), { status, headers: { "content-type": status < 400 ? "application/json" : "application/problem+json" } });
  const take = ({ id, digest, content }) => {
    const before = held.get(id);
    if (before && before.digest !== digest) return { id, outcome: "conflict", digest: null };
    if (content.summary === "bad") return { id, outcome: "rejected", code: "invalid", detail: "请改好。", fields: { summary: "太短。" } };
    if (!before) held.set(id, { digest, content });
    return { id, digest, outcome: before ? "already_have" : "accepted", receipt: { signature: `s-${id}`, received_at: "2026-11-22T02:00:00Z" }, case_code: "A1", tracking_code: "T1" };
  };
  const upload = (id, offset, bytes) => {
    const blob = blobs.get(id) ?? { parts: [], received: 0 };
    if (offset !== blob.received) return answer({ code: "wrong_offset", received: blob.received }, 409);
    blob.parts.push(Buffer.from(bytes));
    blob.received += bytes.length;
    blobs.set(id, blob);
    return answer(self.stateOf(id));
  };
  self.stateOf = (id) => {
    const { received, parts } = blobs.get(id);
    const complete = received === self.sizes.get(id).bytes;
    return { id, sha256: self.sizes.get(id).sha256, received, complete, parts: undefined, ...(complete ? { outcome: "accepted" } : {}) };
  };
  self.sizes = new Map();
  const compare = (claims) => claims.map(({ id, digest }) => ({ id, held: !held.has(id) ? "no" : held.get(id).digest === digest ? "yes" : "other" }));
  self.serve = async (url, init) => {
    if (url.endsWith("/reports:held")) return answer({ results: compare(JSON.parse(init.body).items) });
    if (url.includes("/attachments/")) {
      const id = url.split("/").at(-1).split("?")[0];
      if (!self.sizes.has(id)) return answer({ code: "not_announced" }, 404);
      if (!init.method) return answer(self.stateOf(id));
      return upload(id, Number(url.split("=").at(-1)), new Uint8Array(init.body));
    }
    return answer({ results: JSON.parse(init.body).items.map(take) });
  };
  self.fetcher = async (url, init) => {
    (url.endsWith("/reports:held") ? asked : calls).push({ url, ...(typeof init.body === "string" ? JSON.parse(init.body) : { items: null }) });
    return (await self.trouble?.(url, init, calls.length)) ?? self.serve(url, init);
  };
  self.answer = answer;
  return self;
}

/** Locks as a browser gives them: one holder at a time, the others wait. */
export function browserLocks() {
  let last = Promise.resolve();
  return { request: (_name, work) => (last = last.catch(() => {}).then(work)) };
}
