// @ts-check
/** Web push on this device: asked for on a button, tried at once, with a plain answer whatever happens. */

import { WORKER_URL } from "../field/worker.js";
import { ApiError, request } from "../shared/api.js";

export const SUBSCRIBE_MILLISECONDS = 15_000;
export const READY_MILLISECONDS = 60_000;
export const ASK_MILLISECONDS = 1500;
export const TEST_SECONDS = 130;
const NOT_FOUND = 404;

/** @typedef {"unsupported" | "denied" | "unready" | "silent" | "unreachable" | "not-saved" | "no-answer"} Reason */
/** @typedef {{url: string, testUrl: string, publicKey: string, csrf: string}} Wanted */
/** @typedef {{tone: "waiting" | "success" | "warning", text: string}} Told */
/** @typedef {(told: Told) => void} Tell */

const INBOX = "收不到推送也不会漏:提醒一直在收件箱里,没人确认会转给下一个人。";
const CHINA = "国内多数网络连不上谷歌的服务,Chrome 和多数安卓浏览器的推送都要经过它。请换 Firefox 或电脑上的 Edge 再试。";

/** @param {Reason} reason @param {string} [detail] */
export function advice(reason, detail = "") {
  const words = {
    "unsupported": `本机收不到推送:这个浏览器不支持。请换新版 Edge、Chrome 或 Firefox;苹果手机先“添加到主屏幕”再打开。${INBOX}`,
    "denied": `本机收不到推送:浏览器不允许本站发通知。请在地址栏左边的网站设置里把“通知”改成允许,再点一次。${INBOX}`,
    "unready": `推送没有开通成功:页面的文件还没有下载完。请在网络好的地方刷新本页,再点一次。${INBOX}`,
    "silent": `本机收不到推送:浏览器 15 秒没有答复,它的推送服务连不上。${CHINA}${INBOX}`,
    "unreachable": `本机收不到推送:浏览器的推送服务连不上。${CHINA}${INBOX}`,
    "not-saved": `推送没有开通成功:${detail}请再点一次。${INBOX}`,
    "no-answer": `没有试成:${detail}请过一会儿再点一次。${INBOX}`,
  };
  return words[reason];
}

/** Why this device cannot be subscribed, for the person in front of it. */
class Refused extends Error {}

/** The promise has not answered in time. */
class Late extends Error {}

/** @param {string} text base64url without padding @returns {Uint8Array<ArrayBuffer>} */
export function decodeKey(text) {
  const padded = text.replaceAll("-", "+").replaceAll("_", "/").padEnd(Math.ceil(text.length / 4) * 4, "=");
  return Uint8Array.from(atob(padded), (sign) => sign.charCodeAt(0));
}

/**
 * Whether a subscription was made with this key; where the browser does not say, it counts as such.
 * @param {Pick<PushSubscription, "options">} subscription
 * @param {string} publicKey
 */
export function isOfKey(subscription, publicKey) {
  const key = subscription.options?.applicationServerKey;
  if (!key) return true;
  const [has, wants] = [new Uint8Array(key), decodeKey(publicKey)];
  return has.length === wants.length && has.every((byte, place) => byte === wants[place]);
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
    timer = setTimeout(() => reject(new Late(`No answer within ${milliseconds} ms.`)), milliseconds);
  });
  return /** @type {Promise<T>} */ (Promise.race([promise, limit])).finally(() => clearTimeout(timer));
}

/** @param {Record<string, unknown>} [scope] the window, passed in by tests */
export function isSupported(scope = /** @type {any} */ (globalThis)) {
  const navigatorOf = /** @type {object | undefined} */ (scope.navigator);
  return Boolean(navigatorOf && "serviceWorker" in navigatorOf && "PushManager" in scope && "Notification" in scope);
}

/** The worker that shows pushes; its first installation loads what works without a network, too. */
async function workerHere() {
  const registration = await navigator.serviceWorker.register(WORKER_URL, { updateViaCache: "none" });
  await navigator.serviceWorker.ready;
  return registration;
}

/** @param {ServiceWorkerRegistration} registration @param {string} publicKey */
async function subscribeHere(registration, publicKey) {
  const before = await registration.pushManager.getSubscription();
  if (before && isOfKey(before, publicKey)) return before;
  await before?.unsubscribe();
  return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: decodeKey(publicKey) });
}

/** @param {string} publicKey @returns {Promise<PushSubscription>} */
async function subscribe(publicKey) {
  const registration = await within(workerHere(), READY_MILLISECONDS).catch(() => {
    throw new Refused(advice("unready"));
  });
  try {
    return await within(subscribeHere(registration, publicKey), SUBSCRIBE_MILLISECONDS);
  } catch (error) {
    if (error instanceof Late) throw new Refused(advice("silent"));
    throw new Refused(advice(Notification.permission === "denied" ? "denied" : "unreachable"));
  }
}

/** What the server keeps: the subscription and the key it was made with. @param {PushSubscription} subscription @param {string} publicKey */
function sent(subscription, publicKey) {
  return { ...subscription.toJSON(), vapid_key: publicKey };
}

