// @ts-check
/** Another address of the map's page, fetched and put in place part by part. */

/** @typedef {{weeks: Element | null, parts: Map<string, Element>, title: string, heading: string, facts: string, generation: string, root: string}} Page */

const PARTS = ["map-trail", "map-choice", "map-headline", "map-legend", "map-table", "map-actions"];

/**
 * An address with other parameters; an empty one falls away.
 * @param {URL} url @param {Record<string, string>} changes
 */
export function addressOf(url, changes) {
  const made = new URL(url);
  for (const [name, value] of Object.entries(changes)) {
    if (value) made.searchParams.set(name, value);
    else made.searchParams.delete(name);
  }
  made.search = made.searchParams.toString().replaceAll("%2C", ",");
  made.hash = "";
  return made;
}

/** Whether an answer asks to sign in instead: the session has ended meanwhile. @param {Response} answer */
export function asksToSignIn(answer) {
  return answer.redirected && new URL(answer.url).pathname === "/sign-in";
}

/** Thrown when nobody is signed in any more. */
export class SignedOutError extends Error {}

/**
 * Fetches a page of the map; `undefined` when what came is no page with a map on it.
 * @param {URL} url @returns {Promise<Page | undefined>}
 */
export async function pageAt(url) {
  const answer = await fetch(url, { credentials: "same-origin", headers: { Accept: "text/html" } });
  if (asksToSignIn(answer)) throw new SignedOutError();
  if (!answer.ok) return undefined;
  const found = new DOMParser().parseFromString(await answer.text(), "text/html");
  const stage = found.getElementById("map-stage");
  if (!stage) return undefined;
  const { facts = "", generation = "" } = stage.dataset;
  return {
    weeks: found.getElementById("map-weeks"), // put in place only when another layer has none or has them again
    parts: new Map(PARTS.flatMap((id) => found.getElementById(id) ?? []).map((part) => [part.id, part])),
    title: found.title, heading: found.querySelector("h1")?.textContent ?? "", facts, generation,
    root: new URL(facts, url).searchParams.get("root") ?? "",
  };
}

/** @param {Page} page */
export function putInPlace({ parts, title, heading }) {
  document.title = title;
  const head = document.querySelector("h1");
  if (head) head.textContent = heading;
  const focused = document.activeElement;
  const [part, at] = placeOf(focused);
  const along = document.querySelector("#map-choice .tabs ul")?.scrollLeft ?? 0;
  for (const [id, fresh] of parts) document.getElementById(id)?.replaceWith(document.adoptNode(fresh));
  showChosenLayer(along);
  if (part && !focused?.isConnected) linksOf(document.getElementById(part))[at]?.focus();
}

/**
 * On a phone the layers stand in one strip that scrolls: the chosen one is brought into it.
 * @param {number} [along] how far the strip was scrolled
 */
export function showChosenLayer(along = 0) {
  const strip = document.querySelector("#map-choice .tabs ul");
  const chosen = strip?.querySelector("[aria-current]");
  if (!strip || !chosen) return;
  strip.scrollLeft = along;
  const [here, there] = [strip.getBoundingClientRect(), chosen.getBoundingClientRect()];
  if (there.left < here.left || there.right > here.right) strip.scrollLeft += there.left - here.left - (here.width - there.width) / 2;
}

/** Where a link stands among those of its part, so that the keyboard does not lose its place. @param {Element | null} focused @returns {[string, number]} */
function placeOf(focused) {
  for (const id of PARTS) {
    const part = document.getElementById(id);
    if (part && focused && part.contains(focused)) return [id, linksOf(part).indexOf(/** @type {HTMLElement} */ (focused))];
  }
  return ["", -1];
}

/** @param {Element | null} part @returns {HTMLElement[]} */
function linksOf(part) {
  return [...(part?.querySelectorAll("a, button, select, input") ?? [])].filter((one) => one instanceof HTMLElement);
}
