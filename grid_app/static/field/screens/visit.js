// @ts-check
/** One follow-up: where, whom to ask, how one asked and what came of it; saved on the phone, sent by itself. */

import { fill, h } from "../dom.js";
import { discardVisit, openDraft, saveVisitDraft, stateOf, submitVisit, visitsOf } from "../kept_visits.js";
import { actionBar, askTwice, backLink, button, choices, emptyState, errorSummary, field, linkButton, notice } from "../parts.js";
import { showReport } from "../report_view.js";
import { flushWhenLeft, makeSaver } from "../saver.js";
import { NOTE_SIGNS, OUTCOMES, RELAPSED, WAYS, emptyAnswer, isEnd, missingIn, outcomeWords } from "../visit_content.js";
import { contactsPart, matterPart, showVisit } from "../visit_view.js";
import { clockWords, errorSentence, isGap, stateWords, timeWords } from "../words.js";

/** @typedef {import("../context.js").Context} Context */
/** @typedef {import("../kept_visits.js").Visit} Visit */
/** @typedef {import("../visit_content.js").Answer} Answer */
/** @typedef {import("../follow_ups.js").FollowUp} FollowUp */

/** @type {import("../routes.js").Screen["show"]} */
export async function show(main, params, context) {
  const { id } = params;
  const all = await visitsOf(context);
  const visits = all.filter(({ named }) => named.follow_up_id === id);
  const draft = await openDraft(context, id);
  const listed = (await context.followUps.list()).find((one) => one.id === id) ?? null;
  const done = visits.find(({ row, named }) => row.state !== "draft" && (isEnd(named.outcome) || row.state === "attention"));
  const shown = done ?? all.find(({ row }) => row.id === listed?.answeredBy) ?? (listed || draft ? null : visits[0]);
  if (shown) return isGap(shown.row) ? showReport(main, shown.row.id, context) : showVisit(main, shown, context);
  if (!listed && !draft) {
    return fill(main, backLink("#/visits", "回访"), h("h1", {}, "回访"),
      emptyState("这一件现在不用回访", "可能已经回访过、换了人,或者纠纷又在办理。"), linkButton("看回访名单", "#/visits"));
  }
  const visit = new VisitForm(main, context, id, listed ?? draft?.named.follow_up ?? null, draft?.answer ?? emptyAnswer());
  visit.seen = stateOf(draft?.row);
  visit.saved = draft ? `已保存 ${clockWords(new Date(draft.row.saved_at))}` : "";
  visit.tries = visits.filter(({ row }) => row.state !== "draft");
  visit.isListed = listed !== null;
  await visit.paint();
  return () => visit.leave();
}

class VisitForm {
  saved = "";
  /** The state of the draft as this page knows it. */
  seen = "";
  isJoined = false;
  isListed = true;
  /** @type {Record<string, string>} */
  problems = {};
  notePart = h("div");
  savedLine = h("p", { class: "saved-line", role: "status" });
  /** @type {Visit[]} earlier ones that reached nobody */
  tries = [];
  /** @type {(() => unknown) | null} what ends the screen that took this one's place */
  #next = null;

  /** @param {HTMLElement} main @param {Context} context @param {string} id @param {FollowUp | null} followUp @param {Answer} answer */
  constructor(main, context, id, followUp, answer) {
    this.main = main;
    this.context = context;
    this.id = id;
    this.followUp = followUp;
    this.answer = answer;
    this.submit = button("保存回访", () => void this.#send());
    this.saver = makeSaver({
      save: () => this.#save(),
      onSaved: (at) => this.#say(`已保存 ${clockWords(at)}`, "done"),
      onError: (error) => this.#say(errorSentence(error), "failed"),
    });
    this.end = flushWhenLeft(this.saver);
  }

  /** @param {string} words @param {string} [kind] */
  #say(words, kind = "") {
    this.savedLine.dataset.kind = kind;
    fill(this.savedLine, words);
  }

