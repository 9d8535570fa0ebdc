import assert from "node:assert/strict";
import { test } from "node:test";
import { FollowUps } from "../../grid_app/static/field/follow_ups.js";
import { answerOf, discardVisit, openDraft, reopenVisit, saveVisitDraft, submitVisit, visitsOf } from "../../grid_app/static/field/kept_visits.js";
import { makeOutbox } from "../../grid_app/static/field/outbox.js";
import { makeTransport } from "../../grid_app/static/field/transport.js";
import { openVault } from "../../grid_app/static/field/vault.js";
import { contentOf, missingIn } from "../../grid_app/static/field/visit_content.js";
import { FDBObjectStore, browserLocks, failingWrites, office, phone, report } from "./phone.js";

globalThis.navigator ??= {}; // no locks here: the tests do one thing at a time
const NOW = "2026-11-22T03:00:00Z";
const PIN = "2580";
const PERSON = { label: "当事人A", name: "钱有田", phone: "13800000001" };
const DEVICE = { device_id: "d1", expires_at: "2026-12-20T00:00:00Z" };
const due = (id, more = {}) => ({
  id, dispute_id: `dispute-${id}`, case_code: `2026-${id}`, day: 7, due_on: "2026-11-22", overdue: false, place: "云岭村第1网格",
  house_hint: "村口第二家", category: "0901", excerpt: "水渠被堵", contacts: [PERSON], ...more,
});
const SETTLED = { way: "visit", outcome: "settled", note: "" };

/** A phone of one worker with a PIN, its follow-ups and the office they come from. */
async function worker({ pin = PIN, items = [due("f1"), due("f2")] } = {}) {
  const { store, name } = await phone();
  const vault = await openVault(store, { rounds: 1 });
  if (pin) await vault.setPin(pin);
  const time = { now: Date.parse(NOW) };
  const followUps = new FollowUps(store, vault, () => new Date(time.now));
  await followUps.belongTo(DEVICE);
  const given = { items, calls: 0, error: null };
  const transport = {
    followUps: async () => {
      given.calls += 1;
      if (given.error) throw given.error;
      return { server_time: NOW, items: given.items };
    },
  };
  const context = { store, vault, owner: "me", followUps, changed: () => {}, outbox: { flush: async () => {} } };
  return { store, name, vault, time, followUps, given, transport, context };
}

/** Every letter that lies in the phone's database in clear, and every seal behind the PIN. */
async function kept(store) {
  const value = (await store.getReference("follow_ups"))?.value;
  return { text: JSON.stringify([value, await store.listReports()]), sealed: (value?.items ?? []).filter((one) => one.contacts).map((one) => one.id) };
}

test("names lie behind the PIN alone, and show after it", async () => {
  const { store, name, vault, followUps, transport } = await worker();
  await followUps.refresh(transport);

  const { text, sealed } = await kept(store);
  assert.ok(!/钱有田|13800000001|村口第二家|水渠/.test(text));
  assert.deepEqual(sealed, ["f1", "f2"]);
  assert.deepEqual(await followUps.contactsOf("f1"), { contacts: [PERSON], why: "shown" });
  assert.equal((await followUps.list())[0].house_hint, "村口第二家");

  const again = new FollowUps(store, await openVault(store, { rounds: 1 }));
  await again.belongTo(DEVICE);
  assert.deepEqual([await again.list(), (await again.contactsOf("f1")).why], [[], "locked"]);
  assert.equal((await store.getReference("follow_ups")).value.items[0].contacts.key, "pin");
  assert.ok(await again.vault.unlock(PIN));
  assert.deepEqual((await again.contactsOf("f1")).contacts, [PERSON]);
  assert.ok(name && vault.hasPin);
});

test("without a PIN no name is kept, and what is due can be done all the same", async () => {
  const { store, vault, followUps, transport, context } = await worker({ pin: "" });
  await followUps.refresh(transport);

  assert.deepEqual([(await kept(store)).sealed, (await followUps.contactsOf("f1")).why, (await followUps.due()).now.length], [[], "no-pin", 2]);
  await vault.setPin(PIN);
  assert.equal((await followUps.contactsOf("f1")).why, "missing");
  assert.equal(await followUps.refresh(transport), true); // at once, though it was asked a moment ago
  assert.equal((await followUps.contactsOf("f1")).why, "shown");
  await submitVisit(context, "f1", due("f1"), SETTLED);
  assert.equal((await followUps.due()).now.length, 1);
});

