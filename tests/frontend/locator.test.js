import assert from "node:assert/strict";
import { test } from "node:test";
import { toPlane, stretch } from "../../grid_app/static/field/borders.js";
import { makeLocator, questionOf } from "../../grid_app/static/field/locator.js";

const square = (west, south, side) => [[west, south], [west + side, south], [west + side, south + side], [west, south + side], [west, south]];
const feature = (code, name, type, coordinates) => ({ type: "Feature", properties: { code, name }, geometry: { type, coordinates } });

/** West village with a hole in it, east village beside it, and a village of two parts: one in the hole, one far away. */
const VILLAGES = {
  type: "FeatureCollection",
  precision: "full",
  border_tolerance_m: 0,
  features: [
    feature("990101001202", "柳湾村", "Polygon", [square(111.1, 29, 0.1)]),
    feature("990101001201", "云岭村", "Polygon", [square(111, 29, 0.1), square(111.04, 29.04, 0.02)]),
    feature("990101001203", "石桥村", "MultiPolygon", [[square(111.04, 29.04, 0.02)], [square(111.3, 29, 0.05)]]),
    { type: "Feature", properties: { code: "990101001204", name: "空村" }, geometry: null },
  ],
};
const METRE_EAST = 1 / 97_400;

test("what is no point on earth is in no village and near none", () => {
  const locator = makeLocator(VILLAGES);

  for (const [lon, lat] of [[NaN, 29], [Infinity, 29], [29, 111], [181, 29], [undefined, undefined]]) {
    assert.equal(locator.locate(lon, lat), null);
    assert.deepEqual(locator.candidates(lon, lat, 1e9), []);
  }
});

test("a phone that holds no villages answers none", () => {
  const locator = makeLocator({ features: [] });

  assert.equal(locator.locate(111.05, 29.05), null);
  assert.deepEqual(locator.place({ lon: 111.05, lat: 29.05, accuracy: 50 }), { kind: "outside", code: "", codes: [], question: "" });
});

test("a shared border and a corner belong to the smallest code", () => {
  const locator = makeLocator(VILLAGES);

  assert.equal(locator.locate(111.1, 29.05), "990101001201");
  assert.equal(locator.locate(111.1, 29), "990101001201");
  assert.equal(locator.locate(111.04, 29.05), "990101001201");
});

test("a hole is outside, and both parts of a village are inside", () => {
  const locator = makeLocator(VILLAGES);

  assert.equal(locator.locate(111.05, 29.05), "990101001203");
  assert.equal(locator.locate(111.32, 29.02), "990101001203");
  assert.equal(locator.locate(111.25, 29.02), null);
});

test("the accuracy circle is measured in true metres, nearest first", () => {
  const locator = makeLocator(VILLAGES);
  const lon = 111.1 - 40 * METRE_EAST;

  assert.deepEqual(locator.candidates(lon, 29.02, 39), ["990101001201"]);
  assert.deepEqual(locator.candidates(lon, 29.02, 41), ["990101001201", "990101001202"]);
  assert.deepEqual(locator.candidates(111.1 + 40 * METRE_EAST, 29.02, 41), ["990101001202", "990101001201"]);
});

test("a degree of longitude is as long as on the ellipsoid", () => {
  const metres = (toPlane(112, 29)[0] - toPlane(111, 29)[0]) / stretch(29);

  assert.ok(Math.abs(metres - 97_440) < 10, String(metres)); // WGS84: pi/180 * a * cos(phi) / sqrt(1 - e2 sin2(phi))
});

test("a circle over a border is a question, a circle within a village an answer", () => {
  const locator = makeLocator(VILLAGES);
  const near = { lon: 111.1 - 30 * METRE_EAST, lat: 29.02 };

  const asked = locator.place({ ...near, accuracy: 50 });
  const told = locator.place({ ...near, accuracy: 10 });

  assert.deepEqual([asked.kind, asked.question, asked.code], ["ask", "云岭村还是柳湾村?", ""]);
  assert.deepEqual([told.kind, told.code], ["inside", "990101001201"]);
  assert.equal(locator.place({ lon: 111.2 + 20 * METRE_EAST, lat: 29.02, accuracy: 30 }).kind, "near");
  assert.equal(locator.place({ lon: 112, lat: 29.02, accuracy: 30 }).kind, "outside");
});

test("on drawn borders the question is asked as far as they may lie beside the true ones", () => {
  const near = { lon: 111.1 - 12 * METRE_EAST, lat: 29.02, accuracy: 5 };

  assert.equal(makeLocator(VILLAGES).place(near).kind, "inside");
  assert.equal(makeLocator({ ...VILLAGES, border_tolerance_m: 8 }).place(near).kind, "ask");
});

test("a circle over half a township names only the nearest villages", () => {
  assert.equal(questionOf(["甲村", "乙村"]), "甲村还是乙村?");
  assert.equal(questionOf(["甲村", "乙村", "丙村"]), "甲村、乙村还是丙村?");
  assert.equal(questionOf(["甲", "乙", "丙", "丁", "戊"]), "甲、乙、丙还是丁?(附近还有别的村)");
});
