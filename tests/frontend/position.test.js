import assert from "node:assert/strict";
import { test } from "node:test";
import { better, describe, describeFailure, findPosition } from "../../grid_app/static/field/position.js";

/** A phone that gives these answers, one after the other. */
function phone(answers) {
  const cleared = [];
  return {
    cleared,
    watchPosition(onFix, onError) {
      for (const answer of answers) {
        if ("code" in answer) queueMicrotask(() => onError(answer));
        else queueMicrotask(() => onFix({ coords: { longitude: answer.lon, latitude: answer.lat, accuracy: answer.accuracy } }));
      }
      return 7;
    },
    clearWatch(id) {
      cleared.push(id);
    },
  };
}

test("a phone that refuses to tell its place ends the search at once", async () => {
  const found = await findPosition({ geolocation: phone([{ code: 1 }]), onBetter: () => assert.fail("no fix came") });

  assert.equal(found, 1);
});

test("a phone that finds nothing ends the search when the time is over", async () => {
  const geolocation = phone([{ code: 2 }]);

  const found = await findPosition({ geolocation, onBetter: () => assert.fail("no fix came"), milliseconds: 5 });

  assert.equal(found, 3);
  assert.deepEqual(geolocation.cleared, [7]);
});

test("the most exact fix within the time is taken, not the last", async () => {
  const told = [];
  const fixes = [
    { lon: 111.1, lat: 29.1, accuracy: 80 },
    { lon: 111.2, lat: 29.2, accuracy: 25 },
    { lon: 111.3, lat: 29.3, accuracy: 300 },
  ];

  const found = await findPosition({ geolocation: phone(fixes), onBetter: (fix) => told.push(fix.accuracy), milliseconds: 5 });

  assert.deepEqual(found, fixes[1]);
  assert.deepEqual(told, [80, 25]);
});

test("a fix that is good enough ends the search early", async () => {
  const found = await findPosition({ geolocation: phone([{ lon: 111, lat: 29, accuracy: 9 }]), onBetter: () => {}, milliseconds: 60_000 });

  assert.equal(found.accuracy, 9);
});

test("an equally exact later fix does not replace the first", () => {
  const first = { lon: 1, lat: 1, accuracy: 20 };

  assert.equal(better(first, { lon: 2, lat: 2, accuracy: 20 }), first);
});

test("the words give the accuracy, and send the person to the map when it is too poor", () => {
  assert.equal(describe({ lon: 1, lat: 1, accuracy: 34.6 }), "已定位,误差约 35 米。");
  assert.match(describe({ lon: 1, lat: 1, accuracy: 2000 }), /请在地图上点一下/);
});

test("a failure never sounds as if the form were stuck", () => {
  assert.match(describeFailure(1), /没有允许定位.*不定位也能提交/);
  assert.match(describeFailure(3), /没有收到定位信号.*不定位也能提交/);
});
