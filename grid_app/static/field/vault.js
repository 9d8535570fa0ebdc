// @ts-check
/**
 * Seals what lies on the phone. The phone's own key cannot be read out of the browser and is always at hand, so that
 * the queue goes out by itself and a forgotten PIN loses no report. What must stay behind the PIN (contacts of
 * follow-ups) is sealed with a second key, which lies wrapped by the PIN inside a seal of the first.
 */

/** @typedef {{key: "phone" | "pin", iv: Uint8Array<ArrayBuffer>, data: ArrayBuffer}} Sealed */
/** @typedef {import("./store.js").Store} Store */
/** @typedef {Awaited<ReturnType<typeof openVault>>} Vault */

const CIPHER = "AES-GCM";
const IV_BYTES = 12;
const SALT_BYTES = 16;
const PIN_ROUNDS = 310_000;
const PHONE_KEY = "phone";
const PIN_KEY = "pin";

/** What cannot be opened, with a sentence for the person. */
export class VaultError extends Error {
  /** @param {"locked" | "unreadable"} kind @param {unknown} [cause] */
  constructor(kind, cause) {
    const sentence =
      kind === "locked"
        ? "这部分内容用口令锁着。请先输入口令;等待发送的上报不受影响。"
        : "手机上这一条内容读不出来了,没有删除。请联系乡镇工作人员,不要清除浏览器数据。";
    super(sentence, { cause });
    this.name = "VaultError";
    this.kind = kind;
    this.sentence = sentence;
  }
}

/** @param {boolean} extractable */
const newKey = (extractable) => crypto.subtle.generateKey({ name: CIPHER, length: 256 }, extractable, ["encrypt", "decrypt"]);

/** @param {CryptoKey} key @param {Sealed["key"]} name @param {BufferSource} bytes @returns {Promise<Sealed>} */
async function sealWith(key, name, bytes) {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  return { key: name, iv, data: await crypto.subtle.encrypt({ name: CIPHER, iv }, key, bytes) };
}

/** @param {CryptoKey} key @param {Sealed} sealed */
async function openWith(key, sealed) {
  try {
    return await crypto.subtle.decrypt({ name: CIPHER, iv: sealed.iv }, key, sealed.data);
  } catch (error) {
    throw new VaultError("unreadable", error);
  }
}

/** The key that a PIN makes. @param {string} pin @param {Uint8Array<ArrayBuffer>} salt @param {number} rounds */
async function keyOfPin(pin, salt, rounds) {
  const typed = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
  return crypto.subtle.deriveKey(how, typed, { name: CIPHER, length: 256 }, false, ["encrypt", "decrypt"]);
}

/**
 * The vault of this phone; its key is made at the first opening, once for all tabs.
 * @param {Store} store
 * @param {{rounds?: number}} [options]
 */
export async function openVault(store, { rounds = PIN_ROUNDS } = {}) {
  const fresh = await newKey(false);
  /** @type {CryptoKey} */
  const phoneKey = await store.changeKey(PHONE_KEY, (held) => (held ? undefined : fresh));
  let wrapped = await store.getKey(PIN_KEY);
  /** @type {CryptoKey | null} */
  let pinKey = null;

  /** @param {Sealed["key"]} name */
  const keyNamed = (name) => {
    const key = name === "pin" ? pinKey : phoneKey;
    if (!key) throw new VaultError("locked");
    return key;
  };
  /** @param {BufferSource} bytes */
  const sealBytes = (bytes) => sealWith(phoneKey, "phone", bytes);
  /** @param {Sealed} sealed @returns {Promise<ArrayBuffer>} */
  const openBytes = async (sealed) => openWith(keyNamed(sealed.key), sealed);

  return {
    /** Seal JSON so that this phone's browser alone opens it. @param {unknown} value */
    seal: (value) => sealBytes(new TextEncoder().encode(JSON.stringify(value))),
    /** Seal JSON so that it opens after the PIN only. @param {unknown} value @returns {Promise<Sealed>} */
    sealBehindPin: async (value) => sealWith(keyNamed("pin"), "pin", new TextEncoder().encode(JSON.stringify(value))),
    /** @param {Sealed} sealed @returns {Promise<any>} */
    open: async (sealed) => JSON.parse(new TextDecoder().decode(await openBytes(sealed))),
    sealBytes,
    openBytes,
    /** Whether there is a PIN that has not been given yet: the screens show nothing of what is kept. */
    get isLocked() {
      return Boolean(wrapped) && !pinKey;
    },
    get hasPin() {
      return Boolean(wrapped);
    },
    /** Put the PIN, the first or a new one; what was sealed behind the old one still opens. @param {string} pin */
    async setPin(pin) {
      if (wrapped && !pinKey) throw new VaultError("locked");
      const key = pinKey ?? (await newKey(true));
      const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
      const raw = await crypto.subtle.exportKey("raw", key);
      const inner = await sealWith(await keyOfPin(pin, salt, rounds), "pin", raw);
      const next = { salt, rounds, iv: inner.iv, outer: await sealBytes(inner.data) };
      await store.changeKey(PIN_KEY, () => next);
      [wrapped, pinKey] = [next, key];
    },
    /** Whether the PIN is right; then the vault is open. @param {string} pin @returns {Promise<boolean>} */
    async unlock(pin) {
      wrapped = await store.getKey(PIN_KEY);
      if (!wrapped) return true;
      const key = await keyOfPin(pin, wrapped.salt, wrapped.rounds);
      const data = await openBytes(wrapped.outer);
      const raw = await openWith(key, { key: "pin", iv: wrapped.iv, data }).catch(() => null);
      if (raw) pinKey = await crypto.subtle.importKey("raw", raw, CIPHER, true, ["encrypt", "decrypt"]);
      return raw !== null;
    },
    /** Forget the opened key, as when the screen is left. */
    lock() {
      pinKey = null;
    },
    /** Take the PIN away, also a forgotten one: what was behind it never opens again, the queue is untouched. */
    async dropPin() {
      await store.changeKey(PIN_KEY, () => null);
      [wrapped, pinKey] = [null, null];
    },
  };
}
