// @ts-check
/** Facts of the map: bytes stand in the order of the codes of one set of boundaries, and are never read by another's. */

import assert from "node:assert/strict";
import test from "node:test";

import { FactsReader } from "../../grid_app/static/office/map_facts.js";

const IN_USE = "01999999-0000-7000-8000-000000000001";
const NEXT = "01999999-0000-7000-8000-000000000002";

/** @param {string} generation */
function told(generation) {
  return { generation, root: "990101", level: "villages", values: btoa("\x01\x02"), classes: { words: [], fills: [] } };
}

test("facts of boundaries that came into use a moment ago are not painted on those that are drawn", async (context) => {
  const answers = [told(IN_USE), { codes: ["a", "b"] }, told(NEXT), told("")];
  const fetched = context.mock.method(globalThis, "fetch", async () => {
    const answer = answers[fetched.mock.callCount()];
    return { ok: true, status: 200, headers: new Headers(), json: async () => answer };
  });
  const reader = new FactsReader({ codes: `/map/codes/${IN_USE}/ROOT/LEVEL.json`, county: "990101" });

  assert.deepEqual([...(await reader.read("/map/facts.json")).classes_at], [1, 2]);
  await assert.rejects(reader.read("/map/facts.json"), /other boundaries/);
  assert.deepEqual([...(await reader.read("/map/facts.json")).classes_at], [1, 2]); // none in use: nothing is drawn
});
