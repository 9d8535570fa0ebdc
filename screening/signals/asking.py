"""One door to the signals of a round beside the shared grievance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from screening.signals.overdue import raise_piles
from screening.signals.quiet import raise_silence
from screening.signals.raised import Look, Seen
from screening.signals.shared_names import raise_shared_names
from screening.signals.weeks import raise_growth
from screening.signals.zones import raise_zones

ASKED: Final[Mapping[str, Callable[[Look], Seen]]] = {
    "same_organisation": raise_shared_names,
    "scan": raise_zones,
    "growth": raise_growth,
    "overdue_pile": raise_piles,
    "silence": raise_silence,
}
"""By signal, the function that asks it."""
