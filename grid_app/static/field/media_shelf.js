// @ts-check
/**
 * Photos and voices of the report that is open: in memory too until the report is left, so that a full disk or a
 * cleared storage takes none of them. Text is saved first, then one after another of these.
 */

import { newId } from "../shared/canonical.js";
import { attachmentsOf, blobRow, saveDraft } from "./kept_reports.js";

/** @typedef {import("./report_form.js").Form} Form */
/** @typedef {import("./rows.js").BlobRow} BlobRow */
/** @typedef {{row: BlobRow, blob: Blob | null}} Medium `blob` is null when only the office has it, or when it does not open */
/** @typedef {ReturnType<typeof makeShelf>} Shelf */

/** @param {Form} form */
export function makeShelf(form) {
  /** @type {Map<string, {row: BlobRow, blob: Blob}>} */
  const held = new Map();
  /** @type {Set<string>} */
  const unsaved = new Set();

  /** @type {Promise<unknown>} */
  let turn = Promise.resolve();
  /** One write after another: what came last is what stays. @template T @param {() => Promise<T>} work @returns {Promise<T>} */
  const inTurn = (work) => {
    const mine = turn.catch(() => {}).then(work);
    turn = mine;
    return mine;
  };

  async function stored() {
    const rows = await form.context.store.blobsOf(form.id).catch(() => /** @type {BlobRow[]} */ ([]));
    return rows.filter((row) => !unsaved.has(row.id));
  }

  /** @returns {Promise<BlobRow[]>} */
  async function rows() {
    const kept = await stored();
    const known = new Set(kept.map((row) => row.id));
    return [...kept, ...[...held.values()].map(({ row }) => row).filter((row) => !known.has(row.id))];
  }

  /** @param {string} id */
  async function saveOne(id) {
    const one = held.get(id);
    if (!one) return;
    const { kind, type, seconds } = one.row;
    await saveDraft(form.context, form.id, form.values, [await blobRow(form.context, form.id, kind, one.blob, type, { id, seconds })]);
    if (held.get(id) === one) unsaved.delete(id);
    form.attachments = await attachmentsOf(form.context, form.id);
  }

  return {
    rows,
    /** @param {string} id */
    isSaved: (id) => !unsaved.has(id),
    get hasUnsaved() {
      return unsaved.size > 0;
    },
    /** @param {BlobRow} row @returns {Promise<Blob>} */
    async blobOf(row) {
      return held.get(row.id)?.blob ?? new Blob([await form.context.vault.openBytes(/** @type {any} */ (row.sealed))], { type: row.type });
    },
    /** Take one in; what `id` held before is replaced. @param {"photo" | "voice"} kind @param {Blob} blob @param {string} type @param {{id?: string, seconds?: number}} [more] */
    keep: (kind, blob, type, { id = newId(), seconds } = {}) => inTurn(async () => {
      const row = await blobRow(form.context, form.id, kind, blob, type, { id, seconds });
      held.set(id, { row: { ...row, sealed: null }, blob });
      unsaved.add(id);
      form.attachments = (await rows()).map(({ id: key, kind: what, type: name, bytes, sha256 }) => ({ id: key, kind: what, type: name, bytes, sha256 }));
      await saveOne(id);
      if (!form.saver.isDirty) form.saved(); // what was typed meanwhile is said by its own save
    }),
    /** The text, then whatever is not saved yet. */
    save: () => inTurn(async () => {
      await saveDraft(form.context, form.id, form.values);
      for (const id of [...unsaved]) await saveOne(id);
    }),
    /** @param {string} id */
    drop: (id) => inTurn(async () => {
      if (!unsaved.has(id)) await form.context.store.deleteBlob(id);
      held.delete(id);
      unsaved.delete(id);
      form.attachments = form.attachments.filter((one) => one.id !== id);
    }),
    /** The phone's storage was cleared: nothing of this is saved any more. */
    forgetSaved() {
      for (const id of held.keys()) unsaved.add(id);
    },
    /** All of them with their bytes, as far as these still open. @returns {Promise<Medium[]>} */
    async media() {
      return Promise.all((await rows()).map(async (row) => ({ row, blob: row.sealed || held.has(row.id) ? await this.blobOf(row).catch(() => null) : null })));
    },
  };
}
