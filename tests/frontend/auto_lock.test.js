/** A phone that was put away asks for the PIN again; one that was only looked away from does not. */

import assert from "node:assert/strict";
import test from "node:test";

import { AWAY_MILLISECONDS, lockWhenLeft } from "../../grid_app/static/field/auto_lock.js";

function stage({ hasPin = true } = {}) {
  const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
  const told = { locks: 0, shown: 0, at: 1_000_000_000 };
  const vault = { hasPin, get isLocked() { return told.locks > 0; }, lock: () => void (told.locks += 1) };
  const end = lockWhenLeft(vault, () => void (told.shown += 1), { page, now: () => told.at });
  const away = (milliseconds) => {
    page.visibilityState = "hidden";
    page.dispatchEvent(new Event("visibilitychange"));
    told.at += milliseconds;
    page.visibilityState = "visible";
    page.dispatchEvent(new Event("visibilitychange"));
  };
  return { told, away, end };
}

test("coming back after five minutes asks for the PIN", () => {
  const { told, away } = stage();
  away(AWAY_MILLISECONDS - 1);
  assert.deepEqual([told.locks, told.shown], [0, 0]);
  away(AWAY_MILLISECONDS);
  assert.deepEqual([told.locks, told.shown], [1, 1]);
});

test("a clock that was set back while away keeps nothing open", () => {
  const { told, away } = stage();
  away(-24 * 3_600_000);
  assert.equal(told.locks, 1);
});

test("without a PIN there is nothing to lock, and after its end nothing happens", () => {
  const open = stage({ hasPin: false });
  open.away(AWAY_MILLISECONDS);
  assert.deepEqual([open.told.locks, open.told.shown], [0, 0]);
  const ended = stage();
  ended.end();
  ended.away(AWAY_MILLISECONDS);
  assert.equal(ended.told.locks, 0);
});
