import assert from "node:assert/strict";
import { test } from "node:test";
import { ASKED, KINDS, arrivalWords, callsTo, dialled, isApple, messageLink, messageNumber, messageOf } from "../../grid_app/static/field/danger.js";

const ANDROID = "Mozilla/5.0 (Linux; Android 13; V2244A) AppleWebKit/537.36 Chrome/116.0.0.0 Mobile Safari/537.36";
const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1";
const DUTY = { name: "青溪县值班室", phone: "0736-1234567", sms: "" };

test("the three numbers are there whatever the phone knows of its office", () => {
  for (const duty of [null, { name: "", phone: "", sms: "" }, { name: "值班室", phone: "无", sms: "" }, { name: "值班室", phone: "0000-0000000", sms: "" }]) {
    assert.deepEqual(callsTo(duty).map((call) => call.href), ["tel:110", "tel:119", "tel:120"]);
  }
});

test("the duty desk is called by digits alone and shown as it is written", () => {
  assert.deepEqual(callsTo(DUTY).at(-1), { number: "0736-1234567", word: "青溪县值班室", href: "tel:07361234567" });
  assert.equal(dialled("+86 138 1234 5678"), "+8613812345678");
  assert.equal(dialled("转 12+34"), "1234");
});

test("a message goes to the number for messages, to a mobile number, or to whom the person chooses", () => {
  assert.equal(messageNumber({ ...DUTY, sms: "106 9000 1" }), "10690001");
  assert.equal(messageNumber({ ...DUTY, phone: "13812345678" }), "13812345678");
  assert.equal(messageNumber(DUTY), "");
  assert.equal(messageNumber(null), "");
});

test("the message says where, what, about how many and what is asked", () => {
  const body = messageOf({
    village: "云岭村", point: { lon: 111.053214, lat: 29.051231, accuracy_m: 30.4 }, what: KINDS[1], people: "5-9 人", asked: [ASKED[1], ASKED[3]],
  });

  assert.equal(body, "【紧急】地点:云岭村,北纬29.05123、东经111.05321(误差约30米)\n情况:打架、动手\n大约:5-9 人\n请求:请民警;请医生、救护车\n平台还没有收到,请回电。");
});

test("what somebody typed does not get into the message: no number, no sentence, no request that is not on the list", () => {
  const body = messageOf({ village: "云岭村", what: "家里的事 13812345678 43070219700101123X", people: "张三一家", asked: ["找李四"] });

  assert.doesNotMatch(body, /138|4307|张三|李四/);
  assert.match(body, /请求:派人到现场/);
});

test("a message without place or matter still asks to be called back", () => {
  assert.match(messageOf({ village: "", what: "" }), /地点:请回电问我\n情况:有人有危险\n请求:派人到现场/);
});

test("the text follows the number as each phone wants it, and comes back whole", () => {
  const body = "【紧急】a&b=c?\n第二行#";

  for (const [agent, sign] of [[ANDROID, "?"], [IPHONE, "&"]]) {
    const link = messageLink("10690001", body, agent);
    assert.ok(link.startsWith(`sms:10690001${sign}body=`));
    assert.equal(decodeURIComponent(link.split("body=")[1]), body);
    assert.doesNotMatch(link.split("body=")[1], /[&?#\n ]/);
  }
  assert.ok(messageLink("", body, IPHONE).startsWith("sms:&body="));
  assert.equal(isApple("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605.1.15 Version/17 Mobile/15E148 Safari/604.1"), true);
  assert.equal(isApple("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/17 Safari/605.1.15"), false);
});

test("nothing is called delivered before the office's receipt", () => {
  assert.match(arrivalWords(null), /^尚未送达/);
  assert.match(arrivalWords({ case_code: "QX-2026-000123" }), /^平台已收到\(编号 QX-2026-000123\)。.*仍要打电话/);
  assert.match(arrivalWords({}), /^平台已收到。/);
});
