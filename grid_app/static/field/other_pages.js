// @ts-check
/**
 * The same draft open in two pages of one phone: neither writes over the other. What was written here on an older
 * state becomes a draft of its own; where nothing was written, the newer state is shown.
 */

import { newId } from "../shared/canonical.js";
import { blobRow, ChangedElsewhere, isAsSeen, NotADraft, saveDraft } from "./kept_reports.js";

/** @typedef {Pick<import("./report_form.js").Form, "context" | "id" | "values" | "saver" | "shelf" | "isTouched" | "finishVoice" | "failed">} Form */

export const FORKED = "forked";
const ELSEWHERE = "这份草稿在另一个页面里改过,没有盖掉。您刚才在这里写的另存成了这一份,两份都在“我的上报”。请看一遍,留一份,另一份删掉。";
const SUBMITTED = "原来那一件已经在另一个页面里提交了。您后来在这里写的另存成了这一份:要补充就改好再提交,不要就删掉。";
const NEWER = "这份草稿在另一个页面里改过,已换成最新的。";

/** Whether a save met what another page has done to the draft. @param {unknown} error */
export function isOvertaken(error) {
  return error instanceof ChangedElsewhere || error instanceof NotADraft;
}

/** What was written here as a draft of its own, with its photos and voices, all or nothing; gives its id. @param {Form} form @param {string} sentence */
async function forkDraft({ context, values, shelf }, sentence) {
  const next = newId();
  const media = (await shelf.media()).map(({ row, blob }) => blob && blobRow(context, next, row.kind, blob, row.type, { seconds: row.seconds }));
  await saveDraft(context, next, values, (await Promise.all(media)).filter((row) => row !== null));
  await context.store.changeReport(next, (row) => ({ ...row, problem: { code: FORKED, sentence, fields: {} } }));
  return next;
}

/** Forms on their way to another draft. @type {WeakSet<object>} */
const leaving = new WeakSet();

/** Go on after another page was quicker: what was written here is kept beside it. @param {Form} form @param {unknown} error */
export async function goOnBeside(form, error) {
  if (leaving.has(form)) return;
  leaving.add(form);
  await form.saver.close();
  await form.finishVoice(); // what was recorded stands in the shelf then
  try {
    const sentence = error instanceof NotADraft ? SUBMITTED : ELSEWHERE;
    const next = form.isTouched || form.shelf.hasUnsaved ? await forkDraft(form, sentence) : form.id;
    form.context.go(`#/report/${next}`);
  } catch (failure) {
    leaving.delete(form);
    form.saver.reopen();
    form.failed(failure);
  }
}

/** Show the newer state when the page is looked at again and holds nothing that is not saved; gives what ends this. @param {Form} form */
export function watchOtherPages(form) {
  const look = async () => {
    const { isDirty, turns } = form.saver;
    if (document.visibilityState !== "visible" || isDirty || turns % 2) return;
    const row = await form.context.store.getReport(form.id).catch(() => undefined);
    // What this page itself has saved meanwhile is no news; what was typed meanwhile must not go.
    if (form.saver.isDirty || form.saver.turns !== turns || isAsSeen(form.context, form.id, row)) return;
    await form.saver.close();
    form.context.say(NEWER);
    form.context.go(`#/report/${form.id}`);
  };
  const onLook = () => void look();
  document.addEventListener("visibilitychange", onLook);
  window.addEventListener("focus", onLook);
  return () => {
    document.removeEventListener("visibilitychange", onLook);
    window.removeEventListener("focus", onLook);
  };
}
