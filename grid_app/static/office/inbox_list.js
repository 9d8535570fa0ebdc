// @ts-check
/** Putting a new list where the old one was, without taking anything out of anybody's hands. */

/**
 * Whether somebody is at work in the list: typing, choosing, or reading what he opened.
 * @param {HTMLElement} list
 */
export function isBusy(list) {
  const at = document.activeElement;
  if (at && list.contains(at) && at.matches("input, select, textarea")) return true;
  if (list.querySelector("details[open], dialog[open]")) return true;
  return [...list.querySelectorAll("textarea, input:not([type=hidden])")].some(
    (field) => /** @type {HTMLInputElement} */ (field).value !== /** @type {HTMLInputElement} */ (field).defaultValue,
  );
}

/**
 * What can be found again in another list: the address of a link, the name of a button.
 * @param {Element} element
 */
export function keyOf(element) {
  return element.getAttribute("href") ?? element.getAttribute("name") ?? element.id;
}

/**
 * Replaces the list; focus goes back to what had it, and what stood at the top of the window stays there.
 * @param {HTMLElement} list @param {HTMLElement} found
 */
export function putInPlace(list, found) {
  const at = document.activeElement;
  const focused = at && list.contains(at) ? keyOf(at) : "";
  const links = [...list.querySelectorAll("a[href]")];
  const seen = links.find((link) => keyOf(link) === focused) ?? links.find((link) => link.getBoundingClientRect().top >= 0);
  const anchor = seen && scrollY > 0 ? { key: keyOf(seen), top: seen.getBoundingClientRect().top } : undefined;
  const placed = document.adoptNode(found);
  list.replaceWith(placed);
  const same = (/** @type {string} */ key) => [...placed.querySelectorAll("a, button, [id]")].find((one) => keyOf(one) === key);
  if (focused) /** @type {HTMLElement | undefined} */ (same(focused))?.focus({ preventScroll: true });
  const again = anchor && same(anchor.key);
  if (anchor && again) scrollBy(0, again.getBoundingClientRect().top - anchor.top);
}
