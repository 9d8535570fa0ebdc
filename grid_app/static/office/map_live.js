// @ts-check
/** Hears of changed facts within seconds: by an open line, and by asking every few seconds where there is none. */

import { asksToSignIn } from "./map_steer.js";

/** @typedef {import("./map_page.js").MapPage} MapPage */

/** A change is seen within ten seconds, the time it takes to fetch it included. */
const EVERY = 8_000;
const LONGEST_TRY = 3;

/** @param {MapPage} page */
export function startLive(page) {
  const { events, version } = page.stage.dataset;
  /** @type {string | undefined} */
  let known;
  /** @param {string} told what the server says of all layers */
  const heard = (told) => {
    const isNew = known !== undefined && told !== known;
    known = told;
    if (isNew && !document.hidden) page.refresh().catch((error) => console.warn("The map was not refreshed.", error));
    else if (isNew) document.addEventListener("visibilitychange", () => void page.refresh(), { once: true });
  };
  const poll = async () => {
    if (!version || document.hidden) return;
    const answer = await fetch(version, { credentials: "same-origin" });
    if (asksToSignIn(answer)) return page.signedOut();
    if (answer.ok) page.signedIn();
    if (answer.ok) heard(versionIn(await answer.text(), page));
  };
  const ask = () => setInterval(() => poll().catch(() => undefined), EVERY);
  if (!events || typeof EventSource === "undefined") return void (poll().catch(() => undefined), ask());
  let failures = 0;
  const line = new EventSource(events);
  line.addEventListener("facts", (event) => {
    failures = 0;
    heard(versionIn(/** @type {MessageEvent<string>} */ (event).data, page));
  });
  line.addEventListener("error", () => {
    failures += 1;
    if (line.readyState !== EventSource.CLOSED && failures < LONGEST_TRY) return;
    line.close(); // too many listen already, or something between us does not let lines stay open
    void poll().catch(() => undefined);
    ask();
  });
  addEventListener("pagehide", () => line.close());
}

/**
 * What concerns the shown layer of what the server told.
 * @param {string} text @param {MapPage} page
 */
function versionIn(text, page) {
  const told = JSON.parse(text);
  const layer = page.area.facts?.layer ?? "";
  return JSON.stringify([told[layer] ?? told.versions?.[layer] ?? told, told.generation ?? ""]);
}
