"""What is asked for when a demonstration county is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

SEED: Final = 20_260_101

Say = Callable[[str, float], None]
"""Is told what is being made, and which part of the whole was done since the last call."""
HashFor = Callable[[str, str], str]
"""Returns the password hash of an account, by login and role."""


@dataclass(frozen=True)
class Order:
    """What county is wanted: its present day in Asia/Shanghai, and the seed that decides everything else."""

    as_of: date
    seed: int = SEED


@dataclass(frozen=True)
class RoundJobs:
    """The scheduler's own jobs of opening due rounds, and of closing and analysing those that are over."""

    open_due: Callable[[], object]
    close_due: Callable[[], object]
