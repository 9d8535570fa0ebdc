// @ts-check
/** One report: a form while it is a draft, its state in words afterwards. */

import { newId } from "../../shared/canonical.js";
import { dangerCard } from "../danger.js";
import { fill, h } from "../dom.js";
import { discardDraft, openReport, submitReport, titleOfRow } from "../kept_reports.js";
import { FORKED } from "../other_pages.js";
import { actionBar, askTwice, backLink, button, errorSummary, notice } from "../parts.js";
import { emptyValues, isDanger, missingAnswers, pointOf } from "../report_content.js";
import { Form } from "../report_form.js";
import { begunFrom, hintsPart } from "../report_hints.js";
import { photoPart, voicePart } from "../report_media.js";
import { placePart } from "../report_place.js";
import { dangerPart, morePart, safetyPart, summaryPart, tilePart } from "../report_questions.js";
import { showReport } from "../report_view.js";
import { clockWords } from "../words.js";

/** @typedef {import("../context.js").Context} Context */

/** @type {import("../routes.js").Screen["show"]} */
export async function show(main, params, context) {
  const id = params.id === "new" ? newId() : params.id;
  if (params.id === "new") history.replaceState(null, "", `#/report/${id}`);
  const found = await openReport(context, id);
  if (found && found.row.owner !== context.owner) return fill(main, backLink("#/", "首页"), h("h1", {}, "这一件"), notice("info", "这一件不是您写的", "它已加密保留,由写它的人登录后发送。"));
  if (found?.row.kind === "visit" && found.row.state !== "received") return location.replace(`#/visit/${(await titleOfRow(context, found.row)).follow_up_id ?? ""}`);
  const isGone = !found && (await context.store.getReceipt(id)) !== undefined;
  if (isGone || (found && found.row.state !== "draft")) return showReport(main, id, context);
  const bundle = await context.bundle();
  const values = found?.values ?? { ...emptyValues(new Date().toISOString(), bundle?.home_village ?? ""), ...begunFrom(params.from ?? "", bundle) };
  const savedLine = h("p", { class: "saved-line", role: "status" }, found ? `已保存 ${clockWords(new Date(found.row.saved_at))}` : "写下的每一步都会自动保存在手机上。");
  const form = await new Form(context, id, values, savedLine, Boolean(found)).prepare();
  paint(main, form, found?.row.problem?.fields ?? {}, found?.row.problem);
  return () => form.leave();
}

/** @param {HTMLElement} main @param {Form} form @param {Record<string, string>} problems @param {import("../rows.js").Problem | null} [refused] what the office said of the last time, or why this is a draft of its own */
function paint(main, form, problems, refused = null) {
  form.forgetListeners();
  const danger = h("div", { "aria-live": "assertive" });
  const submit = button("提交", () => void send());
  let shown = "";
  const showDanger = () => {
    const said = isDanger(form.values) ? dangerOf(form) : null;
    const key = JSON.stringify(said);
    if (key === shown) return;
    shown = key;
    fill(danger, said && dangerCard(said));
  };
  fill(main,
    backLink("#/", "首页"),
    h("h1", {}, "上报一件"),
    form.savedLine,
    form.rescue,
    refused && notice("warning", refused.code === FORKED ? "另存的一份草稿" : "上次没有被接收,改好再提交", refused.sentence),
    Object.keys(problems).length > 0 && errorSummary(problems),
    tilePart(form, problems),
    safetyPart(form, problems),
    dangerPart(form, problems),
    danger,
    summaryPart(form, problems),
    voicePart(form),
    placePart(form, problems.village_code ?? problems.lon),
    hintsPart(form),
    photoPart(form),
    morePart(form),
    askTwice({ words: "不要这份草稿了", question: "草稿和它的照片、录音会从手机上删掉,不能恢复。", yes: "删掉草稿", act: discard }),
    actionBar(submit));
  showDanger();
  form.onChange(showDanger);
  form.onChange(() => clearAnswered(main, form, problems));

  async function send() {
    await form.finishVoice();
    const missing = missingAnswers(form.values, form.attachments);
    if (Object.keys(missing).length) return again(missing);
    submit.setAttribute("aria-busy", "true");
    submit.disabled = true;
    fill(submit, "正在保存…");
    await form.saver.close();
    try {
      if (form.shelf.hasUnsaved) await form.shelf.save();
      await submitReport(form.context, form.id, form.values);
      form.context.go(`#/report/${form.id}`);
    } catch (error) {
      form.saver.reopen();
      form.failed(error);
      form.savedLine.scrollIntoView({ block: "center" });
      submit.disabled = false;
      submit.removeAttribute("aria-busy");
      fill(submit, "再提交一次");
    }
  }

  /** @param {Record<string, string>} missing */
  function again(missing) {
    paint(main, form, missing);
    const summary = main.querySelector(".error-summary");
    if (summary instanceof HTMLElement) summary.focus();
  }

  async function discard() {
    await form.saver.close();
    await discardDraft(form.context, form.id);
    form.context.say("草稿已删掉。");
    form.context.go("#/");
  }
}

/** What the card and its message may say: words of lists and the point, no name. @param {Form} form */
function dangerOf({ values, villages, bundle }) {
  const village = villages?.features.find((one) => one.properties?.code === values.village_code)?.properties?.name ?? "";
  const what = bundle?.tiles.find((one) => one.code === values.category)?.label ?? "";
  return { duty: bundle?.duty ?? null, village, what, point: pointOf(values), receipt: null, agent: navigator.userAgent };
}

/** A sentence about a missing answer goes when the answer is there. @param {HTMLElement} main @param {Form} form @param {Record<string, string>} problems */
function clearAnswered(main, form, problems) {
  const missing = missingAnswers(form.values, form.attachments);
  for (const name of Object.keys(problems)) {
    const part = name in missing ? null : main.querySelector(`[data-field="${name}"].has-error`);
    part?.classList.remove("has-error");
    part?.querySelector(".field-error")?.remove();
    part?.querySelector("[aria-invalid]")?.removeAttribute("aria-invalid");
  }
  if (!main.querySelector(".has-error")) main.querySelector(".error-summary")?.remove();
}
