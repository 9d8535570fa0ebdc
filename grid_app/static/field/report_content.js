// @ts-check
/** What a draft holds, what is still missing, and the content `dispute/2` it becomes; older drafts are read too. */

/** @typedef {import("./report_types.js").Values} Values */
/** @typedef {import("./report_types.js").Attachment} Attachment */

export const FORM = "dispute/2";
export const SUMMARY_SIGNS = 2000;

const TEXTS = /** @type {const} */ (["village_code", "place_text", "organisation", "project", "household_band", "since_when"]);
const KEPT = new Set([
  "form", "captured_at", "category", "danger", "summary", "channel", "lon", "lat", "crs", "accuracy_m", "village_code", "place_text",
  "organisation", "project", "household_band", "band_status", "since_when", "safety_child", "safety_present", "household", "link_to",
  "link_relation", "parties", "attachments", "phone_village", "tile", "unrelated",
]);

/** @param {string} capturedAt @param {string} village @returns {Values} */
export function emptyValues(capturedAt, village) {
  return { form: FORM, captured_at: capturedAt, summary: "", channel: "grid_walk", village_code: village };
}

/**
 * The values of whatever was kept, of this form, an older one or a newer one. A text under a name this form does not know
 * is put behind the sentence, so that a change of the form loses nothing that somebody wrote.
 * @param {Record<string, unknown>} kept
 * @returns {Values}
 */
export function valuesOf(kept) {
  const known = Object.fromEntries(Object.entries(kept).filter(([name]) => KEPT.has(name)));
  const others = Object.entries(kept).filter(([name, value]) => !KEPT.has(name) && typeof value === "string" && value.trim());
  const summary = [typeof known.summary === "string" ? known.summary : "", ...others.map(([, text]) => String(text))];
  const moment = typeof known.captured_at === "string" ? known.captured_at : new Date().toISOString();
  return /** @type {Values} */ ({ ...known, form: FORM, captured_at: moment, summary: summary.filter(Boolean).join("\n").slice(0, SUMMARY_SIGNS) });
}

/** Text without broken and control characters, which the office refuses; line breaks and tabs are text. @param {string | undefined} text */
function clean(text) {
  return (text ?? "").replace(/\p{Surrogate}|(?![\n\t])\p{Cc}/gu, "").trim();
}

/** @param {string | undefined} category */
export function isFamily(category) {
  return (category ?? "").startsWith("01");
}

/** Whether somebody may be in danger by any of the answers. @param {Values} values */
export function isDanger(values) {
  const atHome = isFamily(values.category) && (values.safety_child === true || values.safety_present === true);
  return values.danger === true || atHome;
}

/**
 * A sentence for every question that has to be answered and is not.
 * @param {Values} values @param {Attachment[]} attachments
 * @returns {Record<string, string>}
 */
export function missingAnswers(values, attachments) {
  /** @type {Record<string, string>} */
  const problems = {};
  if (!values.category) problems.category = "请选是什么事,拿不准就选“其他”。";
  if (values.danger === undefined) problems.danger = "请回答现在有没有人有危险。";
  for (const name of /** @type {const} */ (["safety_child", "safety_present"])) {
    if (isFamily(values.category) && values[name] === undefined) problems[name] = "这是家里的事,请先回答这个问题。";
  }
  const spoken = attachments.some((one) => one.kind === "voice");
  if (!values.summary.trim() && !spoken) problems.summary = "请用一句话说清楚是什么事,或者录一段话。";
  if (!values.village_code && values.lon === undefined) problems.village_code = "请选在哪个村(社区)。";
  return problems;
}

/**
 * The content that goes to the office: what is empty or belongs to the screen alone is left out.
 * @param {Values} values @param {Attachment[]} attachments
 * @returns {Record<string, unknown>}
 */
export function contentOf(values, attachments) {
  const texts = TEXTS.map((name) => [name, clean(values[name])]).filter(([, text]) => text !== "");
  const hasPoint = typeof values.lon === "number" && typeof values.lat === "number";
  return {
    form: FORM,
    captured_at: values.captured_at,
    category: values.category,
    danger: values.danger === true,
    summary: clean(values.summary),
    channel: values.channel ?? "grid_walk",
    attachments: attachments.map(({ id, kind, type, bytes, sha256 }) => ({ id, kind, type, bytes, sha256 })),
    phone_village: values.phone_village ?? "",
    ...Object.fromEntries(texts),
    ...(values.household_band ? { band_status: values.band_status ?? "estimated" } : {}),
    ...(isFamily(values.category) ? { safety_child: values.safety_child === true, safety_present: values.safety_present === true } : {}),
    ...(hasPoint ? { crs: values.crs ?? "wgs84", lon: values.lon, lat: values.lat } : {}),
    ...(hasPoint && typeof values.accuracy_m === "number" ? { accuracy_m: values.accuracy_m } : {}),
    ...(values.household ? { household: values.household } : {}),
    ...(values.parties?.length ? { parties: values.parties } : {}),
    ...(values.link_to && values.link_relation ? { link_to: values.link_to, link_relation: values.link_relation } : {}),
  };
}

/** The point alone. @param {Values} values */
export function pointOf({ lon, lat, accuracy_m }) {
  return { lon, lat, accuracy_m };
}

/** The line a list shows of a report. @param {Values} values @param {string} label of the tile */
export function titleOf(values, label) {
  const words = values.summary.trim().split(/\s+/).join(" ");
  const matter = words ? [...words].slice(0, 26).join("") : "";
  return [label, matter].filter(Boolean).join(" · ") || "还没有写";
}
