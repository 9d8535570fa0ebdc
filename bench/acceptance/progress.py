"""Progress lines on stderr, so that stdout holds the figures alone."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

SHOWN = 0.5
"""Steps that took less seconds together are not listed."""


class Progress:
    """Tells what is being done and how long each part took."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self.seconds: dict[str, float] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Tell that a part begins, and note how long it took."""
        self.say(f"{name} ...")
        begun = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - begun, 1)

    def note(self, part: str, seconds: Mapping[str, float]) -> None:
        """Note how long the steps of a part took, by their names."""
        self.seconds.update({f"{part}: {name}": round(count, 1) for name, count in seconds.items() if count >= SHOWN})

    def say(self, line: str) -> None:
        """Print one line with the time since the beginning."""
        print(f"[{time.monotonic() - self._begun:6.1f} s] {line}", file=sys.stderr, flush=True)

    @property
    def total(self) -> float:
        """Return the seconds since the beginning."""
        return round(time.monotonic() - self._begun, 1)
