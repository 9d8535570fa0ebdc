// @ts-check
/**
 * Reports on this phone: opening and saving a draft, submitting it, taking a refused one up again.
 * Every write of a report holds a lock of its id and looks first, so that no tab writes over what another has submitted
 * or saved since this one read it.
 */

import { digestOf, newId, sha256Of } from "../shared/canonical.js";
import { contentOf, isDanger, titleOf, valuesOf } from "./report_content.js";

/** @typedef {import("./context.js").Context} Context */
/** @typedef {import("./report_types.js").Values} Values */
/** @typedef {import("./report_types.js").Attachment} Attachment */
/** @typedef {import("./rows.js").ReportRow} ReportRow */
/** @typedef {import("./rows.js").BlobRow} BlobRow */
/** @typedef {{title: string, village_code?: string, follow_up_id?: string}} Title */

/** A save met a report that is no draft any more. */
export class NotADraft extends Error {
  constructor() {
    super("这一件已经在别处提交,这里不再保存。打开“我的上报”看它的状态。");
    this.name = "NotADraft";
    this.isFinal = true;
  }
}

/** A save met a draft that another page has changed since this one read it. */
export class ChangedElsewhere extends Error {
  constructor() {
    super("这份草稿在另一个页面里改过,这里没有盖掉它。");
    this.name = "ChangedElsewhere";
    this.isFinal = true;
  }
}

/** Which state of each draft a page has read or written last. @type {WeakMap<object, Map<string, string>>} */
const seen = new WeakMap();

/** A seal is never made twice alike. @param {ReportRow} row */
const stateOf = (row) => String(row.sealed?.iv ?? "");

/** @param {Context} context @param {string} id @param {ReportRow | undefined} row */
function remember(context, id, row) {
  if (!seen.has(context)) seen.set(context, new Map());
  seen.get(context)?.set(id, row ? stateOf(row) : "");
}

/** Whether a draft is as this page knows it; one that is gone can be saved anew. @param {Context} context @param {string} id @param {ReportRow | undefined} row */
export function isAsSeen(context, id, row) {
  const known = seen.get(context)?.get(id);
  return known === undefined || row === undefined || known === stateOf(row);
}

/** @template T @param {string} id @param {() => Promise<T>} act @returns {Promise<T>} */
export function alone(id, act) {
  const locks = globalThis.navigator?.locks;
  return locks ? locks.request(`grid-report-${id}`, act) : act();
}

/** @param {Context} context @param {string} id @param {ReportRow["kind"]} kind @param {Date} now @returns {ReportRow} */
export function blankRow(context, id, kind, now) {
  const at = now.toISOString();
  return /** @type {ReportRow} */ (/** @type {unknown} */ ({
    id, kind, state: "draft", owner: context.owner, created_at: at, saved_at: at, sealed: null, digest: "", tries: 0,
    next_at: 0, problem: null, receipt: null, danger: false, title_sealed: null,
  }));
}

/** @param {Context} context @param {Values} values @returns {Promise<Title>} */
async function titleFor(context, values) {
  const tiles = (await context.bundle())?.tiles ?? [];
  const label = tiles.find((one) => one.code === values.category)?.label ?? "";
  return { title: titleOf(values, label), village_code: values.village_code };
}

/** The row of a draft; fails when it was submitted or changed meanwhile. @param {Context} context @param {string} id */
async function draftRow(context, id) {
  const kept = await context.store.getReport(id);
  if (kept && kept.state !== "draft") throw new NotADraft();
  if (!isAsSeen(context, id, kept)) throw new ChangedElsewhere();
  return kept ?? blankRow(context, id, "report", new Date());
}

/** @param {Context} context @param {ReportRow} row @param {Values} values @param {object} sealed */
async function rowWith(context, row, values, sealed) {
  return {
    ...row,
    owner: row.owner || context.owner,
    saved_at: new Date().toISOString(),
    danger: isDanger(values),
    sealed: await context.vault.seal(sealed),
    title_sealed: await context.vault.seal(await titleFor(context, values)),
  };
}

/** @param {Context} context @param {string} id @param {Values} values @param {BlobRow[]} [blobs] new photos or voices */
export function saveDraft(context, id, values, blobs = []) {
  return alone(id, async () => {
    const row = await rowWith(context, await draftRow(context, id), values, values);
    await context.store.saveWithBlobs(row, blobs);
    remember(context, id, row);
  });
}

