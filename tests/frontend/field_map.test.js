import assert from "node:assert/strict";
import { test } from "node:test";
import { toPlane } from "../../grid_app/static/field/borders.js";
import { countsOf, groupAt, groupsOf, marksOf } from "../../grid_app/static/field/map_marks.js";
import { isWithin, lettersOf, overlap, placeNames } from "../../grid_app/static/field/map_names.js";
import { gridName, shapesOf } from "../../grid_app/static/field/map_shapes.js";
import { boxAround, boxOfFix, fit, kept, moved, pixelsOf, shows, toGround, toPicture, zoomed } from "../../grid_app/static/field/map_view.js";
import { emptyValues } from "../../grid_app/static/field/report_content.js";
import { begunFrom, hintsFor } from "../../grid_app/static/field/report_hints.js";
import { routeOf } from "../../grid_app/static/field/routes.js";
import { positionWords } from "../../grid_app/static/field/screens/map.js";

const SIZE = { width: 360, height: 400 };
const square = (west, south, side = 0.1) => [[[west, south], [west + side, south], [west + side, south + side], [west, south + side], [west, south]]];
const village = (code, name, west, more = {}) => ({ properties: { code, name, label_lon: west + 0.05, label_lat: 29.05, ...more }, geometry: { type: "Polygon", coordinates: square(west, 29) } });
const OWN = village("990101001201", "云岭村", 111);
const NEXT = village("990101001202", "柳湾村", 111.1);
const GRIDS = [
  { properties: { code: "990101001201J001", name: "云岭村第1网格", label_lon: 111.05, label_lat: 29.025 }, geometry: { type: "Polygon", coordinates: square(111, 29, 0.05) } },
];
const KEPT = { features: [OWN, NEXT], own: ["990101001201"], grids: GRIDS };
const TILES = [{ tile: "land", code: "0901", label: "承包地山林", hint: "" }, { tile: "other", code: "99", label: "其他", hint: "" }];
const nearby = (id, more = {}) => ({ id, category: "0903", village_code: "990101001201", lon: 111.05, lat: 29.05, since: "2026-11-01", excerpt: "水渠被堵", ...more });
const own = (id, more = {}) => ({ id, case_code: "A1", tracking_code: "", state_word: "办理中", place: "云岭村", category: "0901", lon: 111.02, lat: 29.02, excerpt: "租金没付", received_at: "2026-11-02T00:00:00Z", ...more });
const row = (id, state) => ({ row: { id, state, created_at: "2026-11-20T02:00:00Z" }, values: { category: "0901", summary: "写在手机上", lon: 111.03, lat: 29.03 } });
const bundle = (more) => ({ tiles: TILES, own_reports: [], nearby: [], ...more });
const named = (code) => (code ? "云岭村" : "");

// --- what part of the plane is shown ---

test("a fitted box fills the picture, north up, and a point goes to the ground and back", () => {
  const box = boxAround([toPlane(111, 29), toPlane(111.1, 29.1)]);
  const view = fit(box, SIZE, 20);
  const [left, top] = toPicture(view, box.west, box.north);

  assert.ok(Math.abs(top - 20) < 1e-6 && left > 20 && left < 180);
  assert.ok(toPicture(view, box.east, box.south)[1] > top);
  const [x, y] = toGround(view, left, top);
  assert.ok(Math.abs(x - box.west) < 1e-6 && Math.abs(y - box.north) < 1e-6);
});

test("a point alone is shown with its surroundings, and no map comes closer than a yard", () => {
  const [x, y] = toPlane(111, 29);
  const view = fit({ west: x, east: x, south: y, north: y }, SIZE);

  assert.ok(view.scale <= 1.5 && Number.isFinite(view.scale));
  assert.equal(zoomed(view, 1000).scale, 1.5);
  assert.equal(boxAround([]), null);
});

