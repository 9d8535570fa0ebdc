import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { likeness } from "../../grid_app/static/field/likeness.js";

const TABLE = new URL("../unit/screening/likeness_pairs.json", import.meta.url);

test("the phone judges every pair of the table as the office does, in either order", async () => {
  for (const { name, one, other, verdict, score } of JSON.parse(await readFile(TABLE, "utf8"))) {
    for (const found of [likeness(one, other), likeness(other, one)]) {
      assert.equal(found.verdict, verdict, name);
      assert.ok(Math.abs(found.score - score) < 1e-6, name);
    }
  }
});
