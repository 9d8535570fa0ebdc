// @ts-check
/** Turns the choice of a week into a slider; a step paints other bytes on the same tiles. */

import { addressOf } from "./map_steer.js";

/** @typedef {import("./map_page.js").MapPage} MapPage */

const PAUSE = 250;

/**
 * Puts the choice of weeks in place when the layer has one and the one before had none, or the other way round.
 * @param {MapPage} page @param {Element | null} fresh
 */
export function putWeeks(page, fresh) {
  const place = document.getElementById("map-weeks");
  if (!place || !fresh || Boolean(place.querySelector("form")) === Boolean(fresh.querySelector("form"))) return;
  place.replaceWith(document.adoptNode(fresh));
  startWeeks(page);
}

/** @param {MapPage} page */
export function startWeeks(page) {
  const form = page.stage.querySelector(".map-weeks");
  const select = form?.querySelector("select");
  if (!(form instanceof HTMLFormElement) || !select) return;
  const last = select.options.length - 1;
  const slider = document.createElement("input");
  const told = document.createElement("output");
  Object.assign(slider, { type: "range", min: "0", max: String(last), id: "map-slider", className: "map-slider" });
  slider.value = String(last - select.selectedIndex); // the present is on the right
  form.querySelector("label")?.setAttribute("for", slider.id);
  told.htmlFor.add(slider.id);
  select.hidden = true;
  for (const button of form.querySelectorAll("button")) button.hidden = true;
  form.append(slider, told);
  form.addEventListener("submit", (event) => event.preventDefault());
  const chosen = () => select.options[last - Number(slider.value)];
  const tell = () => {
    told.textContent = chosen().text;
    slider.setAttribute("aria-valuetext", chosen().text);
  };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  slider.addEventListener("input", () => {
    tell();
    clearTimeout(waiting);
    waiting = setTimeout(() => void page.go(addressOf(page.address, { week: chosen().value }).href, { isStep: false }), PAUSE);
  });
  tell();
}
