import assert from "node:assert/strict";
import { test } from "node:test";
import { openReport, saveDraft, submitReport } from "../../grid_app/static/field/kept_reports.js";
import { FORKED, goOnBeside, isOvertaken } from "../../grid_app/static/field/other_pages.js";
import { emptyValues } from "../../grid_app/static/field/report_content.js";
import { openStore } from "../../grid_app/static/field/store.js";
import { openVault } from "../../grid_app/static/field/vault.js";
import { FDBObjectStore, failingWrites, phone } from "./phone.js";

const ID = "0198f3a2-0000-7000-8000-000000000001";
const values = (summary) => ({ ...emptyValues("2026-11-20T10:00:00.000Z", "990101001201"), category: "0901", danger: false, summary });

/** A page of one phone, as the screens see it. */
async function page(name) {
  const store = await openStore(name);
  const vault = await openVault(store);
  return { store, vault, owner: "me", bundle: async () => null, changed: () => {}, outbox: { flush: async () => {} }, went: [], go(hash) { this.went.push(hash); } };
}

/** Two pages on the same draft, read by both. */
async function twoPages() {
  const { name } = await phone();
  const [one, two] = [await page(name), await page(name)];
  await saveDraft(one, ID, values("第一页写的"));
  await openReport(two, ID);
  return [one, two];
}

/** What the form of the screen brings with it; `photo` has been taken and is not saved. */
function formOf(context, written, { isTouched = true, photo = null } = {}) {
  const told = [];
  const media = async () => (photo ? [{ row: { kind: "photo", type: "image/jpeg" }, blob: photo }] : []);
  return {
    context, id: ID, values: written, isTouched, told, failed: (error) => told.push(error), finishVoice: async () => {},
    saver: { close: async () => {}, reopen: () => {}, isDirty: true }, shelf: { media, hasUnsaved: photo !== null },
  };
}

const failureOf = (promise) => promise.then(() => assert.fail("saved"), (error) => error);

test("the page that read the draft before the other changed it does not write over it", async () => {
  const [one, two] = await twoPages();
  await saveDraft(two, ID, values("第二页写的"));

  for (const act of [saveDraft, submitReport]) {
    const error = await failureOf(act(one, ID, values("第一页又写的")));
    assert.equal(isOvertaken(error), true);
    assert.match(error.message, /没有盖掉/);
  }

  assert.equal((await openReport(one, ID)).values.summary, "第二页写的");
  assert.equal((await one.store.getReport(ID)).state, "draft");
});

test("one page after another, each having read what the other wrote, go on in one draft", async () => {
  const [one, two] = await twoPages();

  await saveDraft(two, ID, values("b"));
  await saveDraft(two, ID, values("c"));
  await openReport(one, ID);
  await saveDraft(one, ID, values("d"));

  assert.equal((await one.store.listReports()).length, 1);
  assert.equal((await openReport(two, ID)).values.summary, "d");
});

test("what was written on the older state becomes a draft of its own with its photos, and says so", async () => {
  const [one, two] = await twoPages();
  await saveDraft(two, ID, values("第二页写的"));
  const form = formOf(one, values("第一页又写的"), { photo: new Blob([new Uint8Array([1, 2])]) });

  await goOnBeside(form, await failureOf(saveDraft(one, ID, form.values)));

  const [next] = one.went.map((hash) => hash.replace("#/report/", ""));
  const { row, values: kept } = await openReport(one, next);
  assert.notEqual(next, ID);
  assert.deepEqual([kept.summary, row.state, row.owner, row.problem.code], ["第一页又写的", "draft", "me", FORKED]);
  assert.match(row.problem.sentence, /另存/);
  assert.deepEqual((await one.store.blobsOf(next)).map((blob) => [blob.kind, blob.bytes, blob.state]), [["photo", 2, "waiting"]]);
  assert.equal((await openReport(one, ID)).values.summary, "第二页写的");
});

test("where nothing was written by hand the newer state is shown and nothing is doubled", async () => {
  const [one, two] = await twoPages();
  await saveDraft(two, ID, values("第二页写的"));
  const form = formOf(one, values("第一页写的"), { isTouched: false });

  await goOnBeside(form, await failureOf(saveDraft(one, ID, form.values)));

  assert.deepEqual(one.went, [`#/report/${ID}`]);
  assert.equal((await one.store.listReports()).length, 1);
});

test("what is written after another page has submitted is kept as a draft, and the report goes as it was", async () => {
  const [one, two] = await twoPages();
  await submitReport(two, ID, values("第二页交的"));
  const form = formOf(one, values("第一页又写的"));

  await goOnBeside(form, await failureOf(saveDraft(one, ID, form.values)));

  const rows = await one.store.listReports();
  assert.deepEqual(rows.map((row) => row.state).sort(), ["draft", "waiting"]);
  assert.match(rows.find((row) => row.state === "draft").problem.sentence, /已经在另一个页面里提交/);
});

test("a draft that another page threw away is saved anew by who writes on", async () => {
  const [one, two] = await twoPages();
  await two.store.deleteReport(ID);

  await saveDraft(one, ID, values("还在写"));

  assert.equal((await openReport(two, ID)).values.summary, "还在写");
});

test("two pages on the same new address are told as well", async () => {
  const { name } = await phone();
  const [one, two] = [await page(name), await page(name)];
  await openReport(one, ID);
  await openReport(two, ID);
  await saveDraft(one, ID, values("a"));

  assert.equal(isOvertaken(await failureOf(saveDraft(two, ID, values("b")))), true);
});

test("a full disk while the other draft is made leaves all on the screen and makes no half of it", async () => {
  const [one, two] = await twoPages();
  await saveDraft(two, ID, values("第二页写的"));
  const form = formOf(one, values("第一页又写的"), { photo: new Blob([new Uint8Array([1, 2])]) });
  const error = await failureOf(saveDraft(one, ID, form.values));
  const restore = failingWrites(FDBObjectStore, 2);

  await goOnBeside(form, error);
  restore();

  assert.deepEqual([form.told.map((failure) => failure.kind), one.went], [["full"], []]);
  assert.equal((await one.store.listReports()).length, 1);
  await goOnBeside(form, error);
  assert.equal(one.went.length, 1);
});
