/** One phone through many lives: a person writes, changes, submits; the tab dies; what the phone promised is remembered. */
import { createHash } from "node:crypto";
import { leaseLocks } from "../../grid_app/static/field/locks.js";
import { makeOutbox } from "../../grid_app/static/field/outbox.js";
import { openStore } from "../../grid_app/static/field/store.js";
import { makeTransport } from "../../grid_app/static/field/transport.js";
import { openVault } from "../../grid_app/static/field/vault.js";
import { digestOf, newId } from "../../grid_app/static/shared/canonical.js";
import { PhoneLocks, Tab } from "./tab.mjs";

const DAY = 86_400_000;
const BETWEEN_LIVES = 20 * 60_000;
const FULL_DISK = 0.01;
const KEPT = 30;
const TURNS_TO_SETTLE = 300;

export class Phone {
  constructor({ number, token, owner, village, grid, followUp, chance, line, fetcher }) {
    Object.assign(this, { number, token, owner, village, grid, followUp, chance, line, fetcher, name: `phone-${number}` });
    this.locks = new PhoneLocks();
    this.hasLocks = number % 3 !== 2; // every third phone's browser has no Web Locks
    this.skew = 0;
    this.made = 0;
    this.returned = 0;
    this.visited = 0;
    this.written = new Map(); // id -> every content this phone ever tried to save under it, by digest
    this.saved = new Map(); // id -> digests, of which the phone still holds one or a later
    this.promised = new Map(); // id -> digest of what the phone said is submitted
    this.received = new Map(); // id -> {digest, receipt}
    this.attached = new Map(); // id of an attachment the phone said was received -> its digest
    this.missing = [];
  }

  /** Open the page in a tab that dies after some effects, do things until then; gives where it died. */
  async live(effects) {
    this.skew += BETWEEN_LIVES + (this.chance.next() < 0.02 ? this.chance.pick([-DAY, DAY]) : 0);
    const real = await openStore(this.name);
    const tab = new Tab(this.chance, effects);
    const second = this.chance.next() < 0.15 ? this.#second() : null;
    await Promise.race([tab.death, this.#work(tab, real).catch((error) => this.#unexpected(error))]);
    const other = await second;
    await real.close();
    return [tab.where, other].filter(Boolean);
  }

  async #work(tab, real) {
    const page = await this.#open(tab, real, FULL_DISK);
    while (!tab.where) {
      try {
        await this.#act(page, tab);
      } catch (error) {
        if (!["full", "sent"].includes(error.kind)) throw error;
      }
    }
  }

  /** A second tab of the same phone that only sends, and may die of it. */
  async #second() {
    const real = await openStore(this.name);
    const tab = new Tab(this.chance, 1 + this.chance.below(40));
    const sends = this.#open(tab, real, 0).then((page) => page.outbox.flush());
    await Promise.race([tab.death, sends]);
    const { where } = tab;
    tab.where ||= "closed";
    tab.die();
    await real.close();
    return where;
  }

  async #open(tab, real, full) {
    const store = tab.store(real, this.name, { full });
    const vault = await this.#patiently(() => openVault(store));
    const transport = makeTransport({ token: this.token, fetcher: tab.fetcher(this.fetcher), base: this.line.address });
    const clock = () => new Date(Date.now() + this.skew);
    const locks = this.hasLocks ? this.locks.of(tab) : this.locks.counted(tab, leaseLocks(store, { now: () => clock().getTime(), wait: () => this.#pass() }));
    const outbox = makeOutbox({ store, vault, transport, clock, locks, random: this.chance.next, owner: this.owner });
    return { store, vault, outbox };
  }

  /** Time goes by, quicker than outside, so that a dead tab's lease ends within a life. */
  async #pass() {
    this.skew += 5_000;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }

  /** Opening again after the disk was full, as a person would. */
  async #patiently(open) {
    for (;;) {
      try {
        return await open();
      } catch (error) {
        if (error.kind !== "full") throw error;
      }
    }
  }

