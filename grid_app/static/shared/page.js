// @ts-check
/** Starts what the elements of a page ask for with `data-module`; a page without script stays whole. */

/** @typedef {(element: HTMLElement) => void | Promise<void>} Start */

/** @type {Record<string, (element: HTMLElement) => Promise<Start>>} */
const starters = {
  "position": async () => (await import("../field/position.js")).startPosition,
  "mini-map": async () => (await import("../field/mini_map.js")).startMiniMap,
  "draft": async () => (await import("../field/draft.js")).startDraft,
  "receipt": async () => (await import("../field/draft.js")).startReceipt,
  "push-subscribe": async () => (await import("../office/push_subscribe.js")).startPush,
  "field-worker": async () => (await import("../field/worker.js")).startWorker,
  "progress": async () => (await import("../office/progress.js")).startProgress,
  "map-page": async ({ dataset }) => (await import(dataset.script ?? "../office/map_page.js")).startMapPage, // a bundle or modules
  "inbox-live": async () => (await import("../office/inbox_live.js")).startInbox,
  "dividing-line": async () => (await import("../office/dividing_line.js")).startDividingLine,
  "device-clock": async () => (await import("../office/device_clock.js")).startDeviceClock,
  "print": async () => startPrint,
  "fold-away": async () => startFoldAway,
  "error-summary": async () => (element) => element.focus(),
};

/** @type {Start} */
function startPrint(element) {
  element.hidden = false;
  element.addEventListener("click", () => window.print());
}

/**
 * Folds an unfolded list away when something else is touched or Escape is pressed; without script its own word does.
 *
 * @type {Start}
 */
function startFoldAway(element) {
  const foldAway = () => element.removeAttribute("open");
  document.addEventListener("pointerdown", ({ target }) => {
    if (!(target instanceof Node && element.contains(target))) foldAway();
  });
  element.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape") return;
    foldAway();
    element.querySelector("summary")?.focus();
  });
}

/** @param {HTMLElement} element */
async function start(element) {
  const load = starters[element.dataset.module ?? ""];
  if (!load) return;
  try {
    await (await load(element))(element);
  } catch (error) {
    console.warn(`The improvement "${element.dataset.module}" did not start; the page works without it.`, error);
  }
}

/** @param {Document} page */
export function startPage(page) {
  for (const element of page.querySelectorAll("[data-module]")) {
    if (element instanceof HTMLElement) void start(element);
  }
  if (page.querySelector("[data-confirm], [data-busy]")) {
    void import("../office/confirm.js").then(({ startConfirm }) => startConfirm(page));
  }
}

if (typeof document !== "undefined") startPage(document);
