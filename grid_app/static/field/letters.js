// @ts-check
/**
 * Large letters in this browser: the cookie that the pages with a network set as well, so that both look alike.
 * Some browsers forget a script's cookie after a week; the storage of this phone remembers it.
 */

const COOKIE = "large_text";
const KEY = "field-large-text";
const KEPT_SECONDS = 400 * 24 * 60 * 60;

/** What the cookies of a page say: on, off, or `null` when they say nothing. @param {string} cookies */
export function chosenIn(cookies) {
  const found = cookies.split("; ").find((one) => one.startsWith(`${COOKIE}=`));
  return found ? found.endsWith("=1") : null;
}

export function isLarge() {
  return chosenIn(document.cookie) ?? localStorage.getItem(KEY) === "1";
}

/** @param {boolean} large */
export function setLarge(large) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${COOKIE}=${large ? 1 : 0}; Path=/; Max-Age=${KEPT_SECONDS}; SameSite=Lax${secure}`;
  localStorage.setItem(KEY, large ? "1" : "");
  applyLetters();
}

/** Show the letters as this browser was told to, and remember it. */
export function applyLetters() {
  const large = isLarge();
  localStorage.setItem(KEY, large ? "1" : "");
  document.documentElement.classList.toggle("large-text", large);
}
