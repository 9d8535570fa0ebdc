// @ts-check
/** Web push on this device: asked for on a button, with a plain answer whatever happens. */

import { WORKER_URL } from "../field/worker.js";
import { request } from "../shared/api.js";

export const SUBSCRIBE_MILLISECONDS = 10_000;

/** @typedef {"unsupported" | "denied" | "unreachable" | "not-saved"} Reason */

const INBOX = "提醒不会丢:收件箱里一直有,没人确认会转给下一个人。";

/** @param {Reason} reason @param {string} [detail] */
export function advice(reason, detail = "") {
  const words = {
    "unsupported": `本机收不到推送:这个浏览器不支持。请换新版 Edge、Chrome 或 Firefox;苹果手机先“添加到主屏幕”再打开。${INBOX}`,
    "denied": `本机收不到推送:浏览器不允许本站发通知。请在地址栏左边的网站设置里把“通知”改成允许,再点一次。${INBOX}`,
    "unreachable": `本机收不到推送:浏览器的推送服务连不上。换个网络再试,或换一台设备。${INBOX}`,
    "not-saved": `推送没有开通成功:${detail}请再点一次。${INBOX}`,
  };
  return words[reason];
}

/** @param {string} text base64url without padding @returns {Uint8Array<ArrayBuffer>} */
export function decodeKey(text) {
  const padded = text.replaceAll("-", "+").replaceAll("_", "/").padEnd(Math.ceil(text.length / 4) * 4, "=");
  return Uint8Array.from(atob(padded), (sign) => sign.charCodeAt(0));
}

/**
 * What the promise gives, or an error when it has not answered in time.
 * @template T
 * @param {Promise<T>} promise
 * @param {number} milliseconds
 * @returns {Promise<T>}
 */
export function within(promise, milliseconds) {
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${milliseconds} ms.`)), milliseconds);
  });
  return /** @type {Promise<T>} */ (Promise.race([promise, limit])).finally(() => clearTimeout(timer));
}

/** @param {Record<string, unknown>} [scope] the window, passed in by tests */
export function isSupported(scope = /** @type {any} */ (globalThis)) {
  const navigatorOf = /** @type {object | undefined} */ (scope.navigator);
  return Boolean(navigatorOf && "serviceWorker" in navigatorOf && "PushManager" in scope && "Notification" in scope);
}

/** @param {string} publicKey */
async function subscribe(publicKey) {
  const registration = await navigator.serviceWorker.register(WORKER_URL, { updateViaCache: "none" });
  await navigator.serviceWorker.ready;
  return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: decodeKey(publicKey) });
}

/**
 * @param {{url: string, publicKey: string, csrf: string}} wanted
 * @returns {Promise<string>} what to tell the person
 */
async function turnOn({ url, publicKey, csrf }) {
  if ((await Notification.requestPermission()) !== "granted") return advice("denied");
  /** @type {PushSubscription} */
  let subscription;
  try {
    subscription = await within(subscribe(publicKey), SUBSCRIBE_MILLISECONDS);
  } catch {
    return advice("unreachable");
  }
  try {
    await request(url, { body: subscription.toJSON(), csrf });
  } catch (error) {
    return advice("not-saved", error instanceof Error ? error.message : "");
  }
  return "已开通:有提醒时这台设备会弹出通知。";
}

/** @param {HTMLElement} element */
export function startPush(element) {
  const button = element.querySelector("[data-push-button]");
  const status = element.querySelector("[data-push-status]");
  const { url, publicKey, csrf } = element.dataset;
  if (!(button instanceof HTMLButtonElement) || !status || !url || !publicKey) return;
  element.hidden = false;
  if (!isSupported()) {
    button.hidden = true;
    status.textContent = advice("unsupported");
    return;
  }
  button.addEventListener("click", async () => {
    button.setAttribute("aria-busy", "true");
    status.textContent = "正在开通,最多等 10 秒…";
    status.textContent = await turnOn({ url, publicKey, csrf: csrf ?? "" });
    button.removeAttribute("aria-busy");
  });
}
