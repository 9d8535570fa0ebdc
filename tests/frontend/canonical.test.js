import assert from "node:assert/strict";
import { test } from "node:test";
import { canonical, digestOf, newId } from "../../grid_app/static/shared/canonical.js";

test("names are ordered by their UTF-16 units, as in the example of RFC 8785", () => {
  const value = { "\u20ac": "Euro", "\r": "Return", "\ufb33": "Dalet", "1": "One", "\ud83d\ude00": "Smiley", "\u0080": "Control", "\u00f6": "Umlaut" };

  assert.deepEqual(JSON.parse(canonical(value)), value);
  assert.deepEqual([...canonical(value).matchAll(/:"(\w+)"/g)].map((found) => found[1]), ["Return", "One", "Control", "Umlaut", "Euro", "Smiley", "Dalet"]);
});

test("numbers are written as ECMAScript does", () => {
  assert.equal(canonical([333333333.33333329, 1e30, 4.5, 2e-3, 1e-27, -0, 1.0, 9007199254740991]), "[333333333.3333333,1e+30,4.5,0.002,1e-27,0,1,9007199254740991]");
});

test("what has no canonical form is refused", () => {
  for (const value of [NaN, Infinity, 2 ** 53, -(2 ** 60), "\ud800", { "\udfff": 1 }, [undefined], 1n, new Date(0), new Map()]) {
    assert.throws(() => canonical(value), TypeError);
  }
});

test("a name without a value is left out, as it is when sent", () => {
  assert.equal(canonical({ b: undefined, a: null }), '{"a":null}');
});

test("the digest is of the UTF-8 bytes", async () => {
  assert.equal(await digestOf({}), "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
});

test("ids are UUIDs of version 7 that sort by time and never repeat", () => {
  const ids = [0, 1, 1_763_700_000_000, 1_763_700_000_001, 2 ** 47].map((now) => newId(now));

  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.deepEqual([...ids].sort(), ids);
  assert.equal(new Set(Array.from({ length: 1000 }, () => newId(5))).size, 1000);
});
