// @ts-check
/** What every screen works with: storage, lock, sending, what the office gave, and the way to the next screen. */

import { atMostEvery } from "./calm.js";
import { FollowUps } from "./follow_ups.js";
import { CLOSED_OUTBOX, makeOutbox } from "./outbox.js";
import { fetchReference, keptBundle, keptVillages, registerPhone } from "./reference.js";
import { openStore } from "./store.js";
import { makeTransport } from "./transport.js";
import { openVault } from "./vault.js";

/** @typedef {import("./report_types.js").Bundle} Bundle */
/** @typedef {{device_id: string, expires_at: string, owner: string, sealed: any}} Device */
/** @typedef {import("./outbox.js").Status} Status */

const DEVICE = "device";
const STALE_MILLISECONDS = 5 * 60_000;
/** While hundreds are delivered, each is a change; screens repaint a few times a second. */
const TOLD_MILLISECONDS = 200;

export class Context {
  /** @type {Bundle | null} */
  #bundle = null;
  /** @type {Set<() => void>} */
  #watchers = new Set();
  /** @type {Device | null} */
  device = null;
  /** @type {import("./outbox.js").Outbox} */
  outbox = CLOSED_OUTBOX;
  /** @type {ReturnType<typeof makeTransport> | null} */
  transport = null;
  isSignedOut = false;
  #token = "";
  #refreshed = 0;

  /**
   * @param {import("./store.js").Store} store
   * @param {import("./vault.js").Vault} vault
   * @param {(sentence: string) => void} say
   * @param {typeof fetch} fetcher
   */
  constructor(store, vault, say, fetcher) {
    this.store = store;
    this.vault = vault;
    this.say = say;
    this.fetcher = fetcher;
    this.followUps = new FollowUps(store, vault);
  }

  /** @param {string} hash */
  go(hash) {
    if (location.hash === hash) window.dispatchEvent(new HashChangeEvent("hashchange"));
    else location.hash = hash;
  }

  /** Start sending with what is known of this phone; the screens' PIN does not keep the queue from going. */
  async begin() {
    this.outbox.stop();
    this.device = (await this.store.getMeta(DEVICE)) ?? null;
    await this.followUps.belongTo(this.device);
    if (!this.device) return;
    this.#token = await this.vault.open(this.device.sealed);
    this.transport = makeTransport({ token: this.#token, fetcher: this.fetcher, base: "", onSignedOut: (error) => this.noteSignIn(error) });
    this.outbox = makeOutbox({
      store: this.store, vault: this.vault, transport: this.transport,
      clock: () => new Date(), locks: navigator.locks, onChange: () => this.changed(),
      onDelivered: (kind) => kind === "visit" && void this.refreshFollowUps({ force: true }).catch(() => {}),
    });
    this.outbox.start();
    void this.refresh();
  }

  /** The account whose work this phone holds; empty on a phone that was never registered. */
  get owner() {
    return this.device?.owner ?? "";
  }

  /** What the office gave last, or `null`. @returns {Promise<Bundle | null>} */
  async bundle() {
    if (this.vault.isLocked) return null;
    this.#bundle ??= await keptBundle(this.store, this.vault);
    return this.#bundle;
  }

  villages() {
    return keptVillages(this.store);
  }

  /**
   * Fetch what changed at the office, not more often than every few minutes unless asked for.
   * @param {{force?: boolean, onStep?: (words: string) => void}} [wish]
   */
  async refresh({ force = false, onStep } = {}) {
    if (!this.transport) return;
    if (!force && Math.abs(Date.now() - this.#refreshed) < STALE_MILLISECONDS) return this.refreshFollowUps().catch(() => {});
    try {
      this.#bundle = await fetchReference({ store: this.store, vault: this.vault, transport: this.transport, token: this.#token, fetcher: this.fetcher, onStep });
      this.#refreshed = Date.now();
      this.isSignedOut = false;
      await this.refreshFollowUps({ force });
      this.changed();
    } catch (error) {
      this.noteSignIn(error);
      if (force) throw error;
    }
  }

  /** Fetch what is due to be followed up. @param {{force?: boolean}} [wish] */
  async refreshFollowUps(wish) {
    if (this.transport && (await this.followUps.refresh(this.transport, wish))) this.changed();
  }

  /** Take the PIN away; what lay behind it alone is wiped first. */
  async dropPin() {
    await this.followUps.wipeContacts();
    await this.vault.dropPin();
  }

  /** What the office gave is out of date: the next screen that asks fetches it anew. */
  expire() {
    this.#refreshed = 0;
  }

  /** @param {unknown} error */
  noteSignIn(error) {
    if (/** @type {{kind?: string}} */ (error)?.kind !== "signed-out") return;
    this.isSignedOut = true;
    void this.followUps.signedOut();
    this.changed();
  }

  /** Register this phone, then fetch what it works with. @param {string} pin @param {string} label @param {(words: string) => void} onStep */
  async register(pin, label, onStep) {
    onStep("正在登记这部手机…");
    const { token, device_id, expires_at } = await registerPhone(pin, label, this.fetcher);
    onStep("已登记,正在下载…");
    const transport = makeTransport({ token, fetcher: this.fetcher, base: "" });
    const bundle = await fetchReference({ store: this.store, vault: this.vault, transport, token, fetcher: this.fetcher, onStep });
    await this.store.setMeta(DEVICE, { device_id, expires_at, owner: bundle.account.id, sealed: await this.vault.seal(token) });
    this.#bundle = bundle;
    this.#refreshed = Date.now();
    this.isSignedOut = false;
    await this.begin();
  }

  /** Forget the sign-in; what was written stays on the phone, sealed, for the same person. */
  async signOut() {
    this.outbox.stop();
    this.outbox = CLOSED_OUTBOX;
    this.transport = null;
    this.#token = "";
    this.#bundle = null;
    await this.store.setMeta(DEVICE, null);
    await this.store.setReference("bundle", null, "");
    await this.followUps.belongTo(null);
    this.device = null;
  }

  /** Be told of every change of what waits or was received. @param {() => void} watcher @returns {() => void} ends it */
  watch(watcher) {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  changed = atMostEvery(TOLD_MILLISECONDS, () => {
    for (const watcher of this.#watchers) watcher();
  });
}

/** What waits, on every screen. @param {Context} context */
async function tellQueue(context) {
  if (!context.device) return;
  const { waiting, attention, gaps, sending, attachments } = await context.outbox.status();
  if (attention) return context.say(`${attention} 件需要处理`);
  if (gaps) return context.say(`${gaps} 件和平台对不上`);
  if (sending.length) return context.say(`正在发送 ${sending.length} 件`);
  if (waiting) return context.say(`${waiting} 件等待发送`);
  context.say(attachments ? `文字都已发出,${attachments} 个照片、录音等待发送` : "都已发出");
}

/**
 * The context of the app on this phone. Fails with a sentence where the browser keeps nothing.
 * @param {{say: (sentence: string) => void, fetcher?: typeof fetch}} ways
 */
export async function openContext({ say, fetcher = (...call) => fetch(...call) }) {
  if (!window.isSecureContext) throw new Error("这个地址不是 HTTPS,手机不允许离线保存。请用 https:// 开头的地址打开,或请乡镇管理员装好证书。");
  const store = await openStore();
  const context = new Context(store, await openVault(store), say, fetcher);
  await context.begin();
  context.watch(() => void tellQueue(context));
  await tellQueue(context);
  return context;
}
