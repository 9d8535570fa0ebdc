// @ts-check
/** Photos and voice notes of a report: made small and sealed on the phone at once, thrown away with a tap. */

import { newId } from "../shared/canonical.js";
import { fill, h } from "./dom.js";
import { button } from "./parts.js";
import { describePhoto, shrinkPhoto } from "./photo.js";
import { durationWords, makeRecorder } from "./voice.js";
import { errorSentence, sizeWords } from "./words.js";

/** @typedef {import("./report_form.js").Form} Form */
/** @typedef {import("./rows.js").BlobRow} BlobRow */

export const MOST_PHOTOS = 6;
export const MOST_VOICES = 3;
const ENDED = { "": "", full: "满 2 分钟,", interrupted: "录音被打断(比如来电),不要紧:" };

/** Keep it; what cannot be saved stays in memory and is tried again by itself. @param {Form} form @param {"photo" | "voice"} kind @param {Blob} blob @param {string} type @param {{id?: string, seconds?: number}} [more] */
async function keep(form, kind, blob, type, more) {
  try {
    await form.shelf.keep(kind, blob, type, more);
  } catch (error) {
    form.saver.changed();
    form.failed(error);
    throw error;
  }
}

/** What is attached, with a way to look or listen and to take it off. @param {Form} form @param {"photo" | "voice"} kind @param {() => void} changed @param {string} [running] the recording under way */
async function attached(form, kind, changed, running = "") {
  const rows = (await form.shelf.rows()).filter((one) => one.kind === kind && one.id !== running);
  return Promise.all(rows.map(async (row, index) => {
    const name = kind === "photo" ? `照片 ${index + 1}` : `录音 ${index + 1}`;
    const remove = async () => {
      await form.shelf.drop(row.id).catch((error) => form.failed(error));
      form.change({});
      changed();
    };
    const off = h("button", { type: "button", class: "button button-plain", "aria-label": `去掉${name}`, onclick: remove }, "去掉");
    return h("li", { class: "attached" }, await preview(form, row, name), h("span", { class: "attached-name" }, attachedWords(form, row, name)), off);
  }));
}

/** @param {Form} form @param {BlobRow} row @param {string} name */
function attachedWords(form, row, name) {
  const state = form.shelf.isSaved(row.id) ? "已保存" : "还没有存进手机";
  const heard = row.seconds ? `录到 ${durationWords(row.seconds)},` : "";
  return `${name} · ${heard}${state} · ${sizeWords(row.bytes)}`;
}

/** @param {Form} form @param {BlobRow} row @param {string} name */
async function preview(form, row, name) {
  try {
    if (!row.sealed && row.state === "received") return h("span", {}, "已送到");
    const url = URL.createObjectURL(await form.shelf.blobOf(row));
    form.onLeave(() => URL.revokeObjectURL(url));
    return row.kind === "photo" ? h("img", { class: "attached-photo", src: url, alt: name }) : h("audio", { controls: true, src: url, "aria-label": name });
  } catch {
    return h("span", {}, "打不开预览,但还在。");
  }
}

/** @param {Form} form */
export function photoPart(form) {
  const list = h("ul", { class: "attached-list" });
  const status = h("p", { class: "hint", role: "status" }, "照片在手机上缩小,不带拍摄地点。");
  const input = h("input", { type: "file", id: "photos", accept: "image/*", multiple: true, onchange: take });
  const paint = async () => {
    const rows = await attached(form, "photo", paint);
    fill(list, ...rows);
    input.disabled = rows.length >= MOST_PHOTOS;
  };

  async function take() {
    const free = MOST_PHOTOS - form.attachments.filter((one) => one.kind === "photo").length;
    const files = Array.from(input.files ?? []);
    let words = "";
    const problems = files.length > free ? [`最多 ${MOST_PHOTOS} 张,多出来的没有加。`] : [];
    for (const [index, file] of files.slice(0, free).entries()) {
      fill(status, `正在缩小第 ${index + 1} 张…`);
      try {
        const { blob, type } = await shrinkPhoto(file);
        await keep(form, "photo", blob, type);
        words = describePhoto(file.size, blob.size);
      } catch (error) {
        problems.push(errorSentence(error));
      }
      await paint();
    }
    input.value = "";
    fill(status, problems.join(" ") || words);
  }

  form.onRecover(paint);
  void paint();
  return h("section", { class: "part" }, h("h2", {}, "照片", h("span", { class: "optional" }, "(选填)")), list,
    h("label", { class: "button button-secondary file-button", for: "photos" }, "拍照或选照片", input), status);
}

/** @param {Form} form */
export function voicePart(form) {
  const list = h("ul", { class: "attached-list" });
  const status = h("p", { class: "hint", role: "status" }, "不方便打字就录一段话,最长 2 分钟。");
  const toggle = button("录音", () => void (recorder ? stop() : start()), "secondary");
  /** @type {ReturnType<typeof makeRecorder> | null} */
  let recorder = null;
  let recording = "";
  let isStarting = false;
  let isKeeping = false;
  const paint = async () => {
    const rows = await attached(form, "voice", paint, recording);
    fill(list, ...rows);
    toggle.disabled = !recorder && rows.length >= MOST_VOICES;
  };

  /** So far, should the page be killed; one after another. @param {import("./voice.js").Voice} voice */
  async function keepPart({ blob, type, seconds }) {
    if (isKeeping || !recording) return;
    isKeeping = true;
    await keep(form, "voice", blob, type, { id: recording, seconds }).catch(() => {}); // told on the line of saving
    isKeeping = false;
  }

  async function start() {
    if (isStarting) return;
    isStarting = true;
    const made = makeRecorder({
      onTick: (seconds) => fill(status, `正在录音 ${durationWords(seconds)},边录边保存`),
      onEnd: (why) => void stop(why),
      onPart: (voice) => void keepPart(voice),
    });
    recording = newId();
    try {
      await made.start();
      recorder = made;
      fill(toggle, "停止并保存");
      toggle.classList.add("is-recording");
      fill(status, "正在录音…");
    } catch (error) {
      fill(status, errorSentence(error));
    }
    isStarting = false;
  }

  /** @param {"full" | "interrupted" | ""} [why] */
  async function stop(why = "") {
    const made = recorder;
    recorder = null;
    if (!made) return;
    fill(toggle, "录音");
    toggle.classList.remove("is-recording");
    const id = recording;
    recording = "";
    try {
      const { blob, type, seconds } = await made.stop();
      await keep(form, "voice", blob, type, { id, seconds });
      fill(status, `${ENDED[why]}录到 ${durationWords(seconds)},已保存。`);
    } catch (error) {
      fill(status, errorSentence(error));
    }
    await paint();
  }

  form.onLeave(() => stop());
  form.finishVoice = () => stop();
  form.onRecover(paint);
  void paint();
  return h("section", { class: "part" }, list, h("div", { class: "place-tools" }, toggle, status));
}
