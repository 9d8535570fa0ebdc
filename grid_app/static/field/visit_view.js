// @ts-check
/** What the screens of a follow-up show: the matter, whom to ask, and a visit that was saved. */

import { dialled } from "./danger.js";
import { fill, h } from "./dom.js";
import { answerOf, discardVisit, reopenVisit } from "./kept_visits.js";
import { actionBar, askTwice, backLink, button, linkButton, notice, tag } from "./parts.js";
import { WAYS, isEnd, outcomeWords } from "./visit_content.js";
import { clockWords, dayWords, errorSentence, stateWords, timeWords, whatToDo } from "./words.js";

/** @typedef {import("./context.js").Context} Context */
/** @typedef {import("./rows.js").ReportRow} ReportRow */
/** @typedef {import("./follow_ups.js").FollowUp} FollowUp */
/** @typedef {import("./follow_ups_sweep.js").Contact} Contact */
/** @typedef {import("./kept_visits.js").Visit} Visit */

const NOT_OURS = new Set(["not_found", "forbidden"]);
const WHY = {
  "no-pin": "没有设口令,姓名、电话不存在手机上。不影响回访。",
  locked: "手机锁着,请先输口令。",
  answered: "已经回访过,姓名、电话已从手机上删掉。",
  old: "到期超过 14 天,姓名、电话不再留在手机上。",
  missing: "姓名、电话还没有下载到手机上。有信号时打开本页会自动下载。",
};

/** @param {[string, string | false | undefined][]} lines */
function facts(lines) {
  return h("dl", { class: "facts" }, ...lines.filter(([, words]) => words).map(([name, words]) => h("div", {}, h("dt", {}, name), h("dd", {}, words))));
}

/** Where and about what. @param {FollowUp | null} followUp */
export function matterPart(followUp) {
  if (!followUp) return null;
  const { place, house_hint, excerpt, due_on, overdue, case_code } = followUp;
  return facts([["在哪里", place], ["怎么找", house_hint], ["什么事", excerpt], ["到期", `${dayWords(due_on)}${overdue ? ",已过期" : ""}`], ["编号", case_code]]);
}

/** Whom to ask, each with a button that dials. @param {Context} context @param {string} id */
export async function contactsPart(context, id) {
  const { contacts, why } = await context.followUps.contactsOf(id);
  const shown = contacts.map(call).filter(Boolean);
  const setPin = why === "no-pin" && h("p", {}, linkButton("去设口令", "#/settings", "secondary"));
  const online = (why === "no-pin" || why === "old") && h("p", {}, "有信号时,也可以", h("a", { class: "inline-target", href: `/follow-ups/${id}` }, "在网页上看"));
  return h("section", { class: "part" }, h("h2", {}, "找谁"),
    why === "shown" && (shown.length ? h("div", { class: "calls" }, shown) : h("p", { class: "hint" }, "没有留下姓名、电话。")),
    why !== "shown" && notice("info", "", WHY[why], setPin || "", online || ""));
}

/** @param {Contact} contact */
function call({ label, name, phone }) {
  const number = dialled(phone);
  const who = [label, name].filter(Boolean).join(" ");
  if (!number) return h("p", { class: "call-nobody" }, who, h("span", { class: "hint" }, " 没有留电话"));
  return h("a", { class: "button button-secondary call", href: `tel:${number}` }, h("span", {}, `打给${who}`), h("span", { class: "call-number" }, phone.trim()));
}

/**
 * A visit that was handed over, until the person goes on; the state follows by itself. Gives what ends it.
 * @param {HTMLElement} main @param {Visit} visit @param {Context} context
 */
export async function showVisit(main, visit, context) {
  const { id } = visit.row;
  const answer = await answerOf(context, visit.row).catch(() => null);
  const state = h("div", { role: "status", "aria-live": "polite" });
  const actions = h("div");
  fill(main,
    backLink("#/visits", "回访"),
    h("h1", {}, visit.named.follow_up ? `第 ${visit.named.follow_up.day} 天回访` : "回访"),
    h("p", { class: "saved-line", "data-kind": "done" }, `已保存 ${clockWords(new Date(visit.row.saved_at))}`),
    state,
    matterPart(visit.named.follow_up),
    answer && facts([["怎么回访", WAYS.find(([code]) => code === answer.way)?.[1]], ["结果", outcomeWords(answer.outcome)], ["说明", answer.note]]),
    actions);
  await paint();
  return context.watch(() => void paint());

  async function paint() {
    const row = await context.store.getReport(id);
    if (!row) return fill(state, notice("info", "这一件已不在手机上", "已收到的会按时清理。"));
    fill(state, stateCard(row, await wipedWords(context, visit), (await context.outbox.status()).sending.includes(id)));
    fill(actions, ...actionsFor(context, { ...visit, row }));
  }
}

/** Whether names of the matter stay on this phone after this visit. @param {Context} context @param {Visit} visit */
async function wipedWords({ followUps, vault }, { named: { outcome, follow_up } }) {
  if (!isEnd(outcome)) return "还在回访名单里,联系上了再填一次。";
  if (!vault.hasPin) return "";
  const isAskedAgain = (await followUps.list()).some((one) => !one.answeredBy && one.dispute_id === follow_up?.dispute_id);
  return isAskedAgain ? "这件事以后还要回访,姓名、电话仍锁在口令后面。" : "对方的姓名、电话已从这部手机上删掉。";
}

/** @param {ReportRow} row @param {string} wiped @param {boolean} sending */
function stateCard(row, wiped, sending) {
  if (row.state === "received") return received(row, wiped);
  if (row.state === "attention") return notice("warning", `需要处理:${row.problem?.sentence ?? ""}`, ...Object.values(row.problem?.fields ?? {}), whatToDo(row.problem, row.kind));
  const line = sending ? "正在送到服务器,可以继续做别的。" : "已保存在手机上,有信号时自动发送,不用再点。";
  return h("section", { class: "card state-card" }, h("p", {}, tag(stateWords(row, sending))), h("p", {}, line), wiped && h("p", {}, wiped), row.problem && h("p", { class: "hint" }, row.problem.sentence));
}

/** @param {ReportRow} row @param {string} wiped */
function received({ receipt }, wiped) {
  return h("section", { class: "receipt", "aria-label": "回执" },
    h("p", { class: "receipt-title" }, h("span", { "aria-hidden": "true" }, "✓"), "已收到"),
    receipt?.warning && h("p", {}, receipt.warning),
    wiped && h("p", {}, wiped),
    receipt && h("p", { class: "hint" }, `${timeWords(receipt.received_at)} 收到,凭证已留在手机上。`));
}

/** @param {Context} context @param {Visit} visit */
function actionsFor(context, visit) {
  const { row, named } = visit;
  const after = (/** @type {() => Promise<void>} */ act, /** @type {string} */ hash) => async () => {
    try {
      await act();
      context.go(hash);
    } catch (error) {
      context.say(errorSentence(error));
    }
  };
  if (row.state !== "attention") return [actionBar(linkButton("看回访名单", "#/visits"))];
  if (NOT_OURS.has(row.problem?.code ?? "")) {
    return [askTwice({ words: "不用再发了,从手机上删掉", question: "写下的会从手机上删掉,不能恢复。要紧的请先告诉乡镇。", yes: "删掉", act: after(() => discardVisit(context, visit), "#/visits") })];
  }
  return [actionBar(button("打开修改", after(() => reopenVisit(context, visit), `#/visit/${named.follow_up_id}`)))];
}
