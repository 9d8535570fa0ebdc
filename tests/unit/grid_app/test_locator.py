"""The place finder: what it answers about a point, and that it builds once per generation."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from grid_app.adapters import locator as module
from grid_app.adapters.locator import MemoryPlaceFinder
from grid_app.database.base import new_id
from grid_app.database.engine import prepare_engine
from grid_app.database.transaction import reading, transaction
from grid_app.models.places import Boundary, BoundaryGeneration
from grid_app.ports import Fix
from tests.world import build_world

MOMENT = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def database(sqlite_template, tmp_path):
    (tmp_path / "grid.sqlite").write_bytes(sqlite_template.read_bytes())
    engine = create_engine(f"sqlite:///{tmp_path / 'grid.sqlite'}")
    prepare_engine(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def county(database):
    with transaction(database) as session:
        return build_world(session)


def ask(engine, finder=None, *, lon, lat, accuracy=None):
    with reading(engine) as session:
        return (finder or MemoryPlaceFinder()).find(session, lon=lon, lat=lat, accuracy_m=accuracy)


def test_without_an_active_generation_everywhere_is_outside(database):
    answer = ask(database, lon=111.05, lat=29.05)

    assert (answer.code, answer.how, answer.candidates, answer.generation_id) == (None, "outside", (), None)


def test_a_generation_without_villages_has_no_inside(database):
    with transaction(database) as session:
        session.add(BoundaryGeneration(number=1, state="active", created_at=MOMENT))

    answer = ask(database, lon=111.05, lat=29.05)

    assert (answer.code, answer.how) == (None, "outside")
    assert answer.generation_id is not None


@pytest.mark.parametrize(
    ("lon", "lat", "accuracy", "code", "how"),
    [
        (111.05, 29.05, None, "990101001201", "inside"),
        (111.1, 29.05, None, "990101001201", "inside"),
        (111.4015, 29.05, None, "990101002202", "nearest"),
        (111.41, 29.05, None, None, "outside"),
        (111.41, 29.05, 1500.0, "990101002202", "nearest"),
        (float("nan"), 29.05, None, None, "outside"),
        (29.05, 111.05, None, None, "outside"),
    ],
)
def test_a_point_is_inside_near_or_outside(database, county, lon, lat, accuracy, code, how):
    answer = ask(database, lon=lon, lat=lat, accuracy=accuracy)

    assert (answer.code, answer.how) == (code, how)


def test_a_wide_circle_names_every_village_it_touches(database, county):
    alone = ask(database, lon=111.05, lat=29.05, accuracy=100.0)
    several = ask(database, lon=111.0995, lat=29.05, accuracy=100.0)

    assert alone.candidates == ("990101001201",)
    assert several.candidates == ("990101001201", "990101001202")


def test_many_positions_are_answered_like_each_alone(database, county):
    fixes = [
        Fix(111.05, 29.05),
        Fix(111.41, 29.05, 1500.0),
        Fix(111.41, 29.05),
        Fix(float("nan"), 29.05),
        Fix(111.0995, 29.05, 100.0),
        Fix(111.4015, 29.05),
    ]
    finder = MemoryPlaceFinder()

    with reading(database) as session:
        found = finder.find_all(session, fixes)
        alone = [finder.find(session, lon=fix.lon, lat=fix.lat, accuracy_m=fix.accuracy_m) for fix in fixes]

    assert found == alone
    assert [answer.how for answer in found] == ["inside", "nearest", "outside", "outside", "inside", "nearest"]
    assert found[4].candidates == ("990101001201", "990101001202")


def test_the_locator_is_built_once_and_two_generations_are_kept(database, county, monkeypatch):
    built = []
    build = module._build
    monkeypatch.setattr(
        module, "_build", lambda session, generation: built.append(generation) or build(session, generation)
    )
    finder = MemoryPlaceFinder()
    ids = [county.generation_id]

    ask(database, finder, lon=111.05, lat=29.05)
    ask(database, finder, lon=111.05, lat=29.05)
    for number in (2, 3):
        with transaction(database) as session:
            ids.append(_switch(session, number))
        ask(database, finder, lon=111.05, lat=29.05)

    assert built == ids
    assert list(finder._held) == ids[-2:]


def _switch(session: Session, number: int):
    session.query(BoundaryGeneration).update({"state": "retired"})
    made = BoundaryGeneration(id=new_id(), number=number, state="active", created_at=MOMENT)
    session.add(made)
    session.flush()
    square = "SRID=4326;MULTIPOLYGON(((111 29, 112 29, 112 30, 111 29)))"
    values = {"area_km2": 1.0, "label_lon": 111.5, "label_lat": 29.2, "source_crs": "wgs84", "polygon": square}
    session.add(Boundary(generation_id=made.id, level="village", code="990101001201", name="云岭村", **values))
    return made.id
