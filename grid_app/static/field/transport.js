// @ts-check
/**
 * Calls of a registered phone to the office. Only a JSON answer of the expected shape counts; everything else, a portal's
 * page above all, is an error with a kind, and says nothing about what was sent.
 */

/** @typedef {"offline" | "timeout" | "signed-out" | "portal" | "server" | "refused"} Kind */
/** @typedef {{id: string, digest: string, content: unknown}} Item */
/**
 * @typedef {object} Result
 * @property {string} id
 * @property {string} outcome
 * @property {string} [digest]
 * @property {{signature: string, received_at: string} | null} [receipt]
 * @property {string | null} [case_code]
 * @property {string | null} [tracking_code]
 * @property {string | null} [code]
 * @property {string | null} [detail]
 * @property {Record<string, string>} [fields]
 * @property {{code: string, sentence: string}[]} [warnings]
 */
/** @typedef {{id: string, sha256?: string, received: number, complete?: boolean, outcome?: string}} AttachmentState */
/** @typedef {{waiting: number, oldest: string | null, items: {id: string, digest: string, receipt?: boolean}[]}} HeldClaim */
/** @typedef {{server_time: string, items: import("./follow_ups.js").Given[]}} FollowUpsAnswer */
/** @typedef {ReturnType<typeof makeTransport>} Transport */

const MILLISECONDS = 30_000;
const CHUNK_MILLISECONDS = 60_000;

const SENTENCES = /** @type {Record<Kind, string>} */ ({
  "offline": "现在没有信号。内容都在手机上,有信号时自动发送。",
  "timeout": "服务器一直没有回答。内容都在手机上,过一会儿自动再发。",
  "signed-out": "登录已过期,请重新登录;没发出去的内容都在手机上,登录后自动发送。",
  "portal": "连上的网络要先登录或认证,还没有送到。请换个网络或打开浏览器完成认证;内容都在手机上。",
  "server": "服务器暂时出了问题,还没有送到。内容都在手机上,过一会儿自动再发。",
  "refused": "服务器没有接受这次发送。内容都在手机上,没有丢。",
});

/** Why an answer does not count; `code`, `status` and `body` as the server gave them. */
export class TransportError extends Error {
  /** @param {Kind} kind @param {{status?: number, body?: any, cause?: unknown}} [told] */
  constructor(kind, { status = 0, body = {}, cause } = {}) {
    const detail = typeof body.detail === "string" && body.detail ? body.detail : SENTENCES[kind];
    super(detail, { cause });
    this.name = "TransportError";
    this.kind = kind;
    this.status = status;
    this.code = typeof body.code === "string" ? body.code : kind;
    this.sentence = detail;
    this.body = body;
  }
}

/** @param {Response} response */
function isJson(response) {
  return /^application\/([a-z0-9.+-]+\+)?json\b/i.test(response.headers.get("content-type") ?? "");
}

/** @param {number} status @returns {Kind} */
function kindOf(status) {
  if (status === 401) return "signed-out";
  return status >= 500 || status === 408 || status === 429 ? "server" : "refused";
}

/** What an answer that is not 200 or 201 says. @param {Response} response @returns {Promise<TransportError>} */
async function errorOf(response) {
  const { status } = response;
  if (status === 511 || response.type === "opaqueredirect" || (status >= 300 && status < 400)) return new TransportError("portal", { status });
  if (status === 413) return new TransportError("refused", { status }); // also from a proxy, which answers with a page
  if (!isJson(response)) return new TransportError(status >= 500 ? "server" : "portal", { status });
  const body = await response.json().catch(() => null);
  return new TransportError(kindOf(status), { status, body: isObject(body) ? body : {} });
}

/** @param {unknown} value @returns {value is Record<string, any>} */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {any} body @returns {Record<string, any>[]} */
function resultsOf(body) {
  if (isObject(body) && Array.isArray(body.results) && body.results.every(isObject)) return body.results;
  throw new TransportError("portal", { status: 200 });
}

/** @param {any} body @returns {AttachmentState} */
function attachmentOf(body) {
  if (isObject(body) && typeof body.id === "string" && Number.isInteger(body.received)) return /** @type {any} */ (body);
  throw new TransportError("portal", { status: 200 });
}

