import assert from "node:assert/strict";
import { test } from "node:test";
import { MediaError, SENTENCES } from "../../grid_app/static/field/media_error.js";
import { describePhoto, fit, isHeic, shrinkPhoto, withinBudget } from "../../grid_app/static/field/photo.js";
import { MOST_SECONDS, chooseType, durationWords, makeRecorder, plainType } from "../../grid_app/static/field/voice.js";

const bytes = (text) => new Uint8Array(Buffer.from(text, "latin1"));
const codeOf = (promise) => promise.then(() => "none", (error) => error.code);

/** A recorder that gives one piece a second and can be ended by the phone. */
function fakeRecorder({ types = ["audio/webm;codecs=opus"], pieces = ["abc"] } = {}) {
  return class {
    static made = [];
    static isTypeSupported = (type) => types.includes(type);
    constructor(stream, options) {
      Object.assign(this, { stream, options, state: "inactive", mimeType: options.mimeType ?? "" });
      this.constructor.made.push(this);
    }
    start() {
      this.state = "recording";
    }
    stop() {
      this.state = "inactive";
      for (const piece of pieces) this.ondataavailable({ data: new Blob([piece]) });
      this.onstop();
    }
  };
}

function fakeDevices(error) {
  const track = { stopped: false, stop: () => (track.stopped = true) };
  const getUserMedia = async () => {
    if (error) throw Object.assign(new Error(error), { name: error });
    return { getTracks: () => [track] };
  };
  return { track, getUserMedia };
}

test("every sentence says what to do and that nothing is lost", () => {
  for (const [code, sentence] of Object.entries(SENTENCES)) {
    assert.match(sentence, /请/, code);
    assert.match(sentence, /都(还|)在/, code);
  }
});

test("a file too large for a cheap phone is refused before it is opened", async () => {
  assert.equal(await codeOf(shrinkPhoto({ size: 41 * 1024 * 1024 })), "too_big");
});

test("HEIC is known by its first bytes, whatever the file is called", () => {
  assert.equal(isHeic(bytes("\0\0\0\x18ftypheic")), true);
  assert.equal(isHeic(bytes("\0\0\0\x18ftypMIF1")), true);
  assert.equal(isHeic(bytes("\0\0\0\x18ftypavif")), false);
  assert.equal(isHeic(bytes("\xff\xd8\xff\xe0")), false);
  assert.equal(isHeic(new Uint8Array()), false);
});

test("a photo is made smaller and never larger", () => {
  assert.deepEqual(fit(4000, 3000, 1600), { width: 1600, height: 1200 });
  assert.deepEqual(fit(3000, 4000, 1600), { width: 1200, height: 1600 });
  assert.deepEqual(fit(800, 600, 1600), { width: 800, height: 600 });
  assert.deepEqual(fit(10_000, 2, 1600), { width: 1600, height: 1 });
});

test("the quality goes down first, then the edge, until the budget is kept", async () => {
  const tried = [];
  const encode = async (edge, quality) => {
    tried.push([edge, quality]);
    return { blob: { size: edge * edge * quality * 0.2 }, type: "image/jpeg", width: edge, height: edge };
  };

  const photo = await withinBudget(encode, { edge: 1600, bytes: 150_000 });

  assert.ok(photo.blob.size <= 150_000);
  assert.equal(photo.width, 1200);
  assert.deepEqual(tried.map(([edge]) => edge), [1600, 1600, 1600, 1600, 1200, 1200, 1200]);
  assert.ok(tried.every(([, quality], place) => place % 4 === 0 || quality < tried[place - 1][1]));
});

test("a photo that never fits is kept as small as it gets instead of being lost", async () => {
  const encode = async (edge) => ({ blob: { size: edge * 1000 }, type: "image/jpeg", width: edge, height: edge });

  const photo = await withinBudget(encode, { edge: 1600, bytes: 10 });

  assert.ok(photo.width < 500);
});

test("the words tell how much smaller the photo is and that its place is gone", () => {
  assert.equal(describePhoto(15 * 1024 * 1024, 300 * 1024), "照片已缩小:15.0 MB 变成 0.3 MB,拍摄位置等信息已去掉。");
});

test("each way in which a microphone may fail has its own code", async () => {
  const Recorder = fakeRecorder();
  const start = (options) => codeOf(makeRecorder({ Recorder, ...options }).start());

  assert.equal(await start({ devices: fakeDevices("NotAllowedError") }), "denied");
  assert.equal(await start({ devices: fakeDevices("NotFoundError") }), "no_microphone");
  assert.equal(await start({ devices: fakeDevices("NotReadableError") }), "busy");
  assert.equal(await start({ devices: null }), "no_recorder");
  assert.equal(await start({ devices: fakeDevices(), Recorder: null }), "no_recorder");
});

test("a recorder that cannot be made lets go of the microphone", async () => {
  const devices = fakeDevices();
  const Recorder = class {
    static isTypeSupported = () => true;
    constructor() {
      throw Object.assign(new Error("x"), { name: "NotSupportedError" });
    }
  };

  assert.equal(await codeOf(makeRecorder({ devices, Recorder }).start()), "no_recorder");
  assert.equal(devices.track.stopped, true);
});

test("a note is what was heard, with its plain type, and the microphone is let go", async () => {
  const devices = fakeDevices();
  let at = 0;
  const recorder = makeRecorder({ devices, Recorder: fakeRecorder(), now: () => at });
  await recorder.start();
  at = 3200;

  const voice = await recorder.stop();

  assert.deepEqual([voice.type, voice.seconds, await voice.blob.text()], ["audio/webm", 3, "abc"]);
  assert.equal(devices.track.stopped, true);
  assert.equal(await codeOf(recorder.stop()), "nothing_recorded");
});

test("a second tap does not open the microphone twice", async () => {
  const Recorder = fakeRecorder();
  const recorder = makeRecorder({ devices: fakeDevices(), Recorder });

  await Promise.all([recorder.start(), recorder.start()]);

  assert.equal(Recorder.made.length, 1);
  await recorder.stop();
});

test("after two minutes it ends by itself and keeps what it has", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const ticks = [];
  let at = 0;
  let ended = 0;
  const recorder = makeRecorder({ devices: fakeDevices(), Recorder: fakeRecorder(), now: () => at, onTick: (seconds) => ticks.push(seconds), onEnd: () => (ended += 1) });
  await recorder.start();

  for (at = 1000; at <= 125_000; at += 1000) t.mock.timers.tick(1000);

  assert.equal(ended, 1);
  assert.equal(ticks.at(-1), MOST_SECONDS);
  assert.equal(recorder.isRecording(), false);
  assert.equal(await (await recorder.stop()).blob.text(), "abc");
});

test("silence that wrote nothing is told, not stored", async () => {
  const recorder = makeRecorder({ devices: fakeDevices(), Recorder: fakeRecorder({ pieces: [] }) });
  await recorder.start();

  await assert.rejects(recorder.stop(), MediaError);
});

test("the type is the first the browser can write, and is named without codecs", () => {
  assert.equal(chooseType(fakeRecorder({ types: ["audio/mp4", "audio/webm"] })), "audio/mp4");
  assert.equal(chooseType(fakeRecorder({ types: [] })), "");
  assert.equal(plainType("audio/WebM; codecs=opus"), "audio/webm");
  assert.equal(durationWords(67.9), "1:07");
});
