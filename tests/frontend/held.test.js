import assert from "node:assert/strict";
import { test } from "node:test";
import { COMPARED_EVERY, comparedKey } from "../../grid_app/static/field/compare_held.js";
import { CONTENT_DAYS, REPORT_DAYS } from "../../grid_app/static/field/held_answers.js";
import { makeOutbox } from "../../grid_app/static/field/outbox.js";
import { openStore } from "../../grid_app/static/field/store.js";
import { makeTransport } from "../../grid_app/static/field/transport.js";
import { openVault } from "../../grid_app/static/field/vault.js";
import { FDBObjectStore, blobOf, browserLocks, failingWrites, office, phone, report } from "./phone.js";

const DAY = 86_400_000;
const START = Date.parse("2026-11-22T03:00:00Z");
const TITLE = { title: "土地租金没有付" };

/** A phone whose reports r0, r1, … the office has received. */
async function deliveredPhone(count = 1, { server = office(), owner = "me", name, start = START, first = 0 } = {}) {
  const store = name ? await openStore(name) : (await phone()).store;
  const vault = await openVault(store);
  const time = { now: start };
  const transport = makeTransport({ token: "t", fetcher: server.fetcher, base: "http://office" });
  const outbox = makeOutbox({ store, vault, transport, clock: () => new Date(time.now), locks: browserLocks(), random: () => 1, owner });
  for (let number = first; number < first + count; number += 1) {
    const row = { sealed: await vault.seal({ form: "dispute/1", summary: `n${number}` }), title_sealed: await vault.seal(TITLE), owner };
    await store.putReport(report(`r${number}`, { ...row, created_at: `2026-11-22T01:00:${10 + number}Z` }));
    await outbox.submit(`r${number}`);
  }
  await outbox.flush();
  const later = async (days) => {
    time.now += days * DAY;
    await outbox.flush();
  };
  return { store, vault, outbox, server, time, later, get: (id) => store.getReport(id) };
}

/** As a restored backup: the office has none of these any more. */
function forget(server, ...ids) {
  for (const id of ids) server.held.delete(id);
}

test("after a flush the office is asked about what has a receipt, and then only every few hours", async () => {
  const { outbox, server, time, get } = await deliveredPhone(2);
  assert.equal(server.asked.length, 1);

  await outbox.flush();
  time.now += COMPARED_EVERY - 1;
  await outbox.flush();
  assert.equal(server.asked.length, 1);
  time.now += 1;
  await outbox.flush();

  assert.equal(server.asked.length, 2);
  const claim = server.asked[1];
  assert.deepEqual([claim.waiting, claim.oldest], [0, null]);
  assert.deepEqual(claim.items.map((one) => [one.id, one.receipt]).sort(), [["r0", true], ["r1", true]]);
  assert.equal(claim.items[0].digest.length, 64);
  assert.ok((await get("r0")).confirmed_at);
});

test("what waits is told with its age, and is never asked about as received", async () => {
  const { outbox, server, store, vault, later } = await deliveredPhone(1);
  await store.putReport(report("w1", { state: "waiting", digest: "0".repeat(64), next_at: START + 1.5 * DAY, sealed: await vault.seal({ summary: "bad" }) }));
  server.trouble = (url) => (url.includes("disputes") ? new Response("", { status: 502 }) : null);
  await later(1);
  await outbox.compare();

  const claim = server.asked.at(-1);
  assert.deepEqual([claim.waiting, claim.oldest, claim.items.map((one) => one.id)], [1, "2026-11-22T01:00:00Z", ["r0"]]);
});

test("a report that a restored office lacks goes again by itself, under its id and digest, once", async () => {
  const { server, later, get, outbox } = await deliveredPhone(2);
  const before = await get("r0");
  forget(server, "r0");

  await later(1);

  const row = await get("r0");
  assert.deepEqual([row.state, row.digest, row.note], ["received", before.digest, "resent"]);
  assert.equal(server.held.get("r0").digest, before.digest);
  assert.deepEqual(row.first_receipt, before.receipt);
  assert.deepEqual((await outbox.status()).gaps, 0);
  assert.equal(server.calls.filter((call) => call.items?.some((item) => item.id === "r0")).length, 2);
});

test("the same by hand, and the answer says what was found", async () => {
  const { server, outbox, get } = await deliveredPhone(3);
  forget(server, "r1");

  assert.deepEqual(await outbox.compare(), { asked: 3, resent: 1, gaps: 0 });
  await outbox.flush();

  assert.equal((await get("r1")).state, "received");
  assert.equal(server.held.size, 3);
});

