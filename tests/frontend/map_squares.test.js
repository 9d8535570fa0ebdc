import assert from "node:assert/strict";
import { test } from "node:test";
import { Squares, clamped } from "../../grid_app/static/office/map_squares.js";

/** Leaflet as far as squares need it. */
const L = {
  DomUtil: { create: () => ({ hidden: false, textContent: "" }) },
  Control: class { addTo() {} },
  latLng: (lat, lng) => ({ lat, lng }),
  latLngBounds: ([south, west], [north, east]) => ({
    south, west, north, east, getNorth: () => north, getSouth: () => south, getEast: () => east, getWest: () => west,
    contains: (other) => other.south >= south && other.north <= north && other.west >= west && other.east <= east,
    pad: () => L.latLngBounds([south, west], [north, east]), toBBoxString: () => [west, south, east, north].join(),
  }),
};
const TOLD = { cells: [{ box: [111, 29, 111.005, 29.0045], count: "<5" }], villages: [{ code: "1", count: 7 }, { code: "9", count: 5 }], points: [{ lon: 111.1, lat: 29.1, grade: "red", code: "C-1", url: "/d/1" }] };

function squaresOn(zoom, answer = TOLD) {
  const map = {
    zoom, on() {}, getZoom: () => map.zoom, getCenter: () => ({ lat: 29.05, lng: 111.05 }),
    getBounds: () => L.latLngBounds([29, 111], [29.1, 111.1]),
  };
  const asked = [];
  globalThis.fetch = async (url) => (asked.push(url), { ok: true, json: async () => answer });
  return { squares: new Squares(L, map, () => asked.push("drawn")), map, asked };
}

test("squares are asked for only when the address says so and the map is close", async () => {
  const { squares, map, asked } = squaresOn(12);

  await squares.show("/map/facts.json?root=a&squares=1");
  assert.deepEqual([squares.isWanted, squares.isOn, squares.note.hidden, asked], [true, false, false, []]);
  map.zoom = 13;
  await squares.show("/map/facts.json?root=a&squares=1");
  assert.deepEqual([squares.isOn, squares.note.hidden], [true, true]);
  assert.deepEqual(asked, ["/map/points.json?root=a&squares=1&bbox=111,29,111.1,29.1", "drawn"]);
  squares.follow();
  assert.equal(asked.length, 2);
  await squares.show("/map/facts.json?root=a");
  assert.deepEqual([squares.isWanted, squares.isOn, asked.length], [false, false, 2]);
});

test("a square, a village and an own matter each say what they are", async () => {
  const { squares } = squaresOn(14);
  await squares.show("/map/facts.json?root=a&squares=1");

  assert.equal(squares.sentenceAt({ lat: 29.001, lng: 111.001 }), "这个 500 米格子里未办结 <5 件(1 到 4 件,不写细数),不标准确位置");
  assert.equal(squares.sentenceAt({ lat: 29.005, lng: 111.001 }), "");
  const marks = squares.marks(new Map([["1", { name: "甲村", at: { lat: 1, lng: 2 } }]]));
  assert.deepEqual(marks.map((mark) => [mark.code, mark.counts]), [["1", [7]]]);
  assert.deepEqual(squares.points().map(({ at, url }) => [at.lat, at.lng, url]), [[29.1, 111.1, "/d/1"]]);
});

test("no more is asked for than the server answers", () => {
  const bounds = clamped(L, L.latLngBounds([28, 110], [30, 113]), { lat: 29, lng: 111 });

  assert.deepEqual([bounds.north - bounds.south, bounds.east - bounds.west].map((side) => side.toFixed(2)), ["0.88", "0.88"]);
});
