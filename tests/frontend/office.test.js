import assert from "node:assert/strict";
import { test } from "node:test";
import { mayGo } from "../../grid_app/static/office/confirm.js";
import { delayAfter, describe, follow, parseStatus } from "../../grid_app/static/office/progress.js";
import { advice, decodeKey, follow as followTest, isOfKey, isSupported, TEST_SECONDS, within } from "../../grid_app/static/office/push_subscribe.js";
import { readPlace } from "../../grid_app/static/field/mini_map.js";

test("a form that is underway does not go twice", () => {
  assert.equal(mayGo({ question: undefined, underway: true }, () => true), false);
});

test("a grave step goes only when the person says yes", () => {
  assert.equal(mayGo({ question: "确定关闭?", underway: false }, () => false), false);
  assert.equal(mayGo({ question: "确定关闭?", underway: false }, () => true), true);
});

test("a step without a question asks nothing", () => {
  assert.equal(mayGo({ question: undefined, underway: false }, () => assert.fail("asked")), true);
});

test("a progress answer without numbers is refused", () => {
  for (const answer of [null, {}, { done: "3", total: 4 }]) assert.throws(() => parseStatus(answer), TypeError);
});

test("progress goes on after a failure, waits longer, and stops at the end", async () => {
  const answers = [{ done: 1, total: 3 }, new Error("网络断了"), { done: 3, total: 3, finished: true }];
  const seen = [];
  const waits = [];

  await follow({
    look: async () => {
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return parseStatus(answer);
    },
    onStatus: (status) => seen.push(describe(status)),
    onFailure: (error) => seen.push(error.message),
    wait: async (milliseconds) => waits.push(milliseconds),
  });

  assert.deepEqual(seen, ["1 / 3", "网络断了", "3 / 3"]);
  assert.deepEqual(waits, [delayAfter(0), delayAfter(1)]);
  assert.equal(delayAfter(20), 15_000);
});

test("a push service that never answers is told within the time", async () => {
  await assert.rejects(within(new Promise(() => {}), 5), /No answer within 5 ms/);
  assert.equal(await within(Promise.resolve("subscription"), 1000), "subscription");
});

test("every way of failing says 收不到推送 or 没有开通, what to do, and that nothing is lost", () => {
  for (const reason of ["unsupported", "denied", "silent", "unreachable"]) assert.match(advice(reason), /^本机收不到推送:.+收不到推送也不会漏/s);
  for (const reason of ["silent", "unreachable"]) assert.match(advice(reason), /国内多数网络连不上谷歌.+请换 Firefox/);
  assert.match(advice("not-saved", "网络断了。"), /没有开通成功:网络断了。请再点一次/);
});

test("a browser without push is recognised", () => {
  assert.equal(isSupported({}), false);
  assert.equal(isSupported({ navigator: { serviceWorker: {} }, PushManager: 1 }), false);
  assert.equal(isSupported({ navigator: { serviceWorker: {} }, PushManager: 1, Notification: 1 }), true);
});

test("the public key is read as base64url", () => {
  assert.deepEqual([...decodeKey("-_8A")], [251, 255, 0]);
  assert.deepEqual([...decodeKey("_w")], [255]);
});

test("a subscription under an old key is told from one under ours", () => {
  const made = (...bytes) => ({ options: { applicationServerKey: Uint8Array.from(bytes).buffer } });

  assert.equal(isOfKey(made(251, 255, 0), "-_8A"), true);
  assert.equal(isOfKey(made(251, 255, 1), "-_8A"), false);
  assert.equal(isOfKey(made(251, 255), "-_8A"), false);
  assert.equal(isOfKey({ options: {} }, "-_8A"), true);
});

/** Follow a test of push against these answers, two seconds each; returns what was told. */
async function told(answers) {
  const said = [];
  let at = 0;
  const ask = async () => {
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  await followTest({ ask, tell: (one) => said.push(one), wait: async () => (at += 2000), now: () => at });
  return said;
}

test("a test of push is followed until it is over, with the seconds", async () => {
  const said = await told([
    { is_over: false, tone: "waiting", text: "在排队。" },
    new Error("网络断了"),
    { is_over: true, tone: "success", text: "能收到推送:4 秒内到达。" },
  ]);

  assert.deepEqual(said, [
    { tone: "waiting", text: "在排队。(0 秒)" },
    { tone: "success", text: "能收到推送:4 秒内到达。" },
  ]);
});

test("a server that never says how the test went ends it with a sentence", async () => {
  const said = await told([new Error("网络断了")]);

  assert.equal(said.length, 1);
  assert.match(said[0].text, /^没有试成:.*请过一会儿再点一次/);
  assert.equal((await told([{ is_over: false, tone: "waiting", text: "x" }])).length, TEST_SECONDS / 2 + 1);
});

test("hidden fields that hold no place give none", () => {
  assert.equal(readPlace("", "", ""), null);
  assert.equal(readPlace("111.5", "", "9"), null);
  assert.equal(readPlace("1115", "29", "9"), null);
  assert.equal(readPlace("x", "29", "9"), null);
});

test("a place without an accuracy counts as a tap", () => {
  assert.deepEqual(readPlace("111.5", "29.25", ""), { lon: 111.5, lat: 29.25, accuracy: 30 });
});
