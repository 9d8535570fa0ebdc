// @ts-check
/**
 * Follow-ups of this phone's owner: which are due, and whom to ask. What is to be done is sealed like everything here;
 * names and numbers lie behind the PIN alone, and go as soon as they are not needed any more.
 */

import { endedBy, isOld, swept } from "./follow_ups_sweep.js";
import { localDay } from "./words.js";

/** @typedef {import("./rows.js").ReportRow} ReportRow */
/** @typedef {import("./follow_ups_sweep.js").FollowUp} FollowUp */
/** @typedef {import("./follow_ups_sweep.js").Given} Given */
/** @typedef {import("./follow_ups_sweep.js").Listed} Listed */
/** @typedef {import("./follow_ups_sweep.js").KeptOne} KeptOne */
/** @typedef {import("./follow_ups_sweep.js").Kept} Kept */
/** @typedef {import("./follow_ups_sweep.js").Shown} Shown */
/** @typedef {{device_id: string, expires_at: string} | null} Phone */

const KEY = "follow_ups";
const STALE_MILLISECONDS = 5 * 60_000;

export class FollowUps {
  /** @type {Phone} */
  #phone = null;
  #fetchedAt = 0;
  #wasKeeping = false;
  /** @type {Promise<boolean> | null} */
  #running = null;

  /** @param {import("./store.js").Store} store @param {import("./vault.js").Vault} vault @param {() => Date} [clock] */
  constructor(store, vault, clock = () => new Date()) {
    this.store = store;
    this.vault = vault;
    this.clock = clock;
  }

  /** Whose follow-ups these are from now on; anybody else's are wiped. @param {Phone} phone */
  async belongTo(phone) {
    [this.#phone, this.#fetchedAt, this.#wasKeeping] = [phone, 0, false];
    await this.sweep();
  }

  /** Whether names may be put behind the PIN now. */
  get #isKeeping() {
    return this.vault.hasPin && !this.vault.isLocked;
  }

