// @ts-check
/** Fetches what the map draws, and says how it is going. */

const BUSY = 503;
const TRIES = 120;
const PREPARING = "正在准备底图,第一次要等一会儿…";

/** @param {string} url @returns {Promise<any>} */
export async function json(url) {
  return (await patient(url)).json();
}

/**
 * Asks again while the server says that it is preparing; anything else but an answer is an error.
 * @param {string} url
 */
export async function patient(url) {
  for (let tries = 0; ; tries += 1) {
    const answer = await fetch(url, { credentials: "same-origin" });
    if (answer.ok) return answer;
    if (answer.status !== BUSY || tries === TRIES) throw new Error(`${url} answered ${answer.status}`);
    say(PREPARING);
    const seconds = Number(answer.headers.get("Retry-After")) || 1;
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    say("");
  }
}

/** @param {string} words an empty text takes the line away */
export function say(words) {
  const status = document.getElementById("map-status");
  if (!status) return;
  status.textContent = words;
  status.hidden = words === "";
}

/**
 * A text as Leaflet may show it: given as text it would be read as HTML.
 * @param {string} words
 */
export function plain(words) {
  const box = document.createElement("span");
  box.textContent = words;
  return box;
}