test("zooming keeps the ground under the fingers, moving follows them, and the map is never lost", () => {
  const { whole } = shapesOf(KEPT, "");
  const view = fit(whole, SIZE);
  const ground = toGround(view, 90, 120);
  const [left, top] = toPicture(zoomed(view, 3, [90, 120]), ...ground);
  assert.ok(Math.hypot(left - 90, top - 120) < 1e-6);
  assert.deepEqual(toPicture(moved(view, 15, -7), ...toGround(view, 100, 100)).map(Math.round), [115, 93]);

  const far = kept(zoomed(moved(view, 1e7, 1e7), 1e-6), whole);
  assert.ok(shows(far, far.x, far.y) && far.x >= whole.west && far.y <= whole.north && far.scale >= view.scale * 0.49);
});

test("the accuracy circle is drawn in true metres", () => {
  const fix = { lon: 111.05, lat: 29.05, accuracy: 100 };
  const box = boxOfFix(fix);
  const view = fit(box, SIZE);

  assert.ok(Math.abs(pixelsOf(view, 100, 29.05) - ((box.east - box.west) / 2) * view.scale) < 1e-6);
  assert.ok((box.east - box.west) / 2 > 113 && (box.east - box.west) / 2 < 116, "the plane is stretched by 1/cos of the latitude");
});

// --- what is drawn ---

test("own villages, neighbours and grids are told apart; neighbours are drawn first", () => {
  const { shapes, own: mine, home, whole, names } = shapesOf(KEPT, "990101001201");

  assert.deepEqual(shapes.map(({ kind }) => kind), ["near", "own", "grid"]);
  assert.deepEqual([mine.length, names, shapes[2].name], [1, ["云岭村"], "第1网格"]);
  assert.ok(home.east < whole.east);
});

test("villages kept by an older office: the home village is the own one, without it all are", () => {
  const old = { features: [OWN, NEXT] };

  assert.deepEqual(shapesOf(old, "990101001202").names, ["柳湾村"]);
  assert.deepEqual(shapesOf(old, "").names, ["云岭村", "柳湾村"]);
});

test("villages without polygons have names and no picture; no villages have neither", () => {
  const bare = shapesOf({ features: [{ ...OWN, geometry: null }], own: ["990101001201"] }, "");

  assert.deepEqual([bare.whole, bare.shapes, bare.names], [null, [], ["云岭村"]]);
  assert.equal(shapesOf(null, "").whole, null);
});

test("a grid is called by what its village does not say", () => {
  assert.equal(gridName(GRIDS[0], [OWN]), "第1网格");
  assert.equal(gridName({ properties: { code: "990101001201J009", name: "老街片" }, geometry: null }, [OWN]), "老街片");
  assert.equal(gridName({ properties: { code: "990101001201J009", name: "云岭村" }, geometry: null }, [OWN]), "云岭村");
});

test("names lie inside the picture and over no other; one that finds no room is left out", () => {
  const { shapes, home } = shapesOf(KEPT, "");
  const names = placeNames(shapes, fit(home, SIZE), 18);
  assert.deepEqual(names.map(({ shape }) => shape.name), ["云岭村", "第1网格"]);
  const close = zoomed(fit(home, SIZE), 4, [300, 80]);
  const [seen] = placeNames(shapes.filter(({ kind }) => kind === "own"), close, 18);
  assert.ok(isWithin(shapes[1], ...toGround(close, seen.left, seen.top)), "a village that is cut off is named where it is seen");

  const sixty = { features: Array.from({ length: 60 }, (_, index) => village(`v${String(index).padStart(2, "0")}`, `第${index}很长名字的村`, 111 + 0.004 * index)) };
  const crowded = shapesOf(sixty, "");
  const placed = placeNames(crowded.shapes, fit(crowded.whole, SIZE), 18);
  const areas = placed.map(({ shape, left, top }) => ({ left: left - (lettersOf(shape.name) * 18 * 1.15) / 2, right: left + (lettersOf(shape.name) * 18 * 1.15) / 2, top: top - 12, bottom: top + 12 }));
  assert.ok(areas.every((one, index) => areas.slice(index + 1).every((other) => !overlap(one, other))));
});

// --- marks ---

