import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf, classOf, fillOf, spread } from "../../grid_app/static/office/map_facts.js";
import { faceOf, marksOf, sizeOf, total, wordsOf } from "../../grid_app/static/office/map_marks.js";
import { EDGE, holds, readTile } from "../../grid_app/static/office/map_mvt.js";
import { overlap } from "../../grid_app/static/office/map_overlay.js";
import { placesOf } from "../../grid_app/static/office/map_places.js";
import { TileStore, levelsAt, piecesOf } from "../../grid_app/static/office/map_store.js";
import { addressOf } from "../../grid_app/static/office/map_steer.js";
import { readView, viewOf } from "../../grid_app/static/office/map_view.js";
import { PbfWriter } from "../../grid_app/static/vendor/pbf/index.js";

const KINDS = [{ key: "red", sign: "●", word: "红" }, { key: "blue", sign: "◆", word: "蓝" }];
const MARKS = { unit: "件", kinds: KINDS, values: { 1: [1, 2], 2: [0, 3], b: [1, 0], 9: [5, 5] }, points: [] };
const PLACES = {
  townships: new Map([["a", { name: "甲镇", at: [0, 0], parent: "" }], ["b", { name: "乙镇", at: [0, 1], parent: "" }]]),
  villages: new Map([["1", { name: "甲村", at: [0, 0], parent: "a" }], ["2", { name: "乙村", at: [0, 1], parent: "b" }]]),
};

/** One tile as the format's document writes it: a square with a hole, and a label that nobody reads. */
function tileBytes() {
  const zigzag = (number) => (number << 1) ^ (number >> 31);
  const square = (x, y, side) => [9, zigzag(x), zigzag(y), 26, zigzag(side), 0, 0, zigzag(side), zigzag(-side), 0, 15];
  const geometry = [...square(0, 0, 4096), ...[9, zigzag(1024), zigzag(-3072), 26, 0, zigzag(2048), zigzag(2048), 0, 0, zigzag(-2048), 15]];
  const pbf = new PbfWriter();
  const layer = (name) => (_, out) => {
    out.writeStringField(1, name);
    out.writeMessage(2, (__, feature) => {
      feature.writePackedVarint(2, [0, 0, 1, 1]);
      feature.writeVarintField(3, 3);
      feature.writePackedVarint(4, geometry);
    }, null);
    for (const key of ["c", "i"]) out.writeStringField(3, key);
    out.writeMessage(4, (__, value) => value.writeStringField(1, "990101001201"), null);
    out.writeMessage(4, (__, value) => value.writeVarintField(5, 7), null);
    out.writeVarintField(5, 4096);
    out.writeVarintField(15, 2);
  };
  pbf.writeMessage(3, layer("villages"), null);
  return pbf.finish();
}

test("a tile is read into flat rings, and a point in a hole is outside", () => {
  const tile = readTile(tileBytes().slice().buffer);

  assert.deepEqual([...tile.keys()], ["villages"]);
  const [shape] = tile.get("villages");
  assert.deepEqual([shape.code, shape.index, shape.rings.length], ["990101001201", 7, 2]);
  assert.deepEqual(shape.rings[0].slice(0, 4), [0, 0, EDGE, 0]);
  assert.deepEqual([[10, 10], [EDGE / 2, EDGE / 2], [EDGE + 1, 10]].map(([x, y]) => holds(shape.rings, x, y)), [true, false, false]);
});

test("a list of codes gives each place with its box and where its name stands", () => {
  const L = { latLng: (lat, lng) => ({ lat, lng }) };
  const codes = {
    steps: 10_000, codes: ["a", "b"], names: ["甲", "乙"], parents: ["t", "t"],
    labels: [1_110_000, 290_000, 500, -200], boxes: [10, 20, 30, 40, 1, 2, 3, 4],
  };
  const places = placesOf(L, codes);
  assert.deepEqual(places.get("a"), { code: "a", name: "甲", parent: "t", box: [110.999, 28.998, 111.003, 29.004], at: { lat: 29, lng: 111 } });
  assert.deepEqual(places.get("b").at, { lat: 28.98, lng: 111.05 });
  assert.deepEqual(places.get("b").box, [111.0499, 28.9798, 111.0503, 28.9804]);
});

test("a square is drawn from its own tile, from a part of a deeper one's parent, or from several deeper ones", () => {
  assert.deepEqual(piecesOf("villages", { z: 10, x: 3, y: 5 }), [{ z: 10, x: 3, y: 5, scale: 1, left: -0, top: -0 }].map((one) => ({ ...one, left: 0, top: 0 })));
  assert.deepEqual(piecesOf("villages", { z: 15, x: 3, y: 4 }), [{ z: 14, x: 1, y: 2, scale: 2, left: -EDGE, top: -0 }]);
  assert.equal(piecesOf("villages", { z: 7, x: 1, y: 1 }).length, 4);
  assert.deepEqual(piecesOf("grids", { z: 10, x: 1, y: 1 }), []);
  assert.deepEqual([5, 9, 12].map((zoom) => levelsAt(zoom).length), [1, 2, 3]);
});

