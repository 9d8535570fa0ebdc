// @ts-check
/**
 * The same draft open in two pages of one phone: neither writes over the other. What was written here on an older
 * state becomes a draft of its own; where nothing was written, the newer state is shown.
 */

import { newId } from "../shared/canonical.js";
import { ChangedElsewhere, isAsSeen, NotADraft, saveDraft } from "./kept_reports.js";

/** @typedef {import("./context.js").Context} Context */
/** @typedef {import("./rows.js").BlobRow} BlobRow */
/** @typedef {import("./report_types.js").Values} Values */
/** @typedef {Pick<import("./report_form.js").Form, "context" | "id" | "values" | "saver" | "isTouched" | "failed">} Form */

export const FORKED = "forked";
const ELSEWHERE = "这份草稿在另一个页面里改过,没有盖掉。您刚才在这里写的另存成了这一份,两份都在“我的上报”。请看一遍,留一份,另一份删掉。";
const SUBMITTED = "原来那一件已经在另一个页面里提交了。您后来在这里写的另存成了这一份:要补充就改好再提交,不要就删掉。";
const NEWER = "这份草稿在另一个页面里改过,已换成最新的。";

/** Whether a save met what another page has done to the draft. @param {unknown} error */
export function isOvertaken(error) {
  return error instanceof ChangedElsewhere || error instanceof NotADraft;
}

/** What was written here as a draft of its own, with the photos and voices that lie on the phone; gives its id. @param {Context} context @param {string} id @param {Values} values @param {string} sentence */
export async function forkDraft(context, id, values, sentence) {
  const next = newId();
  const kept = (await context.store.blobsOf(id)).filter((blob) => blob.sealed);
  const blobs = kept.map((blob) => /** @type {BlobRow} */ ({ ...blob, id: newId(), report_id: next, sent: 0, state: "waiting", tries: 0, next_at: 0, problem: null }));
  await saveDraft(context, next, values, blobs);
  await context.store.changeReport(next, (row) => ({ ...row, problem: { code: FORKED, sentence, fields: {} } }));
  return next;
}

/** Go on after another page was quicker: what was written here is kept beside it. @param {Form} form @param {unknown} error */
export async function goOnBeside(form, error) {
  await form.saver.close();
  try {
    const sentence = error instanceof NotADraft ? SUBMITTED : ELSEWHERE;
    const next = form.isTouched ? await forkDraft(form.context, form.id, form.values, sentence) : form.id;
    form.context.go(`#/report/${next}`);
  } catch (failure) {
    form.saver.reopen();
    form.failed(failure);
  }
}

/** Show the newer state when the page is looked at again and holds nothing that is not saved; gives what ends this. @param {Form} form */
export function watchOtherPages(form) {
  const look = async () => {
    if (document.visibilityState !== "visible" || form.saver.isDirty) return;
    const row = await form.context.store.getReport(form.id).catch(() => undefined);
    if (form.saver.isDirty || isAsSeen(form.context, form.id, row)) return;
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
