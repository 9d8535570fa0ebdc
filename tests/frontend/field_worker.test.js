import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { webcrypto } from "node:crypto";
import { appOf, askStorage, describeStorage, hintFor, warningFor } from "../../grid_app/static/field/surroundings.js";
import { registerWorker } from "../../grid_app/static/field/worker.js";

const SOURCE = readFileSync(new URL("../../grid_app/static/sw.js", import.meta.url), "utf8");
const ORIGIN = "https://county.example";

async function digest(text) {
  return Buffer.from(await webcrypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toString("hex");
}

/** The worker in a world of its own: what the network gives, what is kept, which windows are open. */
async function startWorker({ network = {}, held = {}, windows = [], permission = "default", before = "" } = {}) {
  const stores = new Map();
  const cacheOf = (name) => stores.get(name) ?? stores.set(name, new Map()).get(name);
  const seen = { asked: [], shown: [], skipped: 0, sent: [], claimed: 0 };
  const listeners = {};
  const files = { "/field/": "shell", "/static/a.js": "a", ...network };
  const sha256 = { "/field/": await digest("shell"), "/static/a.js": await digest("a") };
  const list = JSON.stringify({ version: "v2", files: Object.keys(sha256), sha256 });
  const site = {
    GRID_VERSION: "v2",
    location: new URL(ORIGIN),
    importScripts: () => {},
    addEventListener: (name, listener) => (listeners[name] = listener),
    skipWaiting: async () => (seen.skipped += 1),
    registration: { active: before ? { scriptURL: before } : null, showNotification: async (title) => seen.shown.push(title) },
    clients: {
      claim: async () => (seen.claimed += 1),
      get: async (id) => windows.find((page) => page.id === id),
      matchAll: async () => windows.map((page) => ({ ...page, postMessage: (message) => seen.sent.push(message.type) })),
    },
  };
  const caches = {
    open: async (name) => ({
      put: async (path, answer) => void cacheOf(name).set(path, await answer.text()),
      match: async (path) => (cacheOf(name).has(path) ? new Response(cacheOf(name).get(path)) : undefined),
    }),
    keys: async () => [...stores.keys()],
    delete: async (name) => stores.delete(name),
  };
  const fetcher = async (asked, { cache = "default" } = {}) => {
    const path = typeof asked === "string" ? asked : new URL(asked.url).pathname;
    seen.asked.push(`${path} ${cache}`);
    if (cache === "force-cache" && path in held) return new Response(held[path]);
    const found = path === "/field/assets.json" && !("/field/assets.json" in network) ? list : files[path];
    if (found === undefined) throw new TypeError("offline");
    return new Response(found);
  };
  runInNewContext(SOURCE, { self: site, caches, fetch: fetcher, crypto: webcrypto, URL, Response: Redirecting, Headers, Notification: { permission }, console });
  const run = async (name, event = {}) => {
    let done = Promise.resolve();
    listeners[name]({ ...event, waitUntil: (promise) => (done = promise) });
    return done;
  };
  const ask = async (path, { mode = "cors", method = "GET", clientId = "", origin = ORIGIN } = {}) => {
    let answer;
    listeners.fetch({ request: { url: origin + path, method, mode }, clientId, respondWith: (promise) => (answer = promise) });
    return answer === undefined ? "untouched" : (await answer);
  };
  return { stores, seen, run, ask, files };
}

/** `Response.redirect` of a browser takes addresses of the same site. */
class Redirecting extends Response {
  static redirect(address) {
    return new Response(null, { status: 302, headers: { location: address } });
  }
}

test("a file the page has just loaded is not asked for again, an older one of the browser's is", async () => {
  const fresh = await startWorker({ held: { "/static/a.js": "a" } });
  await fresh.run("install");
  assert.deepEqual(fresh.seen.asked.slice(1), ["/field/ no-cache", "/static/a.js force-cache"]);

  const stale = await startWorker({ held: { "/static/a.js": "older" } });
  await stale.run("install");
  assert.deepEqual(stale.seen.asked.slice(1), ["/field/ no-cache", "/static/a.js force-cache", "/static/a.js reload"]);
  assert.equal(stale.stores.get("field-v2").get("/static/a.js"), "a");
});

test("a portal's page in place of a file keeps nothing of the new version", async () => {
  const worker = await startWorker({ network: { "/static/a.js": "<html>please sign in</html>" } });
  worker.stores.set("field-v1", new Map([["/field/", "old"]]));

  await assert.rejects(worker.run("install"), /not the listed file/);

  assert.deepEqual([...worker.stores.keys()], ["field-v1"]);
});

test("a list of another version is not kept under this one's name", async () => {
  const worker = await startWorker({ network: { "/field/assets.json": JSON.stringify({ version: "v3", files: [], sha256: {} }) } });

  await assert.rejects(worker.run("install"), /another version/);
});

test("a new version waits for the person and then replaces the old one", async () => {
  const worker = await startWorker();
  worker.stores.set("field-v1", new Map());
  worker.stores.set("someone-elses", new Map());

  await worker.run("install");
  assert.equal(worker.seen.skipped, 0);
  await worker.run("message", { data: { type: "take-over" } });
  await worker.run("activate");

  assert.equal(worker.seen.skipped, 1);
  assert.deepEqual([...worker.stores.keys()].sort(), ["field-v2", "someone-elses"]);
});

test("the worker that only showed pushes is replaced at once", async () => {
  const worker = await startWorker({ before: `${ORIGIN}/push-sw.js` });

  await worker.run("install");

  assert.equal(worker.seen.skipped, 1);
});

test("what is written, asked of the API, or belongs to another site is never touched", async () => {
  const worker = await startWorker();
  await worker.run("install");

  assert.equal(await worker.ask("/api/v1/field"), "untouched");
  assert.equal(await worker.ask("/field/session"), "untouched");
  assert.equal(await worker.ask("/field/assets.json"), "untouched");
  assert.equal(await worker.ask("/report", { method: "POST", mode: "navigate" }), "untouched");
  assert.equal(await worker.ask("/static/a.js", { origin: "https://elsewhere.example" }), "untouched");
});

test("the shell gets the kept files, other pages the newest and the kept ones only without a network", async () => {
  const windows = [{ id: "shell", url: `${ORIGIN}/field/#/reports` }, { id: "office", url: `${ORIGIN}/disputes` }];
  const worker = await startWorker({ windows });
  await worker.run("install");
  worker.files["/static/a.js"] = "newer";

  assert.equal(await (await worker.ask("/field/", { mode: "navigate" })).text(), "shell");
  assert.equal(await (await worker.ask("/static/a.js", { clientId: "shell" })).text(), "a");
  assert.equal(await (await worker.ask("/static/a.js", { clientId: "office" })).text(), "newer");
  delete worker.files["/static/a.js"];
  assert.equal(await (await worker.ask("/static/a.js", { clientId: "office" })).text(), "a");
  await assert.rejects(worker.ask("/static/other.js", { clientId: "office" }), /offline/);
});

test("without a network the worker's pages lead to the shell and others say so", async () => {
  const worker = await startWorker();
  await worker.run("install");

  const report = await worker.ask("/report", { mode: "navigate" });
  const office = await worker.ask("/disputes", { mode: "navigate" });

  assert.equal(report.headers.get("location"), "/field/");
  assert.equal(office.status, 503);
  assert.match(await office.text(), /现在没有网络/);
});

test("background sync asks open shells, else reminds where that is allowed, and never claims to have sent", async () => {
  const open = await startWorker({ windows: [{ id: "s", url: `${ORIGIN}/field/` }, { id: "o", url: `${ORIGIN}/` }] });
  const closed = await startWorker({ permission: "granted" });
  const silent = await startWorker({ permission: "denied" });

  for (const worker of [open, closed, silent]) await worker.run("sync", { tag: "grid-outbox" });

  assert.deepEqual([open.seen.sent, open.seen.shown], [["flush"], []]);
  assert.deepEqual([closed.seen.sent, closed.seen.shown.length], [[], 1]);
  assert.deepEqual([silent.seen.sent, silent.seen.shown], [[], []]);
});

test("a browser without workers, or one that refuses, still opens the page", async () => {
  assert.equal(await registerWorker({}), null);
  assert.equal(await registerWorker({ serviceWorker: { register: async () => Promise.reject(new Error("no")) } }), null);
});

test("an app's own browser is known by its name, the real ones are not mistaken for it", () => {
  assert.equal(appOf("Mozilla/5.0 (Linux; Android 12) MicroMessenger/8.0.50"), "微信");
  assert.equal(appOf("Mozilla/5.0 wxwork/4.1 MicroMessenger/7.0.1"), "政务微信");
  assert.equal(appOf("Mozilla/5.0 AliApp(DingTalk/7.5.0)"), "钉钉");
  assert.equal(appOf("Mozilla/5.0 (Linux; Android 13) Chrome/128 Mobile Safari/537.36"), "");
  assert.match(hintFor("微信"), /在浏览器打开/);
  assert.equal(hintFor(""), "");
});

test("missing HTTPS and a missing worker are explained, a good phone is not bothered", () => {
  assert.match(warningFor({ secure: false, worker: false }), /https/);
  assert.match(warningFor({ secure: true, worker: false }), /不能离线打开/);
  assert.equal(warningFor({ secure: true, worker: true }), "");
});

test("the browser's answer about keeping is told as it is", async () => {
  const good = await askStorage({ persist: async () => true, estimate: async () => ({ usage: 5e6, quota: 105e6 }) });
  const bad = await askStorage({ persist: async () => Promise.reject(new Error("no")), estimate: async () => Promise.reject(new Error("no")) });

  assert.deepEqual(good, { asked: true, persisted: true, usage: 5e6, quota: 105e6 });
  assert.match(describeStorage(good), /已答应.+5 MB.+100 MB/);
  assert.match(describeStorage(bad), /没有答应/);
  assert.match(describeStorage(await askStorage(undefined)), /尽快送出/);
});
