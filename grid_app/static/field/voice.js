// @ts-check
/** Records one voice note of at most two minutes, small enough for a weak signal, in what the browser can write. */

import { MediaError, asMediaError } from "./media_error.js";

/** @typedef {{blob: Blob, type: string, seconds: number}} Voice */
/**
 * @typedef {object} Options
 * @property {(seconds: number) => void} [onTick] told every second while it records
 * @property {(why: "full" | "interrupted") => void} [onEnd] told when it ended by itself: two minutes are over, or a call came in
 * @property {(voice: Voice) => void} [onPart] told every few seconds what there is so far, to be kept should the page be killed
 * @property {Pick<MediaDevices, "getUserMedia">} [devices]
 * @property {typeof MediaRecorder} [Recorder]
 * @property {() => number} [now] milliseconds that only go forward
 */

export const MOST_SECONDS = 120;
export const BITS_PER_SECOND = 24_000;
export const PART_SECONDS = 3;
const TYPES = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4", "audio/webm"];

/** The first type that the browser can write; "" leaves it to the browser. @param {typeof MediaRecorder} Recorder */
export function chooseType(Recorder) {
  return TYPES.find((type) => Recorder.isTypeSupported(type)) ?? "";
}

/** What is named to the server: without codecs. @param {string} type */
export function plainType(type) {
  return type.split(";")[0].trim().toLowerCase();
}

/** Such as 0:07. @param {number} seconds */
export function durationWords(seconds) {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}

/** Why a browser cannot record at all, before it is asked. @param {Options} options */
function lacking({ devices, Recorder }) {
  if (!devices) return new MediaError(globalThis.isSecureContext === false ? "not_secure" : "no_recorder");
  return Recorder ? null : new MediaError("no_recorder");
}

/** @param {MediaRecorder} recorder */
function end(recorder) {
  if (recorder.state !== "inactive") recorder.stop();
}

/** What a recorder has written so far, as one file. @param {MediaRecorder} recorder @param {string} wanted */
function collecting(recorder, wanted) {
  /** @type {Blob[]} */
  const pieces = [];
  return {
    /** @param {Blob} piece */
    add: (piece) => piece.size > 0 && pieces.push(piece) > 0,
    whole() {
      const type = plainType(recorder.mimeType || wanted || pieces[0]?.type || "");
      return { blob: new Blob(pieces, { type }), type };
    },
  };
}

/** @param {Options} [options] */
export function makeRecorder(options = {}) {
  const { devices = globalThis.navigator?.mediaDevices, Recorder = globalThis.MediaRecorder, now = () => performance.now() } = options;
  /** @type {{recorder: MediaRecorder, finished: Promise<Voice>} | null} */
  let running = null;
  let asked = false;
  let opening = false;

  /** @param {MediaStream} stream */
  function record(stream) {
    const type = chooseType(Recorder);
    const recorder = new Recorder(stream, { audioBitsPerSecond: BITS_PER_SECOND, ...(type ? { mimeType: type } : {}) });
    const { add, whole } = collecting(recorder, type);
    const begun = now();
    const seconds = () => Math.min(MOST_SECONDS, (now() - begun) / 1000);
    const voice = () => ({ ...whole(), seconds: Math.max(1, Math.round(seconds())) });
    let told = -PART_SECONDS; // the first second is kept at once
    const timer = setInterval(() => {
      options.onTick?.(Math.floor(seconds()));
      if (seconds() >= MOST_SECONDS) end(recorder);
    }, 1000);
    for (const track of stream.getTracks()) track.addEventListener?.("mute", () => end(recorder)); // a call came in
    /** @type {Promise<Voice>} */
    const finished = new Promise((resolve, reject) => {
      recorder.ondataavailable = ({ data }) => {
        if (!add(data) || recorder.state !== "recording" || seconds() - told < PART_SECONDS) return;
        told = seconds();
        options.onPart?.(voice());
      };
      recorder.onstop = () => {
        clearInterval(timer);
        stream.getTracks().forEach((track) => track.stop());
        const made = voice();
        if (made.blob.size) resolve(made);
        else reject(new MediaError("nothing_recorded"));
        if (!asked) options.onEnd?.(seconds() >= MOST_SECONDS ? "full" : "interrupted");
      };
    });
    finished.catch(() => {}); // told to whoever calls stop
    recorder.start(1000);
    return { recorder, finished };
  }

  /** Ask for the microphone and begin. @throws {MediaError} with a sentence */
  async function start() {
    if (running || opening) return;
    const problem = lacking({ devices, Recorder });
    if (problem) throw problem;
    [asked, opening] = [false, true];
    /** @type {MediaStream | null} */
    let stream = null;
    try {
      stream = await devices.getUserMedia({ audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true } });
      running = record(stream);
    } catch (error) {
      stream?.getTracks().forEach((track) => track.stop());
      throw asMediaError(error, "no_recorder");
    } finally {
      opening = false;
    }
  }

  /** End, or take what ended by itself. @returns {Promise<Voice>} @throws {MediaError} with a sentence */
  async function stop() {
    if (!running) throw new MediaError("nothing_recorded");
    const { recorder, finished } = running;
    running = null;
    asked = true;
    end(recorder);
    return finished;
  }

  return { start, stop, isRecording: () => running?.recorder.state === "recording" };
}
