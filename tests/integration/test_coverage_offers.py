"""Coverage of rooms that offer what is needed, and of villages whose households are where their grids are."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from grid_app.models.places import Boundary, Division, MediationRoom
from grid_app.queries.coverage import coverage_in
from grid_app.queries.coverage_needs import Needs
from tests.integration.test_coverage_query import room, scope_of
from tests.world import COUNTY, NOW, VILLAGES

A, B, C, D = VILLAGES


def coverage(session, world, **asked):
    return coverage_in(session, scope=scope_of(session, world), root_path=f"/{COUNTY}/", now=NOW, **asked)


@pytest.fixture
def offers(session, world):
    """Give A a room with all, B one without a step, C one of which nothing is on record, D one that speaks 苗语."""
    session.execute(update(MediationRoom).values(status="closed"))
    session.add_all([
        room("Z1", A, woman_mediator=True, accessible=True, languages="苗语、土家语"),
        room("Z2", B, woman_mediator=False, accessible=True),
        room("Z3", C, used_on=None),
        room("Z4", D, woman_mediator=True, accessible=None, languages="苗语"),
    ])  # fmt: skip
    session.flush()


@pytest.mark.parametrize(
    ("needs", "met", "unrecorded"),
    [
        (Needs(), {A, B, C, D}, 0),
        (Needs(woman=True), {A, D}, 1),
        (Needs(accessible=True), {A, B}, 2),
        (Needs(woman=True, accessible=True), {A}, 2),  # of B one fact says no, of C and D one is missing
        (Needs(language="苗语"), {A, D}, 2),
        (Needs(language="侗语"), set(), 2),
        (Needs(effective=True), {A, B, D}, 1),
    ],
)
def test_only_rooms_with_what_is_needed_count_and_missing_facts_are_told(
    session, world, offers, needs, met, unrecorded
):
    found = coverage(session, world, needs=needs)

    assert {code for code, one in found.villages.items() if one.state != "none"} == met
    assert {code for code, one in found.villages.items() if one.access} == met
    assert found.totals.within == 200 * len(met)  # every village has 200 households and its room at its point
    assert (found.unrecorded, found.languages) == (unrecorded, ("土家语", "苗语"))
    assert len(found.rooms) == 5  # rooms that do not count are known all the same


def give_grids(session, counts):
    """Give the two grids of some villages households, in the order of their codes."""
    for village, pair in counts.items():
        codes = session.scalars(select(Division.code).where(Division.parent_code == village).order_by(Division.code))
        for code, households in zip(codes.all(), pair, strict=True):
            session.execute(update(Division).where(Division.code == code).values(households=households))


def test_grids_with_households_stand_in_for_their_village_and_others_keep_their_point(session, world):
    """A's room stands at its western grid: three of four households of A reach it. B lacks one grid's number."""
    give_grids(session, {A: (30, 10), B: (5, None)})
    west = session.scalars(
        select(Boundary).join(Division, Division.code == Boundary.code).where(Division.parent_code == A)
        .order_by(Boundary.code)
    ).first()  # fmt: skip
    session.execute(update(MediationRoom).values(lon=west.label_lon, lat=west.label_lat))
    session.flush()

    found = coverage(session, world, at=(2, 10))

    assert (found.by_grids, found.villages[A].grids, found.villages[B].grids) == (1, 2, 0)
    assert found.villages[A].share == pytest.approx(0.75)
    assert found.villages[A].reached == ("R1",)
    assert (found.totals.within, found.totals.weight) == pytest.approx((150.0, 800.0))


def test_a_village_without_a_number_has_that_of_its_grids_and_households_are_counted(session, world):
    session.execute(update(Division).where(Division.code == C).values(households=None))
    give_grids(session, {C: (7, 13)})
    session.flush()

    found = coverage(session, world)

    assert (found.basis, found.villages[C].place.households, found.totals.weight) == ("households", 20, 620.0)
