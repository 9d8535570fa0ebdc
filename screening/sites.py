"""Estates that a text names: two texts naming different ones are not about one place.

Complaints about restaurant fumes under different estates can be the same sentences with another name. Where the cell
is a whole district, the name before 小区 is the only place there is.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from screening.letters import plain_letters

ESTATE = re.compile(r"([\u4e00-\u9fff]{2,4})小区")
UNNAMED = tuple("们本宅旧边近个这该的在新老各全到入诉映议望求建是多有于与及对")
"""Endings of what stands before 小区 without being a name."""


@lru_cache(maxsize=20_000)
def site_pairs(text: str) -> frozenset[str]:
    """Give the letter pairs of the estate names in a text; empty when it names none.

    Examples
    --------
    >>> sorted(site_pairs("云湖小区油烟扰民，我们小区没人管"))
    ['云湖']
    """
    names = (found for found in ESTATE.findall(plain_letters(text)) if not found.endswith(UNNAMED))
    return frozenset(name[at : at + 2] for name in names for at in range(len(name) - 1))


def name_other_sites(named: Sequence[frozenset[str]]) -> NDArray[np.bool_]:
    """Tell for every pair whether both name estates and share no letter pair in their names."""
    number: dict[str, int] = {}
    rows = [row for row, pairs in enumerate(named) for _ in pairs]
    columns = [number.setdefault(pair, len(number)) for pairs in named for pair in sorted(pairs)]
    table = sparse.coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(named), max(1, len(number))))
    shared = np.asarray((table.tocsr() @ table.tocsr().T).todense()) > 0
    tells = np.array([bool(pairs) for pairs in named])
    return np.asarray(tells[:, None] & tells[None, :] & ~shared, dtype=np.bool_)
