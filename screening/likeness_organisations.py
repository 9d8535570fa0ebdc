"""Whether two organisations, given as free text, may be one: a plain normal form without a list of aliases."""

from __future__ import annotations

import re

from screening.letters import plain_letters

SAME, OTHER = 0.75, 0.34
"""Share of the shorter name's pairs of letters: from here on the same, below that another; between, nobody knows."""
LEGAL_FORM = re.compile("(?:有限责任公司|股份有限公司|集团有限公司|有限公司|集团公司|总公司|分公司|公司|集团)$")


def organisation_stem(name: str) -> str:
    """Return a name in one width and case, without marks and the legal form at its end.

    Examples
    --------
    >>> organisation_stem("青溪县 自来水有限责任公司")
    '青溪县自来水'
    """
    letters = plain_letters(name)
    return LEGAL_FORM.sub("", letters) or letters


def same_organisation(one: str, other: str) -> float | None:
    """Return 1 for names of one organisation, 0 for two, None when the names do not tell.

    Swapped letters are the same name; a longer name may say in addition which county it is of.

    Examples
    --------
    >>> same_organisation("青溪县自来水有限责任公司", "自来水公司"), same_organisation("甲公司", "乙公司")
    (1.0, 0.0)
    """
    left, right = organisation_stem(one), organisation_stem(other)
    short, long = sorted((left, right), key=lambda name: (len(name), name))
    if not short:
        return None
    if short == long:
        return 1.0
    pairs = organisation_pairs(short)
    if not pairs:
        return 0.0
    shared = len(pairs & organisation_pairs(long)) / len(pairs)
    return 1.0 if shared >= SAME else 0.0 if shared < OTHER else None


def organisation_pairs(stem: str) -> frozenset[str]:
    """Return the pairs of neighbouring letters of a stem, the same in either order."""
    return frozenset(min(pair, pair[::-1]) for pair in (stem[at : at + 2] for at in range(len(stem) - 1)))
