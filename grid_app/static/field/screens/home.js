// @ts-check
/** Home: what waits to be sent, the way to report, what is due, what became of own reports. */

import { fill, h } from "../dom.js";
import { gapNotice, resentNotice } from "../held_parts.js";
import { cell, cells, linkButton, notice, statusLine, tag } from "../parts.js";
import { describeStorage } from "../surroundings.js";
import { ageWords, dayWords, timeWords } from "../words.js";

/** @typedef {import("../context.js").Context} Context */
/** @typedef {import("../report_types.js").Bundle} Bundle */
/** @typedef {import("../outbox.js").Status} Status */

const OLD_MILLISECONDS = 24 * 3_600_000;
const MOST_OWN = 5;

/** One line and one state word about what waits. @param {Pick<Status, "waiting" | "attention" | "oldest" | "sending" | "halted" | "attachments">} status @param {number} now */
export function queueWords({ waiting, attention, oldest, sending, halted, attachments }, now) {
  if (attention > 0) return { word: "需要处理", tone: "attention", line: `${attention} 件要您看一下,内容都还在。` };
  if (waiting === 0 && attachments > 0) return { word: "等待发送", tone: "active", line: `文字都已送到,还有 ${attachments} 个照片、录音,有信号时会接着发送。` };
  if (waiting === 0) return { word: "都已发出", tone: "done", line: "没有等待发送的。" };
  const age = oldest ? now - Date.parse(oldest) : 0;
  const since = oldest ? `最早的一件写于${ageWords(age)}。` : "";
  const late = age > OLD_MILLISECONDS ? "已超过 1 天,请尽快到有信号的地方打开本页。" : (halted?.sentence ?? "有信号时会自动发送。");
  return { word: sending.length > 0 ? "正在发送" : "等待发送", tone: age > OLD_MILLISECONDS ? "attention" : "active", line: since + late };
}

/** @type {import("../routes.js").Screen["show"]} */
export async function show(main, _params, context) {
  const queue = h("a", { class: "queue", href: "#/reports" });
  const warnings = h("div");
  const work = h("div");
  const foot = statusLine();
  fill(main,
    h("h1", {}, "首页"),
    warnings,
    queue,
    h("nav", { class: "big-actions", "aria-label": "上报" },
      linkButton("上报", "#/report/new"),
      linkButton("紧急", "#/urgent", "danger")),
    work,
    foot,
    cells("", [cell({ title: "我的村", href: "#/map", detail: "村界、网格、我的位置、附近没办结的事,没有信号也能看" })]),
    cells("", [cell({ title: "设置", href: "#/settings", detail: "口令、导出未发送的、与平台核对、退出" })]));
  await paint();
  const end = context.watch(() => void paint());
  const timer = setInterval(paint, 30_000);
  void context.refresh();
  return () => (end(), clearInterval(timer));

  async function paint() {
    const status = await context.outbox.status();
    paintQueue(queue, status);
    const bundle = await context.bundle();
    const noted = await context.store.listNoted(context.owner);
    fill(warnings, ...warningsFor(context, status), await gapNotice(context, noted), resentNotice(noted));
    if (bundle) fill(work, await visitsCard(context), roundsOf(bundle), ownOf(bundle));
    fill(foot, await storageLine(context));
  }
}

/** @param {HTMLElement} queue @param {Status} status */
function paintQueue(queue, status) {
  const { word, tone, line } = queueWords(status, Date.now());
  queue.dataset.tone = tone;
  fill(queue,
    h("span", { class: "queue-figure" }, h("strong", {}, status.waiting), " 件等待发送"),
    h("span", { class: "queue-state", role: "status" }, tag({ word, tone })),
    h("span", { class: "queue-line" }, line),
    status.attachments > 0 && h("span", { class: "queue-line" }, `另有 ${status.attachments} 个照片、录音在后面发送。`),
    status.drafts > 0 && h("span", { class: "queue-line" }, `另有 ${status.drafts} 份草稿没有提交。`));
}

/** @param {Context} context @param {Status} status */
function warningsFor(context, { others, halted }) {
  const signedOut = context.isSignedOut || halted?.kind === "signed-out";
  return [
    signedOut && notice("warning", "登录已过期", "没发出去的都还在。请登录后再登记一次本机,就会接着发送。",
      h("p", {}, linkButton("去登录", "/sign-in?next=/field/", "secondary"), " ", linkButton("登记本机", "#/register", "secondary"))),
    others > 0 && notice("warning", `还有别人没发出去的 ${others} 件`, "是这部手机以前的使用者写的,已加密保留。请他登录后发送,或在“设置”里导出。"),
  ];
}

/** What is to be followed up, today's first. @param {Context} context */
async function visitsCard(context) {
  const { now, later } = await context.followUps.due();
  if (now.length + later.length === 0) return null;
  const title = now.length ? `今天要回访 ${now.length} 件` : `今天没有要回访的,7 天内有 ${later.length} 件`;
  const side = now.length > 0 && tag({ word: "待回访", tone: "attention" });
  return cells("回访", [cell({ title, href: "#/visits", detail: "没有信号也能填,有信号自动发送", side })]);
}

/** @param {Bundle} bundle */
function roundsOf(bundle) {
  const open = bundle.rounds.filter((one) => !one.answered);
  if (!bundle.rounds.length) return null;
  if (!open.length) return cells("排查回执", [cell({ title: "都已回执", detail: "下一轮开始时会出现在这里。" })]);
  return cells("要交的排查回执", open.map((one) =>
    cell({ title: one.name, href: `#/round/${one.division_code}`, detail: `${one.rounds.length} 轮排查 · ${dayWords(one.due)}前`, side: tag({ word: "待回执", tone: "attention" }) })));
}

/** @param {Bundle} bundle */
function ownOf(bundle) {
  const rows = bundle.own_reports.slice(0, MOST_OWN).map((one) =>
    cell({ title: one.excerpt || one.case_code, detail: `${one.place} · ${timeWords(one.received_at)}`, side: tag({ word: one.state_word, tone: one.state_word === "已办结" ? "done" : "active" }) }));
  const all = cell({ title: "全部上报和草稿", href: "#/reports", detail: "看每一件发出去没有" });
  return cells("我的上报", [...rows, all]);
}

/** When the phone last spoke with the office, and how safely it keeps what it holds. @param {Context} context */
async function storageLine(context) {
  const synced = await context.store.getMeta("last_sync");
  const { usage = null, quota = null } = (await navigator.storage?.estimate?.().catch(() => null)) ?? {};
  const persisted = (await navigator.storage?.persisted?.().catch(() => false)) ?? false;
  return [
    h("span", { class: "fact" }, synced ? `上次同步:${timeWords(synced)}。` : "还没有同步过。"),
    h("span", { class: "fact" }, describeStorage({ asked: Boolean(navigator.storage?.persist), persisted, usage, quota })),
  ];
}
