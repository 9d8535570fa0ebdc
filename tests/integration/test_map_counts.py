"""Every stored dispute is counted exactly once: on the map, not located, or withheld by rule."""

from __future__ import annotations

import random

from sqlalchemy import func, select

from grid_app.models.disputes import Dispute
from grid_app.policy import NOTHING, Role, dispute_scope
from grid_app.queries.map_area import narrowed
from grid_app.queries.map_counts import MapCounts, map_counts, open_on_map, placed_counts
from grid_app.queries.scoping import visible
from grid_app.services.places.boundaries import activate, import_boundaries
from tests.boundary_files import VILLAGES, squares_set
from tests.dispute_rows import add_dispute
from tests.world import NOW

WEST, EAST = "990101001201", "990101002201"


def scope_of(session, world, role):
    return dispute_scope(world.actor(session, role))


def test_nobody_without_a_scope_counts_anything(session, world):
    add_dispute(session, 1, village=WEST)

    assert map_counts(session, NOTHING) == MapCounts(0, 0, 0, 0)


def test_sealed_and_county_only_matters_are_withheld_and_only_told_to_whom_may_know(session, world):
    add_dispute(session, 1, village=WEST)
    add_dispute(session, 2, village=WEST, category="1502")
    add_dispute(session, 3, village=WEST, category="1601")

    seen = {
        role: map_counts(session, scope_of(session, world, role))
        for role in (Role.TOWNSHIP_LEAD, Role.COUNTY_OFFICER, Role.COUNTY_LEAD)
    }

    assert seen[Role.TOWNSHIP_LEAD] == MapCounts(1, 0, 0, 1)
    assert seen[Role.COUNTY_OFFICER] == MapCounts(1, 0, 1, 2)
    assert seen[Role.COUNTY_LEAD] == MapCounts(1, 0, 2, 3)


def test_what_is_known_to_the_township_only_is_not_located(session, world):
    add_dispute(session, 1, village="990101001", kind="not_located")
    add_dispute(session, 2, village="990101001", kind="chosen")
    add_dispute(session, 3, village=WEST, kind="not_located")
    add_dispute(session, 4, village=f"{WEST}J001")

    assert map_counts(session, scope_of(session, world, Role.COUNTY_LEAD)) == MapCounts(1, 3, 0, 4)


def test_a_village_that_lost_its_boundary_is_not_located_any_more(session, world, tmp_path):
    add_dispute(session, 1, village=WEST, kind="chosen")
    boundary_set = squares_set(tmp_path, VILLAGES[1:])
    import_boundaries(session, boundary_set=boundary_set, source="f", actor=None, now=NOW)

    before = map_counts(session, scope_of(session, world, Role.COUNTY_LEAD))
    activate(session, actor=None, now=NOW)
    after = map_counts(session, scope_of(session, world, Role.COUNTY_LEAD))

    assert (before.on_map, after.on_map, after.not_located) == (1, 0, 1)


def test_the_sum_over_villages_is_what_is_stored_whatever_is_stored(session, world):
    rng = random.Random(20261120)  # noqa: S311 - test data, the same every time
    places = [*(code for code, _, _ in VILLAGES), f"{WEST}J001", "990101001", "990101"]
    for number in range(200):
        add_dispute(
            session,
            number,
            village=rng.choice(places),
            kind=rng.choice(["inside", "nearest", "chosen", "uncertain", "not_located"]),
            state=rng.choice(["reported", "handling", "closed", "not_accepted", "referred_out"]),
            category=rng.choice(["0299", "1102", "1501", "1602", "99"]),
            grade=rng.choice(["red", "orange", "yellow", "blue", "green"]),
        )

    for role in (Role.TOWNSHIP_LEAD, Role.COUNTY_OFFICER, Role.COUNTY_LEAD, Role.VILLAGE_LEAD):
        scope = scope_of(session, world, role)
        placed = placed_counts(session, scope=scope)
        stored = session.scalar(select(func.count()).select_from(Dispute).where(visible(scope)))
        on_villages = sum(counts.total for counts in placed.villages.values())
        assert on_villages + placed.not_located.total + placed.withheld == stored
        assert map_counts(session, scope).total == stored


def test_open_and_finished_are_told_apart_by_grade(session, world):
    add_dispute(session, 1, village=WEST, grade="red")
    add_dispute(session, 2, village=WEST, grade="red", state="closed")
    add_dispute(session, 3, village=WEST, grade="blue")

    counts = placed_counts(session, scope=scope_of(session, world, Role.TOWNSHIP_LEAD)).villages[WEST]

    assert (dict(counts.open), counts.finished, counts.total) == ({"red": 1, "blue": 1}, 1, 3)


def test_a_unit_complained_of_is_not_told_that_there_is_something(session, world):
    add_dispute(session, 1, village=WEST, about_unit_id=world.units["township"])

    assert map_counts(session, scope_of(session, world, Role.TOWNSHIP_LEAD)).total == 0
    assert map_counts(session, scope_of(session, world, Role.COUNTY_OFFICER)).total == 1


def test_one_area_never_counts_what_somebody_reported_elsewhere(session, world):
    add_dispute(session, 1, village=EAST, reported_by=world.assignments["township_lead"])
    scope = scope_of(session, world, Role.TOWNSHIP_LEAD)

    assert map_counts(session, scope).total == 1
    assert map_counts(session, narrowed(scope, "/990101/990101001/")).total == 0


def test_the_open_ones_behind_a_villages_number_are_those_counted(session, world):
    shown = add_dispute(session, 1, village=WEST)
    add_dispute(session, 2, village=WEST, state="closed")
    add_dispute(session, 3, village=WEST, kind="not_located")
    add_dispute(session, 4, village=WEST, category="1602")
    scope = narrowed(scope_of(session, world, Role.COUNTY_LEAD), f"/990101/990101001/{WEST}/")

    assert open_on_map(session, scope=scope) == [shown]
