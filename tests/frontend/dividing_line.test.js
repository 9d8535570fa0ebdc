import assert from "node:assert/strict";
import { test } from "node:test";

import { degreesAt, pointsIn, sheetOf } from "../../grid_app/static/office/dividing_line.js";

test("a place on the drawing and the points of the field are degrees", () => {
  const sheet = sheetOf({ west: "111", lonStep: "0.001", north: "29.5", latStep: "0.0005" });

  assert.deepEqual(degreesAt(sheet, 100, 200), [111.1, 29.4]);
  assert.deepEqual(pointsIn("111.1,29.4\n\n错\n111.2 , 29.5\n1"), [[111.1, 29.4], [111.2, 29.5]]);
});