/** @param {any} body @returns {FollowUpsAnswer} */
function followUpsOf(body) {
  const isOne = (/** @type {unknown} */ one) => isObject(one) && typeof one.id === "string" && typeof one.due_on === "string";
  if (isObject(body) && Array.isArray(body.items) && body.items.every(isOne)) return /** @type {any} */ (body);
  throw new TransportError("portal", { status: 200 });
}

/**
 * @param {object} options
 * @param {string} options.token
 * @param {typeof fetch} [options.fetcher]
 * @param {string} [options.base] where the office is; "" for where the page came from
 * @param {(error: TransportError) => void} [options.onSignedOut] told whenever the office knows this phone no more
 */
export function makeTransport({ token, fetcher = fetch, base = "", onSignedOut = () => {} }) {
  /** @param {string} path @param {RequestInit} init @param {number} milliseconds @returns {Promise<[Response, any]>} */
  async function call(path, init, milliseconds = MILLISECONDS) {
    const signal = AbortSignal.timeout(milliseconds);
    /** @type {[Response, any]} */
    let answer;
    try {
      const headers = { Accept: "application/json", Authorization: `Bearer ${token}`, ...init.headers };
      const response = await fetcher(base + path, { ...init, headers, signal, credentials: "omit", cache: "no-store", redirect: "manual" });
      if (response.status === 304) return [response, null];
      if (response.status !== 200 && response.status !== 201) throw await errorOf(response);
      if (!isJson(response)) throw new TransportError("portal", { status: response.status });
      answer = [response, await response.json()];
    } catch (error) {
      if (error instanceof TransportError && error.kind === "signed-out") onSignedOut(error);
      if (error instanceof TransportError) throw error;
      throw new TransportError(signal.aborted ? "timeout" : "offline", { cause: error });
    }
    return answer;
  }
  /** @param {string} path @param {unknown} body */
  const post = async (path, body) => (await call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }))[1];

  return {
    /** @param {Item[]} items @returns {Promise<Result[]>} */
    syncReports: async (items) => /** @type {any} */ (resultsOf(await post("/api/v1/disputes:sync", { items }))),
    /** @param {Item[]} items @returns {Promise<Result[]>} */
    syncReturns: async (items) => /** @type {any} */ (resultsOf(await post("/api/v1/returns:sync", { items }))),
    /** @param {Item[]} items @returns {Promise<Result[]>} */
    syncVisits: async (items) => /** @type {any} */ (resultsOf(await post("/api/v1/follow-ups:sync", { items }))),
    /** The follow-ups of this account that are due, with whom to ask. */
    followUps: async () => followUpsOf((await call("/api/v1/follow-ups", {}))[1]),
    /** @param {string} id @param {number} offset @param {BufferSource} bytes */
    uploadChunk: async (id, offset, bytes) => {
      const init = { method: "PUT", headers: { "Content-Type": "application/octet-stream" }, body: bytes };
      return attachmentOf((await call(`/api/v1/attachments/${id}?offset=${offset}`, init, CHUNK_MILLISECONDS))[1]);
    },
    /** @param {string} id */
    attachmentState: async (id) => attachmentOf((await call(`/api/v1/attachments/${id}`, {}))[1]),
    /** @param {HeldClaim} claim @returns {Promise<{id: string, held: "yes" | "no" | "other"}[]>} */
    held: async (claim) => /** @type {any} */ (resultsOf(await post("/api/v1/reports:held", claim))),
    /** The office's bundle; `null` when the one of `etag` still stands. @param {string} [etag] @returns {Promise<{bundle: any, etag: string}>} */
    bundle: async (etag = "") => {
      const [response, body] = await call("/api/v1/field", { headers: /** @type {Record<string, string>} */ (etag ? { "If-None-Match": etag } : {}) });
      if (response.status === 304) return { bundle: null, etag };
      if (!isObject(body) || !isObject(body.account)) throw new TransportError("portal", { status: 200 });
      return { bundle: body, etag: response.headers.get("etag") ?? "" };
    },
  };
}