test("what waits comes first and is told once, own before near, each with its sign", () => {
  const marks = marksOf(bundle({ own_reports: [own("o"), own("w")], nearby: [nearby("o"), nearby("n"), nearby("w"), nearby("p", { lon: null, lat: null })] }), [row("w", "waiting"), row("o", "received")], named);

  assert.deepEqual(marks.map(({ id, kind, sign }) => [id, kind, sign]), [["w", "unsent", "未1"], ["o", "own", "1"], ["n", "near", "2"], ["p", "near", ""]]);
  assert.deepEqual(marks.map(({ state }) => state), ["等待发送", "办理中", "还没有办结", "还没有办结"]);
  assert.deepEqual(countsOf(marks), [["unsent", 1], ["own", 1], ["near", 2]]);
  assert.deepEqual(marks.map(({ isKept }) => isKept), [true, true, false, false]);
  assert.equal(marks[2].category, "承包地山林", "a category without a tile has the word of its group");
});

test("an own report of an office that told no point takes the phone's own or the hint's", () => {
  const bare = { lon: undefined, lat: undefined, category: undefined };
  const marks = marksOf(bundle({ own_reports: [own("a", bare), own("b", bare), own("c", bare)], nearby: [nearby("a")] }), [row("b", "received")], named);

  assert.deepEqual(marks.map(({ at }) => at !== null), [true, true, false]);
  assert.equal(marks[0].category, "其他");
});

test("without a bundle only the phone's own stand there", () => {
  assert.deepEqual(marksOf(null, [row("w", "draft")], named).map(({ state }) => state), ["草稿"]);
});

test("marks that lie together are one group, and a finger finds the nearest", () => {
  const marks = marksOf(bundle({ nearby: [nearby("a"), nearby("b", { lon: 111.051 }), nearby("c", { lon: 111.09 })] }), [], named);
  const view = fit(shapesOf(KEPT, "").home, SIZE);
  const groups = groupsOf(marks, view, 36);

  assert.deepEqual(groups.map((one) => one.marks.length), [2, 1]);
  assert.equal(groupAt(groups, groups[1].left + 20, groups[1].top, 34), groups[1]);
  assert.equal(groupAt(groups, groups[1].left + 40, groups[1].top, 34), null);
  assert.equal(groupsOf(marks, zoomed(view, 30), 36).length, 2);
});

// --- words and ways ---

test("a position is told in words: in a village, at its border, elsewhere", () => {
  const fix = { lon: 111, lat: 29, accuracy: 11.6 };
  const words = (kind, code = "x", question = "") => positionWords({ kind, code, codes: [], question }, fix, () => "云岭村");

  assert.equal(words("inside"), "您在云岭村,误差约 12 米。");
  assert.equal(words("ask", "", "云岭村还是柳湾村?"), "您在村界附近:云岭村还是柳湾村?(误差约 12 米,圆圈跨过了村界)");
  assert.equal(words("outside"), "您不在本村和邻村(误差约 12 米)。");
});

test("a report begun at a mark carries category, village and link, and its hint is shown first", () => {
  const office = bundle({ nearby: [nearby("a", { since: "2026-10-01" }), nearby("b"), nearby("c"), nearby("d")], own_reports: [own("o")] });
  const values = begunFrom("#/report/new?same=a&how=same_household", office);

  assert.deepEqual(values, { link_to: "a", link_relation: "same_household", category: "0901", village_code: "990101001201" });
  assert.equal(hintsFor({ ...emptyValues("2026-11-20T10:00:00.000Z", ""), ...values }, office.nearby)[0].id, "a");
  assert.deepEqual(begunFrom("#/report/new?same=o", office), { link_to: "o", link_relation: "other_household", category: "0901" });
  assert.deepEqual(begunFrom("#/report/new?same=gone", office), {});
  assert.deepEqual(begunFrom("#/report/new", null), {});
  assert.equal(routeOf("#/report/new?same=a").params.id, "new");
  assert.equal(routeOf("#/map").name, "map");
});
