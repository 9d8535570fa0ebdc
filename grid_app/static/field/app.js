// @ts-check
/** Starts the field app: the worker that keeps it, what the phone allows, the screens, and updates that wait. */

import { appOf, askStorage, describeStorage, hintFor, warningFor } from "./surroundings.js";
import { registerWorker, requestSync, takeOver, watchUpdates } from "./worker.js";

/** @typedef {import("./surroundings.js").StorageAnswer} StorageAnswer */
/**
 * @typedef {object} Shell
 * @property {(sentence: string, kind?: "" | "warning" | "danger") => void} say writes the line of state
 * @property {(() => Promise<StorageAnswer>)} storage
 * @property {typeof describeStorage} describeStorage
 * @property {typeof requestSync} requestSync
 * @property {string} app the app whose own browser this is, or empty
 * @property {boolean} secure
 * @property {boolean} worksOffline
 */

const OPENING = "正在打开…";
const FIRST_SCREEN_MILLISECONDS = 20_000;
/** Where something is being typed or recorded: no update is offered there. */
const WRITING = /^#\/(?:report|round|visit|register|unlock)\b/;

const CLEARED =
  "手机上保存的内容刚刚被清掉了,可能是清理软件或浏览器设置做的。正在写的这一件已经重新保存;以前没发出去的可能没有了,请对照“我的上报”补报一次,并关掉会清理浏览器数据的应用。";

/** @param {string} id */
const part = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** @param {string} id @param {string} sentence */
function note(id, sentence) {
  part(id).textContent = sentence;
  part(id).hidden = sentence === "";
}

/** @type {Shell["say"]} */
function say(sentence, kind = "") {
  part("field-status").textContent = sentence;
  part("field-status").dataset.kind = kind;
}

/** @returns {Promise<StorageAnswer>} */
async function storage() {
  const answer = await askStorage(navigator.storage);
  window.dispatchEvent(new CustomEvent("field-storage", { detail: answer }));
  return answer;
}

/** @type {Shell} */
export const shell = {
  say, storage, describeStorage, requestSync,
  app: appOf(navigator.userAgent), secure: window.isSecureContext, worksOffline: false,
};

/** @type {ServiceWorker | null} */
let waiting = null;

function offerUpdate() {
  part("field-update").hidden = waiting === null || WRITING.test(location.hash);
}

function watchWorker(/** @type {ServiceWorkerRegistration} */ registration) {
  watchUpdates(registration, (found) => {
    waiting = found;
    offerUpdate();
  });
  part("field-update").querySelector("button")?.addEventListener("click", () => waiting && takeOver(waiting));
  window.addEventListener("hashchange", offerUpdate);
  navigator.serviceWorker.addEventListener("message", (event) => {
    if (event.data?.type === "flush") window.dispatchEvent(new CustomEvent("field-flush"));
  });
}

/** Tells that the first screen is there, or will not be. */
let markShown = () => {};
/** On a slow line the worker would take half of it away from the first screen. @type {Promise<unknown>} */
const shown = new Promise((resolve) => {
  markShown = () => resolve(undefined);
  setTimeout(markShown, FIRST_SCREEN_MILLISECONDS);
});

/** Keep the app on this phone, and say in one line when it cannot be. */
async function keepApp() {
  note("field-hint", hintFor(shell.app));
  await shown;
  const registration = await registerWorker();
  const warning = warningFor({ secure: shell.secure, worker: registration !== null });
  note("field-warning", shell.app && shell.secure ? "" : warning);
  if (!registration) return void (part("field-status").textContent === OPENING && say(""));
  watchWorker(registration);
  await navigator.serviceWorker.ready;
  shell.worksOffline = shell.app === ""; // an app's own browser may forget what was kept at any time
  if (part("field-status").textContent === OPENING) say(shell.worksOffline ? "没有信号也能打开。" : "");
}

/** @param {unknown} error */
function showFailure(error) {
  console.warn("The screens did not start.", error);
  const heading = document.createElement("h1");
  heading.textContent = "没有打开";
  const words = document.createElement("p");
  words.textContent = error instanceof Error && /[\u4e00-\u9fff]/.test(error.message) ? error.message : "这一页没有打开,请关掉再打开一次。已经保存的内容都还在手机上。";
  const way = document.createElement("p");
  const link = document.createElement("a");
  link.className = "button button-primary";
  link.href = "/report";
  link.textContent = "改用联网上报";
  way.append(link);
  part("screen").replaceChildren(heading, words, way);
}

async function showScreens() {
  const [{ openContext }, routes, { lockWhenLeft }] = await Promise.all([import("./context.js"), import("./routes.js"), import("./auto_lock.js")]);
  const context = Object.assign(await openContext({ say }), { shell });
  const show = () => routes.showRoute(location.hash || "#/", part("screen"), context).catch(showFailure);
  window.addEventListener("hashchange", show);
  lockWhenLeft(context.vault, show);
  window.addEventListener("field-queued", () => void requestSync());
  window.addEventListener("field-storage-cleared", () => {
    note("field-warning", CLEARED);
    void context.refresh({ force: true }).catch(() => {}); // without signal it comes with the next one
  });
  window.addEventListener("field-flush", () => void context.outbox.flush());
  await show();
  markShown();
  // Everything is loaded once: a page never mixes its own version with the next one.
  await Reflect.get(routes, "loadAll")?.();
}

void keepApp();
void storage();
showScreens().catch((error) => (showFailure(error), markShown()));
