import assert from "node:assert/strict";
import { test } from "node:test";
import { collect, draftKey, forget, readDraft, restore } from "../../grid_app/static/field/draft.js";

function memory(entries = {}) {
  const held = new Map(Object.entries(entries));
  return {
    held,
    get length() {
      return held.size;
    },
    key: (index) => [...held.keys()][index] ?? null,
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, value) => held.set(key, value),
    removeItem: (key) => held.delete(key),
  };
}

const draftOf = (id) => JSON.stringify({ id, fields: { summary: ["路灯不亮"] } });

test("secrets, files and the report id itself are not kept as fields", () => {
  const controls = [
    { name: "csrf_token", type: "hidden", value: "t" },
    { name: "report_id", type: "hidden", value: "r1" },
    { name: "pin", type: "password", value: "1234" },
    { name: "photo", type: "file", value: "C:\\fakepath\\a.jpg" },
    { name: "", type: "submit", value: "" },
    { name: "summary", type: "textarea", value: "路灯不亮" },
  ];

  assert.deepEqual(collect(controls, "report_id"), { summary: ["路灯不亮"] });
});

test("only the receipt of the same report clears its draft", () => {
  const storage = memory({ "draft:7:/report": draftOf("r1"), "draft:7:/other": draftOf("r2"), "theme": "r1" });

  forget(storage, "r3");
  assert.equal(storage.length, 3);

  forget(storage, "r1");
  assert.deepEqual([...storage.held.keys()], ["draft:7:/other", "theme"]);
});

test("a draft of one account is out of reach for the next one on the same phone", () => {
  assert.notEqual(draftKey("7", "/report"), draftKey("8", "/report"));
});

test("a broken draft is as good as none", () => {
  const storage = memory({ a: "{", b: "null", c: JSON.stringify({ id: 3, fields: {} }), d: JSON.stringify({ id: "x" }) });

  for (const key of ["a", "b", "c", "d", "missing"]) assert.equal(readDraft(storage, key), null);
});

test("what was typed and ticked comes back, and nothing else is touched", () => {
  const typed = [
    { name: "summary", type: "textarea", value: "路灯不亮" },
    { name: "danger", type: "radio", value: "no", checked: false },
    { name: "danger", type: "radio", value: "yes", checked: true },
    { name: "help", type: "checkbox", value: "mediate", checked: false },
    { name: "line", type: "text", value: "一" },
    { name: "line", type: "text", value: "二" },
  ];
  const fresh = typed.map((control) => ({ ...control, value: control.type === "radio" || control.type === "checkbox" ? control.value : "", checked: control.name === "help" }));
  fresh.push({ name: "csrf_token", type: "hidden", value: "new" });

  restore(fresh, collect(typed, "report_id"));

  assert.deepEqual(fresh.slice(0, 6), typed.map((control) => ({ ...control, checked: control.checked ?? false })));
  assert.equal(fresh[6].value, "new");
});