test("content goes only after a yes that stood for a week; title, receipt, digest and state stay", async () => {
  const { later, get, vault } = await deliveredPhone(1);

  await later(CONTENT_DAYS - 1);
  assert.ok((await get("r0")).sealed);
  await later(1);

  const row = await get("r0");
  assert.equal(row.sealed, null);
  assert.deepEqual([row.state, row.digest.length, row.receipt.signature], ["received", 64, "s-r0"]);
  assert.deepEqual(await vault.open(row.title_sealed), TITLE);
});

test("a no within the week starts the week anew", async () => {
  const { server, later, get } = await deliveredPhone(1);
  await later(CONTENT_DAYS - 1);
  forget(server, "r0");
  await later(1);
  assert.equal((await get("r0")).state, "received");

  await later(1);
  await later(CONTENT_DAYS - 1);
  assert.ok((await get("r0")).sealed);
  await later(1);
  assert.equal((await get("r0")).sealed, null);
});

test("without an answer nothing leaves the phone, however old it is", async () => {
  for (const trouble of [
    async (url) => (url.endsWith("held") ? Promise.reject(new TypeError("offline")) : null),
    (url) => (url.endsWith("held") ? new Response("<html>", { headers: { "content-type": "text/html" } }) : null),
    (url) => (url.endsWith("held") ? new Response('{"results": []}', { headers: { "content-type": "application/json" } }) : null),
    (url) => (url.endsWith("held") ? new Response('{"results": [{"id": "r0", "held": "maybe"}]}', { headers: { "content-type": "application/json" } }) : null),
    (url) => (url.endsWith("held") ? new Response("", { status: 404 }) : null),
  ]) {
    const server = office();
    server.trouble = trouble;
    const { later, get, outbox } = await deliveredPhone(1, { server });

    for (const days of [10, 100, 1]) await later(days);

    const row = await get("r0");
    assert.ok(row.sealed && row.state === "received" && !row.note);
    assert.equal((await outbox.status()).halted, null);
  }
});

test("a clock that jumps ahead and back prunes nothing early", async () => {
  const { time, later, get } = await deliveredPhone(1);
  await later(0.5);
  await later(-400);
  await later(3);
  assert.ok((await get("r0")).sealed);
  assert.equal(Date.parse((await get("r0")).confirmed_at) <= time.now, true);
});

test("after 90 days the report leaves the phone, its receipt stays and is asked about every week", async () => {
  const { store, server, later, get } = await deliveredPhone(1);
  await store.putBlob(blobOf("b1", "r0", { state: "received" }));
  const { digest } = await get("r0");

  await later(REPORT_DAYS);

  assert.equal(await get("r0"), undefined);
  assert.deepEqual(await store.blobsOf("r0"), []);
  const kept = { id: "r0", kind: "report", owner: "me", created_at: "2026-11-22T01:00:10Z", digest, signature: "s-r0", received_at: "2026-11-22T02:00:00Z", case_code: "A1" };
  assert.deepEqual(await store.listReceipts("me"), [kept]);
  await later(1);
  await later(7);
  assert.deepEqual(server.asked.at(-1).items, [{ id: "r0", digest, receipt: true }]);
});

test("a report with a photo on the way, or a refused one, keeps all it has", async () => {
  const { store, later, get } = await deliveredPhone(2);
  await store.putBlob(blobOf("b1", "r0", { next_at: START + 1_000 * DAY, tries: 1 }));
  await store.putBlob(blobOf("b2", "r1", { state: "attention" }));

  for (const days of [CONTENT_DAYS, REPORT_DAYS]) await later(days);

  assert.ok((await get("r0")).sealed && (await get("r1")).sealed);
});

test("what was pruned here and is missing there is a gap, named until the office has it again", async () => {
  const { server, later, get, outbox, store } = await deliveredPhone(2);
  await later(CONTENT_DAYS);
  const held = server.held.get("r0");
  forget(server, "r0");

  await later(1);
  const gap = await get("r0");
  assert.deepEqual([gap.state, gap.note, (await outbox.status()).gaps], ["received", "missing", 1]);
  assert.deepEqual((await store.listNoted("me")).map((row) => row.id), ["r0"]);
  await later(1);
  assert.deepEqual(server.asked.slice(-2).map((call) => call.items.find((one) => one.id === "r0").receipt), [true, false]);

  server.held.set("r0", held);
  await later(1);
  assert.deepEqual([(await get("r0")).note, (await outbox.status()).gaps], [null, 0]);
});

