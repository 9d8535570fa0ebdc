// @ts-check
/**
 * What the phone keeps: one database, every write strictly durable, one transaction per method.
 * A method that resolves has saved; one that rejects has changed nothing and says so in a sentence.
 */

import { openDB } from "../vendor/idb/index.js";
import { rememberLasting } from "./store_lasting.js";
import { storeError } from "./store_error.js";
import { build, VERSION } from "./store_layout.js";
import { idsIn, notedIn, rowsIn, tallyIn } from "./store_lists.js";
import { changeIn, changeValue, newestFirst, putFresh, removeIn, settleIn, takeOutIn, waitingIn } from "./store_steps.js";

/** @typedef {import("./rows.js").ReportRow} ReportRow */
/** @typedef {import("./rows.js").State} State */
/** @typedef {import("./rows.js").BlobRow} BlobRow */
/** @typedef {import("./rows.js").KeptReceipt} KeptReceipt */
/** @typedef {import("./rows.js").Reference} Reference */
/** @typedef {Awaited<ReturnType<typeof openStore>>} Store */

export const DATABASE = "grid-field";
const RENEW_MILLISECONDS = [0, 200, 1000, 3000, 10_000];
const STRICT = /** @type {const} */ ({ durability: "strict" });

/**
 * The phone's database, opened; it opens itself again when the browser closed it.
 * @param {string} [name]
 */
