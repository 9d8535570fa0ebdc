// @ts-check
/** Open matters near by that may be the same: the phone offers them, a person decides. */

import { fill, h } from "./dom.js";
import { likeness } from "./likeness.js";
import { choices } from "./parts.js";
import { dayWords } from "./words.js";

/** @typedef {import("./report_form.js").Form} Form */
/** @typedef {import("./report_types.js").Values} Values */
/** @typedef {import("./report_types.js").Nearby} Nearby */
/** @typedef {import("./report_types.js").Relation} Relation */

export const NEAR_METRES = 500;
export const MOST_HINTS = 3;
const METRES_OF_A_DEGREE = 111_320;
/** What stands for the words of a matter that was only spoken. */
export const VOICE_ONLY = "(语音,待整理)";

/** Metres between two points that lie close together. @param {number} lon @param {number} lat @param {number} lon2 @param {number} lat2 */
export function metresBetween(lon, lat, lon2, lat2) {
  const east = (lon2 - lon) * Math.cos(((lat + lat2) / 2) * (Math.PI / 180));
  return Math.hypot(east, lat2 - lat) * METRES_OF_A_DEGREE;
}

/** @param {Values} values @param {Nearby} one */
function isNear(values, one) {
  if (values.village_code && values.village_code.slice(0, 12) === one.village_code.slice(0, 12)) return true;
  if (values.lon === undefined || values.lat === undefined || one.lon === null || one.lat === null) return false;
  return metresBetween(values.lon, values.lat, one.lon, one.lat) <= NEAR_METRES;
}

/** How alike a near matter is to what is written so far, as if in its village: it was found to be near. @param {Values} values @param {Nearby} one */
function alike(values, one) {
  const { village_code, category, lon, lat, since } = one;
  return likeness(
    {
      village_code, category: values.category ?? "", lon: values.lon ?? null, lat: values.lat ?? null,
      since: values.captured_at.slice(0, 10), organisation: values.organisation ?? "", text: values.summary,
    },
    { village_code, category, lon, lat, since, organisation: one.organisation ?? "", text: one.excerpt === VOICE_ONLY ? "" : one.excerpt },
  );
}

/**
 * At most three open matters of the same group of categories, in the same village or within 500 m, that may be the same by what is
 * written so far: a linked one first, whatever it says, then the most alike, then the newest.
 * @param {Values} values @param {Nearby[]} nearby @returns {(Nearby & {isLikely: boolean})[]}
 */
export function hintsFor(values, nearby) {
  const group = (values.category ?? "").slice(0, 2);
  if (!group) return [];
  const near = nearby.filter((one) => one.category.slice(0, 2) === group && isNear(values, one));
  const judged = near.map((one) => ({ one, isLinked: one.id === values.link_to && values.link_relation !== "unrelated", ...alike(values, one) }));
  const asked = judged.filter(({ isLinked, verdict }) => isLinked || verdict !== "unrelated");
  asked.sort((a, b) => Number(b.isLinked) - Number(a.isLinked) || b.score - a.score || b.one.since.localeCompare(a.one.since));
  return asked.slice(0, MOST_HINTS).map(({ one, verdict }) => ({ ...one, isLikely: verdict === "same_matter" }));
}

/**
 * What a report begins with that was opened from a matter on the map: `#/report/new?same=<id>&how=<relation>`.
 * @param {string} address @param {Pick<import("./report_types.js").Bundle, "nearby" | "own_reports" | "tiles"> | null} bundle
 * @returns {Partial<Values>}
 */
export function begunFrom(address, bundle) {
  const asked = new URLSearchParams(address.split("?")[1] ?? "");
  const id = asked.get("same");
  const near = bundle?.nearby.find((one) => one.id === id);
  const category = near?.category ?? bundle?.own_reports.find((one) => one.id === id)?.category;
  if (!bundle || !id || category === undefined) return {};
  const tile = bundle.tiles.find(({ code }) => code === category) ?? bundle.tiles.find(({ code }) => code.slice(0, 2) === category.slice(0, 2));
  return { link_to: id, link_relation: asked.get("how") === "same_household" ? "same_household" : "other_household", ...(tile ? { category: tile.code } : {}), ...(near ? { village_code: near.village_code } : {}) };
}

/** What the answer about one hint changes. @param {Values} values @param {string} id @param {Relation} relation @returns {Partial<Values>} */
export function answered(values, id, relation) {
  const others = (values.unrelated ?? []).filter((one) => one !== id);
  if (relation !== "unrelated") return { link_to: id, link_relation: relation, unrelated: others };
  const wasLinked = values.link_to === id || !values.link_to;
  return { unrelated: [...others, id], ...(wasLinked ? { link_to: id, link_relation: "unrelated" } : {}) };
}

/** @param {Values} values @param {string} id */
function answerOf(values, id) {
  if (values.link_to === id) return values.link_relation;
  return values.unrelated?.includes(id) ? "unrelated" : "";
}

/** @param {Form} form */
export function hintsPart(form) {
  const box = h("section", { class: "part", "aria-live": "polite" });
  let shown = "";
  const paint = (force = false) => {
    const hints = hintsFor(form.values, form.bundle?.nearby ?? []);
    const key = hints.map((one) => `${one.id}${one.isLikely}`).join();
    if (key === shown && !force) return;
    shown = key;
    fill(box, ...(hints.length ? [h("h2", {}, "附近有相近的事,是同一件吗?"), ...hints.map(question)] : []));
  };

  /** @param {Nearby & {isLikely: boolean}} one */
  function question(one) {
    return choices({
      name: `hint-${one.id}`, legend: one.excerpt, hint: `${dayWords(one.since)}登记${one.isLikely ? ",很可能是同一件事" : ""}`, layout: "choices-row hint-question", optional: true,
      value: answerOf(form.values, one.id),
      options: [["same_household", "同一户同一件事"], ["other_household", "另一户同样的事"], ["unrelated", "无关"]],
      onchange: (relation) => {
        const linked = form.values.link_to;
        form.change(answered(form.values, one.id, /** @type {Relation} */ (relation)));
        if (linked !== form.values.link_to) paint(true);
      },
    });
  }

  paint();
  form.onChange(paint);
  return box;
}
