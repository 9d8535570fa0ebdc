// @ts-check
/** A report that was submitted: where it is now, and what to do if the office refused it. */

import { oneAtATime } from "./calm.js";
import { dangerCard, listedIn } from "./danger.js";
import { fill, h } from "./dom.js";
import { settledByHand } from "./held_answers.js";
import { gapCard, proofOf, proofPart, resentCard } from "./held_parts.js";
import { attachmentsOf, copyReport, openReport, reopenReport, titleOfRow } from "./kept_reports.js";
import { actionBar, askTwice, backLink, button, linkButton, notice, tag } from "./parts.js";
import { isDanger, pointOf } from "./report_content.js";
import { errorSentence, isGap, stateWords, timeWords, trackingWords, whatToDo } from "./words.js";

/** @typedef {import("./context.js").Context} Context */
/** @typedef {import("./rows.js").ReportRow} ReportRow */

/** Show the report until the person goes on; the state follows by itself. @param {HTMLElement} main @param {string} id @param {Context} context */
export async function showReport(main, id, context) {
  const found = await openReport(context, id);
  const bundle = await context.bundle();
  const state = h("div", { role: "status", "aria-live": "polite" });
  const actions = actionBar();
  const values = found?.row.kind === "report" ? found.values : null;
  const unsafe = values !== null && isDanger(values);
  const danger = h("div");
  const proof = h("div");
  const told = h("div");
  let proven = "";
  fill(main,
    backLink("#/reports", "我的上报"),
    h("h1", {}, found?.row.kind === "return" ? "排查回执" : "这一件"),
    state,
    danger,
    told,
    proof,
    actions);
  const villages = unsafe ? await context.villages() : null;
  const repaint = oneAtATime(paint);
  await repaint();
  return context.watch(() => void repaint());

  async function paint() {
    if (found) fill(told, await facts(context, found.row, values)); // photos arrive while the page is open
    const row = await context.store.getReport(id);
    if (!row) return showGone();
    if (row.state === "received") context.expire();
    const gone = (await context.store.blobsOf(id)).filter((blob) => !blob.sealed).length;
    fill(state, stateCard(row, (await context.outbox.status()).sending.includes(id)), resentCard(row, gone));
    fill(actions, ...actionsFor(context, row));
    if (unsafe) fill(danger, dangerCard({ ...messageFor(values), receipt: row.state === "received" ? row.receipt : null }));
    const proofs = [proofOf(row), row.first_receipt ? proofOf({ ...row, receipt: row.first_receipt }) : null].filter((one) => one !== null);
    showProof(proofs, isGap(row) ? row : null);
  }

  /** Built anew only when it says something else: what a person opened stays open. @param {import("./held_parts.js").Proof[]} proofs @param {ReportRow | null} gap */
  function showProof(proofs, gap) {
    const said = JSON.stringify([proofs, gap?.note]);
    if (said === proven) return;
    proven = said;
    const settle = async () => {
      await context.store.changeReport(id, (row) => settledByHand(row, Date.now()));
      context.changed();
    };
    fill(proof, proofPart(proofs, gap !== null),
      gap && askTwice({ words: "乡镇已经补登记,不再提醒", question: "确认乡镇已经处理好了?回执仍留在手机上。", yes: "处理好了", act: settle }));
  }

  /** The report has left the phone: its receipt is here. */
  async function showGone() {
    const kept = await context.store.getReceipt(id);
    if (!kept || kept.owner !== context.owner) return fill(state, notice("info", "这一件已不在手机上", "办理情况看“首页”。"));
    fill(state, received({ receipt: { ...kept, tracking_code: "" }, sealed: null }));
    const known = proofOf(kept);
    fill(proof, known && proofPart([known], false));
    fill(actions, linkButton("回首页", "#/", "secondary"));
  }

  /** @param {import("./report_types.js").Values} values */
  function messageFor(values) {
    const village = villages?.features.find((one) => one.properties?.code === values.village_code)?.properties?.name ?? "";
    const what = bundle?.tiles.find((one) => one.code === values.category)?.label ?? "";
    const said = listedIn(values.summary);
    return { duty: bundle?.duty ?? null, village, ...said, what: said.what ?? what, point: pointOf(values), agent: navigator.userAgent };
  }
}

/** @param {ReportRow} row @param {boolean} sending */
function stateCard(row, sending) {
  const words = stateWords(row, sending);
  if (isGap(row)) return gapCard(row);
  if (row.state === "received") return received(row);
  if (row.state === "attention") return notice("warning", `需要处理:${row.problem?.sentence ?? ""}`, ...Object.values(row.problem?.fields ?? {}), whatToDo(row.problem));
  const line = sending ? "正在送到服务器,可以继续做别的。" : "已保存在手机上,有信号时自动发送,不用再点。";
  return h("section", { class: `card state-card${row.danger ? " is-urgent" : ""}` }, h("p", {}, tag(words)), h("p", {}, line),
    row.problem && h("p", { class: "hint" }, row.problem.sentence));
}

/** @param {Pick<ReportRow, "receipt" | "sealed">} row */
function received(row) {
  const receipt = /** @type {Partial<import("./rows.js").Receipt>} */ (row.receipt ?? {});
  return h("section", { class: "receipt", "aria-label": "回执" },
    h("p", { class: "receipt-title" }, h("span", { "aria-hidden": "true" }, "✓"), "已收到"),
    receipt.tracking_code && h("p", { class: "receipt-label" }, "查询码"),
    receipt.tracking_code && h("p", { class: "receipt-code" }, trackingWords(receipt.tracking_code)),
    receipt.case_code && h("p", {}, `编号 ${receipt.case_code}`),
    receipt.received_at && h("p", { class: "hint" }, `${timeWords(receipt.received_at)} 收到,凭证已留在手机上。`),
    receipt.warning && h("p", {}, receipt.warning),
    row.sealed === null && h("p", {}, "内容在平台,手机上只留标题和回执。要看办理情况,看“首页”,或把编号告诉乡镇。"));
}

/** @param {Context} context @param {ReportRow} row */
function actionsFor(context, row) {
  const isCopied = row.note === "differs" && row.sealed !== null && row.kind === "report";
  if (!isCopied && (row.state !== "attention" || row.kind === "return")) return [linkButton("再报一件", "#/report/new"), linkButton("回首页", "#/", "secondary")];
  const open = async (/** @type {() => Promise<string | void>} */ act) => {
    try {
      const next = (await act()) ?? row.id;
      context.go(`#/report/${next}`);
    } catch (error) {
      context.say(errorSentence(error));
    }
  };
  if (isCopied || row.problem?.code === "conflict") return [button("改成新的一件", () => open(() => copyReport(context, row.id)))];
  return [button("打开修改", () => open(() => reopenReport(context, row.id)))];
}

/** @param {Context} context @param {ReportRow} row @param {import("./report_types.js").Values | null} values */
async function facts(context, row, values) {
  const { title } = await titleOfRow(context, row);
  const blobs = await attachmentsOf(context, row.id);
  const sent = (await context.store.blobsOf(row.id)).filter((one) => one.state === "received").length;
  /** @type {[string, string | false][]} */
  const lines = [
    ["什么事", title],
    ["内容", values?.summary ?? ""],
    ["写于", timeWords(row.created_at)],
    ["照片、录音", blobs.length > 0 && `${blobs.length} 个,已送到 ${sent} 个`],
  ];
  return h("dl", { class: "facts" }, ...lines.filter(([, words]) => words).map(([name, words]) => h("div", {}, h("dt", {}, name), h("dd", {}, words))));
}
