// @ts-check
/** The service worker as the page sees it: registering, an update that waits for the person, sending in the background. */

export const WORKER_URL = "/sw.js";
export const OUTBOX_TAG = "grid-outbox";
const LOOK_AGAIN_MILLISECONDS = 60 * 60 * 1000;

/**
 * The registration, or `null` where there can be none (no HTTPS, an app's own browser, private mode); it also takes the
 * place of the worker that once showed pushes only, without ending a subscription.
 * @param {Partial<Navigator>} [navigatorOf]
 * @returns {Promise<ServiceWorkerRegistration | null>}
 */
export async function registerWorker(navigatorOf = navigator) {
  if (!navigatorOf.serviceWorker) return null;
  try {
    return await navigatorOf.serviceWorker.register(WORKER_URL, { scope: "/", updateViaCache: "none" });
  } catch (error) {
    console.warn("The service worker was not registered; the site works with a network only.", error);
    return null;
  }
}

/**
 * Tell when a new version is whole and waits; a first installation is none.
 * @param {ServiceWorkerRegistration} registration
 * @param {(waiting: ServiceWorker) => void} onWaiting
 */
export function watchUpdates(registration, onWaiting) {
  const look = () => {
    if (registration.waiting && registration.active) onWaiting(registration.waiting);
  };
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", look));
  look();
  setInterval(() => void registration.update().catch(() => {}), LOOK_AGAIN_MILLISECONDS);
}

/** Let the waiting version take over, then open the page anew in it. @param {ServiceWorker} waiting */
export function takeOver(waiting) {
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  waiting.postMessage({ type: "take-over" });
}

/** Ask the browser to wake us when signal returns; `false` where it cannot, which loses nothing but that chance. */
export async function requestSync() {
  try {
    const registration = /** @type {any} */ (await navigator.serviceWorker?.getRegistration());
    if (!registration?.sync) return false;
    await registration.sync.register(OUTBOX_TAG);
    return true;
  } catch {
    return false;
  }
}

/** On an online page: keep the shell, so that it opens without signal next time. @param {HTMLElement} element */
export async function startWorker(element) {
  if (!(await registerWorker())) return;
  await navigator.serviceWorker.ready;
  element.hidden = false;
  element.textContent = "已保存到这部手机:没有信号也能打开。";
}
