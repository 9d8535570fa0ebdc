"""ECDH on P-256, HKDF-SHA-256 and AES-256-GCM written from their standards with Python's own library alone.

Slow and not for secrets: they let a test seal an exported file without any code of the office (FIPS 186-5,
RFC 5869, FIPS 197, NIST SP 800-38D).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
CURVE_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
BASE = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")
Point = tuple[int, int] | None


def public_key(secret: int) -> bytes:
    """Return the DER SubjectPublicKeyInfo of a secret number."""
    found = _times(secret, BASE)
    assert found is not None
    return SPKI + b"\x04" + b"".join(part.to_bytes(32, "big") for part in found)


def shared_secret(secret: int, spki: bytes) -> bytes:
    """Return the x of ECDH, 32 bytes, with somebody's public key."""
    assert spki.startswith(SPKI + b"\x04")
    assert len(spki) == len(SPKI) + 65
    x, y = (int.from_bytes(spki[at : at + 32], "big") for at in (len(SPKI) + 1, len(SPKI) + 33))
    assert (y * y - x * x * x + 3 * x - CURVE_B) % P == 0
    found = _times(secret, (x, y))
    assert found is not None
    return found[0].to_bytes(32, "big")


def derived(secret: bytes, info: bytes) -> bytes:
    """Return the 32 bytes of HKDF-SHA-256 with an empty salt."""
    drawn = hmac.digest(bytes(32), secret, "sha256")
    return hmac.digest(drawn, info + b"\x01", hashlib.sha256)


def seal(key: bytes, nonce: bytes, plain: bytes) -> bytes:
    """Return AES-256-GCM ciphertext and tag of ``plain``, nothing bound in beside it."""
    encrypt = _Aes(key).block
    first = nonce + b"\x00\x00\x00\x01"
    counters = (nonce + number.to_bytes(4, "big") for number in range(2, 2 + -(-len(plain) // 16)))
    stream = b"".join(encrypt(counter) for counter in counters)
    sealed = bytes(a ^ b for a, b in zip(plain, stream, strict=False))
    length = (len(sealed) * 8).to_bytes(16, "big")
    mixed = _ghash(int.from_bytes(encrypt(bytes(16)), "big"), _blocks(sealed + bytes(-len(sealed) % 16) + length))
    return sealed + (mixed ^ int.from_bytes(encrypt(first), "big")).to_bytes(16, "big")


def _blocks(text: bytes) -> Iterator[int]:
    return (int.from_bytes(text[at : at + 16], "big") for at in range(0, len(text), 16))


def _ghash(key: int, blocks: Iterator[int]) -> int:
    mixed = 0
    for block in blocks:
        left, factor, mixed = mixed ^ block, key, 0
        for bit in range(127, -1, -1):
            if left >> bit & 1:
                mixed ^= factor
            factor = (factor >> 1) ^ (0xE1 << 120 if factor & 1 else 0)
    return mixed


def _plus(one: Point, two: Point) -> Point:
    if one is None or two is None:
        return one or two
    if one[0] == two[0]:
        if (one[1] + two[1]) % P == 0:
            return None
        slope = 3 * (one[0] * one[0] - 1) * pow(2 * one[1], -1, P) % P
    else:
        slope = (two[1] - one[1]) * pow(two[0] - one[0], -1, P) % P
    x = (slope * slope - one[0] - two[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P


def _times(number: int, point: Point) -> Point:
    found: Point = None
    while number:
        if number & 1:
            found = _plus(found, point)
        point, number = _plus(point, point), number >> 1
    return found


def _doubled(byte: int) -> int:
    return (byte << 1 ^ (0x11B if byte & 0x80 else 0)) & 0xFF


def _box() -> bytes:
    """Return the substitution of AES: the inverse in the field of 256, then the affine step."""
    found, power, inverse = bytearray(256), 1, 1
    for _ in range(255):
        power ^= _doubled(power)  # times three
        inverse ^= inverse << 1 & 0xFF  # divided by three
        inverse ^= inverse << 2 & 0xFF
        inverse ^= inverse << 4 & 0xFF
        inverse ^= 0x09 if inverse & 0x80 else 0
        turned = [(inverse << by | inverse >> (8 - by)) & 0xFF for by in range(5)]
        found[power] = turned[0] ^ turned[1] ^ turned[2] ^ turned[3] ^ turned[4] ^ 0x63
    found[0] = 0x63
    return bytes(found)


BOX = _box()


class _Aes:
    """AES with a key of 32 bytes, encrypting single blocks."""

    def __init__(self, key: bytes) -> None:
        words, round_mark = [key[at : at + 4] for at in range(0, 32, 4)], 1
        for number in range(8, 60):
            word = words[-1]
            if number % 8 == 0:
                word = bytes(BOX[byte] for byte in word[1:] + word[:1])
                word, round_mark = bytes([word[0] ^ round_mark]) + word[1:], _doubled(round_mark)
            elif number % 8 == 4:
                word = bytes(BOX[byte] for byte in word)
            words.append(bytes(a ^ b for a, b in zip(word, words[-8], strict=True)))
        self._keys = [b"".join(words[at : at + 4]) for at in range(0, 60, 4)]

    def block(self, plain: bytes) -> bytes:
        state = bytes(a ^ b for a, b in zip(plain, self._keys[0], strict=True))
        for key in self._keys[1:-1]:
            state = bytes(a ^ b for a, b in zip(_mixed(_shifted(state)), key, strict=True))
        return bytes(a ^ b for a, b in zip(_shifted(state), self._keys[-1], strict=True))


def _shifted(state: bytes) -> bytes:
    """Substitute every byte and turn the rows."""
    return bytes(BOX[state[(at + 4 * (at % 4)) % 16]] for at in range(16))


def _mixed(state: bytes) -> bytes:
    found = bytearray()
    for at in range(0, 16, 4):
        column = state[at : at + 4]
        whole = column[0] ^ column[1] ^ column[2] ^ column[3]
        found += bytes(column[row] ^ whole ^ _doubled(column[row] ^ column[(row + 1) % 4]) for row in range(4))
    return bytes(found)
