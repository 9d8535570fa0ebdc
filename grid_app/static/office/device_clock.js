// @ts-check
/** Says what this device's clock shows when a form is sent, so that the page can tell by how much it is off. */

/** @param {HTMLElement} element @param {() => Date} now */
export function startDeviceClock(element, now = () => new Date()) {
  if (!(element instanceof HTMLInputElement)) return;
  element.form?.addEventListener("submit", () => {
    element.value = now().toISOString();
  });
}
