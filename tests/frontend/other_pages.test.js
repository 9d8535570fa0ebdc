/** Looking at a page again shows what another page wrote, and never takes this page's own save for it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { openReport, saveDraft } from "../../grid_app/static/field/kept_reports.js";
import { watchOtherPages } from "../../grid_app/static/field/other_pages.js";
import { emptyValues } from "../../grid_app/static/field/report_content.js";
import { makeSaver } from "../../grid_app/static/field/saver.js";
import { openStore } from "../../grid_app/static/field/store.js";
import { openVault } from "../../grid_app/static/field/vault.js";
import { phone } from "./phone.js";

const ID = "0198f3a2-0000-7000-8000-000000000002";
const values = (summary) => ({ ...emptyValues("2026-11-20T10:00:00.000Z", "990101001201"), category: "0901", danger: false, summary });

globalThis.document = Object.assign(new EventTarget(), { visibilityState: "visible" });
globalThis.window = new EventTarget();

async function page(name) {
  const store = await openStore(name);
  return { store, vault: await openVault(store), owner: "me", bundle: async () => null, said: [], went: [], say(words) { this.said.push(words); }, go(hash) { this.went.push(hash); } };
}

/** A form on a draft that this page has read, and what its saver writes. */
async function stage() {
  const { name } = await phone();
  const context = await page(name);
  await saveDraft(context, ID, values("先写的"));
  await openReport(context, ID);
  const form = { context, id: ID, values: values("先写的") };
  form.saver = makeSaver({ save: () => saveDraft(context, ID, form.values), onSaved: () => {}, onError: (error) => assert.fail(error), milliseconds: 60_000 });
  const end = watchOtherPages(form);
  return { name, context, form, end };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 30));

test("a look while this page saves shows nothing anew, so that what is typed next stays", async () => {
  const { context, form, end } = await stage();
  const { getReport } = context.store;
  let answer = () => {};
  context.store.getReport = async (id) => {
    const row = await getReport(id);
    await new Promise((resolve) => (answer = resolve));
    return row;
  };
  window.dispatchEvent(new Event("focus")); // reads the older row, and is slow to get it
  await settle();
  context.store.getReport = getReport;
  form.values = values("后写的");
  form.saver.changed();
  await form.saver.flush();

  answer();
  await settle();

  assert.deepEqual(context.went, []);
  assert.equal((await openReport(context, ID)).values.summary, "后写的");
  end();
  await form.saver.close();
});

test("what another page wrote is shown when this one is looked at again", async () => {
  const { name, context, end } = await stage();
  const other = await page(name);
  await openReport(other, ID);
  await saveDraft(other, ID, values("别处写的"));

  window.dispatchEvent(new Event("focus"));
  await settle();

  assert.deepEqual(context.went, [`#/report/${ID}`]);
  assert.match(context.said[0], /已换成最新的/);
  end();
});
