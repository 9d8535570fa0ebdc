import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { runInNewContext } from "node:vm";

const SOURCE = readFileSync(new URL("../../grid_app/static/push-sw.js", import.meta.url), "utf8");
const ORIGIN = "https://county.example";
const NEW = { endpoint: "https://push.example/new", keys: { p256dh: "p", auth: "b" } };

/** The worker's script in a world that records what it does; `answers` are what the server says, an error is no network. */
function startWorker({ open = [], standing = [], answers = [], strict = false } = {}) {
  const listeners = {};
  const seen = { shown: [], opened: [], focused: [], posted: [], waits: [], closed: [], keys: [] };
  const windows = open.map((url) => ({ url, focus: async () => seen.focused.push(url) }));
  const registration = {
    getNotifications: async ({ tag }) => standing.filter((one) => one.tag === tag),
    showNotification: async (title, options) => {
      if (strict && "renotify" in options) throw new TypeError("an option of another browser");
      seen.shown.push({ title, ...options });
    },
    pushManager: {
      subscribe: async ({ applicationServerKey }) => (seen.keys.push([...applicationServerKey]), { toJSON: () => NEW, options: { applicationServerKey: applicationServerKey.buffer } }),
    },
  };
  const self = {
    location: { origin: ORIGIN },
    addEventListener: (name, listener) => (listeners[name] = listener),
    registration,
    clients: { matchAll: async () => windows, openWindow: async (url) => seen.opened.push(url) },
  };
  const fetch = async (url, { body, credentials }) => {
    seen.posted.push({ url, credentials, ...(body ? JSON.parse(body) : {}) });
    const answer = url === "/push/key" ? { ok: true, status: 200, json: async () => ({ key: "-_8A" }) } : (answers.shift() ?? 204);
    if (answer instanceof Error) throw answer;
    return typeof answer === "number" ? { status: answer, ok: answer < 300 } : answer;
  };
  const setTimeout = (work, milliseconds) => (seen.waits.push(milliseconds), void Promise.resolve().then(work));
  const silent = { warn: () => {} };
  runInNewContext(SOURCE, { self, URL, fetch, setTimeout, console: silent, Uint8Array, atob, btoa });
  const send = async (name, event) => {
    let done;
    listeners[name]({ ...event, waitUntil: (promise) => (done = promise) });
    await done;
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { seen, send, listeners };
}

const message = (fields) => ({ data: { json: () => fields } });
const click = (url) => ({ notification: { close: () => {}, data: { url } } });
const on_screen = (tag, receipt, closed = []) => ({ tag, data: { receipt }, close: () => closed.push(tag) });

test("a push without words still tells the person where to look", async () => {
  const worker = startWorker();

  await worker.send("push", { data: null });
  await worker.send("push", { data: { json: () => JSON.parse("not json") } });

  assert.equal(worker.seen.shown.length, 2);
  assert.match(worker.seen.shown[0].body, /收件箱/);
  assert.deepEqual(worker.seen.posted, []);
});

test("a push cannot send the person to another site", async () => {
  const worker = startWorker();

  await worker.send("push", message({ title: "t", body: "b", url: "https://elsewhere.example/x" }));
  await worker.send("notificationclick", click("javascript:alert(1)"));

  assert.equal(worker.seen.shown[0].data.url, `${ORIGIN}/`);
  assert.deepEqual(worker.seen.opened, [`${ORIGIN}/`]);
});

test("a push shows its words and replaces the older one of the same matter", async () => {
  const worker = startWorker();

  await worker.send("push", message({ title: "红级 3 号", body: "2 小时内确认", url: "/inbox/3", tag: "e3" }));

  const [{ title, body, tag, data, silent }] = worker.seen.shown;
  assert.deepEqual(
    { title, body, tag, url: data.url, silent },
    { title: "红级 3 号", body: "2 小时内确认", tag: "e3", url: `${ORIGIN}/inbox/3`, silent: false },
  );
});

test("a matter told again rings again; the same message that comes twice does not", async () => {
  const worker = startWorker({ standing: [on_screen("e3", "r1")] });

  await worker.send("push", message({ title: "t", body: "b", url: "/", tag: "e3", receipt: "r2" }));
  await worker.send("push", message({ title: "t", body: "b", url: "/", tag: "e3", receipt: "r1" }));

  assert.deepEqual(worker.seen.shown.map((one) => one.renotify), [true, false]);
});

test("what was shown is answered for, with nobody's cookie", async () => {
  const worker = startWorker();

  await worker.send("push", message({ title: "t", body: "b", url: "/", tag: "e3", receipt: "r" }));

  assert.deepEqual(worker.seen.posted, [{ url: "/push/receipts", credentials: "omit", receipt: "r" }]);
});

test("without a network it answers once more after a while, and a refusal is final", async () => {
  const lost = startWorker({ answers: [new Error("no network"), new Error("no network"), 204] });
  const ill = startWorker({ answers: [503, 204] });
  const refused = startWorker({ answers: [429, 204] });
  for (const worker of [lost, ill, refused]) await worker.send("push", message({ title: "t", body: "b", url: "/", receipt: "r" }));

  assert.deepEqual([lost, ill, refused].map((worker) => worker.seen.posted.length), [2, 2, 1]);
  assert.deepEqual(lost.seen.waits, [5000]);
  assert.equal(lost.seen.shown.length, 1);
});

test("a browser that refuses an option still shows the message", async () => {
  const worker = startWorker({ strict: true });

  await worker.send("push", message({ title: "t", body: "b", url: "/inbox/3", tag: "e3", receipt: "r" }));

  assert.deepEqual(worker.seen.shown.map(({ title, body, data }) => [title, body, data.url]), [["t", "b", `${ORIGIN}/inbox/3`]]);
  assert.equal(worker.seen.posted.length, 1);
});

test("a probe is shown, makes no sound, answers, and goes away by itself", async () => {
  const closed = [];
  const worker = startWorker({ standing: [on_screen("probe-1", "r", closed)] });

  await worker.send("push", message({ title: "通道自检", body: "收得到", url: "/push", tag: "probe-1", receipt: "r" }));

  assert.deepEqual(worker.seen.shown.map((one) => [one.silent, one.renotify]), [[true, false]]);
  assert.equal(worker.seen.posted.length, 1);
  assert.deepEqual(closed, ["probe-1"]);
  assert.deepEqual(worker.seen.waits, [8000]);
});

test("a click brings the open page forward, or opens it", async () => {
  const worker = startWorker({ open: [`${ORIGIN}/inbox/3`] });

  await worker.send("notificationclick", click(`${ORIGIN}/inbox/3`));
  await worker.send("notificationclick", click(`${ORIGIN}/inbox/4`));

  assert.deepEqual(worker.seen.focused, [`${ORIGIN}/inbox/3`]);
  assert.deepEqual(worker.seen.opened, [`${ORIGIN}/inbox/4`]);
});

test("a new subscription takes the place of the one that the browser ended", async () => {
  const worker = startWorker();
  const oldSubscription = { toJSON: () => ({ endpoint: "https://push.example/old", keys: { auth: "a" } }) };

  await worker.send("pushsubscriptionchange", { oldSubscription, newSubscription: null });

  assert.deepEqual(worker.seen.keys, [[251, 255, 0]]);
  const { url, credentials, ...sent } = worker.seen.posted[1];
  assert.deepEqual([url, credentials], ["/push/renewals", "omit"]);
  assert.deepEqual(sent, { endpoint: "https://push.example/old", auth: "a", subscription: { ...NEW, vapid_key: "-_8A" } });
  assert.deepEqual(worker.seen.shown, []);
});

test("where the old subscription is not known any more, a person is asked", async () => {
  const oldSubscription = { toJSON: () => ({ endpoint: "https://push.example/old", keys: { auth: "a" } }) };
  const forgotten = startWorker({ answers: [404] });
  const unsaid = startWorker();

  await forgotten.send("pushsubscriptionchange", { oldSubscription, newSubscription: { toJSON: () => NEW } });
  await unsaid.send("pushsubscriptionchange", {});

  for (const worker of [forgotten, unsaid]) {
    assert.deepEqual(worker.seen.shown.map((one) => one.data.url), [`${ORIGIN}/push`]);
  }
});

test("the worker answers no request, so it can never serve an old page", () => {
  assert.deepEqual(Object.keys(startWorker().listeners).sort(), ["notificationclick", "push", "pushsubscriptionchange"]);
});