test("a tile is fetched once, an empty one counts, and one that failed is asked for again", async (context) => {
  const answers = [{ ok: false, status: 500, headers: new Headers() }, { ok: true, status: 204, headers: new Headers() }];
  const fetched = context.mock.method(globalThis, "fetch", async () => answers[Math.min(fetched.mock.callCount(), 1)]);
  const store = new TileStore({ both: "/b/{z}/{x}/{y}.mvt", townships: "/t/{z}/{x}/{y}.mvt", grids: "" });
  const coords = { z: 9, x: 1, y: 2 };

  await assert.rejects(store.get("villages", coords));
  assert.equal((await store.get("villages", coords)).size, 0);
  await store.get("villages", coords);

  assert.deepEqual(fetched.mock.calls.map((call) => call.arguments[0]), ["/b/9/1/2.mvt", "/b/9/1/2.mvt"]);
});

test("the bytes of a township stand at the county's indices, and what is outside has no class", () => {
  const facts = { classes: { words: ["没有", "达标"], fills: ["plain", "full"] }, classes_at: spread(bytesOf(btoa("\x01\x00")), [4, 5]) };

  assert.deepEqual([3, 4, 5, 6].map((index) => classOf(facts, { index })?.word), [undefined, "达标", "没有", undefined]);
});

test("steps of a number fill grids alone, states fill villages too", () => {
  const steps = { classes: { words: ["没有", "<5", "5-19"], fills: ["plain", "ramp1", "stripe"] }, classes_at: [0, 1, 2] };
  const states = { classes: { words: ["没有", "达标"], fills: ["plain", "stripe"] }, classes_at: [0, 1] };

  assert.deepEqual(["grids", "villages"].map((level) => fillOf(steps, level, { index: 2 })), ["stripe", "plain"]);
  assert.deepEqual(["grids", "villages"].map((level) => fillOf(states, level, { index: 1 })), ["stripe", "stripe"]);
  assert.equal(fillOf(steps, "villages", { index: 9 }), undefined);
});

test("marks stand in villages, and what spans a township at the township", () => {
  const found = marksOf(MARKS, PLACES, false);

  assert.deepEqual(found.map((mark) => [mark.code, mark.counts]), [["1", [1, 2]], ["2", [0, 3]], ["b", [1, 0]]]);
});

test("villages too small to tell apart are summed by township and nothing is lost", () => {
  const found = marksOf(MARKS, PLACES, true);

  assert.deepEqual(found.map((mark) => [mark.code, mark.counts]), [["a", [1, 2]], ["b", [1, 3]]]);
  assert.equal(found.reduce((sum, mark) => sum + total(mark), 0), 7);
});

test("a small count stays small: the sums of townships come with the facts, a sum of few says no more than at least", () => {
  const few = { ...MARKS, values: { 1: ["<5", 7] }, townships: { a: [6, 9] } };

  const [[village], [township]] = [false, true].map((byTownship) => marksOf(few, PLACES, byTownship));

  assert.deepEqual([faceOf(village, few, false).first, total(township)], ["●<5", 15]);
  assert.equal(wordsOf(village, few), "共 8+ 件:红 <5、蓝 7");
});

test("a mark says every grade in words, and sizes come in three classes", () => {
  const [mark] = marksOf(MARKS, PLACES, false);

  assert.equal(wordsOf(mark, MARKS), "共 3 件:红 1、蓝 2");
  assert.deepEqual(["<5", 4, 5, 19, 20].map((count) => sizeOf(count, false)), ["few", "few", "some", "some", "many"]);
  assert.equal(sizeOf(20, true), "small");
});

test("names that would cover each other are told apart from those beside each other", () => {
  const box = { left: 0, top: 0, right: 10, bottom: 10 };

  assert.equal(overlap(box, { ...box, left: 9, right: 19 }), true);
  assert.equal(overlap(box, { ...box, left: 10, right: 20 }), false);
});

test("the address holds the view, and what is none is not read as one", () => {
  const map = { getCenter: () => ({ lat: 29.05, lng: 111.2 }), getZoom: () => 11.25 };
  const url = addressOf(new URL("https://a.example/map?layer=rooms&place=1#x"), { at: viewOf(map), place: "" });

  assert.equal(url.href, "https://a.example/map?layer=rooms&at=29.05000,111.20000,11.25");
  assert.deepEqual(readView(url.searchParams.get("at")), { at: [29.05, 111.2], zoom: 11.25 });
  assert.deepEqual(["", "1,2", "a,b,c", "1,2,99", "91,2,3"].map(readView), [undefined, undefined, undefined, undefined, undefined]);
});
