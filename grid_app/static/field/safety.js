// @ts-check
/** Shows the two family-safety questions as soon as a family matter is chosen; without script the server asks them. */

export const FAMILY_TILE = "family";
export const FAMILY_GROUP = "01";

/**
 * Whether the chosen tile, or the exact category that overrules it, is a family matter.
 * @param {string} tile @param {string} category
 */
export function isFamily(tile, category) {
  return category ? category.startsWith(FAMILY_GROUP) : tile === FAMILY_TILE;
}

/** @param {HTMLFormElement} form @param {HTMLElement} questions */
export function startSafety(form, questions) {
  const show = () => {
    const sent = new FormData(form);
    questions.hidden = !isFamily(String(sent.get("tile") ?? ""), String(sent.get("category") ?? ""));
  };
  form.addEventListener("change", show);
  form.addEventListener("input", show);
  show();
}

if (typeof document !== "undefined") {
  const questions = document.querySelector("[data-safety]");
  const form = questions?.closest("form");
  if (form && questions instanceof HTMLElement) startSafety(form, questions);
}