/**
 * The subscription of this browser, kept by the server.
 * @param {Wanted} wanted
 */
async function turnOn({ url, publicKey, csrf }) {
  if ((await Notification.requestPermission()) !== "granted") throw new Refused(advice("denied"));
  const subscription = await subscribe(publicKey);
  try {
    await request(url, { body: sent(subscription, publicKey), csrf });
  } catch (error) {
    throw new Refused(advice("not-saved", sentenceOf(error)));
  }
  return subscription;
}

/** @param {unknown} error */
function sentenceOf(error) {
  return error instanceof ApiError ? error.message : "";
}

/**
 * The address that says how the test of this browser goes; a browser the server has forgotten is kept anew.
 * @param {Wanted} wanted
 * @param {PushSubscription} subscription
 * @returns {Promise<string>}
 */
async function beginTest(wanted, subscription) {
  const ask = () => request(wanted.testUrl, { body: { endpoint: subscription.endpoint }, csrf: wanted.csrf });
  const answer = await ask().catch(async (error) => {
    if (!(error instanceof ApiError) || error.status !== NOT_FOUND) throw error;
    await request(wanted.url, { body: sent(subscription, wanted.publicKey), csrf: wanted.csrf });
    return ask();
  });
  return /** @type {{url: string}} */ (answer).url;
}

/**
 * Ask how the test goes until it is over; the seconds are those of the person who waits.
 * @param {{ask: () => Promise<unknown>, tell: Tell, wait: () => Promise<unknown>, now?: () => number}} line
 * @returns {Promise<void>}
 */
export async function follow({ ask, tell, wait, now = () => Date.now() }) {
  const begun = now();
  /** @type {unknown} */
  let failure = null;
  while (now() - begun < TEST_SECONDS * 1000) {
    try {
      const { is_over, tone, text } = /** @type {Told & {is_over: boolean}} */ (await ask());
      failure = null;
      if (is_over) return tell({ tone, text });
      tell({ tone: "waiting", text: `${text}(${Math.round((now() - begun) / 1000)} 秒)` });
    } catch (error) {
      failure = error;
    }
    await wait();
  }
  tell({ tone: "warning", text: advice("no-answer", sentenceOf(failure)) });
}

/**
 * @param {Wanted} wanted
 * @param {Tell} tell
 */
async function turnOnAndTry(wanted, tell) {
  tell({ tone: "waiting", text: "正在开通,最多等 15 秒…" });
  try {
    const subscription = await turnOn(wanted);
    document.querySelector("[data-push-none]")?.setAttribute("hidden", "");
    tell({ tone: "waiting", text: "已开通,正在发一条测试通知…" });
    const address = await beginTest(wanted, subscription);
    const wait = () => new Promise((resolve) => setTimeout(resolve, ASK_MILLISECONDS));
    await follow({ ask: () => request(address), tell, wait });
  } catch (error) {
    const text = error instanceof Refused ? error.message : advice("no-answer", sentenceOf(error));
    tell({ tone: "warning", text });
  }
}

/**
 * What the page can say before anybody asks; a subscription under an old key is made anew where that needs no question.
 * @param {Wanted} wanted
 * @returns {Promise<Told | null>}
 */
async function standing(wanted) {
  if (Notification.permission === "denied") return { tone: "warning", text: advice("denied") };
  const registration = await navigator.serviceWorker.getRegistration();
  const subscription = await registration?.pushManager.getSubscription();
  if (!subscription || Notification.permission !== "granted") return null;
  if (isOfKey(subscription, wanted.publicKey)) return { tone: "success", text: "这台设备已开通。想知道现在收不收得到,请点“试一试”。" };
  await turnOn(wanted);
  return { tone: "success", text: "服务器换了推送密钥,这台设备已经重新开通。请点“试一试”。" };
}

/** @param {HTMLElement} element @returns {Tell} */
function teller(element) {
  const status = element.querySelector("[data-push-status]");
  return ({ tone, text }) => {
    if (!(status instanceof HTMLElement)) return;
    status.className = tone === "waiting" ? "push-status" : `push-status notice notice-${tone}`;
    status.textContent = text;
  };
}

/** @param {HTMLElement} element */
export function startPush(element) {
  const button = element.querySelector("[data-push-button]");
  const { url, testUrl = "", publicKey, csrf = "" } = element.dataset;
  if (!(button instanceof HTMLButtonElement) || !url || !publicKey) return;
  const tell = teller(element);
  const wanted = { url, testUrl, publicKey, csrf };
  element.hidden = false;
  if (!isSupported()) {
    button.hidden = true;
    tell({ tone: "warning", text: advice("unsupported") });
    return;
  }
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    await turnOnAndTry(wanted, tell);
    button.removeAttribute("aria-busy");
  });
  standing(wanted).then(
    (told) => {
      if (!told || button.getAttribute("aria-busy") === "true") return;
      tell(told);
      if (told.tone === "success") button.textContent = "试一试";
    },
    (error) => tell({ tone: "warning", text: error instanceof Refused ? error.message : advice("unreachable") }),
  );
}
