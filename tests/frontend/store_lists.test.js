import assert from "node:assert/strict";
import "fake-indexeddb/auto";
import Index from "fake-indexeddb/lib/FDBIndex";
import { test } from "node:test";
import { openStore } from "../../grid_app/static/field/store.js";
import { openDB } from "../../grid_app/static/vendor/idb/index.js";
import { blobOf, FDBObjectStore, phone, report } from "./phone.js";

/** Count the rows that are read out of the database while `work` runs. */
async function rowsRead(work) {
  const real = [];
  let count = 0;
  for (const [prototype, method] of [[FDBObjectStore.prototype, "get"], [FDBObjectStore.prototype, "getAll"], [Index.prototype, "get"], [Index.prototype, "getAll"]]) {
    const before = prototype[method];
    real.push(() => (prototype[method] = before));
    prototype[method] = function (...given) {
      const asked = before.apply(this, given);
      asked.addEventListener("success", () => (count += Array.isArray(asked.result) ? asked.result.length : 1));
      return asked;
    };
  }
  const result = await work().finally(() => real.forEach((restore) => restore()));
  return { count, result };
}

async function busyPhone() {
  const made = await phone();
  const states = ["waiting", "waiting", "attention", "draft", "received"];
  for (let number = 0; number < 50; number += 1) {
    const id = `r${String(number).padStart(3, "0")}`;
    const owner = number % 10 === 9 ? "other" : "me";
    const row = report(id, { state: states[number % 5], owner, created_at: `2026-11-22T01:${String(59 - number).padStart(2, "0")}:00Z` });
    await made.store.saveWithBlobs(row, number % 2 ? [] : [blobOf(`b${id}`, id)]);
  }
  return made;
}

test("counts are those of the rows, for one owner and for those who wrote before", async () => {
  const { store } = await busyPhone();
  const rows = await store.listReports();
  const of = (owner, state) => rows.filter((row) => row.owner === owner && row.state === state);
  const attached = new Set((await store.waitingBlobs()).map((blob) => blob.report_id));

  for (const [owner, other] of [["me", "other"], ["other", "me"], ["nobody", ""]]) {
    const expected = {
      waiting: of(owner, "waiting").length, attention: of(owner, "attention").length, draft: of(owner, "draft").length, received: of(owner, "received").length,
      oldest: of(owner, "waiting").map((row) => row.created_at).sort()[0] ?? null,
      attachments: rows.filter((row) => row.owner === owner && attached.has(row.id)).length,
      gaps: 0,
      others: rows.filter((row) => row.owner !== owner && row.state !== "received" && (other === "" || row.owner === other)).length,
    };
    assert.deepEqual(await store.getTally(owner), expected);
  }
});

test("counting what waits and listing its ids reads no row and no photo", async () => {
  const { store } = await busyPhone();

  const { count } = await rowsRead(async () => [await store.getTally("me"), await store.listIds("me", "waiting"), await store.waitingBlobs()]);

  assert.equal(count, 0);
});

test("ids come newest first, rows of a state oldest first, and asked rows in the order asked", async () => {
  const { store } = await busyPhone();
  const waiting = (await store.listReports("me")).filter((row) => row.state === "waiting").map((row) => row.id);

  assert.deepEqual(await store.listIds("me", "waiting"), waiting);
  assert.deepEqual((await store.listState("me", "waiting")).map((row) => row.id), [...waiting].reverse());
  assert.deepEqual((await store.getReports([waiting[3], "gone", waiting[0]])).map((row) => row.id), [waiting[3], waiting[0]]);
});

test("a phone of the first layout keeps its rows and gets the index", async () => {
  const name = "phone-of-the-first-layout";
  const old = await openDB(name, 1, {
    upgrade(database) {
      for (const store of ["meta", "keys", "reference"]) database.createObjectStore(store);
      database.createObjectStore("reports", { keyPath: "id" });
      const blobs = database.createObjectStore("blobs", { keyPath: "id" });
      blobs.createIndex("report_id", "report_id");
      blobs.createIndex("state", ["state", "report_id"]);
    },
  });
  await old.put("reports", report("r1", { state: "waiting" }));
  await old.put("blobs", blobOf("b1", "r1"));
  old.close();

  const store = await openStore(name);

  assert.deepEqual([await store.listIds("me", "waiting"), (await store.blobsOf("r1")).length], [["r1"], 1]);
});

test("a page of this layout goes on saving after a newer one has added to it", async () => {
  const { store, name } = await phone();
  await store.putReport(report("r1"));
  const newer = await openDB(name, 9, { upgrade: (database) => void database.createObjectStore("more") });
  newer.close();

  await store.putReport(report("r2"));

  assert.deepEqual((await store.listReports()).map((row) => row.id), ["r2", "r1"]);
});
