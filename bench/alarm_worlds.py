"""Seeded worlds for measuring alarms: villages, incidents without any rise, doubled rows, and rises put in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from screening.ground import Ground, ground_on_plane
from screening.incidents import MergeRule, Row, incidents_of
from screening.streams import Incidents

VILLAGES, SIDE_KM, RADIUS_KM = 500, 50.0, 10.0
DAY_ONE = 730_000
"""The ordinal on which a world begins; no figure depends on it."""
BASE_DAYS = 90
EXTRA_ROWS = 0.67
"""Mean number of rows of an incident after its first."""
HOMES = 200
"""Households of a village."""
UNKNOWN_SHARE = 0.3
"""Part of the repeated rows that carry no household."""
SLIP = 0.02
"""Chance of another letter in a repeated text, per letter."""
RISE_KM = 4.0


@dataclass(frozen=True)
class World:
    """Places with the share of the incidents that each has on an ordinary day."""

    ground: Ground
    points: NDArray[np.float64]
    share: NDArray[np.float64]


def even_world(seed: int) -> World:
    """Return villages anywhere in a square, each with the same share."""
    points = np.random.default_rng(seed).uniform(0, SIDE_KM, (VILLAGES, 2))
    return _world(points, np.ones(VILLAGES))


def towns_world(seed: int, *, towns: int = 10, parts: int = 20, times: float = 4.0) -> World:
    """Return ten towns of twenty quarters within about 1.5 km, each four times as busy as a village, and villages."""
    rng = np.random.default_rng(seed)
    centres = rng.uniform(5, SIDE_KM - 5, (towns, 2))
    quarters = np.repeat(centres, parts, axis=0) + rng.normal(0, 1.5, (towns * parts, 2))
    villages = rng.uniform(0, SIDE_KM, (VILLAGES - towns * parts, 2))
    weight = np.where(np.arange(VILLAGES) < towns * parts, times, 1.0)
    return _world(np.vstack([quarters, villages]), weight)


def _world(points: NDArray[np.float64], weight: NDArray[np.float64]) -> World:
    names = [f"v{at:03d}" for at in range(len(points))]
    return World(ground_on_plane(names, points, RADIUS_KM), points, weight / weight.sum())


def ordinary(world: World, rng: np.random.Generator, *, a_day: float, days: int) -> Incidents:
    """Return incidents without any rise: Poisson numbers a day, anywhere by the shares, told by different homes."""
    numbers = rng.poisson(a_day, days)
    day = DAY_ONE + np.repeat(np.arange(days), numbers)
    place = rng.choice(len(world.share), len(day), p=world.share)
    return incidents(place, day, place * HOMES + rng.integers(0, HOMES, len(day)))


def incidents(place: NDArray[np.int64], day: NDArray[np.int64], household: NDArray[np.int64]) -> Incidents:
    """Return incidents of one category."""
    return Incidents(place, day, np.full(len(day), "one"), household)


def written_down(found: Incidents, rng: np.random.Generator) -> list[Row]:
    """Return the rows in which people wrote incidents down: a first, and a Poisson number of repeats within four days.

    A repeat has nearly the words of the first; three of ten do not say which household told it.
    """
    rows = []
    homes = found.household if found.household is not None else np.zeros(0)
    for at, (place, day, home) in enumerate(zip(found.place, found.day, homes, strict=True)):
        text = _letters(rng, int(rng.integers(20, 60)))
        for copy in range(1 + int(rng.poisson(EXTRA_ROWS))):
            later = int(rng.integers(0, 5)) if copy else 0
            label = None if copy and rng.random() < UNKNOWN_SHARE else f"h{home}"
            said = _copied(text, rng) if copy else text
            named = f"{at:06d}-{copy}"
            rows.append(
                Row(row_id=named, place=str(place), category="one", day=int(day) + later, household=label, text=said)
            )
    return rows


def merged(rows: list[Row], window: int) -> Incidents:
    """Return what the rows are counted as once repeats were merged."""
    counted = incidents_of(rows, MergeRule(once_days=window))
    place = np.array([int(one.place) for one in counted], np.int64)
    day = np.array([one.day for one in counted], np.int64)
    home = np.array([int(one.household[1:]) if one.household else -1 for one in counted], np.int64)
    return incidents(place, day, home)


def _letters(rng: np.random.Generator, length: int) -> str:
    return "".join(map(chr, rng.integers(0x4E00, 0x4E00 + 1_500, length)))


def _copied(text: str, rng: np.random.Generator) -> str:
    other, slipped = _letters(rng, len(text)), rng.random(len(text)) < SLIP
    return "".join(b if is_other else a for a, b, is_other in zip(text, other, slipped, strict=True))


def rise(
    world: World, rng: np.random.Generator, *, a_day: int, is_poisson: bool, first: int, days: int
) -> tuple[Incidents, NDArray[np.int64]]:
    """Return the incidents that a rise adds within 4 km of a village, and the villages there.

    As many each day, or a Poisson number with that mean.
    """
    centre = int(rng.integers(len(world.points)))
    near = np.flatnonzero(((world.points - world.points[centre]) ** 2).sum(axis=1) <= RISE_KM**2)
    numbers = rng.poisson(a_day, days) if is_poisson else np.full(days, a_day)
    day = first + np.repeat(np.arange(days), numbers)
    place = rng.choice(near, len(day), p=world.share[near] / world.share[near].sum())
    return incidents(place, day, place * HOMES + rng.integers(0, HOMES, len(day))), near


def together(one: Incidents, other: Incidents) -> Incidents:
    """Return both."""
    homes = [side.household for side in (one, other) if side.household is not None]
    return incidents(
        np.concatenate([one.place, other.place]), np.concatenate([one.day, other.day]), np.concatenate(homes)
    )