export async function openStore(name = DATABASE) {
  /** @type {Promise<import("../vendor/idb/index.js").IDBPDatabase> | null} */
  let opened = null;
  const lasting = rememberLasting();
  /** The browser took the storage away under the page: begin it anew at once, so that what is on the screen is kept. */
  const renew = (milliseconds = RENEW_MILLISECONDS[0]) => {
    const [next] = RENEW_MILLISECONDS.filter((one) => one > milliseconds);
    setTimeout(() => connection().catch(() => next && renew(next)), milliseconds); // it may still be clearing
  };

  /** @type {import("../vendor/idb/index.js").OpenDBCallbacks<unknown>} */
  const ways = {
    upgrade: (database, from, to, tx, event) => {
      build(database, from, to, tx, event);
      if (from === 0) lasting.putBack(tx);
    },
    blocking: (_from, to, event) => {
      opened = null;
      /** @type {IDBDatabase} */ (event.target).close();
      if (to === null) renew();
    },
    terminated: () => ((opened = null), void renew()),
  };
  const connection = () => {
    opened ??= openDB(name, VERSION, ways)
      // A newer page has been here: layouts only ever grow, so this page goes on saving.
      .catch((error) => (error?.name === "VersionError" ? openDB(name, undefined, ways) : Promise.reject(error)))
      .catch((error) => {
        opened = null;
        throw error;
      });
    return opened;
  };

  /** A transaction; the browser may have closed the connection. @param {string[]} names @param {"readonly" | "readwrite"} mode */
  const begin = async (names, mode) => (await connection()).transaction(names, mode, mode === "readwrite" ? STRICT : {});

  /**
   * Do one transaction; resolves only when it is on the disk.
   * @template T
   * @param {string[]} names @param {"readonly" | "readwrite"} mode
   * @param {(tx: any) => Promise<T>} work
   * @returns {Promise<T>}
   */
  async function within(names, mode, work) {
    try {
      const tx = await begin(names, mode).catch(() => ((opened = null), begin(names, mode)));
      const done = tx.done;
      done.catch(() => {});
      try {
        const result = await work(tx);
        await done;
        return result;
      } catch (error) {
        undo(tx);
        throw tx.error ?? error;
      }
    } catch (error) {
      throw storeError(error);
    }
  }

  /** @template T @param {string} store @param {(held: any) => Promise<T>} work */
  const ask = (store, work) => within([store], "readonly", (tx) => work(tx.objectStore(store)));
  /** @param {string} store @param {any[]} given */
  const put = (store, ...given) => within([store], "readwrite", async (tx) => void (await tx.objectStore(store).put(...given)));

  await connection().catch((error) => {
    throw storeError(error);
  });
  return {
    /** @param {ReportRow} row */
    putReport: (row) => within(["reports"], "readwrite", (tx) => putFresh(tx.objectStore("reports"), row)),
    /** @param {string} id @returns {Promise<ReportRow | undefined>} */
    getReport: (id) => ask("reports", (held) => held.get(id)),
    /**
     * Newest first, seals unopened; of one owner when one is named.
     * @param {string} [owner] @returns {Promise<ReportRow[]>}
     */
    listReports: async (owner) => newestFirst(await ask("reports", (held) => held.getAll()), owner),
    /** Ids of one owner's reports in one state, the newest first; reads no row. @param {string} owner @param {State} state @returns {Promise<string[]>} */
    listIds: (owner, state) => ask("reports", (held) => idsIn(held, owner, state)),
    /** The rows of one owner in one state, the oldest first. @param {string} owner @param {State} state @returns {Promise<ReportRow[]>} */
    listState: (owner, state) => ask("reports", (held) => rowsIn(held, owner, state)),
    /** Those that are still there, in the order asked for. @param {string[]} ids @returns {Promise<ReportRow[]>} */
    getReports: (ids) => ask("reports", async (held) => (await Promise.all(ids.map((id) => held.get(id)))).filter(Boolean)),
    /** What comparing with the office has something to tell of. @param {string} owner @returns {Promise<ReportRow[]>} */
    listNoted: (owner) => ask("reports", (held) => notedIn(held, owner)),
    /** Counts of one owner's work; reads no row. @param {string} owner */
    getTally: (owner) => within(["reports", "blobs"], "readonly", (tx) => tallyIn(tx, owner)),
    /**
     * Put back what `change` makes of the row as it is now, in one transaction; `change` gives null to leave it.
     * @param {string} id @param {(row: ReportRow) => ReportRow | null} change @returns {Promise<ReportRow | null>}
     */
    changeReport: (id, change) => within(["reports"], "readwrite", (tx) => changeIn(tx.objectStore("reports"), id, change)),
    /**
     * The same for many rows in one transaction.
     * @param {[string, (row: ReportRow) => ReportRow | null][]} changes
     */
    changeReports: (changes) =>
      within(["reports"], "readwrite", async (tx) => {
        for (const [id, change] of changes) await changeIn(tx.objectStore("reports"), id, change);
      }),
    /** The report and everything attached to it. @param {string} id */
    deleteReport: (id) => within(["reports", "blobs"], "readwrite", (tx) => removeIn(tx, id)),
    /** What each is after a comparison, all in one transaction. @param {[string, (row: ReportRow) => import("./store_steps.js").Settled][]} changes */
    settleReports: (changes) => within(["reports", "blobs", "receipts"], "readwrite", (tx) => settleIn(tx, changes)),
    /** @param {string} owner @returns {Promise<KeptReceipt[]>} */
    listReceipts: (owner) => ask("receipts", (held) => held.index("owner").getAll(owner)),
    /** @param {string} id @returns {Promise<KeptReceipt | undefined>} */
    getReceipt: (id) => ask("receipts", (held) => held.get(id)),
    /** A report that had left the phone is one of its reports again. @param {ReportRow} row */
    takeOut: (row) => within(["reports", "receipts"], "readwrite", (tx) => takeOutIn(tx, row)),
    /** @param {BlobRow} row */
    putBlob: (row) => put("blobs", row),
    /** @param {string} id @returns {Promise<BlobRow | undefined>} */
    getBlob: (id) => ask("blobs", (held) => held.get(id)),
    /** @param {string} id @param {(row: BlobRow) => BlobRow | null} change @returns {Promise<BlobRow | null>} */
    changeBlob: (id, change) => within(["blobs"], "readwrite", (tx) => changeIn(tx.objectStore("blobs"), id, change)),
    /** @param {string} reportId @returns {Promise<BlobRow[]>} */
    blobsOf: (reportId) => ask("blobs", (held) => held.index("report_id").getAll(reportId)),
    /** The attachments that wait, without reading their bytes. @returns {Promise<{id: string, report_id: string}[]>} */
    waitingBlobs: () => ask("blobs", (held) => waitingIn(held)),
    /** Those that a person has to look at. @returns {Promise<{id: string, report_id: string}[]>} */
    refusedBlobs: () => ask("blobs", (held) => waitingIn(held, "attention")),
    /** @param {string} id */
    deleteBlob: (id) => within(["blobs"], "readwrite", (tx) => tx.objectStore("blobs").delete(id)),
    /** The report and its attachments, all or nothing. @param {ReportRow} report @param {BlobRow[]} blobs */
    saveWithBlobs: (report, blobs) =>
      within(["reports", "blobs"], "readwrite", async (tx) => {
        await putFresh(tx.objectStore("reports"), report);
        await Promise.all(blobs.map((blob) => tx.objectStore("blobs").put(blob)));
      }),
    /** @param {string} key @returns {Promise<any>} */
    getMeta: async (key) => lasting.noted("meta", key, await ask("meta", (held) => held.get(key))),
    /** @param {string} key @param {any} value */
    setMeta: async (key, value) => void lasting.noted("meta", key, (await put("meta", value, key), value)),
    /**
     * Change one value in one transaction; `change` gives undefined to leave it. Gives what stands there after.
     * @param {string} key @param {(value: any) => any} change @returns {Promise<any>}
     */
    changeMeta: (key, change) => within(["meta"], "readwrite", (tx) => changeValue(tx.objectStore("meta"), key, change)),
    /** @param {string} key @returns {Promise<Reference | undefined>} */
    getReference: (key) => ask("reference", (held) => held.get(key)),
    /** @param {string} key @param {any} value @param {string} etag */
    setReference: (key, value, etag) => put("reference", { value, etag }, key),
    /**
     * Change one of the references, and put a row with it when one is named, all or nothing; `change` gives undefined to leave it.
     * @param {string} key @param {(kept: Reference | undefined) => Reference | undefined} change @param {ReportRow} [row] @returns {Promise<Reference | undefined>}
     */
    changeReference: (key, change, row) =>
      within(["reports", "reference"], "readwrite", async (tx) => {
        if (row) await putFresh(tx.objectStore("reports"), row);
        return changeValue(tx.objectStore("reference"), key, change);
      }),
    /** @param {string} name @returns {Promise<any>} */
    getKey: async (name) => lasting.noted("keys", name, await ask("keys", (held) => held.get(name))),
    /** @param {string} name @param {(value: any) => any} change @returns {Promise<any>} */
    changeKey: async (name, change) => lasting.noted("keys", name, await within(["keys"], "readwrite", (tx) => changeValue(tx.objectStore("keys"), name, change))),
    close: async () => (await connection()).close(),
  };
}

/** @param {any} tx */
function undo(tx) {
  try {
    tx.abort();
  } catch {
    // It has ended already, by itself.
  }
}
