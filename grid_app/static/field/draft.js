// @ts-check
/**
 * Keeps what was typed but not yet received in this tab: an expired session or a dead tab loses nothing.
 * A draft keeps the id of its report, so that sending it again is the same report, and goes only when the
 * receipt page names that id.
 */

/** @typedef {{name: string, type: string, value: string, checked?: boolean}} Control */
/** @typedef {{id: string, fields: Record<string, string[]>}} Draft */

const PREFIX = "draft:";
const NEVER_KEPT = new Set(["file", "password", "submit", "button", "reset", "image"]);

/** @param {string} owner @param {string} form */
export function draftKey(owner, form) {
  return `${PREFIX}${owner}:${form}`;
}

/** @param {Control} control @param {string} idField */
function isKept(control, idField) {
  return control.name !== "" && control.name !== "csrf_token" && control.name !== idField && !NEVER_KEPT.has(control.type);
}

/**
 * What the controls hold, by name; unticked boxes hold nothing.
 * @param {Iterable<Control>} controls
 * @param {string} idField
 */
export function collect(controls, idField) {
  /** @type {Record<string, string[]>} */
  const fields = {};
  for (const control of controls) {
    if (!isKept(control, idField)) continue;
    const kept = (fields[control.name] ??= []);
    const ticks = control.type === "checkbox" || control.type === "radio";
    if (!ticks || control.checked) kept.push(control.value);
  }
  return fields;
}

/**
 * Put kept fields back; controls the draft does not know stay as they are.
 * @param {Iterable<Control>} controls
 * @param {Record<string, string[]>} fields
 */
export function restore(controls, fields) {
  /** @type {Record<string, number>} */
  const used = {};
  for (const control of controls) {
    const kept = fields[control.name];
    if (!kept || NEVER_KEPT.has(control.type)) continue;
    if (control.type === "checkbox" || control.type === "radio") {
      control.checked = kept.includes(control.value);
    } else {
      const turn = used[control.name] ?? 0;
      used[control.name] = turn + 1;
      control.value = kept[turn] ?? "";
    }
  }
}

/** @param {Storage} storage @param {string} key @returns {Draft | null} */
export function readDraft(storage, key) {
  try {
    const draft = JSON.parse(storage.getItem(key) ?? "null");
    return draft && typeof draft.id === "string" && draft.fields ? draft : null;
  } catch {
    return null;
  }
}

/** Forget every draft of the report that was received. @param {Storage} storage @param {string} reportId */
export function forget(storage, reportId) {
  const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? "");
  for (const key of keys.filter((name) => name.startsWith(PREFIX))) {
    if (readDraft(storage, key)?.id === reportId) storage.removeItem(key);
  }
}

/** @param {HTMLFormElement} form @param {() => void} discard */
function showNotice(form, discard) {
  const notice = document.createElement("div");
  notice.className = "notice notice-info";
  notice.setAttribute("role", "status");
  const words = document.createElement("p");
  words.textContent = "上次没有提交的内容已经恢复,请看一遍再提交。";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-secondary";
  button.textContent = "不要了,重新填";
  button.addEventListener("click", discard);
  notice.append(words, button);
  form.before(notice);
}

/** @param {HTMLElement} form */
export function startDraft(form) {
  if (!(form instanceof HTMLFormElement)) return;
  const { draftOwner = "", draftForm = location.pathname, draftIdField = "report_id" } = form.dataset;
  const key = draftKey(draftOwner, draftForm);
  const controls = () => /** @type {Control[]} */ (/** @type {unknown} */ (Array.from(form.elements)));
  const id = form.elements.namedItem(draftIdField);
  if (!(id instanceof HTMLInputElement)) return;
  const kept = readDraft(sessionStorage, key);
  if (kept && kept.id !== id.value) {
    restore(controls(), kept.fields);
    id.value = kept.id;
    showNotice(form, () => (sessionStorage.removeItem(key), location.reload()));
  }
  const save = () => sessionStorage.setItem(key, JSON.stringify({ id: id.value, fields: collect(controls(), draftIdField) }));
  for (const event of ["input", "change", "place-set", "submit"]) form.addEventListener(event, save);
}

/** @param {HTMLElement} element */
export function startReceipt(element) {
  if (element.dataset.reportId) forget(sessionStorage, element.dataset.reportId);
}
