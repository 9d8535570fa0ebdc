// @ts-check
/** What a tap on the map opens: a name, a line, and links that leave the frame. */

/** @typedef {{village: string, township: string, opensTownships: boolean}} Addresses with CODE in the place of the code */

/**
 * @param {string} title
 * @param {string} line
 * @param {{label: string, href: string}[]} links
 */
export function popupOf(title, line, links) {
  const box = document.createElement("div");
  const head = document.createElement("strong");
  head.textContent = title;
  const text = document.createElement("p");
  text.textContent = line;
  box.append(head, text);
  for (const { label, href } of links) {
    const link = document.createElement("a");
    link.href = href;
    link.target = "_top";
    link.textContent = label;
    box.append(link);
  }
  return box;
}

/**
 * @param {Addresses} addresses @param {{code: string, township: string}} village
 */
export function villageLinks(addresses, village) {
  const links = [{ label: "看这个村(社区)", href: addresses.village.replace("CODE", village.code) }];
  return addresses.opensTownships ? [...links, ...townshipLinks(addresses, village.township)] : links;
}

/** @param {Addresses} addresses @param {string} code */
export function townshipLinks(addresses, code) {
  return addresses.opensTownships ? [{ label: "看这个乡镇(街道)", href: addresses.township.replace("CODE", code) }] : [];
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
