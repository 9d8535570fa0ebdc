// @ts-check
/** What the office gives the phone to work with, kept sealed; and the registering of the phone itself. */

import { ApiError, problemOf, request } from "../shared/api.js";

/** @typedef {import("./report_types.js").Bundle} Bundle */
/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./vault.js").Vault} Vault */
/** @typedef {{token: string, device_id: string, expires_at: string}} Registered */
/** @typedef {{store: Store, vault: Vault, transport: Pick<import("./transport.js").Transport, "bundle">, token: string, fetcher?: typeof fetch, onStep?: (words: string) => void}} Fetching */

const BUNDLE = "bundle";
const VILLAGES = "villages";
/** Kept beside the bundle: a phone that is signed out still exports. */
export const OFFICE_KEY = "office_key";
const MILLISECONDS = 30_000;

/** @param {Store} store @param {Vault} vault @returns {Promise<Bundle | null>} */
export async function keptBundle(store, vault) {
  const kept = await store.getReference(BUNDLE);
  return kept ? vault.open(kept.value) : null;
}

/** @param {Store} store @returns {Promise<import("geojson").FeatureCollection | null>} */
export async function keptVillages(store) {
  return (await store.getReference(VILLAGES))?.value ?? null;
}

/**
 * Fetch what has changed at the office: work first, borders after. What was kept stays until the new has come whole.
 * @param {Fetching} fetching
 * @returns {Promise<Bundle>}
 */
export async function fetchReference({ store, vault, transport, token, fetcher = fetch, onStep = () => {} }) {
  onStep("正在下载要办的事和已有的上报…(1/2)");
  const before = await store.getReference(BUNDLE);
  const answer = await transport.bundle(before?.etag ?? "");
  if (answer.bundle) await store.setReference(BUNDLE, await vault.seal(answer.bundle), answer.etag);
  const bundle = answer.bundle ?? (await keptBundle(store, vault));
  onStep("正在下载本村和邻村的边界…(2/2)");
  await fetchVillages(store, villagesAddress(bundle), token, fetcher);
  await store.setMeta(OFFICE_KEY, bundle.office_key);
  await store.setMeta("last_sync", new Date().toISOString());
  return bundle;
}

/** Of one village the stored borders, so that the phone finds what the server finds; of a larger area a light drawing. @param {Bundle} bundle */
function villagesAddress({ villages_url, home_village }) {
  const asked = home_village ? "around=1&grids=1&precision=full" : "around=1&grids=1";
  return `${villages_url}${villages_url.includes("?") ? "&" : "?"}${asked}`;
}

/** @param {Store} store @param {string} url @param {string} token @param {typeof fetch} fetcher */
async function fetchVillages(store, url, token, fetcher) {
  const before = await store.getReference(VILLAGES);
  const answer = await fetcher(url, {
    headers: { Authorization: `Bearer ${token}`, Accept: "application/geo+json", ...(before?.etag ? { "If-None-Match": before.etag } : {}) },
    signal: AbortSignal.timeout(MILLISECONDS),
    credentials: "omit",
    cache: "no-store",
  });
  if (answer.status === 304) return;
  if (!answer.ok) throw await problemOf(answer);
  const drawn = await answer.json();
  if (drawn?.type !== "FeatureCollection") throw new ApiError("failed");
  await store.setReference(VILLAGES, drawn, answer.headers.get("etag") ?? "");
}

/** The mark that registering asks for; says so when nobody is signed in who may register. @param {typeof fetch} fetcher */
async function csrfToken(fetcher) {
  const session = /** @type {{signed_in: boolean, may_register: boolean, password_change_due: boolean, csrf: string}} */ (await request("/field/session", { fetcher }));
  if (!session?.signed_in) throw new ApiError("signed-out");
  if (session.password_change_due) throw new ApiError("refused", { detail: "请先在网页上登录并改掉初始密码,再登记手机。" });
  if (!session.may_register) throw new ApiError("refused", { detail: "这个账号没有需要在手机上办的事。请换一个账号登录,或联系安全管理员。" });
  return session.csrf;
}

/** Register this phone for the person who is signed in on it. @param {string} pin @param {string} label @param {typeof fetch} [fetcher] */
export async function registerPhone(pin, label, fetcher = fetch) {
  const csrf = await csrfToken(fetcher);
  const answer = await request("/field/device", { method: "POST", body: { pin, label }, csrf, fetcher });
  const registered = /** @type {Registered} */ (answer);
  if (!registered?.token) throw new ApiError("failed");
  return registered;
}
