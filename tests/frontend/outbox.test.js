import assert from "node:assert/strict";
import { test } from "node:test";
import { makeOutbox } from "../../grid_app/static/field/outbox.js";
import { makeTransport } from "../../grid_app/static/field/transport.js";
import { openVault } from "../../grid_app/static/field/vault.js";
import { FDBObjectStore, browserLocks, failingWrites, office, phone, report } from "./phone.js";

const page = (status) => new Response("<html>请登录 WiFi</html>", { status, headers: { "content-type": "text/html" } });

/** A phone with submitted reports that were not sent yet, its outbox and its office. */
async function waitingPhone(summaries, changes = {}) {
  const { store, name } = await phone();
  const vault = await openVault(store);
  const server = office();
  const time = { now: Date.parse("2026-11-22T03:00:00Z") };
  const outbox = makeOutbox({
    store, vault, transport: makeTransport({ token: "t", fetcher: server.fetcher, base: "http://office" }),
    clock: () => new Date(time.now), locks: browserLocks(), random: () => 1, owner: "me", ...changes,
  });
  server.trouble = async () => Promise.reject(new TypeError("offline"));
  for (const [number, summary] of summaries.entries()) {
    const id = `r${number}`;
    await store.putReport(report(id, { sealed: await vault.seal({ form: "dispute/1", summary }), created_at: `2026-11-22T01:00:${10 + number}Z` }));
    await outbox.submit(id);
  }
  await outbox.flush();
  server.trouble = null;
  server.calls.length = 0;
  const states = async () => Object.fromEntries((await store.listReports()).map((row) => [row.id, row.state]).sort());
  return { store, vault, server, outbox, time, states, name };
}

test("without signal everything waits and the age of the oldest is told", async () => {
  const { outbox, states } = await waitingPhone(["a", "b"]);

  assert.deepEqual(await states(), { r0: "waiting", r1: "waiting" });
  const { waiting, oldest, halted, sending } = await outbox.status();
  assert.deepEqual([waiting, oldest, halted.kind, sending], [2, "2026-11-22T01:00:10Z", "offline", []]);
});

for (const [what, kind, make] of [
  ["a captive portal's page", "portal", () => page(200)],
  ["a portal's redirect", "portal", () => new Response(null, { status: 302, headers: { location: "http://portal" } })],
  ["a portal's page about rights", "portal", () => page(403)],
  ["JSON of another kind", "portal", () => new Response("{}", { headers: { "content-type": "application/json" } })],
  ["half an answer", "offline", () => new Response('{"results": [{"id"', { headers: { "content-type": "application/json" } })],
  ["a gateway without a server", "server", () => page(502)],
  ["a server's 500", "server", () => page(500)],
  ["an ended sign-in", "signed-out", () => new Response('{"code":"not_signed_in","detail":"请重新登录。"}', { status: 401, headers: { "content-type": "application/problem+json" } })],
]) {
  test(`${what} removes nothing, and all goes out once it is over`, async () => {
    const { server, outbox, time, states } = await waitingPhone(["a", "b", "c"]);
    server.trouble = make;

    await outbox.flush();

    assert.deepEqual(await states(), { r0: "waiting", r1: "waiting", r2: "waiting" });
    const { halted } = await outbox.status();
    assert.equal(halted.kind, kind);
    if (kind === "signed-out") assert.match(halted.sentence, /重新登录/);
    server.trouble = null;
    time.now += 20 * 60_000;
    await outbox.flush();
    assert.deepEqual(await states(), { r0: "received", r1: "received", r2: "received" });
    assert.equal((await outbox.status()).halted, null);
  });
}

test("an answer that never comes is given up on", async () => {
  const { server, states, outbox } = await waitingPhone(["a"]);
  server.trouble = async () => Promise.reject(new DOMException("late", "TimeoutError"));

  await outbox.flush();

  assert.deepEqual(await states(), { r0: "waiting" });
});

test("a batch that is too large is halved until it fits; one that never fits is shown, not dropped", async () => {
  const { server, outbox, states, store } = await waitingPhone(["a", "b", "huge", "d", "e"]);
  server.trouble = (_url, init) => (init.body.includes("huge") || JSON.parse(init.body).items.length > 2 ? page(413) : null);

  await outbox.flush();

  assert.deepEqual(await states(), { r0: "received", r1: "received", r2: "attention", r3: "received", r4: "received" });
  assert.match((await store.getReport("r2")).problem.sentence, /还在手机上/);
});

test("a lost answer is answered again and counted once", async () => {
  const { server, outbox, states, store } = await waitingPhone(["a"]);
  server.trouble = async (url, init) => {
    await server.serve(url, init);
    throw new TypeError("answer lost");
  };
  await outbox.flush();
  assert.deepEqual([await states(), server.held.size], [{ r0: "waiting" }, 1]);
  server.trouble = null;

  await outbox.flush();

  assert.equal((await store.getReport("r0")).receipt.signature, "s-r0");
  assert.equal(server.held.size, 1);
});