test("a locked phone keeps what it had, wipes what the office took back, and fetches names once it is open", async () => {
  const { store, vault, followUps, given, transport, time } = await worker();
  await followUps.refresh(transport);
  vault.lock();
  given.items = [due("f2"), due("f3")];
  time.now += 10 * 60_000;

  await followUps.refresh(transport);

  assert.deepEqual((await kept(store)).sealed, ["f2"]);
  await vault.unlock(PIN);
  await followUps.refresh(transport);
  assert.deepEqual([(await kept(store)).sealed, given.calls], [["f2", "f3"], 3]);
});

test("asking again and again asks the office once in a while", async () => {
  const { followUps, given, transport, time } = await worker();

  await Promise.all([followUps.refresh(transport), followUps.refresh(transport)]);
  await followUps.refresh(transport);
  assert.equal(given.calls, 1);
  time.now += 6 * 60_000;
  await followUps.refresh(transport);
  await followUps.refresh(transport, { force: true });
  assert.equal(given.calls, 3);
});

test("a PIN put while the list is on its way brings the names with one call more", async () => {
  const { store, vault, followUps, given, transport } = await worker({ pin: "" });
  const first = followUps.refresh(transport);
  await vault.setPin(PIN);

  await Promise.all([first, followUps.refresh(transport), followUps.refresh(transport)]);

  assert.deepEqual([(await kept(store)).sealed, given.calls], [["f1", "f2"], 2]);
});

for (const [outcome, stays] of [["settled", []], ["declined", []], ["relapsed", []], ["not_reached", ["f1"]]]) {
  test(`a visit saved as ${outcome} leaves the names of ${stays.length ? "everybody" : "the others alone"}`, async () => {
    const { store, followUps, transport, context } = await worker();
    await followUps.refresh(transport);

    const id = await submitVisit(context, "f1", due("f1"), { way: "phone", outcome, note: "又吵起来了" });

    assert.deepEqual((await kept(store)).sealed, [...stays, "f2"]);
    const row = await store.getReport(id);
    assert.deepEqual([row.kind, row.state, row.owner], ["visit", "waiting", "me"]);
    await followUps.refresh(transport, { force: true }); // the office has not got it yet and gives the names again
    assert.deepEqual((await kept(store)).sealed, [...stays, "f2"]);
  });
}

for (const [outcome, open] of [["settled", ["d30"]], ["declined", []], ["relapsed", []]]) {
  test(`${outcome} ends what the office will take as ended of the same matter, and nothing of another`, async () => {
    const items = [["d1", "2026-11-16"], ["d3", "2026-11-18"], ["d7", "2026-11-22"], ["d30", "2026-12-15"]].map(([id, due_on]) => due(id, { due_on, dispute_id: "same" }));
    const { store, followUps, transport, context } = await worker({ items: [...items, due("other", { due_on: "2026-11-16" })] });
    await followUps.refresh(transport);

    const id = await submitVisit(context, "d3", items[1], { way: "visit", outcome, note: "又吵起来了" });

    assert.deepEqual((await kept(store)).sealed, [...open, "other"]);
    assert.deepEqual((await followUps.list()).filter((one) => !one.answeredBy).map((one) => one.id), ["other", ...open]);
    await store.changeReport(id, (row) => ({ ...row, state: "attention", problem: { code: "conflict", sentence: "x", fields: {} } }));
    await reopenVisit(context, (await visitsOf(context, "d3"))[0]);
    assert.equal((await followUps.list()).filter((one) => !one.answeredBy).length, 5);
    assert.ok((await openDraft(context, "d3")).row.id !== id);
  });
}

test("names go with the same write that saves the visit, or neither happens", async () => {
  const { store, followUps, transport, context } = await worker();
  await followUps.refresh(transport);
  const restore = failingWrites(FDBObjectStore, 2);

  await assert.rejects(submitVisit(context, "f1", due("f1"), SETTLED));
  restore();

  assert.deepEqual([(await kept(store)).sealed, await store.listReports()], [["f1", "f2"], []]);
});

test("an answer on its way while a visit is saved brings no name back", async () => {
  const { store, followUps, transport, context } = await worker();
  await followUps.refresh(transport);
  let go;
  const slow = { followUps: () => new Promise((resolve) => (go = () => resolve({ server_time: NOW, items: [due("f1"), due("f2")] }))) };
  const fetching = followUps.refresh(slow, { force: true });
  await new Promise((resolve) => setTimeout(resolve, 5));

  await submitVisit(context, "f1", due("f1"), SETTLED);
  go();
  await fetching;

  assert.deepEqual((await kept(store)).sealed, ["f2"]);
});

