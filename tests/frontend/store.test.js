import assert from "node:assert/strict";
import "fake-indexeddb/auto";
import { FDBObjectStore } from "./phone.js";
import { test } from "node:test";
import { openStore } from "../../grid_app/static/field/store.js";
import { openVault } from "../../grid_app/static/field/vault.js";
import { blobOf, failingWrites, phone, report } from "./phone.js";

test("a full phone says so and keeps what was saved before", async () => {
  const { store, name } = await phone();
  await store.saveWithBlobs(report("r1"), [blobOf("b1", "r1")]);

  const restore = failingWrites(FDBObjectStore, 2);
  await assert.rejects(store.saveWithBlobs({ ...report("r1"), danger: true }, [blobOf("b2", "r1")]), (error) => error.kind === "full" && /存储空间满了/.test(error.sentence) && /都还在/.test(error.sentence));
  restore();

  const again = await openStore(name);
  assert.equal((await again.getReport("r1")).danger, false);
  assert.deepEqual((await again.blobsOf("r1")).map((blob) => blob.id), ["b1"]);
});

test("a late save of another tab never takes a report out of the queue", async () => {
  const { store } = await phone();
  await store.putReport(report("r1", { state: "waiting", digest: "d" }));

  await assert.rejects(store.saveWithBlobs(report("r1"), []), { kind: "sent" });
  await store.putReport(report("r1", { state: "received", digest: "d" }));
  await assert.rejects(store.putReport(report("r1", { state: "waiting" })), { kind: "sent" });

  assert.equal((await store.getReport("r1")).state, "received");
});

test("a connection the browser closed is opened again", async () => {
  const { store } = await phone();
  await store.setMeta("a", 1);

  await store.close();
  await store.setMeta("b", 2);

  assert.deepEqual([await store.getMeta("a"), await store.getMeta("b")], [1, 2]);
});

test("every write is strictly durable", async () => {
  const { store, name } = await phone();
  const asked = [];
  const { transaction } = FDBObjectStore.database;
  FDBObjectStore.database.transaction = function (names, mode, options) {
    if (mode === "readwrite") asked.push(options?.durability);
    return transaction.call(this, names, mode, options);
  };

  await store.saveWithBlobs(report("r1"), [blobOf("b1", "r1")]);
  await store.changeReport("r1", (row) => ({ ...row, tries: 1 }));
  await store.setReference("a", {}, "e");
  await store.deleteReport("r1");
  FDBObjectStore.database.transaction = transaction;

  assert.deepEqual(asked, ["strict", "strict", "strict", "strict"]);
  assert.deepEqual(await (await openStore(name)).blobsOf("r1"), []);
});

test("reports are listed newest first, of one owner when asked", async () => {
  const { store } = await phone();
  await store.putReport(report("r1", { created_at: "2026-11-20T01:00:00Z" }));
  await store.putReport(report("r2", { created_at: "2026-11-21T01:00:00Z", owner: "other" }));
  await store.putReport(report("r3", { created_at: "2026-11-22T01:00:00Z" }));

  assert.deepEqual((await store.listReports()).map((row) => row.id), ["r3", "r2", "r1"]);
  assert.deepEqual((await store.listReports("me")).map((row) => row.id), ["r3", "r1"]);
});

test("two tabs that open the phone at once share one key, which cannot be read out", async () => {
  const { store, name } = await phone();
  const [one, two] = await Promise.all([openVault(store), openVault(await openStore(name))]);

  const sealed = await one.seal({ summary: "水渠被堵" });

  assert.deepEqual(await two.open(sealed), { summary: "水渠被堵" });
  await assert.rejects(crypto.subtle.exportKey("raw", await store.getKey("phone")));
  assert.ok(!Buffer.from(sealed.data).toString("utf8").includes("水渠"));
});

test("what lies behind the PIN opens after the right one only; the queue opens without", async () => {
  const { store } = await phone();
  const vault = await openVault(store, { rounds: 1000 });
  await vault.setPin("2580");
  const contact = await vault.sealBehindPin({ phone: "1" });
  const queued = await vault.seal({ summary: "路断了" });

  const later = await openVault(store, { rounds: 1000 });
  assert.equal(later.isLocked, true);
  await assert.rejects(later.open(contact), { kind: "locked" });
  assert.deepEqual(await later.open(queued), { summary: "路断了" });
  assert.equal(await later.unlock("0000"), false);
  assert.equal(await later.unlock("2580"), true);
  assert.deepEqual(await later.open(contact), { phone: "1" });

  await later.setPin("1357");
  const last = await openVault(store, { rounds: 1000 });
  assert.equal(await last.unlock("2580"), false);
  assert.equal(await last.unlock("1357"), true);
  assert.deepEqual(await last.open(contact), { phone: "1" });
});

test("a damaged seal is an error with a sentence and changes nothing", async () => {
  const { store } = await phone();
  const vault = await openVault(store);
  const sealed = await vault.sealBytes(new Uint8Array([1, 2, 3]));

  new Uint8Array(sealed.data)[0] ^= 1;

  await assert.rejects(vault.openBytes(sealed), (error) => error.kind === "unreadable" && /没有删除/.test(error.sentence));
});

test("storage cleared under the page begins anew with the key of the seals and the sign-in, and says so", async () => {
  const { store, name } = await phone();
  const vault = await openVault(store);
  await store.setMeta("device", { owner: "me" });
  let told = 0;
  globalThis.dispatchEvent = ({ type }) => void (told += Number(type === "field-storage-cleared"));
  await new Promise((resolve, reject) => Object.assign(indexedDB.deleteDatabase(name), { onsuccess: resolve, onerror: reject }));

  await store.putReport(report("a", { sealed: await vault.seal({ summary: "水渠" }) }));

  delete globalThis.dispatchEvent;
  const reopened = await openStore(name);
  const again = await openVault(reopened);
  assert.deepEqual(await again.open((await reopened.getReport("a")).sealed), { summary: "水渠" });
  assert.deepEqual([await reopened.getMeta("device"), told], [{ owner: "me" }, 1]);
});