/** `values` are null when the content lies at the office alone. @param {Context} context @param {string} id @returns {Promise<{row: ReportRow, values: Values | null} | null>} */
export async function openReport(context, id) {
  const row = await context.store.getReport(id);
  remember(context, id, row);
  if (!row) return null;
  return { row, values: row.sealed && valuesOf(await context.vault.open(row.sealed)) };
}

/** @param {Context} context @param {string} id @returns {Promise<Attachment[]>} */
export async function attachmentsOf(context, id) {
  const blobs = await context.store.blobsOf(id);
  return blobs.map(({ id: key, kind, type, bytes, sha256 }) => ({ id: key, kind, type, bytes, sha256 }));
}

/** Send now; and let the shell ask the browser to wake us, should there be no signal. @param {Context} context */
export function sendSoon(context) {
  context.changed();
  globalThis.dispatchEvent?.(new Event("field-queued"));
  void context.outbox.flush();
}

/** From now on the report waits for the office; what is sealed and its digest change no more. @param {Context} context @param {string} id @param {Values} values */
export async function submitReport(context, id, values) {
  await alone(id, async () => {
    const content = contentOf(values, await attachmentsOf(context, id));
    const row = await rowWith(context, await draftRow(context, id), values, content);
    await context.store.putReport({ ...row, state: "waiting", digest: await digestOf(content), tries: 0, next_at: 0, problem: null });
  });
  sendSoon(context);
}

/** A return of a screening round waits for the office. @param {Context} context @param {Record<string, unknown>} content @param {string} title */
export async function submitReturn(context, content, title) {
  const row = blankRow(context, newId(), "return", new Date());
  await context.store.putReport({
    ...row,
    state: "waiting",
    sealed: await context.vault.seal(content),
    digest: await digestOf(content),
    title_sealed: await context.vault.seal({ title, village_code: String(content.division_code) }),
  });
  sendSoon(context);
  return row.id;
}

/** A refused report becomes a draft again under the same id. @param {Context} context @param {string} id */
export function reopenReport(context, id) {
  return alone(id, async () => {
    const row = await context.store.getReport(id);
    if (row?.state !== "attention" || row.kind !== "report" || !row.sealed) return;
    const values = valuesOf(await context.vault.open(row.sealed));
    await context.store.putReport({ ...row, state: "draft", sealed: await context.vault.seal(values), digest: "" });
  });
}

/** The same words as a report of their own, when the office holds other words under this id. @param {Context} context @param {string} id */
export async function copyReport(context, id) {
  const found = await openReport(context, id);
  if (!found?.values) return id;
  const next = newId();
  const kept = (await context.store.blobsOf(id)).filter((blob) => blob.sealed); // what was delivered is not here any more
  const blobs = kept.map((blob) => ({ ...blob, id: newId(), report_id: next, sent: 0, state: /** @type {const} */ ("waiting"), tries: 0, next_at: 0, problem: null }));
  await saveDraft(context, next, found.values, blobs);
  return next;
}

/** Throw a draft away, with its photos and voices. @param {Context} context @param {string} id */
export function discardDraft(context, id) {
  return alone(id, async () => {
    if ((await context.store.getReport(id))?.state !== "draft") return;
    await context.store.deleteReport(id);
    context.changed();
  });
}

/** The sealed row of a photo or a voice. @param {Context} context @param {string} reportId @param {"photo" | "voice"} kind @param {Blob} blob @param {string} type @param {{id?: string, seconds?: number}} [more] @returns {Promise<BlobRow>} */
export async function blobRow(context, reportId, kind, blob, type, more = {}) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return /** @type {BlobRow} */ ({
    id: newId(), report_id: reportId, kind, type: type.split(";")[0], bytes: bytes.length, sha256: await sha256Of(bytes),
    sealed: await context.vault.sealBytes(bytes), sent: 0, state: "waiting", tries: 0, next_at: 0, problem: null, ...more,
  });
}

/** The line of a report in a list; a locked or damaged one still has a line. @param {Context} context @param {ReportRow} row @returns {Promise<Title>} */
export async function titleOfRow(context, row) {
  try {
    return row.title_sealed ? await context.vault.open(row.title_sealed) : { title: "一件上报" };
  } catch {
    return { title: "一件上报(内容打不开,但还在)" };
  }
}
