import assert from "node:assert/strict";
import { test } from "node:test";
import { overlap } from "../../grid_app/static/office/map_labels.js";
import { marksOf, sizeOf, total, wordsOf } from "../../grid_app/static/office/map_marks.js";
import { townshipLinks, villageLinks } from "../../grid_app/static/office/map_popup.js";
import { joinArcs, readTopology } from "../../grid_app/static/office/map_shapes.js";

/** Two squares side by side: village 1 of township a, village 2 of township b. */
const TOPOLOGY = {
  transform: { scale: [0.1, 0.1], translate: [0, 0] },
  arcs: [
    [[10, 0], [0, 10]],
    [[10, 10], [-10, 0], [0, -10], [10, 0]],
    [[10, 0], [10, 0], [0, 10], [-10, 0]],
  ],
  objects: {
    villages: {
      geometries: [
        { id: "1", arcs: [[[0, 1]]], properties: { name: "甲村", township: "a", label: [5, 5] } },
        { id: "2", arcs: [[[2, -1]]], properties: { name: "乙村", township: "b", label: [15, 5] } },
      ],
    },
    townships: {
      geometries: [
        { id: "a", coordinates: [5, 5], properties: { name: "甲镇" } },
        { id: "b", coordinates: [15, 5], properties: { name: "乙镇" } },
      ],
    },
    borders: { arcs: [[0], [1], [2]] },
  },
};
const KINDS = [{ key: "red", sign: "●", word: "红" }, { key: "blue", sign: "◆", word: "蓝" }];
const MARKS = { unit: "件", kinds: KINDS, values: { 1: [1, 2], 2: [0, 3], b: [1, 0], 9: [5, 5] }, points: [] };

test("polygons come back closed and neighbours share their edge", () => {
  const { villages, townships, borders } = readTopology(TOPOLOGY);

  assert.deepEqual(villages[0].parts[0][0], [[0, 1], [1, 1], [1, 0], [0, 0], [0, 1]]);
  assert.deepEqual(villages[1].parts[0][0].at(-1), villages[1].parts[0][0][0]);
  assert.deepEqual(villages[0].label, [0.5, 0.5]);
  assert.equal(townships.get("b")?.name, "乙镇");
  assert.equal(borders.length, 3);
});

test("an arc with a negative number is walked backwards", () => {
  assert.deepEqual(joinArcs([[[0, 0], [0, 1]]], [-1]), [[0, 1], [0, 0]]);
});

test("marks stand in villages, and what spans a township at the township", () => {
  const found = marksOf(readTopology(TOPOLOGY), MARKS, false);

  assert.deepEqual(found.map((mark) => [mark.code, mark.counts]), [["1", [1, 2]], ["2", [0, 3]], ["b", [1, 0]]]);
});

test("villages too small to tell apart are summed by township and nothing is lost", () => {
  const found = marksOf(readTopology(TOPOLOGY), MARKS, true);

  assert.deepEqual(found.map((mark) => [mark.code, mark.counts]), [["a", [1, 2]], ["b", [1, 3]]]);
  assert.equal(found.reduce((sum, mark) => sum + total(mark), 0), 7);
});

test("a mark says every grade in words", () => {
  const [mark] = marksOf(readTopology(TOPOLOGY), MARKS, false);

  assert.equal(wordsOf(mark, MARKS), "共 3 件:红 1、蓝 2");
});

test("sizes come in three classes", () => {
  assert.deepEqual([1, 4, 5, 19, 20].map((count) => sizeOf(count, false)), ["few", "few", "some", "some", "many"]);
  assert.equal(sizeOf(20, true), "small");
});

test("links lead to the village, and to the township only where it has a map of its own", () => {
  const addresses = { village: "/map/village/CODE", township: "/map?root=CODE", opensTownships: true };

  assert.deepEqual(villageLinks(addresses, { code: "1", township: "a" }).map((link) => link.href), ["/map/village/1", "/map?root=a"]);
  assert.deepEqual(townshipLinks({ ...addresses, opensTownships: false }, "a"), []);
});

test("names that would cover each other are told apart from those beside each other", () => {
  const box = { left: 0, top: 0, right: 10, bottom: 10 };

  assert.equal(overlap(box, { ...box, left: 9, right: 19 }), true);
  assert.equal(overlap(box, { ...box, left: 10, right: 20 }), false);
});