  async #act({ store, vault, outbox }) {
    const drafts = [...this.saved.keys()].filter((id) => !this.promised.has(id));
    const turn = this.chance.next();
    if (this.grid && this.chance.next() < 0.12) return this.#answer(store, vault, outbox);
    if (drafts.length === 0 || turn < 0.25) return this.#save(store, vault, newId());
    const id = this.chance.pick(drafts);
    if (turn < 0.4) return this.#save(store, vault, id);
    if (turn < 0.7) return this.#submit(store, outbox, id);
    return outbox.flush();
  }

  async #save(store, vault, id) {
    const before = await store.getReport(id);
    if (before && before.state !== "draft") return; // it was submitted by a tab that died before it could say so
    const held = (await store.blobsOf(id)).map(({ id: key, kind, type, bytes, sha256 }) => ({ id: key, kind, type, bytes, sha256 }));
    const fresh = held.length === 0 && this.chance.next() < 0.3 ? [await this.#photo(vault, id)] : [];
    const attachments = [...held, ...fresh.map(({ id: key, kind, type, bytes, sha256 }) => ({ id: key, kind, type, bytes, sha256 }))];
    this.made += 1;
    const content = {
      form: "dispute/2", captured_at: new Date().toISOString(), category: "0901", danger: false, village_code: this.village,
      summary: `手机${this.number}第${this.made}稿,事${id.slice(-12)}`, attachments,
    };
    const digest = await digestOf(content);
    this.#note(this.written, id, digest);
    const row = {
      id, kind: "report", state: "draft", owner: this.owner, created_at: before?.created_at ?? new Date().toISOString(),
      saved_at: new Date().toISOString(), sealed: await vault.seal(content), digest: "", tries: 0, next_at: 0, problem: null,
      receipt: null, danger: this.chance.next() < 0.1, title_sealed: null,
    };
    await store.saveWithBlobs(row, fresh);
    this.saved.set(id, digest);
  }

  /** The return of a round or a visit: it waits for the office from its first save on. */
  async #answer(store, vault, outbox) {
    const [id, at] = [newId(), new Date().toISOString()];
    this.made += 1;
    const kind = this.chance.pick(["return", "visit"]);
    const note = `手机${this.number}第${this.made}次走访`;
    const content = kind === "return"
      ? { form: "return/1", captured_at: at, division_code: this.grid, zero: true, ways: ["visit"], note }
      : { form: "follow-up/1", captured_at: at, follow_up_id: this.followUp, way: "phone", outcome: "not_reached", note };
    const digest = await digestOf(content);
    this.#note(this.written, id, digest);
    await store.putReport({
      id, kind, state: "waiting", owner: this.owner, created_at: at, saved_at: at, sealed: await vault.seal(content), digest,
      tries: 0, next_at: 0, problem: null, receipt: null, danger: false, title_sealed: null,
    });
    this.saved.set(id, digest);
    this.promised.set(id, digest);
    this[kind === "return" ? "returned" : "visited"] += 1;
    if (this.chance.next() < 0.7) await outbox.flush();
  }

  async #photo(vault, reportId) {
    const length = this.chance.next() < 0.04 ? 600_000 : 200 + this.chance.below(3_000);
    const bytes = crypto.getRandomValues(new Uint8Array(Math.min(length, 60_000)));
    const whole = new Uint8Array(length).map((_, at) => bytes[at % bytes.length]);
    whole.set([0xff, 0xd8, 0xff, 0xe0]); // as a JPEG begins
    const sha256 = createHash("sha256").update(whole).digest("hex");
    return {
      id: newId(), report_id: reportId, kind: "photo", type: "image/jpeg", bytes: length, sha256, sealed: await vault.sealBytes(whole),
      sent: 0, state: "waiting", tries: 0, next_at: 0, problem: null,
    };
  }

  async #submit(store, outbox, id) {
    await outbox.submit(id);
    const row = await store.getReport(id);
    this.promised.set(id, row.digest);
    if (this.chance.next() < 0.5) await outbox.flush();
  }

  #note(map, id, digest) {
    map.set(id, new Set([...(map.get(id) ?? []), digest]));
  }

  #unexpected(error) {
    this.missing.push(`the page failed: ${error.stack ?? error}`);
  }

  /** Look at what the phone holds without any page: everything it promised must be there; received rows are put away. */
  async check({ last = false } = {}) {
    const store = await openStore(this.name);
    const rows = new Map((await store.listReports()).map((row) => [row.id, row]));
    const vault = await openVault(store);
    for (const id of this.saved.keys()) {
      if (!rows.has(id) && !this.received.has(id)) this.missing.push(`${id} is gone from the phone`);
    }
    for (const row of rows.values()) {
      if (row.sealed === null && row.state !== "received") this.missing.push(`${row.id} was pruned before it was received`);
      const digest = row.sealed ? await digestOf(await vault.open(row.sealed)) : row.digest;
      if (!this.written.get(row.id)?.has(digest)) this.missing.push(`${row.id} holds what nobody wrote`);
      if (row.state === "attention") this.missing.push(`${row.id} was not taken: ${row.problem.code} ${row.problem.sentence}`);
      if (row.state !== "draft") this.promised.set(row.id, row.digest);
      if (row.state === "received") await this.#putAway(store, row, last || rows.size > KEPT);
    }
    await store.close();
  }

  async #putAway(store, row, isWanted) {
    this.received.set(row.id, { digest: row.digest, receipt: row.receipt });
    const blobs = await store.blobsOf(row.id);
    for (const blob of blobs.filter((one) => one.state === "received")) this.attached.set(blob.id, blob.sha256);
    for (const { id, problem } of blobs.filter((one) => one.state === "attention")) this.missing.push(`attachment ${id} was not taken: ${problem.code} ${problem.sentence}`);
    if (isWanted && blobs.every((one) => one.state === "received")) await store.deleteReport(row.id);
  }

  /** On a good line, send until nothing waits. */
  async settle() {
    const real = await openStore(this.name);
    const page = await this.#open(new Tab(this.chance, -1), real, 0);
    for (let turn = 0; turn < TURNS_TO_SETTLE; turn += 1) {
      this.skew += BETWEEN_LIVES;
      await page.outbox.flush();
      const { waiting, attention } = await page.outbox.status();
      const left = await this.#waitingPhotos(real);
      if (waiting + attention + left === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const { waiting } = await page.outbox.status();
    if (waiting + (await this.#waitingPhotos(real))) this.missing.push(`phone ${this.number}: ${waiting} reports still wait`);
    await real.close();
    await this.check({ last: true });
  }

  async #waitingPhotos(real) {
    const drafts = new Set((await real.listReports()).filter((row) => row.state === "draft").map((row) => row.id));
    return (await real.waitingBlobs()).filter((blob) => !drafts.has(blob.report_id)).length;
  }
}
