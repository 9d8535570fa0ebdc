"""Words on a static map where there is room for them: none covers a mark or another word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.map_sheet import Box, MapSheet

LINE: Final = 1.25
GAP: Final = 2.0
NARROW: Final = 0.58
FIRST_WIDE: Final = 0x1100
ROOM_NEEDED: Final = 0.8


@dataclass(frozen=True, slots=True)
class MapLabel:
    """A name and where it belongs.

    Attributes
    ----------
    lon, lat : float
        In degrees.
    text : str
        What is written; an empty one is left out.
    level : int
        Labels of a higher level are placed first and set larger: 1 for townships, 0 for villages.
    box : Box or None
        West, south, east, north of what is named; a name that is wider than that is left out.
    """

    lon: float
    lat: float
    text: str
    level: int = 0
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class PlacedLabel:
    """A label with the middle of its line on the drawing."""

    x: float
    y: float
    size: float
    text: str
    level: int


class Taken:
    """The boxes of a drawing that are taken; asked in one step, however many there are."""

    def __init__(self, boxes: Iterable[Box], *, room: int) -> None:
        found = list(boxes)
        self._boxes: NDArray[np.float64] = np.zeros((len(found) + room, 4))
        self._count = len(found)
        if found:
            self._boxes[: self._count] = found

    def is_free(self, box: Box) -> bool:
        """Say whether ``box`` touches none of them."""
        boxes = self._boxes[: self._count]
        left, top, right, bottom = box
        hits = (boxes[:, 0] < right) & (boxes[:, 2] > left) & (boxes[:, 1] < bottom) & (boxes[:, 3] > top)
        return not bool(hits.any())

    def take(self, box: Box) -> None:
        """Take ``box``."""
        self._boxes[self._count] = box
        self._count += 1


def width_of(text: str, size: float) -> float:
    """Return how wide ``text`` is about: Chinese signs are square, others narrower."""
    return size * sum(1.0 if ord(sign) >= FIRST_WIDE else NARROW for sign in text)


def placed_labels(
    labels: Sequence[MapLabel], *, sheet: MapSheet, taken: Sequence[Box], size: float
) -> list[PlacedLabel]:
    """Return the labels that fit, higher levels first and then in their order; ``taken`` is where marks stand.

    A label stands in its place, or right below, above or beside what stands there.
    """
    free = Taken(taken, room=len(labels))
    found: list[PlacedLabel] = []
    for label in sorted(labels, key=lambda one: -one.level):
        written = size * (1.15 if label.level else 1.0)
        wide = width_of(label.text, written)
        if not label.text or not _has_room(label, wide, sheet):
            continue
        for x, y in _offers(label, wide, written, sheet, taken):
            box = (x - wide / 2, y - written * LINE / 2, x + wide / 2, y + written * LINE / 2)
            if _is_inside(box, sheet) and free.is_free(box):
                free.take(box)
                found.append(PlacedLabel(x, y, written, label.text, label.level))
                break
    return found


def _has_room(label: MapLabel, wide: float, sheet: MapSheet) -> bool:
    if label.box is None:
        return True
    left, right = ((side - sheet.west) * sheet.scale for side in (label.box[0], label.box[2]))
    return right - left >= wide * ROOM_NEEDED


def _offers(
    label: MapLabel, wide: float, size: float, sheet: MapSheet, taken: Sequence[Box]
) -> list[tuple[float, float]]:
    """Return the places to try, best first."""
    x, y = (float(one) for one in sheet.place(label.lon, label.lat))
    at_it = next((box for box in taken if box[0] < x < box[2] and box[1] < y < box[3]), None)
    half = size * LINE / 2
    if at_it is None:
        return [(x, y), (x, y + half), (x, y - half)]
    left, top, right, bottom = at_it
    return [
        (x, bottom + GAP / 2 + half),
        (x, top - GAP / 2 - half),
        (right + GAP + wide / 2, y),
        (left - GAP - wide / 2, y),
    ]


def _is_inside(box: Box, sheet: MapSheet) -> bool:
    return box[0] >= 0 and box[1] >= 0 and box[2] <= sheet.width and box[3] <= sheet.height
