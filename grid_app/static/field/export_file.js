// @ts-check
/** Unsent work as a file that only the office can open: for a phone that gets no signal, or is given back. */

/** @typedef {{id: string, spki: string}} OfficeKey */

export const FORMAT = "grid-export/1";
const IV_BYTES = 12;
const MOST_BYTES = 52 * 1024 * 1024; // of attachments; written in base64 twice they stay below the 100 MB the office takes
const PIECE = 0x8000;

/** @param {ArrayBuffer | Uint8Array<ArrayBuffer>} bytes */
function base64Of(bytes) {
  const all = new Uint8Array(bytes);
  let text = "";
  for (let at = 0; at < all.length; at += PIECE) text += String.fromCharCode(...all.subarray(at, at + PIECE));
  return btoa(text);
}

/** @param {string} text */
function bytesOf(text) {
  return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
}

/** A key for this file alone, and its public half for the office. @param {OfficeKey} officeKey */
async function keyFor(officeKey) {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const office = await crypto.subtle.importKey("spki", bytesOf(officeKey.spki), curve, false, []);
  const own = await crypto.subtle.generateKey(curve, false, ["deriveBits"]);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: office }, own.privateKey, 256);
  const secret = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: new TextEncoder().encode(FORMAT) };
  const key = await crypto.subtle.deriveKey(how, secret, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  return { key, ephemeral: base64Of(await crypto.subtle.exportKey("spki", own.publicKey)) };
}

/**
 * Everything of one account that was submitted and that the office has not said it holds; texts first, then as many
 * photos and voices as the office takes in one file. Drafts stay: they are not finished. Changes nothing on the phone.
 * @param {object} parts
 * @param {import("./store.js").Store} parts.store
 * @param {import("./vault.js").Vault} parts.vault
 * @param {OfficeKey} parts.officeKey
 * @param {string} parts.owner
 * @param {Date} parts.now
 * @returns {Promise<Blob>}
 */
export async function makeExport({ store, vault, officeKey, owner, now }) {
  const rows = (await store.listReports(owner)).filter((row) => row.state !== "draft");
  const items = [];
  for (const row of rows.filter((one) => one.state !== "received").reverse()) {
    const content = row.sealed && (await vault.open(row.sealed).catch(() => null)); // an unreadable one must not keep back the others
    if (content) items.push({ id: row.id, digest: row.digest, content, kind: row.kind });
  }
  const plain = { owner, made_at: now.toISOString(), items, blobs: await blobsOf(store, vault, new Set(rows.map((row) => row.id))) };
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const { key, ephemeral } = await keyFor(officeKey);
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, new TextEncoder().encode(JSON.stringify(plain)));
  const file = { format: FORMAT, office_key: officeKey.id, ephemeral, iv: base64Of(iv), data: base64Of(data) };
  return new Blob([JSON.stringify(file)], { type: "application/json" });
}

/** @param {import("./store.js").Store} store @param {import("./vault.js").Vault} vault @param {Set<string>} reports */
async function blobsOf(store, vault, reports) {
  const found = [];
  let bytes = 0;
  for (const { id, report_id } of await store.waitingBlobs()) {
    const row = reports.has(report_id) ? await store.getBlob(id) : undefined;
    if (!row?.sealed || bytes + row.bytes > MOST_BYTES) continue;
    const opened = await vault.openBytes(row.sealed).catch(() => null);
    if (!opened) continue;
    bytes += opened.byteLength;
    found.push({ id, report_id, kind: row.kind, type: row.type, sha256: row.sha256, data: base64Of(opened) });
  }
  return found;
}
