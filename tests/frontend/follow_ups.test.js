import assert from "node:assert/strict";
import { test } from "node:test";
import { FollowUps } from "../../grid_app/static/field/follow_ups.js";
import { openDraft, reopenVisit, submitVisit, visitsOf } from "../../grid_app/static/field/kept_visits.js";
import { openVault } from "../../grid_app/static/field/vault.js";
import { FDBObjectStore, failingWrites, office, phone } from "./phone.js";
import { DEVICE, NOW, PERSON, PIN, SETTLED, due, kept, worker } from "./visits_phone.js";

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
