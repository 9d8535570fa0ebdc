"""JSON as phones send it: what makes no sense is kept where it stands, so that only its own item is refused."""

from __future__ import annotations

import json
import math

LONGEST_INTEGER = 20
REPEATED = "(同名项目)"


def json_of(raw: bytes) -> object:
    """Return what a UTF-8 JSON text holds.

    A number too large for JSON becomes infinite and a name that stands twice in an object adds an unknown one, so
    that the item they are in is refused and not its neighbours.

    Raises
    ------
    ValueError, RecursionError
        It is broken off, no UTF-8, no JSON, or nested without end.
    """
    found: object = json.loads(raw.decode("utf-8"), parse_int=_integer, object_pairs_hook=_once_named)
    return found


def _integer(text: str) -> int | float:
    return int(text) if len(text) <= LONGEST_INTEGER else math.inf


def _once_named(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        found[REPEATED] = None
    return found
