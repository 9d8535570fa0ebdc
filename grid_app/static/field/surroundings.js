// @ts-check
/** What the phone around the page allows: HTTPS, an app's own browser, lasting storage; each with a sentence. */

/** @typedef {{asked: boolean, persisted: boolean, usage: number | null, quota: number | null}} StorageAnswer */

const APPS = /** @type {const} */ ([
  ["政务微信", /wxwork/i],
  ["微信", /micromessenger/i],
  ["钉钉", /dingtalk/i],
]);

/** The app whose own browser this is, or an empty text. @param {string} userAgent */
export function appOf(userAgent) {
  return APPS.find(([, sign]) => sign.test(userAgent))?.[0] ?? "";
}

/** @param {string} app */
export function hintFor(app) {
  if (!app) return "";
  return `在${app}里可以照常上报、拍照,草稿也会保存;只是没有信号时打不开。请点右上角“…”,选“在浏览器打开”。`;
}

/** Why the page will not open without signal, or an empty text. @param {{secure: boolean, worker: boolean}} found */
export function warningFor({ secure, worker }) {
  if (!secure) return "这个网址没有加密(不是 https),所以没有信号时打不开,也不能录音、定位。请用 https 的网址打开,或联系系统管理员;联网上报不受影响。";
  if (!worker) return "这个浏览器不能离线打开本站(可能是无痕模式,或证书还没有被手机信任)。有网络时照常可用;请换用手机自带的浏览器再试。";
  return "";
}

/**
 * Ask that the browser never clears our storage by itself, and how much of it there is.
 * @param {Partial<StorageManager> | undefined} storage
 * @returns {Promise<StorageAnswer>}
 */
export async function askStorage(storage) {
  const asked = typeof storage?.persist === "function";
  const persisted = asked ? await storage.persist?.().catch(() => false) : false;
  const { usage, quota } = (await storage?.estimate?.().catch(() => null)) ?? {};
  return { asked, persisted: persisted === true, usage: usage ?? null, quota: quota ?? null };
}

/** @param {StorageAnswer} answer */
export function describeStorage({ asked, persisted, usage, quota }) {
  const megabytes = (/** @type {number} */ bytes) => `${Math.max(1, Math.round(bytes / 1_000_000))} MB`;
  const room = usage !== null && quota !== null ? `已用 ${megabytes(usage)},还可用 ${megabytes(Math.max(0, quota - usage))}。` : "";
  if (!asked) return `这个浏览器不说明会不会清理保存的内容,请有信号时尽快送出。${room}`;
  const words = persisted ? "浏览器已答应不清理保存的内容。" : "浏览器没有答应长期保存:存储不够时可能清理,请有信号时尽快送出,并把本页添加到主屏幕。";
  return words + room;
}
