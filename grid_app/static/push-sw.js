// @ts-check
/**
 * Shows a push, says that it was shown, and opens its page; it stores nothing and answers no request.
 * Every push is shown, also one that cannot be read: browsers take push away from those who keep silent.
 */

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

const RECEIPTS = "/push/receipts";
const RENEWALS = "/push/renewals";
const KEY = "/push/key";
const PROBE = "probe-";
const AGAIN_MILLISECONDS = 5000;
const QUIET_MILLISECONDS = 8000;
const LOST = {
  title: "推送要重新开通",
  body: "浏览器换了推送的地址。请打开“本机推送”再开通一次;提醒都还在收件箱里。",
  tag: "push-lost",
  lang: "zh-CN",
  data: { url: `${worker.location.origin}/push` },
};

/** @typedef {{title: string, body: string, url: string, tag?: string, receipt?: string}} Message */

/** @param {PushMessageData | null} payload @returns {Message} */
function readMessage(payload) {
  const fallback = { title: "网格排查", body: "有一条提醒等您确认,请打开收件箱。", url: "/", tag: "unread" };
  try {
    return { ...fallback, ...payload?.json() };
  } catch {
    return fallback;
  }
}

/** The address inside our own site; anything else becomes the first page. @param {unknown} url */
function ownAddress(url) {
  const wanted = new URL(typeof url === "string" ? url : "/", worker.location.origin);
  return wanted.origin === worker.location.origin ? wanted.href : `${worker.location.origin}/`;
}

/** The notifications of a matter that stand on the screen. @param {string} tag @returns {Promise<Notification[]>} */
async function standing(tag) {
  try {
    return await worker.registration.getNotifications({ tag });
  } catch {
    return [];
  }
}

/**
 * A matter that is told again rings again, the same message that comes a second time does not; a probe never rings.
 * @param {Message} message
 */
async function optionsOf({ body, tag = "", url, receipt }) {
  const isProbe = tag.startsWith(PROBE);
  const before = await standing(tag);
  const isRepeat = before.some((one) => Boolean(receipt) && one.data?.receipt === receipt);
  const renotify = Boolean(tag) && !isProbe && !isRepeat;
  return { body, tag, lang: "zh-CN", silent: isProbe, renotify, data: { url: ownAddress(url), receipt } };
}

/** @param {Message} message */
async function show(message) {
  try {
    await worker.registration.showNotification(message.title, await optionsOf(message));
  } catch (error) {
    console.warn("Shown without its options.", error);
    await worker.registration.showNotification(message.title, { body: message.body, data: { url: ownAddress(message.url) } });
  }
}

/** @param {string} address @param {unknown} content */
function post(address, content) {
  return fetch(address, {
    method: "POST",
    credentials: "omit",
    cache: "no-store",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(content),
  });
}

/** Say that it was shown; without a network once more after a while. @param {string | undefined} receipt */
async function answer(receipt) {
  if (!receipt) return;
  try {
    const { status } = await post(RECEIPTS, { receipt });
    if (status < 500) return;
  } catch {
    // no network just now
  }
  await new Promise((resolve) => setTimeout(resolve, AGAIN_MILLISECONDS));
  await post(RECEIPTS, { receipt }).catch(() => {});
}

/** A probe goes away by itself, once its event is over: browsers count what stands on the screen then. @param {string} tag */
function closeSoon(tag) {
  setTimeout(async () => {
    for (const shown of await standing(tag)) shown.close();
  }, QUIET_MILLISECONDS);
}

/** @param {PushMessageData | null} payload */
async function take(payload) {
  const message = readMessage(payload);
  await show(message);
  await answer(message.receipt);
  if (message.tag?.startsWith(PROBE)) closeSoon(message.tag);
}

/** @param {string} text base64url without padding */
function bytesOf(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
}

/** @param {ArrayBuffer | null | undefined} bytes */
function textOf(bytes) {
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes ?? [])));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function subscribeAnew() {
  const { key } = await (await fetch(KEY, { credentials: "omit", cache: "no-store" })).json();
  return worker.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(key) });
}

/**
 * The browser ended a subscription: the new one takes its place, or a person is asked to switch push on again.
 * @param {{oldSubscription?: PushSubscription | null, newSubscription?: PushSubscription | null}} change
 */
async function renew({ oldSubscription, newSubscription }) {
  try {
    const old = oldSubscription?.toJSON();
    if (!old?.endpoint) throw new Error("The browser does not say which subscription it was.");
    const now = newSubscription ?? (await subscribeAnew());
    const subscription = { ...now.toJSON(), vapid_key: textOf(now.options?.applicationServerKey) };
    const { ok } = await post(RENEWALS, { endpoint: old.endpoint, auth: old.keys?.auth, subscription });
    if (!ok) throw new Error("The server does not know the old subscription.");
  } catch (error) {
    console.warn("Push has to be switched on again.", error);
    await worker.registration.showNotification(LOST.title, LOST);
  }
}

worker.addEventListener("push", (event) => event.waitUntil(take(event.data)));

worker.addEventListener("pushsubscriptionchange", (event) => {
  const change = /** @type {ExtendableEvent & {oldSubscription?: PushSubscription, newSubscription?: PushSubscription}} */ (event);
  change.waitUntil(renew(change));
});

worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = ownAddress(event.notification.data?.url);
  event.waitUntil(
    worker.clients.matchAll({ type: "window", includeUncontrolled: true }).then((windows) => {
      const open = windows.find((window) => window.url === url);
      return open ? open.focus() : worker.clients.openWindow(url);
    }),
  );
});
