"""Progress lines on stderr, so that stdout holds the figures alone."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


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

    def say(self, line: str) -> None:
        """Print one line with the time since the beginning."""
        print(f"[{time.monotonic() - self._begun:6.1f} s] {line}", file=sys.stderr, flush=True)

    @property
    def total(self) -> float:
        """Return the seconds since the beginning."""
        return round(time.monotonic() - self._begun, 1)
