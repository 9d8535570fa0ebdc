// @ts-check
/** Builds elements; what people typed becomes text and never markup. */

/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * An element: `on…` functions listen, booleans are set or left out, `class` and the rest are attributes.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, unknown>} [props]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) setProperty(element, name, value);
  element.append(...nodesOf(children));
  return element;
}

/** @param {HTMLElement} element @param {string} name @param {unknown} value */
function setProperty(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (typeof value === "function") {
    element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
  } else if (name === "value" && "value" in element) {
    element.value = String(value);
  } else if (name === "checked" && "checked" in element) {
    element.checked = true;
  } else {
    element.setAttribute(name, value === true ? "" : String(value));
  }
}

/** @param {(Child | Child[])[]} children @returns {(Node | string)[]} */
function nodesOf(children) {
  return children.flat().flatMap((one) => {
    if (one === null || one === undefined || one === false || one === "") return [];
    return [one instanceof Node ? one : String(one)];
  });
}

/** Replace what an element holds. @param {Element} element @param {...(Child | Child[])} children */
export function fill(element, ...children) {
  element.replaceChildren(...nodesOf(children));
}

let lastId = 0;

/** An id that no other element of this page has. @param {string} [word] */
export function freshId(word = "f") {
  lastId += 1;
  return `${word}-${lastId}`;
}
