"""Time import, preview, activation and undoing for a county and for a prefecture, with real names and codes.

Run: ``python -m bench.bench_boundaries [--json] [--disputes N]``. Needs GRID_TEST_DATA. In the second generation every
tenth village is merged with its successor in the list; open disputes lie at random points of the villages.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import shapely
from sqlalchemy import Engine, create_engine, insert
from sqlalchemy.orm import Session

from geo.boundaries import read_boundaries
from geo.coverage_check import check_coverage
from geo.features import BoundarySet
from geo.reshaping import merged
from grid_app.database.base import new_id
from grid_app.database.engine import prepare_engine
from grid_app.database.migrate import upgrade
from grid_app.database.transaction import reading, transaction
from grid_app.models.disputes import Dispute
from grid_app.services.places.boundaries import activate, import_boundaries
from grid_app.services.places.boundaries_changes import shape_changes
from grid_app.services.places.boundaries_check import check_generation, gather_check
from grid_app.services.places.boundaries_undo import undo_activation
from grid_app.web.places.picture import change_picture

AREAS = (("pingjiang", "one county"), ("changde", "a prefecture of 9 counties"))
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
EVERY = 10


def run(data: Path, area: str, engine: Engine, disputes: int) -> dict[str, object]:
    """Return the CPU seconds of each step for one area."""
    clock = Clock()
    villages = read_boundaries(data / area / "villages.geojson", level="village", source_crs="wgs84")
    check_coverage(villages.features)
    with transaction(engine) as session:
        load(session, villages)
    found: dict[str, object] = {"villages": len(villages.features), "import": clock.lap()}
    preview(engine)
    found["preview"] = clock.lap()
    with transaction(engine) as session:
        activate(session, actor=None, now=NOW)
    found["first"] = clock.lap()
    with transaction(engine) as session:
        session.execute(insert(Dispute), rows_in(villages, disputes))
    after, successors = fewer(villages)
    with transaction(engine) as session:
        load(session, after)
    clock.lap()
    preview(engine)
    found["second_preview"] = clock.lap()
    with transaction(engine) as session:
        done = activate(session, actor=None, now=NOW, successors=successors)
    found |= {"second": clock.lap(), "ended": len(done.plan.ended), "open": disputes}
    found["moved"] = sum(done.turned.disputes.values())
    with transaction(engine) as session:
        undo_activation(session, actor=None, now=NOW)
    return found | {"undo": clock.lap()}


class Clock:
    """CPU seconds from one lap to the next."""

    def __init__(self) -> None:
        self._since = time.process_time()

    def lap(self) -> float:
        """Return the seconds since the lap before."""
        since, self._since = self._since, time.process_time()
        return round(self._since - since, 2)


def load(session: Session, boundary_set: BoundarySet) -> None:
    """Load a file into the pending generation."""
    import_boundaries(session, boundary_set=boundary_set, source="villages", actor=None, now=NOW)


def preview(engine: Engine) -> None:
    """Do what the page of the pending generation does."""
    with reading(engine) as session:
        given = gather_check(session, now=NOW)
    report = check_generation(given)
    villages = given.future.features.get("village", ())
    change_picture(villages, shape_changes(given.future), report.coverage.get("village"))


def fewer(villages: BoundarySet) -> tuple[BoundarySet, dict[str, str]]:
    """Merge every tenth village into the one after it."""
    kept, successors = [], {}
    features = list(villages.features)
    for at, one in enumerate(features):
        if at % EVERY == EVERY - 1 and at + 1 < len(features):
            successors[one.code] = features[at + 1].code
            features[at + 1] = replace(features[at + 1], polygon=merged([one.polygon, features[at + 1].polygon]))
        else:
            kept.append(one)
    return replace(villages, features=tuple(kept)), successors


def rows_in(villages: BoundarySet, number: int) -> list[dict[str, object]]:
    """Return open disputes near the middle of villages, each with its point."""
    rng = np.random.default_rng(7)
    chosen = rng.integers(0, len(villages.features), number)
    rows = []
    for count, at in enumerate(chosen.tolist()):
        village = villages.features[at]
        place = shapely.point_on_surface(village.polygon)
        rows.append(
            {
                "id": new_id(), "case_code": f"B-{count:07d}", "tracking_code": f"B{count:07d}", "state": "handling",
                "category": "0299", "summary": "两户为排水沟有争议", "division_code": village.code,
                "place_kind": "inside", "lon": place.x, "lat": place.y, "household_label": str(count),
                "grade": "blue", "grade_reasons": [], "channel": "grid_walk", "captured_at": NOW, "received_at": NOW,
                "noted_on": date(2026, 11, 20),
            }
        )  # fmt: skip
    return rows


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--disputes", type=int, default=20_000)
    options = parser.parse_args()
    folder = os.environ.get("GRID_TEST_DATA")
    if not folder:
        raise SystemExit("NOT RUN: real data (set GRID_TEST_DATA to its folder)")
    runs = []
    for area, words in AREAS:
        with tempfile.TemporaryDirectory() as scratch:
            engine = create_engine(f"sqlite:///{scratch}/grid.sqlite")
            prepare_engine(engine)
            upgrade(engine)
            runs.append({"area": words, **run(Path(folder), area, engine, options.disputes)})
            engine.dispose()
    print(json.dumps({"runs": runs}, ensure_ascii=False) if options.json else json.dumps(runs, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