  /** Whether names could be kept now and could not when they were fetched. */
  get #isLacking() {
    return this.#isKeeping && !this.#wasKeeping;
  }

  /**
   * Fetch what is due, not more often than every few minutes unless asked for or the PIN was given since. Gives whether it did.
   * @param {Pick<import("./transport.js").Transport, "followUps">} transport @param {{force?: boolean}} [wish]
   */
  async refresh(transport, { force = false } = {}) {
    while (this.#running) {
      const hasFetched = await this.#running;
      if (!force && !this.#isLacking) return hasFetched;
    }
    const isFresh = this.clock().getTime() - this.#fetchedAt < STALE_MILLISECONDS && !this.#isLacking;
    if (!this.#phone || (isFresh && !force)) return false;
    this.#running = this.#fetch(transport, this.#phone.device_id).finally(() => (this.#running = null));
    return this.#running;
  }

  /** @param {Pick<import("./transport.js").Transport, "followUps">} transport @param {string} device */
  async #fetch(transport, device) {
    const [isKeeping, at] = [this.#isKeeping, this.clock().getTime()];
    const answer = await transport.followUps().catch(nothingFor);
    if (!answer) return false;
    const items = await Promise.all(answer.items.map((one) => this.#sealed(one, isKeeping)));
    if (this.#phone?.device_id !== device) return false;
    await this.#change((held) => {
      const before = held?.device === device ? held : null;
      const answered = Object.fromEntries(Object.entries(before?.answered ?? {}).filter(([id]) => items.some((one) => one.id === id)));
      const lain = new Map(isKeeping ? [] : before?.items.map((one) => [one.id, one.contacts]));
      const next = items.map((one) => ({ ...one, contacts: one.contacts ?? lain.get(one.id) ?? null }));
      return { device, server_time: answer.server_time, items: next, answered };
    });
    [this.#fetchedAt, this.#wasKeeping] = [at, isKeeping];
    return true;
  }

  /** @param {Given} given @param {boolean} isKeeping @returns {Promise<KeptOne>} */
  async #sealed({ contacts, ...item }, isKeeping) {
    const behindPin = isKeeping && this.#isKeeping ? await this.vault.sealBehindPin(contacts ?? []) : null;
    return { id: item.id, dispute_id: item.dispute_id, due_on: item.due_on, sealed: await this.vault.seal(item), contacts: behindPin };
  }

  /**
   * Change what is kept in one transaction, swept, with a row of a visit beside it; `change` gives undefined to leave it.
   * @param {(kept: Kept | null) => Kept | null | undefined} change @param {ReportRow} [row]
   */
  async #change(change, row) {
    const after = await this.store.changeReference(KEY, (held) => {
      const next = change(held?.value ?? null);
      return next === undefined ? undefined : { value: next && this.#swept(next), etag: "" };
    }, row);
    return /** @type {Kept | null} */ (after?.value ?? null);
  }

  /** A clock that was set back makes nothing young. @param {Kept | null} kept */
  #today(kept) {
    return localDay(new Date(Math.max(this.clock().getTime(), Date.parse(kept?.server_time ?? "") || 0)));
  }

  /** @param {Kept} kept */
  #swept(kept) {
    return swept(kept, { device: this.#phone?.device_id ?? "", hasPin: this.vault.hasPin, today: this.#today(kept) });
  }

  /** Wipe what may not be kept any more; gives what stays. @returns {Promise<Kept | null>} */
  async sweep() {
    const kept = /** @type {Kept | null} */ ((await this.store.getReference(KEY))?.value ?? null);
    if (!kept || this.#swept(kept) === kept) return kept;
    return this.#change((now) => now);
  }

  /** What is due, the oldest first; nothing of another person's. @returns {Promise<Listed[]>} */
  async list() {
    const kept = await this.sweep();
    if (!kept || this.vault.isLocked) return [];
    const opened = await Promise.all(kept.items.map((one) => this.vault.open(one.sealed).catch(() => null)));
    const readable = /** @type {FollowUp[]} */ (opened.filter(Boolean));
    const listed = readable.map((one) => ({ ...one, answeredBy: kept.answered[one.id] ?? "" }));
    return listed.sort((a, b) => (a.due_on === b.due_on ? a.case_code.localeCompare(b.case_code) : a.due_on < b.due_on ? -1 : 1));
  }

  /** What is to be done today or should have been. */
  async due() {
    const open = (await this.list()).filter((one) => !one.answeredBy);
    const today = localDay(this.clock());
    return { now: open.filter((one) => one.overdue || one.due_on <= today), later: open.filter((one) => !one.overdue && one.due_on > today) };
  }

  /** Whom to ask, or why that is not shown. @param {string} id @returns {Promise<Shown>} */
  async contactsOf(id) {
    const kept = await this.sweep();
    const nobody = (/** @type {Shown["why"]} */ why) => ({ contacts: [], why });
    if (!this.vault.hasPin) return nobody("no-pin");
    if (this.vault.isLocked) return nobody("locked");
    const one = kept?.items.find((item) => item.id === id);
    if (kept && id in kept.answered) return nobody("answered");
    if (one && isOld(one.due_on, this.#today(kept))) return nobody("old");
    const contacts = one?.contacts ? await this.vault.open(one.contacts).catch(() => null) : null;
    return contacts ? { contacts, why: "shown" } : nobody("missing");
  }

  /** Save a visit; one that ends follow-ups takes their names away with the same write. @param {ReportRow} row @param {{id: string, outcome: string, isEnd: boolean}} visit */
  async saveVisit(row, { id, outcome, isEnd }) {
    await this.#change((kept) => {
      if (!kept || !isEnd) return undefined;
      const ended = endedBy(kept, { id, outcome, today: this.#today(kept) });
      return { ...kept, answered: { ...kept.answered, ...Object.fromEntries(ended.map((one) => [one, row.id])) } };
    }, row);
  }

  /** Take a refused visit up again, or away: what it ended is open as before. @param {string} visitId @param {ReportRow} [row] as it is put back */
  async reopenVisit(visitId, row) {
    await this.#change((kept) => (kept ? { ...kept, answered: Object.fromEntries(Object.entries(kept.answered).filter(([, by]) => by !== visitId)) } : undefined), row);
    this.#fetchedAt = 0;
  }

  /** Nothing stays of names and numbers; what is due stays. */
  async wipeContacts() {
    this.#wasKeeping = false;
    await this.#change((kept) => (kept ? { ...kept, items: kept.items.map((one) => ({ ...one, contacts: null })) } : undefined));
  }

  /** The office knows this phone no more. When its time had not run out, it was revoked: nothing stays. */
  signedOut() {
    const isRunOut = Date.parse(this.#phone?.expires_at ?? "") <= this.clock().getTime();
    return isRunOut ? this.wipeContacts() : this.wipe();
  }

  /** Nothing stays. */
  async wipe() {
    [this.#fetchedAt, this.#wasKeeping] = [0, false];
    await this.#change((kept) => (kept ? null : undefined));
  }
}

/** A role that does no follow-ups, or an office that knows none yet, is no failure. @param {any} error */
function nothingFor(error) {
  if (error?.kind === "refused" && error.status === 403) return { server_time: "", items: [] };
  if (error?.kind === "refused" && error.status === 404) return null;
  throw error;
}
