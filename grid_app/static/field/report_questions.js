// @ts-check
/** The questions of the report form, each a part of the page that tells the form what was answered. */

import { h } from "./dom.js";
import { choices, field } from "./parts.js";
import { isFamily, SUMMARY_SIGNS } from "./report_content.js";

/** @typedef {import("./report_form.js").Form} Form */
/** @typedef {import("./parts.js").Option} Option */
/** @typedef {Record<string, string>} Problems */

const BANDS = /** @type {Option[]} */ ([["1", "1 户"], ["2-4", "2-4 户"], ["5-9", "5-9 户"], ["10-29", "10-29 户"], ["30-49", "30-49 户"], ["50+", "50 户以上"]]);
const CHANNELS = /** @type {Option[]} */ ([["grid_walk", "网格走访"], ["resident_told", "群众反映"], ["mediation_room", "调解室"]]);
export const YES_NO = /** @type {Option[]} */ ([["no", "没有"], ["yes", "有"]]);

/** @param {boolean | undefined} answer */
const yesNo = (answer) => (answer === undefined ? "" : answer ? "yes" : "no");

/** What it is, as tiles. @param {Form} form @param {Problems} problems */
export function tilePart(form, problems) {
  const tiles = form.bundle?.tiles ?? [];
  const options = tiles.map(({ code, label, hint }) => /** @type {Option} */ ([code, label, hint]));
  return choices({ name: "category", legend: "是什么事?", options, value: form.values.category, layout: "tiles", error: problems.category, onchange: (category) => form.change({ category }) });
}

/** The two questions of family matters, as soon as one is chosen. @param {Form} form @param {Problems} problems */
export function safetyPart(form, problems) {
  const ask = (/** @type {"safety_child" | "safety_present"} */ name, /** @type {string} */ legend) =>
    choices({ name, legend, options: YES_NO, value: yesNo(form.values[name]), error: problems[name], onchange: (answer) => form.change({ [name]: answer === "yes" }) });
  const box = h("section", { class: "part safety", role: "note", "aria-label": "家里的事,先问安全" },
    h("p", { class: "notice-title" }, "家里的事,先问安全"),
    h("p", {}, "有人正在受伤害,先打 110,再上报。"),
    ask("safety_child", "家里有没有孩子,或者不能照顾自己的大人,正在受伤害或者可能受伤害?"),
    ask("safety_present", "现在还有没有人可能动手或者自伤?"));
  const paint = () => (box.hidden = !isFamily(form.values.category));
  paint();
  form.onChange(paint);
  return box;
}

/** @param {Form} form @param {Problems} problems */
export function dangerPart(form, problems) {
  return choices({
    name: "danger", legend: "现在有没有人有危险?", hint: "打人、自伤、房屋要倒、断水断气、孩子或老人没人管,都算。", layout: "choices-row danger-question",
    options: [["no", "没有", "按正常时间办"], ["yes", "有危险", "先打电话求助"]], value: yesNo(form.values.danger), error: problems.danger,
    onchange: (answer) => form.change({ danger: answer === "yes" }),
  });
}

/** @param {Form} form @param {Problems} problems */
export function summaryPart(form, problems) {
  return field({ name: "summary", label: "一句话说清楚,或者录一段话", kind: "area", value: form.values.summary, maxlength: SUMMARY_SIGNS, error: problems.summary, hint: "写事情,不写姓名、身份证号、电话。", oninput: (summary) => form.change({ summary }) });
}

/** What can be added later, folded. @param {Form} form */
export function morePart(form) {
  const { values } = form;
  const text = (/** @type {"organisation" | "project" | "place_text"} */ name, /** @type {string} */ label, /** @type {string} */ hint = "") =>
    field({ name, label, hint, value: values[name], optional: true, maxlength: 100, oninput: (written) => form.change({ [name]: written }) });
  return h("details", { class: "more" },
    h("summary", {}, "还知道别的?可以以后再补"),
    text("organisation", "哪个单位或企业有责任?", "写单位名称,不写个人。"),
    text("project", "哪个项目?"),
    choices({ name: "household_band", legend: "大约几户有同样的事?", options: BANDS, value: values.household_band, optional: true, onchange: (household_band) => form.change({ household_band }) }),
    choices({ name: "band_status", legend: "户数怎么来的?", options: [["known", "问过、数过"], ["estimated", "估计的", "乡镇会打电话核实"]], value: values.band_status, optional: true, onchange: (band_status) => form.change({ band_status }) }),
    field({ name: "since_when", label: "从什么时候开始?", kind: "date", value: values.since_when, optional: true, oninput: (since_when) => form.change({ since_when }) }),
    text("place_text", "具体地点", "例如:村东水渠边。不写门牌和户主。"),
    choices({ name: "channel", legend: "怎么知道的?", options: CHANNELS, value: values.channel, onchange: (channel) => form.change({ channel }) }));
}
