"""Masked summaries as vectors: how alike are two texts, told by the pairs of letters they share.

Chinese has no spaces, and a word list would have to know every estate and company of a county. Pairs of
neighbouring characters need no list: a name such as 丽湖花园 is three pairs that hardly anybody else writes, which is
why rare pairs weigh more (TF-IDF; Spärck Jones 1972, Salton and Buckley 1988).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from screening.letters import plain_letters

FULL_LENGTH = 40
"""Letters from which on a text counts fully; shorter ones say less."""

LENGTH_POWER = 0.125
"""How much a short text is discounted, per text; a title of 20 letters needs 1.2 times the cosine of a full text."""

SHORTEST = 4
"""Texts with fewer letters, such as 其他, tell nothing about the matter."""

Matrix = sparse.csr_array


def text_vectors(texts: Sequence[str]) -> Matrix:
    """Give one sparse row per text whose inner products are discounted TF-IDF cosines.

    The weight of a pair is ``(1 + ln tf) * (1 + ln((1 + n) / (1 + df)))``, rows have length 1 and are then
    shortened by ``min(1, letters / 40) ** (1/8)``, so that two labels of six letters need 1.6 times the cosine of two
    long texts. Texts under four letters are empty rows: like nothing, not even one another.

    Parameters
    ----------
    texts : sequence of str
        Masked summaries; document frequencies are taken over exactly these.

    Returns
    -------
    csr_array, shape (len(texts), number of different pairs)
        The column order depends on the letters alone.
    """
    letters = [plain_letters(text) for text in texts]
    lengths = np.array([len(one) for one in letters], dtype=np.int64)
    rows, pairs = _pairs(letters, lengths)
    known, columns = np.unique(pairs, return_inverse=True)
    shape = (len(texts), max(1, len(known)))
    counts = sparse.coo_array((np.ones(len(rows)), (rows, columns)), shape=shape).tocsr()
    counts.sum_duplicates()
    frequency = np.bincount(counts.indices, minlength=shape[1])
    rarity = 1 + np.log((1 + len(texts)) / (1 + frequency))
    counts.data = (1 + np.log(counts.data)) * rarity[counts.indices]
    return _shorten(counts, lengths)


def _pairs(letters: list[str], lengths: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give row and code of every pair of neighbouring letters, without those that span two texts."""
    codes = np.frombuffer("".join(letters).encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
    owner = np.repeat(np.arange(len(letters)), lengths)
    told = (lengths >= SHORTEST)[owner[:-1]] if len(owner) else np.zeros(0, dtype=bool)
    inside = (owner[:-1] == owner[1:]) & told
    return owner[:-1][inside], (codes[:-1] * 2**21 + codes[1:])[inside]


def _shorten(rows: Matrix, lengths: NDArray[np.int64]) -> Matrix:
    """Scale every row to its discounted length; empty rows stay empty."""
    size = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    weight = np.minimum(1.0, lengths / FULL_LENGTH) ** LENGTH_POWER
    scale = np.divide(weight, size, out=np.zeros_like(size), where=size > 0)
    rows.data = rows.data * np.repeat(scale, np.diff(rows.indptr))
    return rows
