// @ts-check
/** Follow-up visits on this phone: a draft while one asks, then a row that waits for the office like a report. */

import { digestOf, newId } from "../shared/canonical.js";
import { NotADraft, alone, blankRow, sendSoon } from "./kept_reports.js";
import { bothNotes, contentOf, emptyAnswer, isEnd, titleOf } from "./visit_content.js";

/** @typedef {import("./context.js").Context} Context */
/** @typedef {import("./rows.js").ReportRow} ReportRow */
/** @typedef {import("./visit_content.js").Answer} Answer */
/** @typedef {import("./visit_content.js").FollowUp} FollowUp */
/** @typedef {{title: string, follow_up_id: string, outcome: string, follow_up: FollowUp | null}} Named what the list knows of a visit without opening it */
/** @typedef {{row: ReportRow, named: Named}} Visit */

/** Whatever was answered about one follow-up on this phone by its owner, the newest first. @param {Context} context @param {string} [followUpId] @returns {Promise<Visit[]>} */
export async function visitsOf(context, followUpId) {
  const rows = (await context.store.listReports(context.owner)).filter((row) => row.kind === "visit" && row.title_sealed);
  const named = await Promise.all(rows.map(async (row) => ({ row, named: await context.vault.open(/** @type {any} */ (row.title_sealed)).catch(() => null) })));
  return named.filter((one) => one.named && (followUpId === undefined || one.named.follow_up_id === followUpId));
}

/** What was typed; nothing once it lies at the office alone. @param {Context} context @param {ReportRow} row @returns {Promise<Answer>} */
export async function answerOf(context, row) {
  const { way = "", outcome = "", note = "" } = row.sealed ? await context.vault.open(row.sealed) : {};
  return { way, outcome, note };
}

/** @param {Context} context @param {string} followUpId @returns {Promise<{row: ReportRow, answer: Answer, named: Named} | null>} */
export async function openDraft(context, followUpId) {
  const found = (await visitsOf(context, followUpId)).find(({ row }) => row.state === "draft");
  return found ? { ...found, answer: await answerOf(context, found.row).catch(emptyAnswer) } : null;
}

/** The draft of a follow-up, or a new row. @param {Context} context @param {string} followUpId */
async function draftRow(context, followUpId) {
  const visits = await visitsOf(context, followUpId);
  if (visits.some(({ row, named }) => row.state !== "draft" && isEnd(named.outcome))) throw new NotADraft();
  return visits.find(({ row }) => row.state === "draft")?.row ?? blankRow(context, newId(), "visit", new Date());
}

/** @param {Context} context @param {string} followUpId @param {FollowUp | null} followUp @param {Answer} answer @param {object} sealed @returns {Promise<ReportRow>} */
async function rowWith(context, followUpId, followUp, answer, sealed) {
  /** @type {Named} */
  const named = { title: titleOf(followUp, answer.outcome), follow_up_id: followUpId, outcome: answer.outcome, follow_up: followUp };
  const row = await draftRow(context, followUpId);
  return { ...row, saved_at: new Date().toISOString(), sealed: await context.vault.seal(sealed), title_sealed: await context.vault.seal(named) };
}

/** Which state of a draft this is; a seal is never made twice alike. @param {ReportRow | null | undefined} row */
export const stateOf = (row) => String(row?.sealed?.iv ?? "");

/**
 * Save what was typed. When another page has changed the draft since `seen`, the words of both stay: gives what was kept.
 * @param {Context} context @param {string} followUpId @param {FollowUp | null} followUp @param {Answer} answer @param {string} [seen] the state this page knows
 * @returns {Promise<{answer: Answer, state: string}>}
 */
export function saveVisitDraft(context, followUpId, followUp, answer, seen) {
  return alone(followUpId, async () => {
    const kept = seen === undefined ? null : await openDraft(context, followUpId);
    const isOlder = kept !== null && stateOf(kept.row) !== seen;
    const both = isOlder ? { ...answer, note: bothNotes(kept.answer.note, answer.note) } : answer;
    const row = await rowWith(context, followUpId, followUp, both, both);
    await context.store.putReport(row);
    return { answer: both, state: stateOf(row) };
  });
}

/**
 * From now on the visit waits for the office; one that ends the follow-up takes the names off the phone with the same write.
 * @param {Context} context @param {string} followUpId @param {FollowUp | null} followUp @param {Answer} answer
 */
export async function submitVisit(context, followUpId, followUp, answer) {
  const id = await alone(followUpId, async () => {
    const content = contentOf(answer, followUpId, new Date());
    const row = await rowWith(context, followUpId, followUp, answer, content);
    await context.followUps.saveVisit({ ...row, state: "waiting", digest: await digestOf(content), tries: 0, next_at: 0, problem: null }, { id: followUpId, outcome: answer.outcome, isEnd: isEnd(answer.outcome) });
    return row.id;
  });
  sendSoon(context);
  return id;
}

/** A refused visit becomes a draft again: under the same id, or under one of its own when the office holds other words there. @param {Context} context @param {Visit} visit */
export function reopenVisit(context, { row: { id }, named: { follow_up_id } }) {
  return alone(follow_up_id, async () => {
    const row = await context.store.getReport(id);
    if (row?.state !== "attention") return;
    const next = row.problem?.code === "conflict" ? newId() : id;
    const sealed = await context.vault.seal(await answerOf(context, row));
    await context.followUps.reopenVisit(id, { ...row, id: next, state: "draft", sealed, digest: "" });
    if (next !== id) await context.store.deleteReport(id);
  });
}

/** Take a draft away, or what the office will never take. @param {Context} context @param {Visit} visit */
export function discardVisit(context, { row: { id }, named: { follow_up_id } }) {
  return alone(follow_up_id, async () => {
    const state = (await context.store.getReport(id))?.state;
    if (state === "draft" || state === "attention") await context.store.deleteReport(id);
    await context.followUps.reopenVisit(id);
    context.changed();
  });
}