test("names go when the office names the follow-up no more, and fourteen days after its day, whatever the clock says", async () => {
  const { store, followUps, given, transport, time } = await worker({ items: [due("f1"), due("f2", { due_on: "2026-11-08" }), due("f3", { due_on: "2026-11-07" })] });
  await followUps.refresh(transport);
  assert.deepEqual((await kept(store)).sealed, ["f1", "f2"]);
  given.items = given.items.slice(1);
  await followUps.refresh(transport, { force: true });
  assert.deepEqual((await kept(store)).sealed, ["f2"]);

  time.now -= 30 * 86_400_000;
  await followUps.sweep();
  assert.deepEqual((await kept(store)).sealed, ["f2"]);
  time.now += 31 * 86_400_000;
  assert.deepEqual([(await followUps.list()).map((one) => one.id), (await followUps.contactsOf("f2")).why], [["f3", "f2"], "old"]);
  assert.deepEqual((await kept(store)).sealed, []);
});

test("another person's follow-ups are never shown and are wiped", async () => {
  const { store, followUps, transport } = await worker();
  await followUps.refresh(transport);

  await followUps.belongTo({ device_id: "d2", expires_at: DEVICE.expires_at });

  assert.deepEqual(await followUps.list(), []);
  assert.equal((await store.getReference("follow_ups")).value, null);
  assert.equal(await followUps.refresh(transport), true);
});

test("an answer that comes after the phone changed hands is not kept", async () => {
  const { store, followUps } = await worker();
  const slow = {
    followUps: async () => {
      await followUps.belongTo(null);
      return { server_time: NOW, items: [due("f1")] };
    },
  };

  assert.equal(await followUps.refresh(slow), false);
  assert.equal(await store.getReference("follow_ups"), undefined);
});

test("a revoked phone keeps nothing; one whose time ran out keeps no names", async () => {
  const { store, followUps, transport, time } = await worker();
  await followUps.refresh(transport);
  time.now = Date.parse(DEVICE.expires_at) + 1;
  await followUps.signedOut();
  assert.deepEqual([(await kept(store)).sealed, (await followUps.list()).length], [[], 2]);

  time.now = Date.parse(NOW);
  await followUps.signedOut();
  assert.equal((await store.getReference("follow_ups")).value, null);
});

test("a role without follow-ups empties the list, an older office and a bad line leave it", async () => {
  const { store, followUps, given, transport } = await worker();
  await followUps.refresh(transport);
  for (const status of [404, 500]) {
    given.error = Object.assign(new Error("x"), { kind: status === 404 ? "refused" : "server", status });
    await followUps.refresh(transport, { force: true }).catch(() => {});
    assert.deepEqual((await kept(store)).sealed, ["f1", "f2"]);
  }

  given.error = Object.assign(new Error("x"), { kind: "refused", status: 403 });
  await followUps.refresh(transport, { force: true });

  assert.deepEqual(await followUps.list(), []);
});

test("a draft survives the tab, is one for each follow-up, and another person finds none", async () => {
  const { context, store } = await worker();
  await saveVisitDraft(context, "f1", due("f1"), { way: "visit", outcome: "", note: "没" });
  await saveVisitDraft(context, "f1", due("f1"), { way: "visit", outcome: "relapsed", note: "没人在家" });

  assert.equal((await store.listReports()).length, 1);
  assert.deepEqual((await openDraft(context, "f1")).answer, { way: "visit", outcome: "relapsed", note: "没人在家" });
  assert.equal(await openDraft(context, "f2"), null);
  assert.deepEqual(await visitsOf({ ...context, owner: "other" }), []);
});

test("two pages that write about one visit keep the words of both in one draft", async () => {
  const { context, store } = await worker();
  const words = (note) => ({ way: "visit", outcome: "relapsed", note });
  const first = await saveVisitDraft(context, "f1", due("f1"), words("水又断了"), "");
  const second = await saveVisitDraft(context, "f1", due("f1"), words("两家吵起来"), "");
  assert.equal(second.answer.note, "水又断了\n两家吵起来");

  const third = await saveVisitDraft(context, "f1", due("f1"), words("水又断了,没人管"), first.state);
  assert.equal(third.answer.note, "水又断了\n两家吵起来\n水又断了,没人管");
  const last = await saveVisitDraft(context, "f1", due("f1"), words("只说这一句"), third.state);

  assert.deepEqual([last.answer.note, (await store.listReports()).length], ["只说这一句", 1]);
});

test("after the end no late save makes a second visit of it", async () => {
  const { context, store } = await worker();
  await submitVisit(context, "f1", due("f1"), SETTLED);

  await assert.rejects(saveVisitDraft(context, "f1", due("f1"), SETTLED), /已经在别处提交/);
  assert.equal((await store.listReports()).length, 1);
});

