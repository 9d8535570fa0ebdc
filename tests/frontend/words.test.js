/** Times on the phone are those of China, wherever the phone thinks it is: the office writes the same ones. */

import assert from "node:assert/strict";
import test from "node:test";

process.env.TZ = "America/New_York";
const { clockWords, dayWords, localDay, timeWords } = await import("../../grid_app/static/field/words.js");

test("a phone set to another time zone shows the time of China", () => {
  assert.equal(new Date("2026-07-01T12:00:00Z").getHours(), 8, "the test itself runs in another zone");
  assert.equal(timeWords("2026-11-22T06:04:28Z"), "11月22日(周日) 14:04");
  assert.equal(clockWords(new Date("2026-11-22T06:04:28Z")), "14:04:28");
});

test("the day turns at midnight in China", () => {
  assert.equal(dayWords("2026-12-31T16:00:00Z"), "1月1日(周五)");
  assert.equal(localDay(new Date("2026-12-31T15:59:59Z")), "2026-12-31");
  assert.equal(localDay(new Date("2026-12-31T16:00:00Z")), "2027-01-01");
});

test("a bare day is that day, and no moment is no words", () => {
  assert.equal(dayWords("2026-02-28"), "2月28日(周六)");
  assert.equal(timeWords(null), "");
  assert.equal(dayWords("bald"), "");
});