  /** Words that another page wrote meanwhile come into this one. */
  async #save() {
    const typed = this.answer;
    const kept = await saveVisitDraft(this.context, this.id, this.followUp, typed, this.seen);
    const isJoined = kept.answer.note !== typed.note;
    if (isJoined && this.answer.note !== typed.note) return void this.saver.changed(); // typed on: joined with the next save
    this.seen = kept.state;
    if (!isJoined) return;
    this.answer = { ...this.answer, note: kept.answer.note };
    this.isJoined = true;
    this.#paintNote();
  }

  /** @param {Partial<Answer>} patch */
  #change(patch) {
    const before = this.answer.outcome;
    this.answer = { ...this.answer, ...patch };
    this.saver.changed();
    if (this.answer.outcome !== before) this.#paintNote();
  }

  /** @param {Record<string, string>} [problems] */
  async paint(problems = {}) {
    const { way, outcome } = this.answer;
    this.problems = problems;
    if (!this.savedLine.textContent) this.#say(this.saved || "每一步都会自动保存在手机上。", this.saved ? "done" : "");
    const asked = Object.keys(problems).length > 0 && errorSummary(problems);
    fill(this.main,
      backLink("#/visits", "回访"),
      h("h1", {}, this.followUp ? `第 ${this.followUp.day} 天回访` : "回访"),
      this.savedLine,
      asked,
      !this.isListed && notice("warning", "这一件已不在您的回访名单里", "可能办完了或换了人。写好的还在,可以照样保存发送,由乡镇核对。"),
      matterPart(this.followUp),
      await contactsPart(this.context, this.id),
      ...this.tries.map(tried),
      choices({ name: "way", legend: "怎么回访的?", options: WAYS, value: way, error: problems.way, onchange: (code) => this.#change({ way: code }) }),
      choices({ name: "outcome", legend: "结果怎么样?", options: OUTCOMES, value: outcome, error: problems.outcome, layout: "choices-column", onchange: (code) => this.#change({ outcome: code }) }),
      this.notePart,
      this.saved && askTwice({ words: "不要这份草稿了", question: "写下的会从手机上删掉,不能恢复。", yes: "删掉草稿", act: () => this.#discard() }),
      actionBar(this.submit));
    this.#paintNote();
    if (asked) asked.focus();
  }

  #paintNote() {
    const isNeeded = this.answer.outcome === RELAPSED;
    const hint = isNeeded ? "什么情况、从什么时候开始的,至少 5 个字。不写姓名、电话。" : "不写姓名、电话。";
    fill(this.notePart,
      isNeeded && notice("info", "有人受伤、要出事", "先打电话:", h("a", { class: "inline-target", href: "#/urgent" }, "打电话求助")),
      field({ name: "note", label: isNeeded ? "又出现了什么情况?" : "还想说明的", kind: "area", value: this.answer.note, hint, error: this.problems.note, optional: !isNeeded, maxlength: NOTE_SIGNS, oninput: (note) => this.#change({ note }) }));
  }

  async #send() {
    const missing = missingIn(this.answer);
    if (Object.keys(missing).length) return this.paint(missing);
    this.submit.disabled = true;
    this.isJoined = false;
    this.saver.changed();
    await this.saver.flush();
    this.submit.disabled = false;
    if (this.isJoined) return this.#say("另一个页面也写了说明,已合在一起。请看一下再保存。", "failed");
    this.submit.disabled = true;
    await this.saver.close();
    try {
      const saved = await submitVisit(this.context, this.id, this.followUp, this.answer);
      const visit = (await visitsOf(this.context, this.id)).find(({ row }) => row.id === saved);
      if (visit) this.#next = await showVisit(this.main, visit, this.context);
      window.scrollTo(0, 0);
    } catch (error) {
      this.saver.reopen();
      this.submit.disabled = false;
      this.#say(errorSentence(error), "failed");
    }
  }

  async #discard() {
    await this.saver.close();
    const draft = await openDraft(this.context, this.id);
    if (draft) await discardVisit(this.context, draft);
    this.context.go("#/visits");
  }

  leave() {
    this.end();
    this.#next?.();
    return this.saver.flush();
  }
}

/** An earlier visit that reached nobody. @param {Visit} visit */
function tried({ row, named }) {
  return notice("info", "", `${timeWords(row.saved_at)} ${outcomeWords(named.outcome)},${stateWords(row).word}。`);
}
