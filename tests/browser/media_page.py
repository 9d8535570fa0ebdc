"""Photos and pages for the tests of a phone's own photos and voice: JPEG with GPS, noise, files that are no photos."""

from __future__ import annotations

import struct

_TEXT_OF = """
const textOf = (bytes) => {
    let text = "";
    for (let start = 0; start < bytes.length; start += 0x8000) {
      text += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
    }
    return btoa(text);
  };"""
SHRINK = """async ([data, type, wanted]) => {TEXT_OF
  const { shrinkPhoto } = await import("/static/field/photo.js");
  const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
  try {
    const photo = await shrinkPhoto(new File([bytes], "a.jpg", { type }), wanted);
    const out = new Uint8Array(await photo.blob.arrayBuffer());
    const bitmap = await createImageBitmap(photo.blob, { imageOrientation: "none" });
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d");
    context.drawImage(bitmap, 0, 0);
    const corner = [...context.getImageData(Math.floor(bitmap.width / 8), Math.floor(bitmap.height / 8), 1, 1).data];
    return { type: photo.type, size: photo.blob.size, width: photo.width, height: photo.height,
      drawn: [bitmap.width, bitmap.height], corner, bytes: textOf(out) };
  } catch (error) {
    return { code: error.code, sentence: error.message };
  }
}""".replace("TEXT_OF", _TEXT_OF)
DRAW = """async ([width, height, kind, quality]) => {TEXT_OF
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (kind === "noise") {
    const image = context.createImageData(width, height);
    const words = new Uint32Array(image.data.buffer);
    let seed = 20261122;
    for (let place = 0; place < words.length; place += 1) {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      words[place] = seed | 0xff000000;
    }
    context.putImageData(image, 0, 0);
  } else {
    context.fillStyle = "#2040c0";
    context.fillRect(0, 0, width, height);
    context.fillStyle = "#d02010";
    context.fillRect(0, 0, width / 2, height / 2);
  }
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality });
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return textOf(bytes);
}""".replace("TEXT_OF", _TEXT_OF)
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(64)


def with_exif(jpeg: bytes, *, orientation: int = 1) -> bytes:
    """Return the JPEG with EXIF as a phone writes it: orientation, maker, and GPS (29 03 04.44 N, 111 03 11.56 E)."""
    exif = b"Exif\x00\x00" + _tiff(orientation)
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]


def markers(jpeg: bytes) -> dict[int, bytes]:
    """Return the segments before the picture itself, by marker."""
    found, place = {}, 2
    while jpeg[place] == 0xFF and jpeg[place + 1] != 0xDA:
        length = struct.unpack(">H", jpeg[place + 2 : place + 4])[0]
        found[jpeg[place + 1]] = jpeg[place + 4 : place + 2 + length]
        place += 2 + length
    return found


def _tiff(orientation: int) -> bytes:
    maker = b"Secret Phone\x00"
    gps_at = 8 + 2 + 3 * 12 + 4
    values_at = gps_at + 2 + 4 * 12 + 4
    maker_at = values_at + 48
    main = [
        (0x010F, 2, len(maker), struct.pack("<I", maker_at)),
        (0x0112, 3, 1, struct.pack("<HH", orientation, 0)),
        (0x8825, 4, 1, struct.pack("<I", gps_at)),
    ]
    gps = [
        (0x0001, 2, 2, b"N\x00\x00\x00"),
        (0x0002, 5, 3, struct.pack("<I", values_at)),
        (0x0003, 2, 2, b"E\x00\x00\x00"),
        (0x0004, 5, 3, struct.pack("<I", values_at + 24)),
    ]
    values = struct.pack("<12I", 29, 1, 3, 1, 444, 100, 111, 1, 3, 1, 1156, 100)
    return b"II*\x00" + struct.pack("<I", 8) + _directory(main) + _directory(gps) + values + maker


def _directory(entries: list[tuple[int, int, int, bytes]]) -> bytes:
    lines = b"".join(struct.pack("<HHI", tag, kind, count) + value for tag, kind, count, value in entries)
    return struct.pack("<H", len(entries)) + lines + bytes(4)
