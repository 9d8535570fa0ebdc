// @ts-check
/** Asks before a grave step, answers a click at once, and lets a form go only once. */

/**
 * @typedef {object} Step
 * @property {string | undefined} question
 * @property {boolean} underway the form was already sent
 */

/**
 * Whether the form may go.
 * @param {Step} step
 * @param {(question: string) => boolean} ask
 */
export function mayGo({ question, underway }, ask) {
  if (underway) return false;
  return !question || ask(question);
}

/** @param {HTMLElement} button */
function showBusy(button) {
  button.dataset.label = button.textContent ?? "";
  button.setAttribute("aria-busy", "true");
  if (button.dataset.busy) button.textContent = button.dataset.busy;
}

/** @param {HTMLElement} button */
function showReady(button) {
  button.removeAttribute("aria-busy");
  if (button.dataset.label !== undefined) button.textContent = button.dataset.label;
}

/** @param {Document} page */
export function startConfirm(page) {
  page.addEventListener("submit", (event) => {
    const button = /** @type {SubmitEvent} */ (event).submitter;
    const form = event.target;
    if (!(button instanceof HTMLElement) || !(form instanceof HTMLFormElement)) return;
    const underway = form.dataset.sent === "yes";
    if (!mayGo({ question: button.dataset.confirm, underway }, (question) => window.confirm(question))) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    showBusy(button);
  });
  window.addEventListener("pageshow", () => {
    for (const form of page.querySelectorAll("form[data-sent]")) form.removeAttribute("data-sent");
    for (const button of page.querySelectorAll("[aria-busy='true']")) {
      if (button instanceof HTMLElement) showReady(button);
    }
  });
}
