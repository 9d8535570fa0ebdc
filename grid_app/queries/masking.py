"""Finding and masking personal numbers in free text: identity numbers, mobile numbers, bank cards.

A summary tells of a matter, not of persons (个人信息保护法 6, 51). What is found is masked in the stored text; what
was sent stays readable only in the sealed content of the submission.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

ID_NUMBER = "id_number"
MOBILE = "mobile"
BANK_CARD = "bank_card"

_WIDE = {0xFF10 + digit: str(digit) for digit in range(10)} | {0xFF38: "X", 0xFF58: "x"}
_ID = re.compile(r"(?<!\d)\d{6}[ -]?(?:19|20)\d{6}[ -]?\d{3}[\dXx](?!\d)")
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
_CARD = re.compile(r"(?<!\d)(?:\d{16,19}|\d{4}(?:[ -]\d{4}){3}(?:[ -]\d{1,3})?)(?!\d)")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK = "10X98765432"
_FEWEST_DIGITS = 11
"""A mobile number has so many, the others more: most texts need no closer look."""


@dataclass(frozen=True)
class Masked:
    """A text whose personal numbers are masked, and the kinds that were found, in a fixed order."""

    text: str
    kinds: tuple[str, ...]


def mask_text(text: str) -> Masked:
    """Return ``text`` with identity, mobile and bank card numbers masked; other digits stay.

    Full-width digits and single spaces or hyphens between groups are seen through. An identity number counts only
    with a right check character (GB 11643-1999), a card only with a right Luhn digit (ISO/IEC 7812-1).
    """
    if sum(map(str.isdecimal, text)) < _FEWEST_DIGITS:
        return Masked(text, ())
    kinds: list[str] = []
    for kind, pattern, is_real, keep in _RULES:
        text, found = _mask(text, pattern, is_real, keep)
        kinds += [kind] if found else []
    return Masked(text, tuple(kinds))


def mask_phone(phone: str) -> str:
    """Return a phone number as first three and last four signs; shorter ones are hidden whole."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) > 7 else "****"


def mask_name(name: str) -> str:
    """Return a name as its first sign and ``**``; an empty one stays empty."""
    return f"{name[0]}**" if name else ""


def _mask(
    text: str, pattern: re.Pattern[str], is_real: Callable[[str], bool], keep: tuple[int, int]
) -> tuple[str, bool]:
    pieces, at = [], 0
    for match in pattern.finditer(text.translate(_WIDE)):
        found = re.sub(r"[ -]", "", match.group())
        if is_real(found):
            head, tail = keep
            hidden = "*" * (len(found) - head - tail)
            pieces += [text[at : match.start()], found[:head], hidden, found[-tail:]]
            at = match.end()
    return "".join((*pieces, text[at:])), bool(pieces)


def _is_id_number(number: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _ID_WEIGHTS, strict=True))
    return _ID_CHECK[total % 11] == number[17].upper()


def _is_card(number: str) -> bool:
    digits = [int(digit) for digit in reversed(number)]
    doubled = [two - 9 if two > 9 else two for two in (2 * digit for digit in digits[1::2])]
    return len(set(digits)) > 1 and (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _is_mobile(_number: str) -> bool:
    return True


_RULES: tuple[tuple[str, re.Pattern[str], Callable[[str], bool], tuple[int, int]], ...] = (
    (ID_NUMBER, _ID, _is_id_number, (3, 4)),
    (BANK_CARD, _CARD, _is_card, (0, 4)),
    (MOBILE, _MOBILE, _is_mobile, (3, 4)),
)
