"""A million ladders that climb in memory, on every core: what must never happen, and whether the auditor agrees.

Each story has a seed of its own, so that any of them can be told again: ``story(seed, number)``.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from typing import Any

from notifications.auditor import differences
from tests.simulated_ladders import Simulated, faults_of, simulated, works

PROCESSES = 2
PART = 10_000
AUDITED_ONE_IN = 10
"""The second reckoning takes as long as the story itself; a tenth of a million is told again by it."""
SLEPT_ONE_IN = 4
OF_SLEEP = frozenset({"late", "overdue", "not_asked_again", "repeated_late"})
"""What the auditor rightly says of a machine that slept."""


def story(seed: int, number: int) -> tuple[Simulated, datetime, bool]:
    """Return one story, when it ends, and whether the machine slept in it."""
    slept = number % SLEPT_ONE_IN == 0
    one, now = simulated(random.Random(f"{seed}:{number}"), asleep=slept)  # noqa: S311 - a story, no secret
    return one, now, slept


def told(seed: int, numbers: Iterable[int]) -> Counter[str]:
    """Return what was counted in the stories of these numbers."""
    counted: Counter[str] = Counter()
    for number in numbers:
        one, now, slept = story(seed, number)
        counted += Counter({name: count for name, count in faults_of(one).items() if count})
        counted["stories"] += 1
        counted["tellings"] += sum(entry.kind in {"told", "repeated"} for entry in one.entries)
        counted["answers"] += sum(entry.kind == "acknowledged" for entry in one.entries)
        counted["slept"] += slept
        if number % AUDITED_ONE_IN == number // AUDITED_ONE_IN % AUDITED_ONE_IN:
            found = {difference.code for difference in differences(one.told(), now=now, works=works)}
            counted["audited"] += 1
            counted["disagreed"] += bool(found - OF_SLEEP if slept else found)
    return counted


def _part(task: tuple[int, int, int]) -> Counter[str]:
    seed, first, last = task
    return told(seed, range(first, last))


def measure_ladders(*, count: int, seed: int) -> dict[str, Any]:
    """Return the counts of so many stories, told by two processes."""
    began = time.perf_counter()
    tasks = [(seed, first, min(first + PART, count)) for first in range(0, count, PART)]
    counted: Counter[str] = Counter()
    with ProcessPoolExecutor(PROCESSES) as pool:
        for part in pool.map(_part, tasks):
            counted += part
    names = ("stories", "slept", "tellings", "answers", "skipped", "doubled", "after_answer", "audited", "disagreed")
    return {name: counted[name] for name in names} | {"seconds": round(time.perf_counter() - began, 1)}
