// @ts-check
/**
 * Makes a photo small on the phone: drawn anew, so that nothing of the camera's notes (place, time, device) is left,
 * and within a budget of bytes: first the quality goes down, then the edge.
 */

import { MediaError, asMediaError } from "./media_error.js";

/** @typedef {{blob: Blob, type: string, width: number, height: number}} Photo */
/** @typedef {{edge?: number, bytes?: number}} Wanted longest side in pixels, most bytes */
/** @typedef {ImageBitmap | HTMLImageElement} Picture */
/** @typedef {(edge: number, quality: number) => Promise<Photo>} Encode */

export const EDGE = 1600;
export const BYTES = 400 * 1024;
/** A larger file is not opened: cheap phones kill the page while they decode it. */
export const MOST_BYTES = 40 * 1024 * 1024;
export const TYPE = "image/jpeg";
const QUALITIES = [0.78, 0.65, 0.5, 0.38];
const SMALLER = 0.75;
const SMALLEST_EDGE = 320;
const HEIC_BRANDS = ["heic", "heix", "hevc", "heim", "heis", "mif1", "msf1"];

/** @param {number} width @param {number} height @param {number} edge @returns {{width: number, height: number}} never enlarged */
export function fit(width, height, edge) {
  const factor = Math.min(1, edge / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

/** Whether the first bytes of a file are those of HEIC or HEIF. @param {Uint8Array} head */
export function isHeic(head) {
  const text = String.fromCharCode(...head.subarray(4, 12));
  return text.startsWith("ftyp") && HEIC_BRANDS.includes(text.slice(4).toLowerCase());
}

/**
 * The first encoding within the budget, and when none is, the smallest there was.
 * @param {Encode} encode @param {Required<Wanted>} wanted
 */
export async function withinBudget(encode, { edge, bytes }) {
  /** @type {Photo | null} */
  let smallest = null;
  for (let side = edge; side >= SMALLEST_EDGE || smallest === null; side = Math.round(side * SMALLER)) {
    for (const quality of QUALITIES) {
      const photo = await encode(side, quality);
      if (photo.blob.size <= bytes) return photo;
      if (smallest === null || photo.blob.size < smallest.blob.size) smallest = photo;
    }
  }
  return smallest;
}

/** @param {Blob} file @returns {Promise<Picture>} upright, as the camera's note says */
async function open(file) {
  if (typeof createImageBitmap === "function") {
    const opened = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null);
    if (opened) return opened;
  }
  const image = new Image();
  image.src = URL.createObjectURL(file);
  try {
    await image.decode();
    return image;
  } finally {
    URL.revokeObjectURL(image.src);
  }
}

/** @param {number} width @param {number} height */
function canvasOf(width, height) {
  if (typeof OffscreenCanvas === "function") return new OffscreenCanvas(width, height);
  return Object.assign(document.createElement("canvas"), { width, height });
}

/** @param {OffscreenCanvas | HTMLCanvasElement} canvas @param {number} quality @returns {Promise<Blob | null>} */
function bytesOf(canvas, quality) {
  if ("convertToBlob" in canvas) return canvas.convertToBlob({ type: TYPE, quality });
  return new Promise((resolve) => canvas.toBlob(resolve, TYPE, quality));
}

/** @param {Picture} picture @returns {Encode} */
function encoderOf(picture) {
  /** @type {{edge: number, canvas: OffscreenCanvas | HTMLCanvasElement} | null} */
  let drawn = null;
  return async (edge, quality) => {
    if (drawn?.edge !== edge) {
      const { width, height } = fit(picture.width, picture.height, edge);
      const canvas = canvasOf(width, height);
      const context = /** @type {CanvasRenderingContext2D | null} */ (canvas.getContext("2d"));
      if (!context) throw new MediaError("too_big");
      context.fillStyle = "#ffffff"; // what was transparent would turn black
      context.fillRect(0, 0, width, height);
      context.imageSmoothingQuality = "high";
      context.drawImage(picture, 0, 0, width, height);
      drawn = { edge, canvas };
    }
    const { canvas } = drawn;
    const blob = await bytesOf(canvas, quality);
    if (!blob?.size) throw new MediaError("too_big");
    return { blob, type: TYPE, width: canvas.width, height: canvas.height };
  };
}

/** @param {Blob} file @param {unknown} cause */
async function whyClosed(file, cause) {
  const head = new Uint8Array(await file.slice(0, 12).arrayBuffer().catch(() => new ArrayBuffer(0)));
  return new MediaError(isHeic(head) || /^image\/hei[cf]/.test(file.type) ? "heic" : "unreadable", cause);
}

/**
 * The photo as it is kept and sent; the file itself is not changed.
 * @param {Blob} file @param {Wanted} [wanted] @returns {Promise<Photo>}
 * @throws {MediaError} with a sentence
 */
export async function shrinkPhoto(file, { edge = EDGE, bytes = BYTES } = {}) {
  if (file.size > MOST_BYTES) throw new MediaError("too_big");
  const picture = await open(file).catch(async (error) => {
    throw await whyClosed(file, error);
  });
  try {
    const photo = await withinBudget(encoderOf(picture), { edge, bytes });
    if (!photo) throw new MediaError("unreadable");
    return photo;
  } catch (error) {
    throw asMediaError(error, "too_big");
  } finally {
    if ("close" in picture) picture.close();
  }
}

/** Such as 照片已缩小:15.0 MB 变成 0.3 MB,拍摄位置等信息已去掉。 @param {number} before bytes @param {number} after bytes */
export function describePhoto(before, after) {
  const size = (/** @type {number} */ bytes) => `${Math.max(0.1, bytes / 1024 / 1024).toFixed(1)} MB`;
  const shrunk = after < before ? `照片已缩小:${size(before)} 变成 ${size(after)}` : "照片已存好";
  return `${shrunk},拍摄位置等信息已去掉。`;
}
