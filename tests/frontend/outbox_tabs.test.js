import assert from "node:assert/strict";
import { createHash, webcrypto } from "node:crypto";
import { test } from "node:test";
import { makeExport } from "../../grid_app/static/field/export_file.js";
import { leaseLocks } from "../../grid_app/static/field/locks.js";
import { makeOutbox } from "../../grid_app/static/field/outbox.js";
import { openStore } from "../../grid_app/static/field/store.js";
import { makeTransport } from "../../grid_app/static/field/transport.js";
import { openVault } from "../../grid_app/static/field/vault.js";
import { FDBObjectStore, blobOf, browserLocks, failingWrites, office, phone, report } from "./phone.js";

/** A tab on the database `name`. */
async function tab(name, server, locks, owner) {
  const store = await openStore(name);
  const vault = await openVault(store);
  const transport = makeTransport({ token: "t", fetcher: server.fetcher, base: "http://office" });
  const outbox = makeOutbox({ store, vault, transport, locks, random: () => 1, owner: owner === "of the device" ? undefined : (owner ?? "me") });
  return { store, vault, outbox };
}

async function write({ store, vault }, id, changes = {}) {
  await store.putReport(report(id, { sealed: await vault.seal({ form: "dispute/1", summary: id }), ...changes }));
}

const photo = (length) => Uint8Array.from({ length }, (_, at) => at % 251);

async function attach({ store, vault }, server, id, reportId, bytes) {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  server.sizes.set(id, { bytes: bytes.length, sha256 });
  await store.putBlob(blobOf(id, reportId, { bytes: bytes.length, sha256, sealed: await vault.sealBytes(bytes) }));
}

test("a tab killed while sending leaves the report waiting; the next tab sends it", async () => {
  const { name } = await phone();
  const server = office();
  const first = await tab(name, server, browserLocks());
  await write(first, "r1");
  server.trouble = async (url, init) => (await server.serve(url, init), new Promise(() => {}));
  await first.outbox.submit("r1");
  await new Promise((resolve) => setTimeout(resolve, 20));
  server.trouble = null;

  const second = await tab(name, server, browserLocks());
  assert.equal((await second.outbox.status()).waiting, 1);
  await second.outbox.flush();

  assert.equal((await second.store.getReport("r1")).state, "received");
  assert.equal(server.held.size, 1);
});

for (const [kind, make] of [["Web Locks", () => browserLocks()], ["no Web Locks", () => null]]) {
  test(`two tabs deliver once with ${kind}`, async () => {
    const { name } = await phone();
    const server = office();
    const locks = make();
    const tabs = [await tab(name, server, locks), await tab(name, server, locks)];
    for (const id of ["r1", "r2"]) await write(tabs[0], id, { state: "waiting", digest: "d" });

    await Promise.all(tabs.map((one) => one.outbox.flush()));

    assert.deepEqual(server.calls.map((call) => call.items.length), [2]);
  });
}

test("the lease of a killed tab ends by itself, also when the clock jumps back", async () => {
  const { store } = await phone();
  const time = { now: 1_000_000 };
  const clock = { now: () => time.now, wait: async () => void (time.now += 10_000) };
  const other = () => leaseLocks(store, clock);
  const ends = [];
  const never = () => new Promise((resolve) => ends.push(resolve));
  void other().request("l", never);
  await new Promise((resolve) => setTimeout(resolve, 5));

  assert.equal(await other().request("l", async () => "mine"), "mine");
  void other().request("l", never);
  await new Promise((resolve) => setTimeout(resolve, 5));
  time.now -= 86_400_000;
  assert.equal(await other().request("l", async () => "mine"), "mine");
  for (const end of ends) end();
});

test("a phone that another account uses keeps the first one's reports, sends none of them, and exports them", async () => {
  const { name } = await phone();
  const server = office();
  const theirs = await tab(name, server, browserLocks(), "other");
  await write(theirs, "r1", { state: "waiting", digest: "d", owner: "me" });
  await write(theirs, "r2", { state: "waiting", digest: "d", owner: "other" });

  await theirs.outbox.flush();

  assert.deepEqual([...server.held.keys()], ["r2"]);
  const { waiting, others } = await theirs.outbox.status();
  assert.deepEqual([waiting, others], [0, 1]);
  assert.equal((await opened(theirs, "me")).items[0].id, "r1");
});

test("a tab of the account before sends nothing of the one that signed in elsewhere", async () => {
  const { name } = await phone();
  const server = office();
  const first = await tab(name, server, browserLocks(), "of the device");
  await first.store.setMeta("device", { owner: "me" });
  await first.outbox.flush();
  await first.store.setMeta("device", { owner: "other" });
  await write(first, "r1", { state: "waiting", digest: "d", owner: "other" });

  await first.outbox.flush();

  assert.equal(server.held.size, 0);
});

