// @ts-check
/** Calls to our own server: a time limit, the CSRF token, and errors with a kind and a sentence. */

/** @typedef {"offline" | "timeout" | "signed-out" | "refused" | "failed"} Kind */
/**
 * @typedef {object} Call
 * @property {string} [method]
 * @property {unknown} [body] sent as JSON
 * @property {string} [csrf]
 * @property {number} [milliseconds] time limit
 * @property {typeof fetch} [fetcher]
 */

const SENTENCES = /** @type {Record<Kind, string>} */ ({
  "offline": "网络断了。内容还在,有信号时再试一次。",
  "timeout": "服务器一直没有回答。内容还在,请过一会儿再试。",
  "signed-out": "登录已过期。请重新登录,内容还在。",
  "refused": "这次操作没有被接受。请刷新页面看看最新情况。",
  "failed": "服务器出了问题,没有保存成功。内容还在,请过一会儿再试。",
});

/** What went wrong with a call, with a sentence for the person in front of the screen. */
export class ApiError extends Error {
  /**
   * @param {Kind} kind
   * @param {{detail?: string, code?: string, status?: number}} [problem]
   */
  constructor(kind, problem = {}) {
    super(problem.detail || SENTENCES[kind]);
    this.name = "ApiError";
    this.kind = kind;
    this.code = problem.code ?? kind;
    this.status = problem.status ?? 0;
  }
}

/** @param {number} status @returns {Kind} */
export function kindOf(status) {
  if (status === 401) return "signed-out";
  return status < 500 ? "refused" : "failed";
}

/**
 * The error told by an answer that is not 2xx; problem+json gives its sentence and its stable code.
 * @param {Response} response
 */
export async function problemOf(response) {
  const kind = kindOf(response.status);
  const type = response.headers.get("content-type") ?? "";
  if (!type.includes("json")) return new ApiError(kind, { status: response.status });
  const body = await response.json().catch(() => ({}));
  return new ApiError(kind, { detail: body.detail ?? body.title, code: body.code, status: response.status });
}

/**
 * The JSON a URL of ours answers with, or `null` for an empty answer.
 * @param {string} url
 * @param {Call} [call]
 * @returns {Promise<unknown>}
 */
export async function request(url, call = {}) {
  const { method = call.body === undefined ? "GET" : "POST", milliseconds = 15_000, fetcher = fetch } = call;
  const limit = AbortSignal.timeout(milliseconds);
  /** @type {Response} */
  let response;
  try {
    response = await fetcher(url, {
      method,
      signal: limit,
      credentials: "same-origin",
      headers: headersOf(call),
      body: call.body === undefined ? undefined : JSON.stringify(call.body),
    });
  } catch {
    throw new ApiError(limit.aborted ? "timeout" : "offline");
  }
  if (response.redirected && new URL(response.url).pathname.includes("sign-in")) throw new ApiError("signed-out");
  if (!response.ok) throw await problemOf(response);
  const text = await response.text();
  return text ? JSON.parse(text) : null;
}

/** @param {Call} call @returns {Record<string, string>} */
function headersOf(call) {
  return {
    "Accept": "application/json",
    ...(call.body === undefined ? {} : { "Content-Type": "application/json" }),
    ...(call.csrf ? { "X-CSRFToken": call.csrf } : {}),
  };
}
