// @ts-check
/**
 * The one service worker of the site: keeps the shell of the field app whole or not at all, gives it out first, and
 * never keeps an answer about people. Begins with its version (`self.GRID_VERSION`); pushes are handled by push-sw.js.
 */

const site = /** @type {ServiceWorkerGlobalScope & {GRID_VERSION: string}} */ (/** @type {unknown} */ (self));

const PREFIX = "field-";
const KEPT = `${PREFIX}${site.GRID_VERSION}`;
const SHELL = "/field/";
const ASSETS = "/field/assets.json";
const OUTBOX_TAG = "grid-outbox";
/** Without a network these pages lead to the shell; every other page gets a sentence. */
const LEAD_TO_SHELL = /^\/(?:|field|report|report\/mine|rounds\/answer|sign-in)$/;
const CARRIED = ["content-type", "content-security-policy", "permissions-policy", "x-content-type-options", "referrer-policy"];
const NO_NETWORK = `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>现在没有网络 - 网格排查</title>
<link rel="stylesheet" href="/static/css/tokens.css"><link rel="stylesheet" href="/static/css/base.css">
<link rel="stylesheet" href="/static/css/field.css"></head><body class="field"><main class="content"><h1>现在没有网络</h1>
<p>这个页面要有网络才能打开。已经保存的内容都还在,等有信号了再打开一次。</p>
<p class="button-row"><a class="button button-primary" href="">再试一次</a><a class="button button-secondary" href="/field/">离线上报</a></p>
</main></body></html>`;

site.importScripts("/push-sw.js");

/** @param {ArrayBuffer} bytes */
async function digestOf(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The file at `path`, or null when its content is not the listed one. @param {string} path @param {string} digest @param {RequestCache} cache */
async function fetchListed(path, digest, cache) {
  const answer = await fetch(path, { cache, credentials: "omit" });
  const bytes = await answer.arrayBuffer();
  return answer.ok && !answer.redirected && (await digestOf(bytes)) === digest ? { answer, bytes } : null;
}

/** What the page has just loaded is not asked for again: whatever the browser holds, the digest decides. @param {string} path @param {string} digest */
async function fetchWhole(path, digest) {
  const first = path === SHELL ? "no-cache" : "force-cache"; // the page's own headers matter too
  const found = (await fetchListed(path, digest, first)) ?? (await fetchListed(path, digest, "reload"));
  if (!found) throw new Error(`${path} is not the listed file.`);
  const { answer, bytes } = found;
  const headers = new Headers();
  for (const name of CARRIED) headers.set(name, answer.headers.get(name) ?? "");
  return /** @type {const} */ ([path, new Response(bytes, { headers })]);
}

/** Keep every file of the list; when one is missing, nothing of this version is kept and the old one goes on. */
async function keepAll() {
  const answer = await fetch(ASSETS, { cache: "no-store", credentials: "omit" });
  /** @type {{version: string, files: string[], sha256: Record<string, string>}} */
  const list = await answer.json();
  if (list.version !== site.GRID_VERSION) throw new Error("The list is of another version; the browser tries again later.");
  const files = await Promise.all(list.files.map((path) => fetchWhole(path, list.sha256[path] ?? "")));
  const cache = await caches.open(KEPT);
  try {
    await Promise.all(files.map(([path, file]) => cache.put(path, file)));
  } catch (error) {
    await caches.delete(KEPT);
    throw error;
  }
}

async function install() {
  await keepAll();
  const before = site.registration.active?.scriptURL ?? "";
  if (before.endsWith("/push-sw.js")) await site.skipWaiting(); // it serves no page, so none can break
}

async function activate() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== KEPT).map((name) => caches.delete(name)));
  await site.clients.claim();
}

/** @param {string} path */
async function kept(path) {
  return (await caches.open(KEPT)).match(path, { ignoreVary: true });
}

/** @param {string} address */
function isShell(address) {
  const path = new URL(address).pathname;
  return path === SHELL || path === "/field";
}

/** @param {Request} request */
async function openPage(request) {
  if (isShell(request.url)) return (await kept(SHELL)) ?? fetch(request);
  try {
    return await fetch(request);
  } catch {
    if (LEAD_TO_SHELL.test(new URL(request.url).pathname)) return Response.redirect(SHELL);
    const policy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'";
    return new Response(NO_NETWORK, { status: 503, headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": policy } });
  }
}

/** A file of the shell comes from what is kept; other pages get the newest and the kept one only without a network. @param {FetchEvent} event */
async function giveFile({ request, clientId }) {
  const file = await kept(new URL(request.url).pathname);
  if (!file) return fetch(request);
  const page = clientId ? await site.clients.get(clientId) : undefined;
  if (page && isShell(page.url)) return file;
  return fetch(request).catch(() => file);
}

/** Open shells send what waits; without one only a notification can remind, since the key may be locked by a PIN. */
async function sendWaiting() {
  const windows = await site.clients.matchAll({ type: "window", includeUncontrolled: true });
  const shells = windows.filter((page) => isShell(page.url));
  for (const page of shells) page.postMessage({ type: "flush" });
  if (shells.length > 0 || Notification.permission !== "granted") return;
  await site.registration.showNotification("有上报还没送出", {
    body: "现在有信号了。打开“离线上报”就会自动送出;内容都还在手机上。",
    tag: OUTBOX_TAG,
    lang: "zh-CN",
    data: { url: `${site.location.origin}${SHELL}` },
  });
}

site.addEventListener("install", (event) => event.waitUntil(install()));
site.addEventListener("activate", (event) => event.waitUntil(activate()));
site.addEventListener("message", (event) => {
  if (event.data?.type === "take-over") void site.skipWaiting();
});
site.addEventListener("sync", (event) => {
  const asked = /** @type {ExtendableEvent & {tag: string}} */ (event);
  if (asked.tag === OUTBOX_TAG) asked.waitUntil(sendWaiting());
});
site.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== site.location.origin) return;
  if (request.mode === "navigate") event.respondWith(openPage(request));
  else if (pathname.startsWith("/static/") || pathname === "/field/manifest.webmanifest") event.respondWith(giveFile(event));
});
