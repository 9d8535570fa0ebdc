"""What a search looks through: the matter in its reporter's words, its organisation and project; never a person.

The names of a dispute's parties are cut out before the words are kept, numbers of telephones and identity cards are
masked already, and where exactly somebody lives is left out (个人信息保护法 6, 51). The first line is the matter, the
second the organisation and project.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from grid_app.database.words import plain_words

SHORTEST_NAME: Final = 2


def said_of(summary: str, *, named: Iterable[str] = (), hidden: Iterable[str] = ()) -> str:
    """Return what is kept for the search; ``named`` are organisation and project, ``hidden`` the names of parties."""
    matter = plain_words(summary)
    for name in hidden:
        matter = without_name(matter, name)
    return f"{matter}\n{plain_words(' '.join(named))}"


def without_name(said: str, name: str) -> str:
    """Return the words without a party's name, wherever it stands in them."""
    plain = plain_words(name)
    return said.replace(plain, " ") if len(plain) >= SHORTEST_NAME else said


def with_named(said: str | None, *, named: Iterable[str]) -> str | None:
    """Return the words with another organisation and project; the matter stays as it is."""
    if said is None:
        return None
    matter, _, _ = said.partition("\n")
    return f"{matter}\n{plain_words(' '.join(named))}"
