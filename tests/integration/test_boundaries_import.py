"""Loading boundary files into the pending generation: nothing in use changes, and every oddity is told."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from grid_app.errors import ConflictError, InvalidError
from grid_app.models.accounts import AuditEvent
from grid_app.models.places import Boundary, BoundaryGeneration, Division
from grid_app.queries.boundaries import generation_in, generations, tree
from grid_app.services.places.boundaries import activate, discard, import_boundaries, preview_import
from tests.boundary_files import COUNTIES, TOWNSHIPS, VILLAGES, squares_set
from tests.world import NOW

STRAY = ("430771001201", "渔樵村", (111.7, 29.0, 111.8, 29.1))


def load(session, folder, squares, *, level="village"):
    return import_boundaries(
        session,
        boundary_set=squares_set(folder, squares, level=level),
        source=f"{level}.geojson",
        actor=None,
        now=NOW,
    )


def test_a_name_too_long_to_store_is_refused_before_anything_is_written(session, world, tmp_path):
    long_name = [(VILLAGES[0][0], "长" * 101, VILLAGES[0][2])]

    with pytest.raises(InvalidError, match=VILLAGES[0][0]):
        load(session, tmp_path, long_name)

    assert generation_in(session, "pending") is None


def test_nothing_pending_cannot_be_activated_or_thrown_away(session, world):
    with pytest.raises(ConflictError, match="没有待启用"):
        activate(session, actor=None, now=NOW)
    with pytest.raises(ConflictError, match="没有待启用"):
        discard(session, actor=None, now=NOW)


def test_a_preview_writes_nothing(session, world, tmp_path):
    shown = preview_import(session, boundary_set=squares_set(tmp_path, [*VILLAGES, STRAY]))

    assert (shown.generation, len(shown.codes), shown.new) == (2, 5, (STRAY[0],))
    assert generation_in(session, "pending") is None
    assert session.scalar(select(func.count()).select_from(BoundaryGeneration)) == 1


def test_an_import_changes_nothing_that_is_in_use(session, world, tmp_path):
    before = tree(session)

    load(session, tmp_path, [*VILLAGES[:2], STRAY])

    active = generation_in(session, "active")
    assert active is not None
    assert active.id == world.generation_id
    assert active.counts["village"] == 4
    assert tree(session) == before


def test_files_of_several_levels_gather_in_one_pending_generation(session, world, tmp_path):
    load(session, tmp_path, VILLAGES)
    load(session, tmp_path, TOWNSHIPS, level="township")
    load(session, tmp_path, COUNTIES, level="county")

    pending = generation_in(session, "pending")
    assert pending is not None
    assert pending.counts == {"county": 1, "township": 2, "village": 4}
    assert pending.note.count("导入") == 3


def test_the_same_code_again_replaces_the_waiting_boundary_and_says_so(session, world, tmp_path):
    load(session, tmp_path, VILLAGES)
    smaller = [(VILLAGES[0][0], "云岭新村", (111.0, 29.0, 111.05, 29.1))]

    told = load(session, tmp_path, smaller)

    pending = generation_in(session, "pending")
    assert pending is not None
    assert told.replaced == (VILLAGES[0][0],)
    assert pending.counts == {"village": 4}
    rows = session.execute(
        select(Boundary.name, Boundary.area_km2).where(
            Boundary.generation_id == pending.id, Boundary.code == VILLAGES[0][0]
        )
    ).all()
    assert [(row.name, round(row.area_km2)) for row in rows] == [("云岭新村", 54)]


def test_parents_that_nobody_has_are_named_and_those_waiting_are_not(session, world, tmp_path):
    told = load(session, tmp_path, [STRAY])
    load(session, tmp_path, [("430771001", "洲口镇", STRAY[2])], level="township")
    again = load(session, tmp_path, [STRAY])

    assert told.unknown_parents == ("430771", "430771001")
    assert again.unknown_parents == ()


def test_throwing_the_pending_generation_away_leaves_the_active_one(session, world, tmp_path):
    load(session, tmp_path, VILLAGES)

    number = discard(session, actor=None, now=NOW)

    assert number == 2
    assert [row.state for row in generations(session)] == ["active"]
    assert session.scalar(select(func.count()).select_from(Boundary)) == 15
    assert session.scalar(select(func.count()).select_from(Division)) == 15


def test_every_step_leaves_an_audit_event(session, world, tmp_path):
    load(session, tmp_path, VILLAGES)
    activate(session, actor=None, now=NOW)

    names = session.scalars(select(AuditEvent.action).order_by(AuditEvent.number)).all()
    assert names[-2:] == ["boundaries.imported", "boundaries.activated"]
