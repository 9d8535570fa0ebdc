"""The chain of migrations, the spatial functions and the transaction edge, on both databases."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from geoalchemy2 import functions as geo_functions
from sqlalchemy import Engine, func, inspect, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from grid_app.database.migrate import downgrade, head_revision, revision_of, upgrade
from grid_app.database.transaction import reading, transaction
from grid_app.models.accounts import InstallationFact
from grid_app.models.disputes import Dispute
from grid_app.models.places import Boundary, Division, MediationRoom
from tests.mediation_world import agreed
from tests.world import World, build_world

HANDLING = [f"{number:04d}" for number in range(12, 18)]
"""The migrations of handling disputes by the law, with the one before them."""


def _shape_of(engine: Engine) -> dict[str, set[str]]:
    found = inspect(engine)
    return {
        table: {c["name"] for c in found.get_columns(table)} for table in found.get_table_names() if table[:3] != "rt_"
    }


def test_the_chain_goes_up_down_and_up_to_the_same_tables(engine):
    before = _shape_of(engine)

    downgrade(engine)
    emptied = revision_of(engine)
    upgrade(engine)

    assert emptied is None
    assert revision_of(engine) == head_revision()
    assert _shape_of(engine) == before
    assert "disputes" in before


def test_every_migration_of_handling_goes_down_up_and_down_by_itself_with_rows_there(engine: Engine):
    with Session(engine) as session:
        world = build_world(session)
        agreed(session, world)
        session.commit()
        disputes = session.scalar(select(func.count(Dispute.id)))

    downgrade(engine, HANDLING[-1])
    for before, one in reversed(list(pairwise(HANDLING))):
        downgrade(engine, before)
        upgrade(engine, one)
        downgrade(engine, before)
        assert revision_of(engine) == before
    upgrade(engine)

    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM disputes")) == disputes


def test_a_point_in_a_village_is_found_by_the_database_too(session: Session, world: World):
    point = func.ST_GeomFromEWKT("SRID=4326;POINT(111.05 29.02)")

    codes = session.scalars(
        select(Boundary.code).where(Boundary.level == "grid", geo_functions.ST_Contains(Boundary.polygon, point))
    ).all()

    assert codes == ["990101001201J001"]


def test_a_polygon_comes_back_as_it_was_stored(session: Session, world: World):
    session.expire_all()
    row = session.scalars(select(Boundary).where(Boundary.code == "990101001201")).one()

    assert row.polygon.srid == 4326
    area = session.scalar(select(func.ST_XMax(row.polygon) - func.ST_XMin(row.polygon)))
    assert area == pytest.approx(0.1)


def test_the_rtree_follows_its_table(session: Session, world: World, engine: Engine):
    if engine.dialect.name != "sqlite":
        indexes = session.scalars(text("SELECT indexname FROM pg_indexes WHERE indexdef LIKE '%gist%'")).all()
        assert {"idx_boundaries_polygon", "idx_disputes_point", "idx_mediation_rooms_point"} <= set(indexes)
        return
    session.execute(MediationRoom.__table__.update().values(point=func.ST_GeomFromEWKT("SRID=4326;POINT(111.9 29.9)")))
    moved = session.execute(text("SELECT west FROM rt_mediation_rooms")).scalars().all()
    session.execute(MediationRoom.__table__.delete())

    assert moved == [pytest.approx(111.9, abs=1e-4)]
    assert session.execute(text("SELECT count(*) FROM rt_mediation_rooms")).scalar() == 0
    assert session.execute(text("SELECT count(*) FROM rt_boundaries")).scalar() == 15


def test_an_exception_leaves_nothing_behind(engine: Engine):
    with pytest.raises(RuntimeError), transaction(engine) as session:
        session.add(InstallationFact(name="half", value="done"))
        session.flush()
        raise RuntimeError

    with reading(engine) as session:
        assert session.get(InstallationFact, "half") is None


def test_a_child_without_its_parent_is_refused(engine: Engine):
    with pytest.raises(IntegrityError), transaction(engine) as session:
        build_world(session)
        session.add(
            Division(
                code="990101009",
                level="township",
                name="无",
                parent_code="404",
                path="/x/",
                valid_from=date(2026, 1, 1),
            )
        )
