"""A past week on the map of today: what lay in a village that has ended since is counted where that village went."""

from __future__ import annotations

from datetime import timedelta

from grid_app.models.disputes import DisputeEvent
from grid_app.policy import Role, dispute_scope
from grid_app.queries.map_area import narrowed
from grid_app.queries.map_counts import bounded_villages
from grid_app.queries.map_facts import standing_in
from grid_app.queries.map_past import end_of, lines_at, past_weeks
from grid_app.queries.map_standing import counts_at
from grid_app.services.maps.weeks import keep_week
from grid_app.services.places.boundaries import activate
from grid_app.services.places.boundaries_reshape import MergeWish, Part, SplitWish, merge_villages, split_village
from tests.dispute_rows import add_dispute
from tests.world import NOW

WEST, EAST, STONE = "990101001201", "990101001202", "990101002201"
NORTH, SOUTH = Part("990101001203", "云岭北村"), Part("990101001204", "云岭南村")
WEEK = past_weeks(NOW)[0]
BEFORE, LATER = end_of(WEEK) - timedelta(days=20), end_of(WEEK) + timedelta(hours=1)


def fill(session, world) -> None:
    """Put three open matters and one that was closed after the week into a village, one each into two others."""
    for number, place in enumerate((WEST, WEST, f"{WEST}J001", EAST, STONE), start=1):
        add_dispute(session, number, village=place, received_at=BEFORE)
    closed = add_dispute(session, 9, village=WEST, received_at=BEFORE, state="closed")
    session.flush()
    session.add(
        DisputeEvent(
            dispute_id=closed, number=2, at=LATER, kind="closed", details={}, from_state="handling", to_state="closed"
        )
    )
    session.flush()


def keep(session) -> None:
    """Keep the week, as the job does every night."""
    keep_week(session, WEEK, lines_at(session, end_of(WEEK)), now=LATER, rooms=None)
    session.flush()


def counted(session, world, *, week=WEEK) -> tuple[dict[str, int], int]:
    """Return the open disputes of each village at the end of the week, and those known to no village."""
    scope = narrowed(dispute_scope(world.actor(session, Role.COUNTY_LEAD)), "/990101/")
    found = counts_at(
        standing_in(session, scope=scope, now=NOW, week=week), level="village", drawn=bounded_villages(session)
    )
    return {code: sum(tally[:5]) for code, tally in found.areas.items()}, sum(found.not_located[:5])


def merge(session) -> None:
    merge_villages(session, wish=MergeWish((WEST, EAST), NORTH), actor=None, now=NOW)
    activate(session, actor=None, now=NOW)
    session.flush()


def test_a_kept_week_of_villages_that_were_merged_counts_with_the_new_village(session, world):
    fill(session, world)
    keep(session)
    assert counted(session, world) == ({WEST: 4, EAST: 1, STONE: 1}, 0)

    merge(session)

    assert counted(session, world) == ({NORTH.code: 5, STONE: 1}, 0)
    assert counted(session, world, week=None) == ({NORTH.code: 4, STONE: 1}, 0)  # one was closed since


def test_a_week_that_nobody_kept_counts_the_same(session, world):
    fill(session, world)

    merge(session)

    assert counted(session, world) == ({NORTH.code: 5, STONE: 1}, 0)


def test_a_kept_week_of_a_village_that_was_split_counts_with_its_default_successor(session, world):
    fill(session, world)
    keep(session)

    split_village(
        session,
        wish=SplitWish(WEST, (NORTH, SOUTH), line=((110.9, 29.06), (111.2, 29.06)), default=SOUTH.code),
        actor=None,
        now=NOW,
    )
    activate(session, actor=None, now=NOW)
    session.flush()

    villages, nowhere = counted(session, world)
    assert (villages.get(SOUTH.code, 0) + villages.get(NORTH.code, 0), nowhere) == (4, 0)
    assert villages[SOUTH.code] >= 3  # what lay in a grid goes on with that grid
