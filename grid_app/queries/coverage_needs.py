"""What a mediation room has to offer to be counted: a woman mediator, a way in for wheelchairs, a language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from grid_app.queries.coverage_rooms import RoomFacts

WOMAN, ACCESSIBLE, EFFECTIVE, LANGUAGE = "woman", "accessible", "effective", "language:"
LONGEST_LANGUAGE: Final = 20
_BETWEEN: Final = re.compile(r"[、,;/|\s和及]+")


@dataclass(frozen=True)
class Needs:
    """What is asked of a room; nothing by default. ``language`` is one as it stands on record of a room."""

    woman: bool = False
    accessible: bool = False
    effective: bool = False
    language: str = ""

    @classmethod
    def of(cls, keys: Iterable[str]) -> Needs:
        """Return what `keys` ask for; unknown keys ask for nothing."""
        told = tuple(keys)
        language = next((one.removeprefix(LANGUAGE) for one in told if one.startswith(LANGUAGE)), "")
        return cls(WOMAN in told, ACCESSIBLE in told, EFFECTIVE in told, language.strip()[:LONGEST_LANGUAGE])

    def named(self) -> tuple[str, ...]:
        """Return what is asked as keys, in one order."""
        named = ((self.woman, WOMAN), (self.accessible, ACCESSIBLE), (self.effective, EFFECTIVE))
        return (*(key for asked, key in named if asked), *((LANGUAGE + self.language,) if self.language else ()))

    def met_by(self, room: RoomFacts) -> bool | None:
        """Return whether a room offers all of it; ``None`` when a fact that nobody recorded decides."""
        answers = []
        if self.woman:
            answers.append(room.woman_mediator)
        if self.accessible:
            answers.append(room.accessible)
        if self.effective:
            answers.append({"effective": True, "unknown": None}.get(room.state, False))
        if self.language:
            spoken = languages_of(room.languages)
            answers.append(self.language in spoken if spoken else None)
        if False in answers:
            return False
        return None if None in answers else True


NO_NEEDS: Final = Needs()


def languages_of(text: str) -> tuple[str, ...]:
    """Return the languages that a text names, each once, in their order.

    Examples
    --------
    >>> languages_of("苗语、土家语,苗语")
    ('苗语', '土家语')
    """
    named = _BETWEEN.split(unicodedata.normalize("NFKC", text))
    return tuple(dict.fromkeys(one for one in named if one))


def languages_on_record(rooms: Iterable[RoomFacts]) -> tuple[str, ...]:
    """Return the languages spoken in the open rooms, in the order of their signs."""
    return tuple(sorted({one for room in rooms if room.status == "active" for one in languages_of(room.languages)}))
