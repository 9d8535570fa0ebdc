"""Whether a Chinese name fits what somebody typed: its signs, full pinyin, initials, or any mixture of them."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

TWO_LETTERS: Final = ("zh", "ch", "sh")
LONGEST_TYPED: Final = 50
SIGNS_KNOWN: Final = 20_000


def plain(typed: str) -> str:
    """Return what was typed in small narrow letters, without what separates syllables."""
    narrow = unicodedata.normalize("NFKC", typed).lower()[:LONGEST_TYPED]
    return "".join(sign for sign in narrow if not sign.isspace() and sign not in "'’·-")


def fits_at(name: str, typed: str) -> int | None:
    """Return the first sign of ``name`` from which ``typed`` (already plain) spells on; ``None`` when none does.

    Every sign may be typed as itself, as its first letter (of zh, ch, sh also both), or in full, by any reading; the
    last syllable may be incomplete.
    """
    return next((at for at in range(len(name)) if typed and _spells(name, at, typed)), None)


def _spells(name: str, at: int, typed: str) -> bool:
    if not typed:
        return True
    if at == len(name):
        return False
    sign = name[at]
    if typed.startswith(sign) and _spells(name, at + 1, typed[len(sign) :]):
        return True
    for reading in readings(sign):
        if reading.startswith(typed):
            return True
        parts = {reading, reading[0], reading[:2] if reading.startswith(TWO_LETTERS) else reading[0]}
        if any(typed.startswith(part) and _spells(name, at + 1, typed[len(part) :]) for part in parts):
            return True
    return False


@lru_cache(maxsize=SIGNS_KNOWN)
def readings(sign: str) -> tuple[str, ...]:
    """Return every reading of a sign without tones, ü also as u; a letter or digit reads as itself."""
    from pypinyin import Style, pinyin  # noqa: PLC0415 - loads a dictionary, which a start need not wait for

    narrow = unicodedata.normalize("NFKC", sign).lower()
    if len(narrow) != 1 or not "\u3400" <= narrow <= "\U0003ffff":
        return (narrow,)
    found = {reading for [*all_of] in pinyin(narrow, style=Style.NORMAL, heteronym=True) for reading in all_of}
    both = found | {reading.replace("v", "u") for reading in found} | {reading.replace("ü", "v") for reading in found}
    return tuple(sorted(reading for reading in both if reading.isascii())) or (narrow,)