test("a receipt whose report the office lost is a report again, with its number", async () => {
  const { server, later, get, store, outbox } = await deliveredPhone(1);
  await later(REPORT_DAYS);
  forget(server, "r0");

  await later(8);

  const row = await get("r0");
  assert.deepEqual([row.note, row.sealed, row.receipt.case_code, row.receipt.signature], ["missing", null, "A1", "s-r0"]);
  assert.deepEqual([await store.listReceipts("me"), (await outbox.status()).gaps], [[], 1]);
});

test("other words under the same id are a gap, and what is here stays", async () => {
  const { server, later, get, outbox } = await deliveredPhone(1);
  server.held.set("r0", { digest: "f".repeat(64) });

  await later(CONTENT_DAYS);
  await later(REPORT_DAYS);

  const row = await get("r0");
  assert.equal(row.note, "differs");
  assert.ok(row.sealed);
  assert.equal((await outbox.status()).gaps, 1);
});

test("two thousand at a time, and every one is asked about", async () => {
  const server = office();
  const { store, outbox } = await deliveredPhone(0, { server });
  const rows = Array.from({ length: 2_003 }, (_, at) => report(`x${String(at).padStart(4, "0")}`, { state: "received", digest: "d", receipt: { signature: "s", received_at: "2026-11-22T02:00:00Z", case_code: "A", tracking_code: "" } }));
  for (const row of rows) server.held.set(row.id, { digest: "d" });
  await Promise.all(rows.map((row) => store.putReport(row)));

  assert.deepEqual(await outbox.compare(), { asked: 2_003, resent: 0, gaps: 0 });
  assert.deepEqual(server.asked.map((call) => call.items.length), [2_000, 3]);
});

test("a full disk while the answers are written changes nothing and is said", async () => {
  const { server, outbox, time, get } = await deliveredPhone(2);
  forget(server, "r0", "r1");
  time.now += DAY;
  const restore = failingWrites(FDBObjectStore, 3);
  await outbox.flush();
  restore();

  assert.equal((await outbox.status()).halted.kind, "full");
  assert.deepEqual([(await get("r0")).state, (await get("r1")).state], ["received", "received"]);
  time.now += DAY;
  await outbox.flush();
  assert.equal(server.held.size, 2);
});

test("an ended sign-in is told and keeps everything", async () => {
  const { server, outbox, later, get } = await deliveredPhone(1);
  server.trouble = () => server.answer({ code: "not_signed_in", detail: "请重新登录。" }, 401);

  await later(20);

  assert.equal((await outbox.status()).halted.kind, "signed-out");
  await assert.rejects(outbox.compare(), { kind: "signed-out" });
  assert.ok((await get("r0")).sealed);
});

test("a phone that another worker uses asks and tells of nothing but the own reports, and prunes no other's", async () => {
  const { name } = await phone();
  const server = office();
  const first = await deliveredPhone(1, { server, name });
  forget(server, "r0");
  const second = await deliveredPhone(1, { server, name, owner: "other", first: 1 });

  await second.later(REPORT_DAYS);
  await second.later(1);

  const ids = server.asked.filter((_, at) => at > 0).flatMap((call) => call.items.map((one) => one.id));
  assert.deepEqual([...new Set(ids)], ["r1"]);
  assert.ok((await first.get("r0")).sealed);
  assert.deepEqual([await second.store.listNoted("other"), await second.store.getMeta(comparedKey("nobody"))], [[], undefined]);
  assert.deepEqual((await second.store.listReceipts("other")).map((one) => one.id), ["r1"]);
  assert.deepEqual(await second.store.listReceipts("me"), []);
  first.time.now = second.time.now;
  await first.outbox.flush();
  assert.equal(server.held.has("r0"), true);
});

test("two phones of one worker: each sends again what it wrote, and both are at the office once", async () => {
  const server = office();
  const phones = [await deliveredPhone(1, { server }), await deliveredPhone(1, { server, first: 1 })];
  forget(server, "r0", "r1");

  await Promise.all(phones.map((one) => one.later(1)));

  assert.deepEqual([...server.held.keys()].sort(), ["r0", "r1"]);
  assert.deepEqual([await phones[0].get("r1"), await phones[1].get("r0")], [undefined, undefined]);
});
