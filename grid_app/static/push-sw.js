// @ts-check
/** Shows a push and opens its page; it stores nothing and answers no request. */

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

/** @typedef {{title: string, body: string, url: string, tag?: string}} Message */

/** @param {PushMessageData | null} payload @returns {Message} */
function readMessage(payload) {
  const fallback = { title: "网格排查", body: "有一条提醒等您确认,请打开收件箱。", url: "/" };
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

worker.addEventListener("push", (event) => {
  const { title, body, url, tag } = readMessage(event.data);
  event.waitUntil(
    worker.registration.showNotification(title, { body, tag, lang: "zh-CN", data: { url: ownAddress(url) } }),
  );
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
