import assert from "node:assert/strict";
import { test } from "node:test";
import { InboxLine, asksToSignIn, waitAfter } from "../../grid_app/static/office/inbox_line.js";

class Source {
  static made = [];
  constructor(url) {
    Object.assign(this, { url, readyState: 0, heard: {} });
    Source.made.push(this);
  }
  addEventListener(kind, listener) {
    this.heard[kind] = listener;
  }
  close() {
    this.readyState = 2;
  }
  say(kind, data) {
    this.readyState = 1;
    this.heard[kind]({ data: JSON.stringify(data) });
  }
}

/** A line with a stage that notes all it says; `answers` are what the server says when asked, one after the other. */
function lineOn(t, answers = []) {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  Source.made = [];
  globalThis.EventSource = Source;
  globalThis.fetch = async () => {
    const next = answers.shift() ?? new TypeError("no network");
    if (next instanceof Error) throw next;
    return next;
  };
  const said = [];
  const line = new InboxLine({
    events: "/inbox/events",
    ask: "/inbox/version.json",
    heard: (version) => said.push(version),
    stands: (state) => said.push(state),
  });
  line.open();
  return { line, said };
}

const version = (text) => ({ ok: true, redirected: false, url: "https://here/inbox/version.json", json: async () => ({ version: text }) });
const settle = () => new Promise((done) => setImmediate(done));

test("each change is heard, and a breath only says that the line stands", (t) => {
  const { said } = lineOn(t);

  Source.made[0].say("inbox", { version: "a" });
  Source.made[0].say("still", 1);
  Source.made[0].say("inbox", { version: "b" });

  assert.deepEqual(said, ["open", "a", "open", "open", "b"]);
});

test("a line that breaks is said to be broken only when asking fails too, and it comes back by itself", async (t) => {
  const { said } = lineOn(t, [version("c")]);

  Source.made[0].heard.error();
  await settle();
  assert.deepEqual(said, ["open", "c"]);
  t.mock.timers.tick(2_000);
  Source.made[1].heard.error();
  await settle();

  assert.deepEqual(said, ["open", "c", "broken"]);
  t.mock.timers.tick(5_000);
  Source.made[2].say("inbox", { version: "d" });
  assert.deepEqual(said.slice(3), ["open", "d"]);
});

test("a line that is silent for longer than the server ever is, as after sleep, is opened again and asked for", async (t) => {
  const { line, said } = lineOn(t, [version("e")]);
  Source.made[0].say("still", 1);

  line.look();
  assert.equal(Source.made.length, 1);
  t.mock.timers.tick(45_000);
  line.look();
  await settle();

  assert.equal(Source.made.length, 2);
  assert.equal(Source.made[0].readyState, 2);
  assert.deepEqual(said, ["open", "open", "e"]);
});

test("who is signed out is told so once, and nothing is tried any more", async (t) => {
  const { line, said } = lineOn(t, [{ redirected: true, url: "https://here/sign-in?next=/inbox", ok: true }]);

  Source.made[0].heard.error();
  await settle();
  t.mock.timers.tick(600_000);
  line.again();
  await settle();

  assert.deepEqual(said, ["ended"]);
  assert.equal(Source.made.length, 1);
  assert.equal(asksToSignIn({ redirected: false, url: "https://here/sign-in" }), false);
});

test("tries are further apart after each failure, never all at once, and never further than a minute and a half", () => {
  assert.deepEqual([waitAfter(0, 0), waitAfter(0, 1)], [500, 1_500]);
  assert.ok(waitAfter(3, 0) > waitAfter(1, 0));
  assert.equal(waitAfter(10_000, 1), 90_000);
});