test("a refused visit is mended under its own id, and its names may come again", async () => {
  const { context, store, followUps, transport } = await worker();
  await followUps.refresh(transport);
  const id = await submitVisit(context, "f1", due("f1"), { ...SETTLED, note: "好" });
  await store.changeReport(id, (row) => ({ ...row, state: "attention", problem: { code: "invalid", sentence: "x", fields: {} } }));
  const [visit] = await visitsOf(context, "f1");

  await reopenVisit(context, visit);
  await followUps.refresh(transport);

  const draft = await openDraft(context, "f1");
  assert.deepEqual([draft.row.id, draft.answer.note, (await followUps.contactsOf("f1")).why], [id, "好", "shown"]);
  await discardVisit(context, draft);
  assert.deepEqual(await store.listReports(), []);
});

test("what the office has to know is asked, and broken signs are left out", () => {
  assert.deepEqual(Object.keys(missingIn({ way: "", outcome: "", note: "" })), ["way", "outcome"]);
  assert.deepEqual(missingIn({ way: "visit", outcome: "not_reached", note: "" }), {});
  assert.match(missingIn({ way: "visit", outcome: "relapsed", note: " 又吵了 " }).note, /至少 5 个字/);
  assert.deepEqual(missingIn({ way: "visit", outcome: "relapsed", note: "又吵起来了" }), {});
  assert.match(missingIn({ way: "visit", outcome: "settled", note: "长".repeat(501) }).note, /改短/);
  const content = contentOf({ way: "visit", outcome: "relapsed", note: `坏\ud800字\u0000${"长".repeat(600)}` }, "f1", new Date(NOW));
  assert.deepEqual({ ...content, note: content.note.slice(0, 3) }, { form: "follow-up/1", captured_at: "2026-11-22T03:00:00.000Z", follow_up_id: "f1", way: "visit", outcome: "relapsed", note: "坏字长" });
  assert.equal(content.note.length, 500);
});

test("visits go after reports and returns, and the list is asked for anew when they have gone", async () => {
  const { store, vault, context } = await worker();
  const server = office();
  const delivered = [];
  const outbox = makeOutbox({
    store, vault, transport: makeTransport({ token: "t", fetcher: server.fetcher, base: "http://office" }), clock: () => new Date(NOW),
    locks: browserLocks(), random: () => 1, owner: "me", onDelivered: (kind) => delivered.push(kind),
  });
  await submitVisit(context, "f1", due("f1"), SETTLED);
  for (const kind of ["return", "report"]) {
    await store.putReport(report(kind, { kind, state: "waiting", digest: "d", sealed: await vault.seal({ form: kind }) }));
  }

  await outbox.flush();

  assert.deepEqual(server.calls.map((call) => call.url.split("/").at(-1)), ["disputes:sync", "returns:sync", "follow-ups:sync"]);
  assert.deepEqual(delivered, ["report", "return", "visit"]);
  assert.equal((await visitsOf(context, "f1"))[0].row.state, "received");
});

test("a role that may not send visits keeps them waiting and holds up nothing else", async () => {
  const { store, vault, context } = await worker();
  const server = office();
  server.trouble = (url) => (url.endsWith("follow-ups:sync") ? server.answer({ code: "forbidden", detail: "这个身份不能使用这个接口。" }, 403) : null);
  const outbox = makeOutbox({ store, vault, transport: makeTransport({ token: "t", fetcher: server.fetcher, base: "http://office" }), clock: () => new Date(NOW), locks: browserLocks(), random: () => 1, owner: "me" });
  await submitVisit(context, "f1", due("f1"), SETTLED);

  await outbox.flush();

  const [{ row }] = await visitsOf(context, "f1");
  assert.deepEqual([row.state, row.tries, row.problem.code, (await outbox.status()).halted], ["waiting", 1, "forbidden", null]);
  assert.equal((await answerOf(context, row)).outcome, "settled");
});

test("only a list counts as an answer, and an unknown phone is told about", async () => {
  const told = [];
  const answers = [() => new Response("<html>", { headers: { "content-type": "text/html" } }), () => Response.json({ items: [{}] }), () => Response.json({ code: "not_signed_in" }, { status: 401 })];
  const transport = makeTransport({ token: "t", base: "http://office", fetcher: async () => answers.shift()(), onSignedOut: (error) => told.push(error.kind) });

  await assert.rejects(transport.followUps(), { kind: "portal" });
  await assert.rejects(transport.followUps(), { kind: "portal" });
  await assert.rejects(transport.followUps(), { kind: "signed-out" });
  assert.deepEqual(told, ["signed-out"]);
});
