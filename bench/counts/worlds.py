"""Seeded worlds of a county: streams of very different size, quiet, swinging, and with planted weeks of growth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from screening.growth.excess import Rule
from screening.growth.replay import Round, replay

VILLAGES, KINDS, DAYS = 300, 12, 7 * 60
FIRST = 700_001


@dataclass(frozen=True)
class World:
    """Incidents, and which streams grew in which week (the day after its end)."""

    stream: np.ndarray
    day: np.ndarray
    planted: list[tuple[int, int]]


def rates(rng: np.random.Generator) -> np.ndarray:
    """Return incidents a week of each stream: most have few, some have many (gamma of shape 0.3, mean 0.5)."""
    return rng.gamma(0.3, 0.5 / 0.3, VILLAGES * KINDS)


def quiet(seed: int, *, spread: float = 1.0) -> World:
    """Return a world where nothing grows; ``spread`` is the variance of weekly counts divided by their mean."""
    rng = np.random.default_rng(seed)
    weekly = rates(rng)[:, None] * np.ones(DAYS // 7)
    if spread > 1:
        weekly = rng.gamma(weekly / (spread - 1), spread - 1)
    return _scattered(rng.poisson(weekly), rng, [])


def growing(seed: int, *, times: float) -> World:
    """Return a quiet world in which each week two streams of 1 to 5 a week have ``times`` as many incidents."""
    rng = np.random.default_rng(seed)
    mean = rates(rng)
    weekly = mean[:, None] * np.ones(DAYS // 7)
    fit = rng.permutation(np.flatnonzero((mean >= 1) & (mean <= 5)))
    planted = []
    for at, stream in enumerate(fit[: 2 * (DAYS // 7 - 8)]):
        week = 7 + at // 2
        weekly[stream, week] *= times
        planted.append((int(stream), FIRST + 7 * (week + 1)))
    return _scattered(rng.poisson(weekly), rng, planted)


def _scattered(counts: np.ndarray, rng: np.random.Generator, planted: list[tuple[int, int]]) -> World:
    stream, week = np.nonzero(counts)
    many = counts[stream, week]
    day = FIRST + 7 * np.repeat(week, many) + rng.integers(0, 7, many.sum())
    return World(np.repeat(stream, many), day, planted)


def rounds(world: World, *, budget: int = 10, every: int = 7) -> list[Round]:
    """Return the rounds of a world, from the first with a whole base on."""
    as_of = range(FIRST + 49, FIRST + DAYS + 1, every)
    return list(replay(world.stream, world.day, as_of, every=every, budget=budget, rule=Rule()))
