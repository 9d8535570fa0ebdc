"""The words of a text as they are searched: one width and case, no marks, found by their pairs of signs.

Chinese writes no spaces between words, so a text is indexed by every two signs that stand side by side: 赡养费
by 赡养 and 养费. On SQLite the pairs stand in a table of their own (FTS5) that triggers keep, on PostgreSQL in a GIN
index. Neither needs an extension or a dictionary.
"""

from __future__ import annotations

import sqlite3
import unicodedata

PAIR = 2


def plain_words(text: str) -> str:
    """Return ``text`` in one width and case, its words parted by single spaces, everything but letters and digits gone.

    Examples
    --------
    >>> plain_words("3号楼,(物业费)ABC")
    '3号楼 物业费 abc'
    """
    signs = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(sign if sign.isalnum() else " " for sign in signs).split())


def pairs(said: str) -> list[str]:
    """Return every pair of signs that stand side by side in a text of `plain_words`, each once, in order."""
    found = (said[at : at + PAIR] for at in range(len(said) - 1))
    return list(dict.fromkeys(pair for pair in found if not any(sign.isspace() for sign in pair)))


def register_word_functions(connection: sqlite3.Connection) -> None:
    """Register what the triggers of the search table call on one SQLite connection."""
    connection.create_function("WordPairs", 1, lambda said: " ".join(pairs(said or "")), deterministic=True)
