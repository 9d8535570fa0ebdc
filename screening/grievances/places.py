"""Places that the office knows by name: whatever name or alias a message uses, it is the place of that code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

SHORTEST_NAME = 2


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """One name, or alias, of a place and the code of the place."""

    name: str
    code: str


class Gazetteer:
    """Names looked up in texts, longest first, by their first two letters."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._by_start: dict[str, list[Place]] = defaultdict(list)
        for place in sorted(set(places), key=lambda one: (-len(one.name), one)):
            if len(place.name) >= SHORTEST_NAME:
                self._by_start[place.name[:2]].append(place)

    def __bool__(self) -> bool:
        return bool(self._by_start)

    def mentions(self, text: str) -> list[tuple[int, int, str]]:
        """Return begin, end and code of every name in a text; inside a longer name a shorter one does not count."""
        found: list[tuple[int, int, str]] = []
        at = 0
        while at < len(text) - 1:
            for place in self._by_start.get(text[at : at + 2], ()):
                if text.startswith(place.name, at):
                    found.append((at, at + len(place.name), place.code))
                    at += len(place.name) - 1
                    break
            at += 1
        return found
