import assert from "node:assert/strict";
import { test } from "node:test";
import { atMostEvery, oneAtATime } from "../../grid_app/static/field/calm.js";
import { makeOutbox } from "../../grid_app/static/field/outbox.js";
import { makeLines } from "../../grid_app/static/field/report_lines.js";
import { PAGE_ROWS } from "../../grid_app/static/field/screens/reports.js";
import { openVault } from "../../grid_app/static/field/vault.js";
import { blobOf, phone, report } from "./phone.js";

const ROWS = 500;

/** A phone with many waiting reports of one photo each, and a vault that counts what it opens. */
async function fullPhone(rows = ROWS) {
  const { store } = await phone();
  const real = await openVault(store);
  const opened = [];
  const vault = { ...real, open: (sealed) => (opened.push(sealed), real.open(sealed)), openBytes: (sealed) => (opened.push(sealed), real.openBytes(sealed)) };
  const sealed = await real.seal({ title: "水渠被堵" });
  for (let number = 0; number < rows; number += 1) {
    const id = `r${String(number).padStart(4, "0")}`;
    await store.saveWithBlobs(report(id, { state: "waiting", sealed, title_sealed: { ...sealed, iv: sealed.iv }, created_at: new Date(1_800_000_000_000 + number * 1000).toISOString() }), [blobOf(`b${id}`, id)]);
  }
  return { store, vault, opened, keeper: { store, vault, owner: "me" } };
}

test("the list of five hundred reports reads and opens the shown ones alone, and each title once", async () => {
  const { store, vault, opened, keeper } = await fullPhone();
  const read = [];
  const watched = { ...store, getReports: (ids) => (read.push(...ids), store.getReports(ids)), listReports: assert.fail, listState: assert.fail, blobsOf: assert.fail, getBlob: assert.fail };
  const linesOf = makeLines({ ...keeper, store: watched });

  const first = await linesOf(PAGE_ROWS);
  assert.deepEqual([first.total, first.counts.waiting, first.lines.length, first.lines[0].row.id], [ROWS, ROWS, PAGE_ROWS, "r0499"]);
  assert.deepEqual([read.length, opened.length], [PAGE_ROWS, PAGE_ROWS]);

  await linesOf(PAGE_ROWS);
  await linesOf(2 * PAGE_ROWS);
  assert.equal(opened.length, 2 * PAGE_ROWS);

  const outbox = makeOutbox({ store: watched, vault, transport: {}, owner: "me" });
  const { waiting, attachments } = await outbox.status();
  assert.deepEqual([waiting, attachments, opened.length], [ROWS, ROWS, 2 * PAGE_ROWS]);
});

test("what needs a person stands first, then what waits, drafts and received ones, the newest first in each", async () => {
  const { store, vault } = await fullPhone(0);
  const states = ["received", "draft", "waiting", "attention"];
  for (const [at, state] of [...states, ...states].entries()) await store.putReport(report(`r${at}`, { state, created_at: `2026-11-22T0${at}:00:00Z` }));

  const { lines, counts } = await makeLines({ store, vault, owner: "me" })(9);

  assert.deepEqual(lines.map(({ row }) => row.id), ["r7", "r3", "r6", "r2", "r5", "r1", "r4", "r0"]);
  assert.deepEqual(counts, { attention: 2, waiting: 2, draft: 2, received: 2 });
});

test("a title is opened again when its report was written anew", async () => {
  const { store, vault } = await fullPhone(1);
  const linesOf = makeLines({ store, vault, owner: "me" });
  await linesOf(PAGE_ROWS);

  const title_sealed = await vault.seal({ title: "田埂塌了" });
  await store.changeReport("r0000", (row) => ({ ...row, title_sealed }));

  assert.equal((await linesOf(PAGE_ROWS)).lines[0].title, "田埂塌了");
});

test("work asked for meanwhile is done once more, never two at a time", async () => {
  let running = 0;
  let done = 0;
  let finish;
  const work = oneAtATime(async () => {
    assert.equal((running += 1), 1);
    await new Promise((resolve) => (finish = resolve));
    running -= 1;
    done += 1;
  });

  const asked = [work(), work(), work()];
  finish();
  await new Promise((resolve) => setImmediate(resolve));
  finish();
  await Promise.all(asked);

  assert.equal(done, 2);
});

test("many changes are told at once and then together, the last one always", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let told = 0;
  const change = atMostEvery(200, () => void (told += 1));

  change();
  assert.equal(told, 1);
  for (let number = 0; number < 50; number += 1) change();
  assert.equal(told, 1);
  t.mock.timers.tick(200);
  assert.equal(told, 2);
  t.mock.timers.tick(200);
  t.mock.timers.tick(200);
  assert.equal(told, 2);
  change();
  assert.equal(told, 3);
});
