import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, kindOf, request } from "../../grid_app/static/shared/api.js";

const answering = (body, init) => async () => new Response(body, init);
const problem = (status, body) =>
  answering(JSON.stringify(body), { status, headers: { "content-type": "application/problem+json" } });

test("no network is told as no network, with nothing lost", async () => {
  const fetcher = async () => {
    throw new TypeError("Failed to fetch");
  };

  await assert.rejects(request("/x", { fetcher }), (error) => error instanceof ApiError && error.kind === "offline" && /内容还在/.test(error.message));
});

test("a server that never answers is given up on", async () => {
  const fetcher = (_url, { signal }) =>
    new Promise((_, reject) => {
      const alive = setTimeout(() => {}, 60_000);
      signal.addEventListener("abort", () => (clearTimeout(alive), reject(signal.reason)));
    });

  await assert.rejects(request("/x", { fetcher, milliseconds: 5 }), { kind: "timeout" });
});

test("a refusal carries the server's own sentence and its stable code", async () => {
  const fetcher = problem(409, { code: "already_closed", detail: "这件事已经办结。" });

  await assert.rejects(request("/x", { fetcher }), { kind: "refused", code: "already_closed", message: "这件事已经办结。", status: 409 });
});

test("an answer that is no JSON still becomes a sentence", async () => {
  await assert.rejects(request("/x", { fetcher: answering("<h1>502</h1>", { status: 502 }) }), { kind: "failed", status: 502 });
});

test("an expired session is told apart from a refusal", () => {
  assert.deepEqual([401, 403, 404, 409, 500, 503].map(kindOf), ["signed-out", "refused", "refused", "refused", "failed", "failed"]);
});

test("a body is posted as JSON with the CSRF token", async () => {
  let sent;
  const fetcher = async (url, init) => {
    sent = { url, ...init };
    return new Response('{"ok":true}');
  };

  const answer = await request("/x", { body: { a: 1 }, csrf: "token", fetcher });

  assert.deepEqual(answer, { ok: true });
  assert.equal(sent.method, "POST");
  assert.equal(sent.body, '{"a":1}');
  assert.equal(sent.headers["X-CSRFToken"], "token");
});

test("an empty answer is nothing, not an error", async () => {
  assert.equal(await request("/x", { fetcher: answering(null, { status: 204 }) }), null);
});
