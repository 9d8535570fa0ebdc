"""The one slip of the pen that turns a name into another: what it is and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from screening.organisations.shapes import looks_like
from screening.organisations.sounds import rough_sound, syllable_of
from screening.organisations.words import TURNING

Kind = Literal["none", "sound", "rough", "shape", "swap", "dropped", "added", "other", "turned"]
MEANT: Final = frozenset(("sound", "rough", "shape"))
"""Slips whose cause is plain: the other character sounds or looks like the right one."""


@dataclass(frozen=True, slots=True)
class Slip:
    """What differs, and before which letter of the right name it begins."""

    kind: Kind
    at: int


def slip_between(written: str, right: str) -> Slip | None:
    """Give the one slip that makes ``written`` of ``right``; None when there is more than one.

    Examples
    --------
    >>> slip_between("青溪华星建材", "青溪华兴建材"), slip_between("未来建材", "末来建材").kind
    (Slip(kind='sound', at=3), 'shape')
    >>> [slip_between(*pair).kind for pair in (("城东", "城西"), ("禾农眠", "禾眠农"), ("金茂", "金茂源"))]
    ['turned', 'swap', 'dropped']
    >>> slip_between("金茂", "云湖") is None
    True
    """
    if written == right:
        return Slip("none", 0)
    if abs(len(written) - len(right)) > 1:
        return None
    shorter = min(len(written), len(right))
    first = next((at for at in range(shorter) if written[at] != right[at]), shorter)
    last = next((at for at in range(shorter - first) if written[-1 - at] != right[-1 - at]), shorter - first)
    kind = _kind_of(written[first : len(written) - last], right[first : len(right) - last])
    return Slip(kind, first) if kind else None


def _kind_of(left: str, meant: str) -> Kind | None:
    """Give the slip that wrote ``left`` where ``meant`` should stand."""
    if len(left) == 1 and len(meant) == 1:
        return letters_apart(left, meant)
    if len(left) + len(meant) == 1:
        return "added" if left else "dropped"
    return "swap" if len(left) == 2 and left == meant[::-1] else None


def letters_apart(written: str, right: str) -> Kind:
    """Give how one letter may have come to stand for another; ``turned`` is no slip but another of its row.

    Examples
    --------
    >>> letters_apart("鑫", "欣"), letters_apart("兴", "欣"), letters_apart("二", "一"), letters_apart("茂", "豪")
    ('sound', 'rough', 'turned', 'other')
    """
    if any(written in row and right in row for row in TURNING):
        return "turned"
    if syllable_of(written) == syllable_of(right):
        return "sound"
    if looks_like(written, right):
        return "shape"
    return "rough" if rough_sound(written) == rough_sound(right) else "other"
