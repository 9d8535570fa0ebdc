"""Problems of siting for tests: one that keeps a solver busy for minutes, made counties, a solver of our own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array
from shapely.geometry import MultiPolygon, box
from sqlalchemy.orm import Session

from grid_app.models.places import Boundary, Division
from grid_app.services.siting.asking import Asked
from tests.world import COUNTY, NOW, World

HARD_SHAPE = (400, 400)
HARD_NUMBER = 25
LONG = 600.0


def hard_problem() -> tuple[csr_array, np.ndarray]:
    """Return who reaches what, and gains, of a problem whose proof takes far longer than a test may wait."""
    rng = np.random.default_rng(11)
    return csr_array((rng.random(HARD_SHAPE) < 0.04).astype(float)), rng.integers(1, 9, HARD_SHAPE[0]).astype(float)


def busy_question() -> Asked:
    """Return a question that only the solver answers: two far villages without a room, one room to place."""
    return Asked(COUNTY, 1, "villages", sites=())


def best_by_branching(within: Sequence[frozenset[int]], weights: Sequence[float], number: int) -> float:
    """Return the most weight that ``number`` sites reach: an exact search of our own, nothing of the product's in it.

    ``within`` gives the villages that each site reaches. Sites are taken or left one by one; a branch ends where even
    the largest gains that are left, as if they did not overlap, cannot beat the best in hand. What a site adds never
    grows when others are there, so that this bound holds.
    """
    best = 0.0

    def added(site: int, reached: frozenset[int]) -> float:
        return sum(weights[village] for village in within[site] - reached)

    def branch(sites: Sequence[int], reached: frozenset[int], weight: float, left: int) -> None:
        nonlocal best
        best = max(best, weight)
        gains = sorted(((added(site, reached), site) for site in sites), reverse=True)
        for at, (gain, site) in enumerate(gains[: len(gains) if left else 0]):
            if weight + sum(more for more, _ in gains[at : at + left]) <= best:
                return
            others = [one for _, one in gains[at + 1 :]]
            branch(others, reached | within[site], weight + gain, left - 1)

    branch(range(len(within)), frozenset(), 0.0, number)
    return best


def scatter_villages(session: Session, world: World, *, number: int, seed: int) -> dict[str, tuple[float, float, int]]:
    """Add villages without a room to the county's first township; return each one's point and households."""
    rng = np.random.default_rng(seed)
    made = {}
    for at in range(number):
        code = f"990101001{500 + at}"
        lon, lat = (round(float(one), 6) for one in (111.0 + rng.random() * 0.16, 29.2 + rng.random() * 0.16))
        made[code] = lon, lat, int(rng.integers(0, 300))
        path = f"/{COUNTY}/990101001/{code}/"
        session.add(
            Division(
                code=code, level="village", name=f"村{at}", kind="village", parent_code="990101001", path=path,
                valid_from=NOW.date(), households=made[code][2], urban=bool(rng.random() < 0.3),
            )
        )  # fmt: skip
        square = MultiPolygon([box(lon - 0.001, lat - 0.001, lon + 0.001, lat + 0.001)])
        session.add(
            Boundary(
                generation_id=world.generation_id, level="village", code=code, name=f"村{at}", kind="village",
                parent_code="990101001", area_km2=0.04, label_lon=lon, label_lat=lat, source_crs="wgs84",
                polygon=f"SRID=4326;{square.wkt}",
            )
        )  # fmt: skip
    session.flush()
    return made
