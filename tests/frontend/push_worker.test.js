import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { runInNewContext } from "node:vm";

const SOURCE = readFileSync(new URL("../../grid_app/static/push-sw.js", import.meta.url), "utf8");

/** The worker's script in a world that records what it does. */
function startWorker(openWindows = []) {
  const listeners = {};
  const seen = { shown: [], opened: [], focused: [] };
  const windows = openWindows.map((url) => ({ url, focus: async () => seen.focused.push(url) }));
  const self = {
    location: { origin: "https://county.example" },
    addEventListener: (name, listener) => (listeners[name] = listener),
    registration: { showNotification: async (title, options) => seen.shown.push({ title, ...options }) },
    clients: { matchAll: async () => windows, openWindow: async (url) => seen.opened.push(url) },
  };
  runInNewContext(SOURCE, { self, URL });
  const send = async (name, event) => {
    let done;
    listeners[name]({ ...event, waitUntil: (promise) => (done = promise) });
    await done;
  };
  return { seen, send, listeners };
}

const message = (fields) => ({ data: { json: () => fields } });
const click = (url) => ({ notification: { close: () => {}, data: { url } } });

test("a push without words still tells the person where to look", async () => {
  const worker = startWorker();

  await worker.send("push", { data: null });
  await worker.send("push", { data: { json: () => JSON.parse("not json") } });

  assert.equal(worker.seen.shown.length, 2);
  assert.match(worker.seen.shown[0].body, /收件箱/);
});

test("a push cannot send the person to another site", async () => {
  const worker = startWorker();

  await worker.send("push", message({ title: "t", body: "b", url: "https://elsewhere.example/x" }));
  await worker.send("notificationclick", click("javascript:alert(1)"));

  assert.equal(worker.seen.shown[0].data.url, "https://county.example/");
  assert.deepEqual(worker.seen.opened, ["https://county.example/"]);
});

test("a push shows its words and replaces the older one of the same matter", async () => {
  const worker = startWorker();

  await worker.send("push", message({ title: "红级 3 号", body: "2 小时内确认", url: "/inbox/3", tag: "e3" }));

  const [{ title, body, tag, data }] = worker.seen.shown;
  assert.deepEqual({ title, body, tag, url: data.url }, { title: "红级 3 号", body: "2 小时内确认", tag: "e3", url: "https://county.example/inbox/3" });
});

test("a click brings the open page forward, or opens it", async () => {
  const worker = startWorker(["https://county.example/inbox/3"]);

  await worker.send("notificationclick", click("https://county.example/inbox/3"));
  await worker.send("notificationclick", click("https://county.example/inbox/4"));

  assert.deepEqual(worker.seen.focused, ["https://county.example/inbox/3"]);
  assert.deepEqual(worker.seen.opened, ["https://county.example/inbox/4"]);
});

test("the worker answers no request, so it can never serve an old page", () => {
  assert.deepEqual(Object.keys(startWorker().listeners).sort(), ["notificationclick", "push"]);
});
