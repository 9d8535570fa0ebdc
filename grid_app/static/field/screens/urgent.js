// @ts-check
/** Urgent: telephone first, without a network; then what to send, said to be undelivered until the office has it. */

import { newId } from "../../shared/canonical.js";
import { ASKED, KINDS, PEOPLE, URGENT, dangerCard } from "../danger.js";
import { fill, h } from "../dom.js";
import { saveDraft, submitReport } from "../kept_reports.js";
import { makeLocator } from "../locator.js";
import { actionBar, backLink, button, choices, errorSummary, field, notice } from "../parts.js";
import { emptyValues } from "../report_content.js";
import { rescueCard } from "../rescue.js";
import { flushWhenLeft, makeSaver } from "../saver.js";
import { pointPart } from "../urgent_point.js";
import { clockWords, errorSentence } from "../words.js";

/** @typedef {import("../parts.js").Option} Option */
/** @typedef {{place: string, what: string, people: string, asked: string[], words: string}} Urgent */
/** @typedef {import("../urgent_point.js").Found} Found */

const OTHER = "99";
const MISSING = "请选发生了什么,说不清就选“其他危险”。";
/** @param {string[]} words */
const optionsOf = (words) => words.map((word) => /** @type {Option} */ ([word, word]));

/** The one sentence of the report. @param {Urgent} urgent */
export function urgentWords({ place, what, people, asked, words }) {
  const parts = [place.trim() && `地点:${place.trim()}`, what, people && `大约 ${people}`, words.trim(), asked.length > 0 && `请求:${asked.join("、")}`];
  return `${URGENT}${parts.filter(Boolean).join(";")}`;
}

/** What is not saved yet can still go out or be copied. @param {import("../context.js").Context} context @param {string} id @param {() => import("../report_types.js").Values} values @param {{what: string}} urgent @param {ReturnType<typeof makeSaver>} saver */
function rescueOf(context, id, values, urgent, saver) {
  return rescueCard({
    context, id, values, media: async () => [], again: () => (saver.changed(), saver.flush()), sent: () => saver.close(),
    missing: () => (urgent.what ? "" : MISSING),
  });
}

/** @type {import("../routes.js").Screen["show"]} */
export async function show(main, _params, context) {
  const bundle = await context.bundle();
  const drawn = await context.villages();
  const locator = drawn ? makeLocator(/** @type {any} */ (drawn)) : null;
  const nameOf = (/** @type {string | undefined} */ code) => drawn?.features.find((one) => one.properties?.code === code)?.properties?.name ?? "";
  /** @type {Urgent} */
  const urgent = { place: "", what: "", people: "", asked: [], words: "" };
  /** @type {Found} */
  let point = {};
  const card = h("div");
  const showCard = () => fill(card, dangerCard({ duty: bundle?.duty ?? null, village: nameOf(point.phone_village || bundle?.home_village), point, ...urgent, receipt: null, agent: navigator.userAgent }));
  let onPoint = showCard;
  const where = pointPart(locator, (found) => ((point = found), onPoint()));
  const heading = [backLink("#/", "返回"), h("h1", {}, "紧急"), card, where.part];
  showCard();
  if (!bundle || !context.device) return void fill(main, ...heading, notice("info", "", "登记本机以后,还可以在这里写下情况,有信号时自动上报。"));
  const id = newId();
  const captured = new Date().toISOString();
  const problems = h("div");
  const rescue = h("div", { "aria-live": "polite" });
  const saved = h("p", { class: "saved-line", role: "status" }, "写下的每一步都会自动保存在手机上。");
  const values = () => ({
    ...emptyValues(captured, point.phone_village || bundle.home_village), ...(point.lon === undefined ? {} : { ...point, crs: "wgs84" }),
    category: OTHER, danger: true, summary: urgentWords(urgent), place_text: urgent.place,
  });
  const saver = makeSaver({
    save: () => saveDraft(context, id, values()),
    onSaved: (at) => (fill(saved, `已保存 ${clockWords(at)}`), fill(rescue)),
    onError: (error) => failed(error),
  });
  const end = flushWhenLeft(saver);
  const failed = (/** @type {unknown} */ error) => {
    fill(saved, errorSentence(error));
    if (!rescue.hasChildNodes()) fill(rescue, rescueOf(context, id, values, urgent, saver));
  };
  let isWritten = false;
  onPoint = () => (showCard(), isWritten && saver.changed());
  /** @param {Partial<Urgent>} patch */
  const change = (patch) => {
    isWritten = true;
    Object.assign(urgent, patch);
    showCard();
    saver.changed();
  };
  const submit = button("保存并上报", () => void send());
  fill(main,
    ...heading,
    h("h2", {}, "打完电话,再写下情况"),
    saved,
    rescue,
    problems,
    choices({ name: "what", legend: "发生了什么?", options: optionsOf(KINDS), layout: "choices-column", onchange: (what) => change({ what }) }),
    field({ name: "place", label: "在哪里?", hint: `写找得到的地方,不写姓名。按${nameOf(bundle.home_village) || "本村"}登记,定位到别的村就按定位。`, maxlength: 100, optional: true, oninput: (place) => change({ place }) }),
    choices({ name: "people", legend: "大约多少人?", options: optionsOf(PEOPLE), optional: true, onchange: (people) => change({ people }) }),
    askedPart(change),
    field({ name: "words", label: "还想说明的", kind: "area", maxlength: 500, optional: true, oninput: (words) => change({ words }) }),
    actionBar(submit));
  return () => (end(), where.end(), saver.flush());

  async function send() {
    const missing = urgent.what ? null : { what: MISSING };
    fill(problems, missing && errorSummary(missing));
    if (missing) return void /** @type {HTMLElement} */ (problems.firstElementChild).focus();
    submit.disabled = true;
    await saver.close();
    try {
      await submitReport(context, id, values());
      context.go(`#/report/${id}`);
    } catch (error) {
      saver.reopen();
      submit.disabled = false;
      failed(error);
    }
  }
}

/** @param {(patch: Partial<Urgent>) => void} change */
function askedPart(change) {
  /** @type {Set<string>} */
  const asked = new Set();
  const tick = (/** @type {string} */ word, /** @type {boolean} */ on) => {
    asked[on ? "add" : "delete"](word);
    change({ asked: ASKED.filter((one) => asked.has(one)) });
  };
  return h("fieldset", { class: "field" }, h("legend", {}, "需要什么?", h("span", { class: "optional" }, "(可以选几样)")),
    h("div", { class: "choices" }, ...ASKED.map((word) =>
      h("label", { class: "choice" },
        h("input", { type: "checkbox", value: word, onchange: (/** @type {Event} */ event) => tick(word, /** @type {HTMLInputElement} */ (event.target).checked) }),
        h("span", { class: "choice-label" }, word)))));
}