test("two phones of one worker deliver their own reports", async () => {
  const server = office();
  const phones = [await tab((await phone()).name, server, null), await tab((await phone()).name, server, null)];
  await write(phones[0], "r1");
  await write(phones[1], "r2");

  await Promise.all([phones[0].outbox.submit("r1"), phones[1].outbox.submit("r2")]);
  await Promise.all(phones.map((one) => one.outbox.flush()));

  assert.deepEqual([...server.held.keys()].sort(), ["r1", "r2"]);
});

test("photos follow their report in parts and go on where the office stopped", async () => {
  const { name } = await phone();
  const server = office();
  const one = await tab(name, server, browserLocks());
  const bytes = photo(700_000);
  await write(one, "r1", { state: "waiting", digest: "d" });
  await attach(one, server, "b1", "r1", bytes);
  let uploads = 0;
  server.trouble = async (url, init) => {
    if (init.method !== "PUT" || ++uploads !== 2) return null;
    await server.serve(url, init);
    throw new TypeError("answer lost");
  };

  await one.outbox.flush();
  assert.equal((await one.store.getReport("r1")).state, "received");
  assert.equal((await one.outbox.status()).attachments, 1);
  await one.outbox.flush();

  assert.deepEqual(Buffer.concat(server.blobs.get("b1").parts), Buffer.from(bytes));
  const { state, sealed } = await one.store.getBlob("b1");
  assert.deepEqual([state, sealed, (await one.outbox.status()).attachments], ["received", null, 0]);
});

test("a photo the office does not know of yet waits and holds up no other", async () => {
  const { name } = await phone();
  const server = office();
  const one = await tab(name, server, browserLocks());
  await write(one, "r1", { state: "waiting", digest: "d" });
  await attach(one, server, "b1", "r1", photo(10));
  await attach(one, server, "b2", "r1", photo(20));
  server.sizes.delete("b1");

  await one.outbox.flush();

  const [first, second] = [await one.store.getBlob("b1"), await one.store.getBlob("b2")];
  assert.deepEqual([first.state, first.problem.code, second.state], ["waiting", "not_announced", "received"]);
});

test("a full disk while a photo is answered leaves the photo waiting", async () => {
  const { name } = await phone();
  const server = office();
  const one = await tab(name, server, browserLocks());
  await write(one, "r1", { state: "received", digest: "d" });
  await attach(one, server, "b1", "r1", photo(10));
  const restore = failingWrites(FDBObjectStore, 1);

  await one.outbox.flush();
  restore();

  assert.deepEqual([(await one.store.getBlob("b1")).state, (await one.outbox.status()).halted.kind], ["waiting", "full"]);
  await one.outbox.flush();
  assert.equal((await one.store.getBlob("b1")).state, "received");
});

/** What the office reads from an export. */
async function opened(one, owner) {
  const pair = await webcrypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
  const spki = Buffer.from(await webcrypto.subtle.exportKey("spki", pair.publicKey)).toString("base64");
  const file = JSON.parse(await (await makeExport({ store: one.store, vault: one.vault, officeKey: { id: "1", spki }, owner, now: new Date(0) })).text());
  assert.deepEqual(Object.keys(file), ["format", "office_key", "ephemeral", "iv", "data"]);
  const other = await webcrypto.subtle.importKey("spki", Buffer.from(file.ephemeral, "base64"), { name: "ECDH", namedCurve: "P-256" }, false, []);
  const shared = await webcrypto.subtle.deriveBits({ name: "ECDH", public: other }, pair.privateKey, 256);
  const secret = await webcrypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: Buffer.from("grid-export/1") };
  const key = await webcrypto.subtle.deriveKey(how, secret, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
  const plain = await webcrypto.subtle.decrypt({ name: "AES-GCM", iv: Buffer.from(file.iv, "base64") }, key, Buffer.from(file.data, "base64"));
  return JSON.parse(new TextDecoder().decode(plain));
}

test("an export holds the unsent reports and their photos, no drafts, and leaves the phone as it is", async () => {
  const { name } = await phone();
  const server = office();
  const one = await tab(name, server, browserLocks());
  await write(one, "r1", { state: "waiting", digest: "d1" });
  await write(one, "r2", { state: "received", digest: "d2" });
  await write(one, "r3");
  await attach(one, server, "b2", "r2", photo(50_000));

  const plain = await opened(one, "me");

  assert.deepEqual(plain.items, [{ id: "r1", digest: "d1", content: { form: "dispute/1", summary: "r1" }, kind: "report" }]);
  assert.deepEqual(plain.blobs.map(({ id, data }) => [id, Buffer.from(data, "base64").length]), [["b2", 50_000]]);
  assert.equal((await one.outbox.status()).waiting, 1);
});
