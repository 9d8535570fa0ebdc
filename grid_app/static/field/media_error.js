// @ts-check
/**
 * What can go wrong with a photo or a voice note: a code, and a sentence that says what happened and what to do.
 * A full phone is told by the store (`store_error.js`).
 */

/** @typedef {keyof typeof SENTENCES} MediaCode */

const KEPT = "已经写的都还在。";
export const SENTENCES = {
  heic: `这台手机的浏览器打不开 HEIC 格式的照片。请在相机设置里把格式改成 JPEG(“兼容性最佳”)再拍一张,或者截屏后选截屏。${KEPT}`,
  unreadable: `这个文件打不开,可能不是照片,也可能坏了。请换一张或再拍一张。${KEPT}`,
  too_big: `这张照片太大,手机内存不够,打不开。请在相机里选小一点的尺寸再拍一张。${KEPT}`,
  denied: `手机没有允许录音。请在浏览器的网站设置里允许“麦克风”,或者打字写一句。${KEPT}`,
  no_microphone: `没有找到麦克风,录不了音。请打字写一句。${KEPT}`,
  busy: `麦克风正被别的应用占用,比如正在通话。请结束后再录,或者打字写一句。${KEPT}`,
  no_recorder: `这个浏览器不能录音。请换手机自带的浏览器打开,或者打字写一句。${KEPT}`,
  not_secure: `网址不是 https 开头,浏览器不让录音。请打字写一句,并请管理员装好证书。${KEPT}`,
  nothing_recorded: `没有录到声音。请再录一次,或者打字写一句。${KEPT}`,
};

/** @type {Record<string, MediaCode>} names of browser errors */
const CODES = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "no_microphone",
  OverconstrainedError: "no_microphone",
  NotReadableError: "busy",
  AbortError: "busy",
};

/** A photo or voice note that could not be taken; `message` is the sentence for the person. */
export class MediaError extends Error {
  /** @param {MediaCode} code @param {unknown} [cause] */
  constructor(code, cause) {
    super(SENTENCES[code], { cause });
    this.name = "MediaError";
    this.code = code;
  }
}

/** The error of ours for an error of the browser's. @param {any} error @param {MediaCode} otherwise */
export function asMediaError(error, otherwise) {
  if (error instanceof MediaError) return error;
  return new MediaError(CODES[error?.name] ?? otherwise, error);
}
