import assert from "node:assert/strict";
import { test } from "node:test";
import { contentOf, emptyValues, isDanger, missingAnswers, valuesOf } from "../../grid_app/static/field/report_content.js";
import { answered, hintsFor, metresBetween } from "../../grid_app/static/field/report_hints.js";
import { routeOf, screenFor } from "../../grid_app/static/field/routes.js";
import { makeSaver } from "../../grid_app/static/field/saver.js";
import { pinWeakness } from "../../grid_app/static/field/screens/register.js";
import { queueWords } from "../../grid_app/static/field/screens/home.js";
import { ageWords, errorSentence, stateWords } from "../../grid_app/static/field/words.js";

const AT = "2026-11-20T10:00:00.000Z";
const OWN = "990101001201";
const values = (more = {}) => ({ ...emptyValues(AT, OWN), category: "0901", danger: false, summary: "水渠被堵", ...more });
const VOICE = { id: "v", kind: "voice", type: "audio/webm", bytes: 9, sha256: "00" };

test("a tile, the danger question and one sentence or one voice note are a report", () => {
  assert.deepEqual(missingAnswers(values(), []), {});
  assert.deepEqual(missingAnswers(values({ summary: " " }), [VOICE]), {});
  assert.deepEqual(Object.keys(missingAnswers(emptyValues(AT, ""), [])), ["category", "danger", "summary", "village_code"]);
});

test("a family matter asks both questions of safety, and a yes is danger", () => {
  assert.deepEqual(Object.keys(missingAnswers(values({ category: "0199" }), [])), ["safety_child", "safety_present"]);
  assert.equal(isDanger(values({ category: "0199", safety_child: true })), true);
  assert.equal(isDanger(values({ category: "0901", safety_child: true })), false);
});

test("the content holds nothing of the screen's own and nothing the office refuses", () => {
  const content = contentOf(values({ tile: "land", unrelated: ["x"], summary: "坏\ud800字\u0000\n第二行", lon: 111.05, lat: 29.03, accuracy_m: 12 }), [VOICE]);

  assert.equal(content.form, "dispute/2");
  assert.equal(content.summary, "坏字\n第二行");
  assert.deepEqual([content.crs, content.lon, content.lat, content.accuracy_m], ["wgs84", 111.05, 29.03, 12]);
  assert.deepEqual(content.attachments, [VOICE]);
  assert.ok(!("tile" in content) && !("unrelated" in content) && !("link_to" in content));
});

test("an old draft opens, and what its form no longer knows stands behind the sentence", () => {
  const opened = valuesOf({ form: "dispute/1", captured_at: AT, category: "0901", danger: true, summary: "地租没付", old_note: "村东", old_number: 3 });

  assert.deepEqual([opened.form, opened.captured_at, opened.danger, opened.summary], ["dispute/2", AT, true, "地租没付\n村东"]);
  assert.deepEqual(missingAnswers({ ...opened, village_code: OWN }, []), {});
});

test("hints are of the same group and the same village or within 500 metres, the most alike first", () => {
  const near = (id, more) => ({ id, category: "0903", village_code: "990101001202", lon: null, lat: null, since: "2026-10-01", excerpt: "", ...more });
  const list = [near("far", {}), near("group", { category: "0299", village_code: OWN }), near("own", { village_code: OWN, category: "0901" }), near("other", { village_code: OWN, excerpt: "承包地的租金没有给" }), near("point", { lon: 111.0515, lat: 29.03, since: "2026-11-01" })];

  assert.deepEqual(hintsFor(values({ lon: 111.05, lat: 29.03 }), list).map((one) => one.id), ["point", "own"]);
  assert.deepEqual(hintsFor(values({ lon: 111.05, lat: 29.03, link_to: "other" }), list).map((one) => one.id), ["other", "point", "own"]);
  assert.deepEqual(hintsFor(values({ summary: "土地租金没给" }), list).map((one) => one.id), ["other", "own"]);
  assert.deepEqual(hintsFor(values({ category: undefined }), list), []);
  assert.ok(Math.abs(metresBetween(111.05, 29.03, 111.0545, 29.03) - 438) < 2);
});

test("saying that another hint is unrelated does not take the link away", () => {
  const linked = { ...values(), ...answered(values(), "a", "other_household") };

  assert.deepEqual(answered(linked, "b", "unrelated"), { unrelated: ["b"] });
  assert.deepEqual(answered(linked, "a", "unrelated"), { unrelated: ["a"], link_to: "a", link_relation: "unrelated" });
});

test("saves follow one another, the last one wins, and nothing is written after a submission", async () => {
  const written = [];
  let text = "a";
  let running = 0;
  const save = async () => {
    running += 1;
    assert.equal(running, 1);
    const now = text;
    await new Promise((resolve) => setTimeout(resolve, 5));
    written.push(now);
    running -= 1;
  };
  const saver = makeSaver({ save, onSaved: () => {}, onError: assert.fail, milliseconds: 1 });

  saver.changed();
  const first = saver.flush();
  text = "b";
  saver.changed();
  await Promise.all([first, saver.flush()]);
  text = "c";
  saver.changed();
  await saver.close();
  await saver.flush();

  assert.equal(written.at(-1), "b");
});

test("a save that failed is tried again with the next change and told in a sentence", async () => {
  const told = [];
  let full = true;
  const save = async () => {
    if (full) throw Object.assign(new Error("x"), { sentence: "手机存储空间满了。" });
  };
  const saver = makeSaver({ save, onSaved: () => told.push("saved"), onError: (error) => told.push(errorSentence(error)), milliseconds: 1 });
  saver.changed();
  await saver.flush();
  full = false;
  await saver.flush();

  assert.deepEqual(told, ["手机存储空间满了。", "saved"]);
});

test("every state has a word, and an old queue says to go where there is signal", () => {
  assert.deepEqual(["draft", "waiting", "received", "attention"].map((state) => stateWords({ state }).word), ["草稿", "等待发送", "已收到", "需要处理"]);
  assert.equal(stateWords({ state: "waiting" }, true).word, "正在发送");
  const old = queueWords({ waiting: 2, attention: 0, attachments: 0, oldest: AT, sending: [], halted: null }, Date.parse(AT) + 30 * 3_600_000);
  assert.match(old.line, /最早的一件写于1 天前。已超过 1 天/);
  assert.equal(ageWords(-5), "刚刚");
  const photos = queueWords({ waiting: 0, attention: 0, attachments: 2, oldest: null, sending: [], halted: null }, 0);
  assert.match(photos.word + photos.line, /^等待发送文字都已送到,还有 2 个照片、录音/);
});

test("a locked or unregistered phone shows its PIN or its registering first, but never keeps help away", () => {
  const seen = (hash, isLocked, device) => screenFor(routeOf(hash), { vault: { isLocked }, device });

  assert.equal(seen("#/reports", true, {}), "unlock");
  assert.equal(seen("#/report/x", false, null), "register");
  assert.equal(seen("#/urgent", true, null), "urgent");
  assert.equal(seen("#/nowhere", false, {}), "home");
  assert.deepEqual(routeOf("#/round/990101001201J001").params, { code: "990101001201J001" });
});

test("a PIN that anybody would guess is refused", () => {
  assert.deepEqual(["1111", "1234", "4321", "12a4", "2580"].map((pin) => pinWeakness(pin) === ""), [false, false, false, false, true]);
});
