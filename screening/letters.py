"""The letters of a text and how many pairs of them two texts share."""

import re
import unicodedata
from functools import lru_cache

MARKS = re.compile(r"[\W_]+")
"""Everything that is neither letter nor digit."""


@lru_cache(maxsize=20_000)
def plain_letters(text: str) -> str:
    """Give the letters and digits of a text, in one width and case, without marks and spaces."""
    return MARKS.sub("", unicodedata.normalize("NFKC", text).lower())


@lru_cache(maxsize=20_000)
def bigrams(text: str) -> frozenset[str]:
    """Give the pairs of neighbouring letters of a text; empty for fewer than two letters."""
    letters = plain_letters(text)
    return frozenset(letters[at : at + 2] for at in range(len(letters) - 1))


def jaccard(one: str, other: str) -> float:
    """Give the share of letter pairs two texts have in common (Jaccard 1901), 0 to 1.

    Two texts without any pair share nothing: 0.

    Examples
    --------
    >>> jaccard("土地租金没给", "土地租金没给")
    1.0
    >>> round(jaccard("土地租金没给", "土地租金拖欠"), 2)
    0.43
    """
    left, right = bigrams(one), bigrams(other)
    together = len(left | right)
    return len(left & right) / together if together else 0.0
