import assert from "node:assert/strict";
import { test } from "node:test";
import { answerOf, discardVisit, openDraft, reopenVisit, saveVisitDraft, submitVisit, visitsOf } from "../../grid_app/static/field/kept_visits.js";
import { makeOutbox } from "../../grid_app/static/field/outbox.js";
import { makeTransport } from "../../grid_app/static/field/transport.js";
import { contentOf, missingIn } from "../../grid_app/static/field/visit_content.js";
import { browserLocks, office, phone, report } from "./phone.js";
import { NOW, SETTLED, due, worker } from "./visits_phone.js";

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
