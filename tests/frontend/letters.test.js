import assert from "node:assert/strict";
import { test } from "node:test";
import { chosenIn } from "../../grid_app/static/field/letters.js";

test("only the cookie of that very name decides the size of letters", () => {
  assert.equal(chosenIn("grid=x; large_text=1"), true);
  assert.equal(chosenIn("large_text=0; grid=1"), false);
  assert.equal(chosenIn("not_large_text=1"), null);
  assert.equal(chosenIn(""), null);
});
