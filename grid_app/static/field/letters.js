// @ts-check
/** Large letters on this phone: kept here, so that they are there without a network. */

const KEY = "field-large-text";

export function isLarge() {
  return localStorage.getItem(KEY) === "1";
}

/** @param {boolean} large */
export function setLarge(large) {
  localStorage.setItem(KEY, large ? "1" : "");
  applyLetters();
}

/** Show the letters as this phone was told to. */
export function applyLetters() {
  document.documentElement.classList.toggle("large-text", isLarge());
}
