// @ts-check
/**
 * Compares what this phone holds receipts of with what the office holds, and acts on each answer by itself: what is
 * missing goes back into the queue as long as its content is here; what cannot is a gap, which is named.
 */

import { afterNo, afterOther, afterYes, rowOfReceipt } from "./held_answers.js";
import { TransportError } from "./transport.js";
import { isGap } from "./words.js";

/** @typedef {import("./rows.js").ReportRow} ReportRow */
/** @typedef {import("./rows.js").KeptReceipt} KeptReceipt */
/** @typedef {Pick<import("./deliver_reports.js").Desk, "store" | "transport" | "now">} Desk */
/** @typedef {"yes" | "no" | "other"} Held */
/** @typedef {{asked: number, resent: number, gaps: number}} Found */
/** @typedef {{tried_at?: number, compared_at?: number, full_at?: number, found?: Found}} Compared */

const HOUR = 3_600_000;
export const COMPARED_EVERY = 6 * HOUR;
/** Receipts of reports that left the phone are asked about more rarely. */
export const FULL_EVERY = 7 * 24 * HOUR;
const AGAIN_AFTER = HOUR / 4;
export const MOST_ITEMS = 2_000;

/** Where it is kept when an account last compared. @param {string} owner */
export const comparedKey = (owner) => `held:${owner}`;

/** Whether a moment is so long ago; one in the future was set by a clock that has jumped. @param {number | undefined} then @param {number} span @param {number} now */
const isPast = (then, span, now) => then === undefined || now - then >= span || then > now;

/**
 * Compare now and then, without a person asking. A line that fails is tried again later and says nothing.
 * @param {Desk} desk @param {string} owner @returns {Promise<Found | null>}
 */
export async function compareWhenDue(desk, owner) {
  const now = desk.now();
  /** @type {Compared} */
  const { tried_at, compared_at, full_at } = (await desk.store.getMeta(comparedKey(owner))) ?? {};
  if (!owner || !isPast(compared_at, COMPARED_EVERY, now) || !isPast(tried_at, AGAIN_AFTER, now)) return null;
  try {
    return await compareHeld(desk, owner, isPast(full_at, FULL_EVERY, now));
  } catch (error) {
    if (!(error instanceof TransportError) || error.kind === "signed-out") throw error;
    return null;
  }
}

/**
 * Compare now; tells how many were asked about, went back into the queue, and are gaps.
 * @param {Desk} desk @param {string} owner @param {boolean} isFull with the receipts of reports that left the phone
 * @returns {Promise<Found>}
 */
export async function compareHeld(desk, owner, isFull) {
  const { store } = desk;
  const rows = await store.listState(owner, "received");
  const receipts = isFull ? await store.listReceipts(owner) : [];
  const found = { asked: rows.length + receipts.length, resent: 0, gaps: 0 };
  if (found.asked === 0) return found;
  await store.changeMeta(comparedKey(owner), (/** @type {Compared} */ before) => ({ ...before, tried_at: desk.now() }));
  const { waiting, oldest } = await store.getTally(owner);
  const kept = [...rows, ...receipts];
  for (let at = 0; at < kept.length; at += MOST_ITEMS) {
    const part = kept.slice(at, at + MOST_ITEMS);
    const results = await desk.transport.held({ waiting, oldest, items: part.map((one) => claimOf(one, isFull)) });
    const answers = new Map(results.map(({ id, held }) => [id, held]));
    found.resent += await settle(desk, rows.slice(at, at + MOST_ITEMS), answers);
    await takeOut(desk, receipts.slice(Math.max(0, at - rows.length), Math.max(0, at + MOST_ITEMS - rows.length)), answers);
  }
  found.gaps = (await store.getTally(owner)).gaps;
  await store.changeMeta(comparedKey(owner), (/** @type {Compared} */ before) => ({ ...before, compared_at: desk.now(), found, ...(isFull ? { full_at: desk.now() } : {}) }));
  return found;
}

/**
 * A gap is named to the township when it is found and with every full comparison, not each time; one that was settled
 * is only asked about.
 * @param {ReportRow | KeptReceipt} kept @param {boolean} isFull
 */
function claimOf(kept, isFull) {
  if ("signature" in kept) return { id: kept.id, digest: kept.digest, receipt: true };
  const isNamed = kept.note === "settled" || (isGap(kept) && !isFull);
  return { id: kept.id, digest: kept.digest, receipt: kept.receipt !== null && !isNamed };
}

/** Act on the answers about reports; gives how many go once more. @param {Desk} desk @param {ReportRow[]} rows @param {Map<string, Held>} answers */
async function settle(desk, rows, answers) {
  const [waiting, refused] = [await desk.store.waitingBlobs(), await desk.store.refusedBlobs()];
  const withBlobs = new Set([...waiting, ...refused].map((blob) => blob.report_id));
  const now = desk.now();
  let resent = 0;
  /** @param {ReportRow} asked @returns {(row: ReportRow) => import("./store_steps.js").Settled} */
  const change = (asked) => (row) => {
    if (row.state !== "received" || row.digest !== asked.digest) return null;
    const held = answers.get(row.id);
    if (held === "yes") return afterYes(row, now, withBlobs.has(row.id));
    if (held === "other") return afterOther(row, now);
    if (held !== "no") return null;
    resent += row.sealed ? 1 : 0;
    return afterNo(row, now);
  };
  await desk.store.settleReports(rows.map((asked) => [asked.id, change(asked)]));
  return resent;
}

/** A report that had left the phone and is missing at the office is shown again. @param {Desk} desk @param {KeptReceipt[]} receipts @param {Map<string, Held>} answers */
async function takeOut(desk, receipts, answers) {
  for (const receipt of receipts) {
    const held = answers.get(receipt.id);
    if (held === "no" || held === "other") await desk.store.takeOut(rowOfReceipt(receipt, held === "no" ? "missing" : "differs", desk.now()));
  }
}