test("a poison item never holds up the others, and is shown with what to mend", async () => {
  const { server, outbox, states, store } = await waitingPhone(["a", "crash", "bad", "d"]);
  server.trouble = (_url, init) => (init.body.includes("crash") ? page(500) : null);

  await outbox.flush();

  assert.deepEqual(await states(), { r0: "received", r1: "waiting", r2: "attention", r3: "received" });
  assert.deepEqual((await store.getReport("r2")).problem, { code: "invalid", sentence: "请改好。", fields: { summary: "太短。" } });
  const { tries, next_at } = await store.getReport("r1");
  assert.deepEqual([tries, next_at], [1, Date.parse("2026-11-22T03:00:05Z")]);
});

test("an item that keeps failing waits longer each time, never more than a quarter of an hour", async () => {
  const { server, outbox, store, time } = await waitingPhone(["crash"]);
  server.trouble = () => page(500);
  const waits = [];

  for (let turn = 0; turn < 10; turn += 1) {
    await outbox.flush();
    const { next_at } = await store.getReport("r0");
    waits.push((next_at - time.now) / 1000);
    time.now = next_at;
  }

  assert.deepEqual(waits, [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]);
});

test("only the same id and the same digest count as received", async () => {
  for (const forge of [(one) => ({ ...one, digest: "0".repeat(64) }), (one) => ({ ...one, id: "other" }), (one) => ({ ...one, digest: undefined }), (one) => ({ ...one, outcome: "stored" })]) {
    const { server, outbox, states } = await waitingPhone(["a"]);
    server.trouble = async (url, init) => server.answer({ results: (await (await server.serve(url, init)).json()).results.map(forge) });

    await outbox.flush();

    assert.deepEqual(await states(), { r0: "waiting" });
  }
});

test("a conflict and a seal that does not open are shown; the others go", async () => {
  const { server, outbox, states, store } = await waitingPhone(["a", "b", "c"]);
  server.held.set("r0", { digest: "other" });
  const row = await store.getReport("r1");
  await store.changeReport("r1", () => ({ ...row, sealed: { ...row.sealed, data: new ArrayBuffer(20) } }));

  await outbox.flush();

  assert.deepEqual(await states(), { r0: "attention", r1: "attention", r2: "received" });
  assert.deepEqual([(await store.getReport("r0")).problem.code, (await store.getReport("r1")).problem.code], ["conflict", "unreadable"]);
});

test("a full disk while the answer is written loses neither the report nor the answer", async () => {
  const { server, outbox, states } = await waitingPhone(["a"]);
  const restore = failingWrites(FDBObjectStore, 1);

  await outbox.flush();
  restore();

  const { halted } = await outbox.status();
  assert.deepEqual([halted.kind, await states(), server.held.size], ["full", { r0: "waiting" }, 1]);
  assert.match(halted.sentence, /存储空间满了/);
  await outbox.flush();
  assert.deepEqual([await states(), server.held.size], [{ r0: "received" }, 1]);
});

test("a clock that jumps back a day keeps nothing from going", async () => {
  const { server, outbox, states, time } = await waitingPhone(["a"]);
  server.trouble = () => page(500);
  await outbox.flush();
  server.trouble = null;

  time.now -= 86_400_000;
  await outbox.flush();

  assert.deepEqual(await states(), { r0: "received" });
});

test("danger goes first, then the oldest", async () => {
  const { server, outbox, store } = await waitingPhone(["a", "b", "c"]);
  await store.changeReport("r1", (row) => ({ ...row, danger: true }));

  await outbox.flush();

  assert.deepEqual(server.calls[0].items.map((item) => item.id), ["r1", "r0", "r2"]);
});

test("a report submitted while others are under way follows at once", async () => {
  const { server, outbox, store, vault, states } = await waitingPhone(["a"]);
  await store.putReport(report("r9", { sealed: await vault.seal({ form: "dispute/1", summary: "late" }) }));
  let isFirst = true;
  server.trouble = async () => {
    if (isFirst) [isFirst] = [false, await outbox.submit("r9")];
    return null;
  };

  await outbox.flush();

  assert.deepEqual(await states(), { r0: "received", r9: "received" });
});

for (const hours of [24, -24]) {
  test(`a clock that jumps ${hours} hours between writing and sending puts nothing off`, async () => {
    const { server, outbox, time, states } = await waitingPhone(["a", "b"]);
    server.trouble = () => page(500);
    await outbox.flush();
    server.trouble = null;

    time.now += hours * 3_600_000;
    await outbox.flush();

    assert.deepEqual(await states(), { r0: "received", r1: "received" });
  });
}
