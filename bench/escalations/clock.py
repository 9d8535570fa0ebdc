"""One quick clock for all processes of the bench, in a file that they map; each may be set wrong by itself.

A minute of the county takes three seconds, and every waiting time of the product that is counted in machine time
(time-outs of channels, pauses between two looks) is made as much shorter by the bench.
"""

from __future__ import annotations

import mmap
import struct
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

RATE: Final = 20.0
"""How many times as fast as the machine's the county's time runs."""
SLOTS: Final = 8
BEGINS: Final = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
"""Friday 10:00 in Shanghai: an hour back or four ahead, nothing is held for quiet hours."""
_NUMBER = struct.Struct("<d")
_HEAD: Final = 2


class BenchClock:
    """Tells the county's time; ``slot`` is the process whose own error is added, ``None`` for the right time."""

    def __init__(self, path: Path, slot: int | None = None) -> None:
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)
        self._slot = slot

    @staticmethod
    def create(path: Path) -> BenchClock:
        """Make the file of a clock that begins now."""
        path.write_bytes(bytes(_NUMBER.size * (_HEAD + SLOTS)))
        clock = BenchClock(path)
        clock._set(0, time.time())
        return clock

    def now(self) -> datetime:
        """Return the moment that this process believes in."""
        error = self._get(_HEAD + self._slot) if self._slot is not None else 0.0
        return self.at(time.time()) + timedelta(seconds=error)

    def at(self, machine: float) -> datetime:
        """Return the county's right time at a moment of the machine's, as long as it was not put forward since."""
        return BEGINS + timedelta(seconds=(machine - self._get(0)) * RATE + self._get(1))

    def put_forward(self, seconds: float) -> None:
        """Let the county's time go on by so many seconds at once, for everybody."""
        self._set(1, self._get(1) + seconds)

    def set_wrong(self, slot: int, seconds: float) -> None:
        """Let one process be wrong by so many seconds; nought puts it right."""
        self._set(_HEAD + slot, seconds)

    def is_wrong(self, slot: int) -> bool:
        """Say whether a process is wrong now."""
        return self._get(_HEAD + slot) != 0.0

    def _get(self, place: int) -> float:
        return float(_NUMBER.unpack_from(self._map, place * _NUMBER.size)[0])

    def _set(self, place: int, value: float) -> None:
        _NUMBER.pack_into(self._map, place * _NUMBER.size, value)
