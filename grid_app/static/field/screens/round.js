// @ts-check
/** The return of a screening round: what was logged is confirmed; where nothing was, a zero return says how one looked. */

import { fill, h } from "../dom.js";
import { submitReturn, titleOfRow } from "../kept_reports.js";
import { actionBar, backLink, button, cell, cells, emptyState, errorSummary, field, linkButton, notice, tag } from "../parts.js";
import { dayWords, errorSentence, stateWords } from "../words.js";

/** @typedef {import("../context.js").Context} Context */
/** @typedef {import("../report_types.js").Round} Round */
/** @typedef {import("../report_types.js").Bundle} Bundle */

const NOTE_SIGNS = 200;

/** What the phone knows about a place and the office has not told yet: reports that wait or were received since, and returns already given. @param {Context} context @param {string} code @param {string} known when the office last told what it has */
async function keptFor(context, code, known) {
  const rows = await context.store.listReports(context.owner);
  const isNews = (/** @type {string | undefined} */ received) => Date.parse(received ?? "") > Date.parse(known);
  const open = rows.filter((one) => one.state === "waiting" || isNews(one.receipt?.received_at) || (one.kind === "return" && one.state === "attention"));
  const named = await Promise.all(open.map(async (row) => ({ row, ...(await titleOfRow(context, row)) })));
  return {
    waiting: named.filter(({ row, village_code: village = "" }) => row.kind === "report" && village.slice(0, 12) === code.slice(0, 12)),
    answers: named.filter(({ row, village_code: place }) => row.kind === "return" && place === code),
  };
}

/** @type {import("../routes.js").Screen["show"]} */
export async function show(main, params, context) {
  const bundle = await context.bundle();
  const round = bundle?.rounds.find((one) => one.division_code === params.code);
  if (!bundle || !round) {
    return fill(main, backLink("#/", "首页"), h("h1", {}, "排查回执"), emptyState("现在没有进行中的排查", "不用回执。登记的纠纷都已保存,下一轮开始时会自动带出来。"));
  }
  const { waiting, answers } = await keptFor(context, round.division_code, bundle.server_time);
  const frame = [
    backLink("#/", "首页"),
    h("h1", {}, `${round.name}回执`),
    h("p", {}, `一次回执,同时答复:${round.rounds.join("、")}。${dayWords(round.due)}前。`),
  ];
  const refused = answers.filter(({ row }) => row.state === "attention").map(({ row }) => row);
  if (answers.length > refused.length) return fill(main, ...frame, ...answers.map(({ row }) => given(row)), linkButton("回首页", "#/"));
  if (round.answered) return fill(main, ...frame, emptyState("已回执", "这里的排查都已经回执了。"), linkButton("回首页", "#/"));
  const entries = [
    ...round.entries.map((one) => cell({ title: one.excerpt })),
    ...waiting.map(({ row, title }) => cell({ title, detail: row.state === "received" ? "服务器已收到" : "在手机上,会先发送,再回执", side: tag(stateWords(row)) })),
  ];
  const again = refused.map((row) => notice("warning", "上一份回执没有收下,请再回执一次", row.problem?.sentence ?? "", "登记的内容都还在。"));
  const task = { context, round, replaces: refused.map((row) => row.id) };
  fill(main, ...frame, ...again, ...(entries.length ? confirmation(task, entries) : zero(task, bundle)));
}

/** @param {import("../rows.js").ReportRow} row */
function given(row) {
  if (row.state === "received") return notice("success", "已收到回执", row.receipt?.warning ?? "");
  return notice("success", "回执已保存在手机上", "有信号时自动发送。", h("p", {}, tag(stateWords(row))));
}

/** @typedef {{context: Context, round: Round, replaces: string[]}} Task what is answered, and the refused answers that a new one stands for */

/** @param {Task} task @param {HTMLElement[]} entries */
function confirmation(task, entries) {
  const status = h("p", { role: "status" });
  const submit = button(`确认回执(${entries.length} 件)`, () => send(task, { zero: false, ways: [], note: "" }, status));
  return [cells(`上次回执以后登记的(${entries.length} 件)`, entries), status, linkButton("补报一件", "#/report/new", "secondary"), actionBar(submit)];
}

/** @param {Task} task @param {Bundle} bundle */
function zero(task, bundle) {
  /** @type {Set<string>} */
  const ways = new Set();
  let note = "";
  const problems = h("div");
  const status = h("p", { role: "status" });
  const choice = bundle.ways.map(({ code, word }, index) =>
    h("label", { class: "choice" },
      h("input", { type: "checkbox", id: index ? `ways-${code}` : "ways", value: code, onchange: (/** @type {Event} */ event) => (/** @type {HTMLInputElement} */ (event.target).checked ? ways.add(code) : ways.delete(code)) }),
      h("span", { class: "choice-label" }, word)));
  const submit = button("零报告", () => {
    const missing = ways.size === 0 && !note.trim();
    fill(problems, missing && errorSummary({ ways: "请选怎么排查的,至少一样。" }));
    if (missing) return void /** @type {HTMLElement} */ (problems.firstElementChild).focus();
    return send(task, { zero: true, ways: [...ways], note: note.trim() }, status);
  });
  return [
    h("p", {}, "上次回执以后没有登记纠纷。没有发现也是正常的。"),
    problems,
    h("fieldset", { class: "field" }, h("legend", {}, "怎么排查的?"), h("p", { class: "hint" }, "照实选,可以选几样。"), h("div", { class: "choices" }, ...choice)),
    field({ name: "note", label: "还想说明的", hint: "例如:走访 3 个组。不写姓名。", maxlength: NOTE_SIGNS, optional: true, oninput: (text) => (note = text) }),
    linkButton("有漏的,补报一件", "#/report/new", "secondary"),
    status,
    actionBar(submit),
  ];
}

/** @param {Task} task @param {{zero: boolean, ways: string[], note: string}} answer @param {HTMLElement} status */
async function send({ context, round, replaces }, answer, status) {
  fill(status, "正在保存…");
  try {
    const content = { form: "return/1", captured_at: new Date().toISOString(), division_code: round.division_code, ...answer };
    const id = await submitReturn(context, content, `${round.name}回执${answer.zero ? "(零报告)" : ""}`);
    for (const old of replaces) await context.store.deleteReport(old);
    context.say("回执已保存在手机上。");
    context.go(`#/report/${id}`);
  } catch (error) {
    fill(status, errorSentence(error));
  }
}
