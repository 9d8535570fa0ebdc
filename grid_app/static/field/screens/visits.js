// @ts-check
/** Follow-ups: whom to go and see, today's first; what was answered stands below with its state until the office has it. */

import { fill, h } from "../dom.js";
import { visitsOf } from "../kept_visits.js";
import { backLink, cell, cells, emptyState, linkButton, notice, tag } from "../parts.js";
import { isEnd, outcomeWords } from "../visit_content.js";
import { dayWords, stateWords, timeWords } from "../words.js";

/** @typedef {import("../context.js").Context} Context */
/** @typedef {import("../follow_ups.js").Listed} Listed */
/** @typedef {import("../kept_visits.js").Visit} Visit */

const MOST_ANSWERED = 10;

/** @type {import("../routes.js").Screen["show"]} */
export async function show(main, _params, context) {
  const body = h("div");
  fill(main, backLink("#/", "首页"), h("h1", {}, "回访"), h("p", {}, "办结以后去看看、问问,事情是不是真的解决了。对方不愿意,就不再打扰。"), body);
  await paint();
  void context.refresh();
  return context.watch(() => void paint());

  async function paint() {
    const [due, visits, status] = [await context.followUps.due(), await visitsOf(context), await context.outbox.status()];
    const lines = (/** @type {Listed[]} */ items) => items.map((one) => lineOf(one, visits));
    fill(body,
      pinNotice(context),
      due.now.length > 0 && cells(`今天要回访(${due.now.length} 件)`, lines(due.now)),
      due.later.length > 0 && cells(`以后几天(${due.later.length} 件)`, lines(due.later)),
      due.now.length + due.later.length === 0 && emptyState("现在没有要回访的", "办结 1 天、3 天、7 天、30 天后到期的,会自动出现在这里。"),
      answeredPart(visits, status.sending));
  }
}

/** @param {Context} context */
function pinNotice(context) {
  if (context.vault.hasPin) return null;
  return notice("info", "没有设口令,姓名、电话不存在手机上", "不影响回访。设了口令,没有信号时也能看到找谁、打哪个电话。",
    h("p", {}, linkButton("去设口令", "#/settings", "secondary")));
}

/** @param {Listed} followUp @param {Visit[]} visits */
function lineOf(followUp, visits) {
  const { id, day, due_on, excerpt, place, house_hint } = followUp;
  const own = visits.filter(({ named }) => named.follow_up_id === id);
  const where = [place, house_hint].filter(Boolean).join(" · ");
  return cell({ title: excerpt || `第 ${day} 天回访`, href: `#/visit/${id}`, detail: `${where} · 第 ${day} 天回访,${dayWords(due_on)}到期`, side: sideOf(followUp, own) });
}

/** What was begun or tried on this phone, else whether the day is over. @param {Listed} followUp @param {Visit[]} own the newest first */
function sideOf({ overdue }, [last]) {
  if (last?.row.state === "draft") return tag({ word: "草稿", tone: "plain" });
  if (last) return tag({ word: outcomeWords(last.named.outcome), tone: "plain" });
  return overdue && tag({ word: "已过期", tone: "attention" });
}

/** @param {Visit[]} visits @param {string[]} sending */
function answeredPart(visits, sending) {
  const ended = visits.filter(({ row, named }) => row.state !== "draft" && (isEnd(named.outcome) || row.state !== "received"));
  if (!ended.length) return null;
  return cells("已经填好的", ended.slice(0, MOST_ANSWERED).map(({ row, named }) =>
    cell({ title: named.title, href: `#/visit/${named.follow_up_id}`, detail: `${timeWords(row.saved_at)} 保存`, side: tag(stateWords(row, sending.includes(row.id))) })));
}
