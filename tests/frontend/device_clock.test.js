import assert from "node:assert/strict";
import { test } from "node:test";
import { startDeviceClock } from "../../grid_app/static/office/device_clock.js";

class Field extends EventTarget {
  value = "";
  form = new EventTarget();
}

test("what the device's clock shows is sent when the form is, and nothing before", () => {
  globalThis.HTMLInputElement = Field;
  const field = new Field();

  startDeviceClock(field, () => new Date("2026-11-20T02:07:00Z"));
  assert.equal(field.value, "");
  field.form.dispatchEvent(new Event("submit"));

  assert.equal(field.value, "2026-11-20T02:07:00.000Z");
});
