// @ts-check
/**
 * The queue of this phone: what was submitted goes out by itself, once for all tabs, and stays until the office has said
 * that it holds it. When the queue is done, now and then, the office is asked whether it still holds what it received.
 */

import { digestOf } from "../shared/canonical.js";
import { compareHeld, compareWhenDue } from "./compare_held.js";
import { CHUNK_BYTES, deliverBlobs } from "./deliver_blobs.js";
import { BATCH_ITEMS, deliverReports } from "./deliver_reports.js";
import { leaseLocks } from "./locks.js";

/** @typedef {import("./rows.js").ReportRow} ReportRow */
/**
 * @typedef {object} Status
 * @property {number} waiting reports that wait
 * @property {string | null} oldest when the oldest of them was written
 * @property {number} attention reports a person has to look at
 * @property {string[]} sending ids of reports under way
 * @property {number} drafts
 * @property {number} attachments photos and voices that wait
 * @property {number} gaps reports with a receipt that the office has not, or otherwise
 * @property {number} others unsent reports of other accounts on this phone
 * @property {{kind: string, sentence: string} | null} halted why nothing goes for now
 */
/** @typedef {ReturnType<typeof makeOutbox>} Outbox */

export const LOCK = "grid-outbox";
const TIMER_MILLISECONDS = 30_000;
const SHORTEST_MILLISECONDS = 1_000;
/** The outbox of a phone that cannot send: nothing is lost, nothing goes. */
export const CLOSED_OUTBOX = {
  submit: async () => {},
  flush: async () => {},
  start: () => {},
  stop: () => {},
  status: async () => ({ waiting: 0, oldest: null, attention: 0, sending: [], drafts: 0, attachments: 0, gaps: 0, others: 0, halted: null }),
  compare: async () => Promise.reject(new Error("还没有登记本机,不能核对。手机上的内容都在。")),
};

/**
 * @param {object} parts
 * @param {import("./store.js").Store} parts.store
 * @param {import("./vault.js").Vault} parts.vault
 * @param {import("./transport.js").Transport} parts.transport
 * @param {() => Date} [parts.clock]
 * @param {{request: Function} | null} [parts.locks] Web Locks; without them a lease in the database
 * @param {() => void} [parts.onChange]
 * @param {(kind: import("./rows.js").Kind) => void} [parts.onDelivered] the office has answered items of a kind
 * @param {() => number} [parts.random]
 * @param {string} [parts.owner] whose reports go; else the account this phone was registered for
 */
export function makeOutbox({ store, vault, transport, clock = () => new Date(), locks, onChange = () => {}, onDelivered, random = Math.random, owner }) {
  const lock = locks ?? leaseLocks(store);
  /** @type {string[]} */
  let sending = [];
  /** @type {Status["halted"]} */
  let halted = null;
  /** @type {Promise<void> | null} */
  let running = null;
  let isAgain = false;
  let isStarted = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  let mine = owner;
  /** Whose reports go: asked once, since the token is of this account also when another signs in in another tab. */
  const whose = async () => (mine ??= (await store.getMeta("device"))?.owner) ?? "";
  const tell = (/** @type {string[]} */ ids) => {
    sending = ids;
    onChange();
  };
  const now = () => clock().getTime();
  /** @type {import("./deliver_reports.js").Desk} */
  const desk = { store, vault, transport, now, random, tell, delivered: onDelivered, isWanted: () => isAgain, batch: BATCH_ITEMS, chunk: CHUNK_BYTES, refusals: 0, blobsDue: new Map() };

  /** One turn under the lock; whatever went wrong is told, and nothing of the queue is touched. */
  async function turn() {
    halted = null;
    try {
      const account = await whose();
      await deliverReports(desk, account);
      await deliverBlobs(desk, account);
      if (!isAgain && (await compareWhenDue(desk, account))?.resent) isAgain = true;
    } catch (error) {
      halted = haltOf(error);
    }
  }

  async function turns() {
    do {
      isAgain = false;
      await lock.request(LOCK, turn).catch((/** @type {unknown} */ error) => void (halted = haltOf(error)));
    } while (isAgain);
  }

  /** Send what is due; a call during a turn makes one more turn follow. Never rejects. @returns {Promise<void>} */
  function flush() {
    if (running) {
      isAgain = true;
      return running;
    }
    running = turns().finally(() => {
      running = null;
      tell([]);
      void schedule();
    });
    return running;
  }

  async function schedule() {
    clearTimeout(timer);
    if (!isStarted) return;
    const rows = await store.listState(await whose(), "waiting").catch(() => []);
    const waits = rows.filter((row) => row.next_at > now()).map((row) => row.next_at - now());
    clearTimeout(timer);
    if (isStarted) timer = setTimeout(flush, Math.max(SHORTEST_MILLISECONDS, Math.min(TIMER_MILLISECONDS, ...waits)));
  }

  const onVisible = () => {
    if (document.visibilityState === "visible") void flush();
  };

  return {
    /**
     * Hand a report over: from the moment this resolves it waits for the office, whatever happens to the phone's page.
     * Also sends one again that needed attention.
     * @param {string} id
     */
    async submit(id) {
      for (let isDone = false; !isDone; ) {
        const row = await store.getReport(id);
        if (!row || row.state === "received") return;
        const digest = await digestOf(await vault.open(/** @type {import("./vault.js").Sealed} */ (row.sealed))); // only what was received is pruned
        await store.changeReport(id, (held) => {
          isDone = isSame(held, row);
          return isDone ? { ...held, digest, state: "waiting", tries: 0, next_at: 0, problem: null } : null;
        });
      }
      onChange();
      void flush();
    },
    flush,
    /** Ask the office now what it holds of this phone's; what it lacks goes again. Fails with a sentence. @returns {Promise<import("./compare_held.js").Found>} */
    async compare() {
      const found = await lock.request(LOCK, async () => compareHeld(desk, await whose(), true));
      onChange();
      if (found.resent) void flush();
      return found;
    },
    /** @returns {Promise<Status>} */
    async status() {
      const { draft, received, ...counts } = await store.getTally(await whose());
      return { ...counts, drafts: draft, sending, halted };
    },
    start() {
      isStarted = true;
      globalThis.addEventListener?.("online", flush);
      globalThis.document?.addEventListener("visibilitychange", onVisible);
      void flush();
    },
    stop() {
      isStarted = false;
      clearTimeout(timer);
      globalThis.removeEventListener?.("online", flush);
      globalThis.document?.removeEventListener("visibilitychange", onVisible);
    },
  };
}

/** Whether a row holds what it held when its digest was made. @param {ReportRow} held @param {ReportRow} row */
function isSame(held, row) {
  return held.state === row.state && held.saved_at === row.saved_at && String(held.sealed?.iv) === String(row.sealed?.iv);
}

/** @param {any} error */
function haltOf(error) {
  return { kind: String(error?.kind ?? "failed"), sentence: error?.sentence ?? "手机上出了点问题,还没有送到。内容都在手机上,请关掉本页重新打开。" };
}
