// @ts-check
/** Fetches what the map draws, and says how it is going. */

/** @param {string} url @returns {Promise<any>} */
export async function json(url) {
  const answer = await fetch(url, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer.json();
}

/** @param {string} words an empty text takes the line away */
export function say(words) {
  const status = document.getElementById("map-status");
  if (!status) return;
  status.textContent = words;
  status.hidden = words === "";
}
