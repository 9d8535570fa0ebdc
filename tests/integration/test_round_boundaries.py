"""A running round while villages are split and merged: nobody answers twice for the same ground, none is forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from grid_app.models.places import Division
from grid_app.models.rounds import Round, RoundAnswer, ScreeningReturn
from grid_app.policy import Role, dispute_scope
from grid_app.queries.returns import entries_since_last_return, rounds_over
from grid_app.queries.round_answers import answered_places, changes_during
from grid_app.queries.round_progress import progress_of_rounds, returned_counts
from grid_app.queries.village_facts_rounds import rounds_of
from grid_app.services.places.boundaries import activate
from grid_app.services.places.boundaries_reshape import MergeWish, Part, SplitWish, merge_villages, split_village
from grid_app.services.places.boundaries_undo import undo_activation
from grid_app.services.rounds.returns import submit_return
from tests.dispute_rows import add_dispute
from tests.rounds_world import closed_round
from tests.world import COUNTY, NOW

WEST, EAST, STONE, WHITE = "990101001201", "990101001202", "990101002201", "990101002202"
NORTH, SOUTH = Part("990101001203", "云岭北村"), Part("990101001204", "云岭南村")
BETWEEN_GRIDS = ((110.9, 29.05), (111.2, 29.05))
THROUGH_A_GRID = ((110.9, 29.06), (111.2, 29.06))
HOUR = timedelta(hours=1)


@pytest.fixture
def running(session, world):
    return closed_round(session, now=NOW - 10 * HOUR, closed=False)


def answer(session, round_id, code, *, at, entries=()):
    made = ScreeningReturn(
        division_code=code,
        village_code=code[:12],
        returned_at=at,
        zero=not entries,
        entries=[str(one) for one in entries],
    )
    session.add(made)
    session.flush()
    session.add(RoundAnswer(round_id=round_id, division_code=code, return_id=made.id))
    session.flush()


def split(session, *, parts=(NORTH, SOUTH), line=BETWEEN_GRIDS, at=NOW):
    split_village(session, wish=SplitWish(WEST, parts, line=line, default=parts[-1].code), actor=None, now=at)
    activate(session, actor=None, now=at)


def merge(session, codes, into, *, at=NOW):
    merge_villages(session, wish=MergeWish(codes, into), actor=None, now=at)
    activate(session, actor=None, now=at)


def returned(session, round_id) -> dict[str, str]:
    """Return of each village how many of its grids have answered; both ways of counting say the same."""
    session.flush()
    progress = progress_of_rounds(session, [round_id], [COUNTY], within=f"/{COUNTY}/")[round_id]
    counts = returned_counts(session, [round_id], [COUNTY], within=f"/{COUNTY}/")[round_id]
    assert counts == (sum(one.returned for one in progress), len(progress))
    for one in progress:
        place = session.get_one(Division, one.code)
        told = {over.round_id: over.answered for over in rounds_over(session, place, now=NOW)}
        assert told[round_id] == one.returned, one.code
    return {one.code: f"{one.answered}/{one.grids}{' 已回执' if one.returned else ''}" for one in progress}


def test_the_parts_of_a_village_that_answered_need_not_answer_again(session, world, running):
    answer(session, running, WEST, at=NOW - HOUR)

    split(session, line=THROUGH_A_GRID)

    assert returned(session, running) == {
        EAST: "0/2", NORTH.code: "1/1 已回执", SOUTH.code: "2/2 已回执", STONE: "0/2", WHITE: "0/2",
    }  # fmt: skip
    assert list(session.scalars(select(RoundAnswer.division_code))) == [WEST]


def test_a_grid_that_answered_counts_for_its_part_and_the_other_part_still_has_to(session, world, running):
    answer(session, running, f"{WEST}J002", at=NOW - HOUR)

    split(session)

    assert returned(session, running)[NORTH.code] == "1/1 已回执"
    assert returned(session, running)[SOUTH.code] == "0/1"
    answer(session, running, SOUTH.code, at=NOW + HOUR)
    assert returned(session, running)[SOUTH.code] == "1/1 已回执"


def test_both_grids_of_a_village_answer_for_every_part_of_it(session, world, running):
    for grid in ("J001", "J002"):
        answer(session, running, f"{WEST}{grid}", at=NOW - HOUR)

    split(session, line=THROUGH_A_GRID)

    assert [returned(session, running)[one.code] for one in (NORTH, SOUTH)] == ["1/1 已回执", "2/2 已回执"]


@pytest.mark.parametrize("into", [WEST, "990101001205"])
def test_of_merged_villages_each_has_its_own_answer(session, world, running, into):
    answer(session, running, WEST, at=NOW - HOUR)

    merge(session, (WEST, EAST), Part(into, "云柳村"))

    assert returned(session, running)[into] == "2/4"
    for grid in ("J003", "J004"):
        answer(session, running, f"{into}{grid}", at=NOW + HOUR)
    assert returned(session, running)[into] == "4/4 已回执"


@pytest.mark.parametrize("into", [WEST, "990101001205"])
def test_merged_villages_that_both_answered_are_done(session, world, running, into):
    for code in (WEST, EAST):
        answer(session, running, code, at=NOW - HOUR)

    merge(session, (WEST, EAST), Part(into, "云柳村"))

    assert returned(session, running)[into] == "4/4 已回执"


def test_a_part_that_keeps_its_code_keeps_what_was_returned_and_its_grids_go_with_the_other(session, world, running):
    answer(session, running, WEST, at=NOW - HOUR)

    split(session, parts=(NORTH, Part(WEST, "云岭村")))

    assert returned(session, running)[WEST] == "1/1 已回执"
    assert returned(session, running)[NORTH.code] == "1/1 已回执"


def test_taking_a_split_back_keeps_answers_from_before_and_from_the_parts(session, world, running):
    answer(session, running, f"{WEST}J001", at=NOW - HOUR)
    split(session)
    answer(session, running, NORTH.code, at=NOW + HOUR)
    assert returned(session, running)[NORTH.code] == "1/1 已回执"

    undo_activation(session, actor=None, now=NOW + 2 * HOUR)

    assert returned(session, running)[WEST] == "2/2 已回执"
    answer(session, running, EAST, at=NOW + 3 * HOUR)
    assert returned(session, running)[EAST] == "2/2 已回执"


def test_split_then_merged_again_is_still_answered_and_a_new_round_begins_anew(session, world, running):
    answer(session, running, WEST, at=NOW - HOUR)
    answer(session, running, EAST, at=NOW - HOUR)
    split(session)
    merge(session, (NORTH.code, EAST), Part("990101001206", "新柳村"), at=NOW + HOUR)

    assert returned(session, running)["990101001206"] == "3/3 已回执"
    assert returned(session, running)[SOUTH.code] == "1/1 已回执"
    later = closed_round(session, now=NOW + 2 * HOUR, due=(NOW + timedelta(days=20)).date(), closed=False)
    session.flush()
    assert answered_places(session, [later]) == {}


def test_an_earlier_moment_and_an_old_round_are_told_as_before(session, world, running):
    assert changes_during(session, [running]) == []
    answer(session, running, WEST, at=NOW - HOUR)
    answer(session, running, EAST, at=NOW + HOUR)
    split(session)

    until = {code for code in answered_places(session, [running], until=NOW)[running] if len(code) == 12}
    assert until >= {WEST, NORTH.code, SOUTH.code}
    assert EAST not in until


def test_what_was_returned_before_a_split_is_no_entry_of_the_return_after_it(session, world, running):
    first = add_dispute(session, 1, village=WEST, kind="chosen", received_at=NOW - 2 * HOUR)
    answer(session, running, f"{WEST}J001", at=NOW - HOUR)
    other = add_dispute(session, 2, village=f"{WEST}J001", kind="chosen", received_at=NOW - 2 * HOUR)
    split(session)
    lead = world.actor(session, Role.TOWNSHIP_LEAD)
    south = session.get_one(Division, SOUTH.code)

    entries = entries_since_last_return(session, dispute_scope(lead), division=south, now=NOW + HOUR)
    assert [one.dispute_id for one in entries] == [first]
    done = submit_return(session, actor=lead, division_code=SOUTH.code, zero=False, method_note="走访", now=NOW + HOUR)
    assert (done.rounds, done.entries) == ((), 0)
    north = submit_return(session, actor=lead, division_code=NORTH.code, zero=True, method_note="走访", now=NOW + HOUR)
    assert north.rounds == (running,)
    assert other


def own_round(session, village):
    return closed_round(session, now=NOW - 10 * HOUR, division=village, closed=False)


def standing(session) -> dict[str, str]:
    """Return each open round's area, and how far the villages there are."""
    session.flush()
    rounds = session.scalars(select(Round).where(Round.state == "open").order_by(Round.division_code)).all()
    ids, areas = [one.id for one in rounds], [one.division_code for one in rounds]
    progress = progress_of_rounds(session, ids, areas, within=f"/{COUNTY}/")
    return {
        area: ", ".join(f"{one.answered}/{one.grids}" for one in progress[key])
        for key, area in zip(ids, areas, strict=True)
    }


@pytest.mark.parametrize("default", [SOUTH.code, ""])
def test_a_village_s_own_round_goes_on_in_every_part_and_comes_back_as_one(session, world, default):
    round_id = own_round(session, WEST)
    answer(session, round_id, f"{WEST}J001", at=NOW - HOUR)
    wish = SplitWish(WEST, (NORTH, SOUTH), line=BETWEEN_GRIDS, default=default)
    split_village(session, wish=wish, actor=None, now=NOW)
    activate(session, actor=None, now=NOW)

    assert standing(session) == {NORTH.code: "0/1", SOUTH.code: "1/1"}
    other = session.scalar(select(Round.id).where(Round.division_code == NORTH.code))
    answer(session, other, f"{NORTH.code}J001", at=NOW + HOUR)
    assert standing(session) == {NORTH.code: "1/1", SOUTH.code: "1/1"}

    undo_activation(session, actor=None, now=NOW + 2 * HOUR)
    assert standing(session) == {WEST: "2/2"}


def test_two_villages_rounds_become_one_with_the_answers_of_both(session, world):
    for code in (WEST, EAST):
        answer(session, own_round(session, code), code, at=NOW - HOUR)

    merge(session, (WEST, EAST), Part("990101001205", "云柳村"))

    assert standing(session)["990101001205"] == "4/4"


def test_a_part_of_a_village_that_answered_in_time_was_in_time(session, world, running):
    answer(session, running, WEST, at=NOW - HOUR)
    split(session)
    session.get_one(Round, running).due_at = NOW + HOUR
    session.flush()
    asked = [(code, f"/{COUNTY}/{code[:9]}/{code}/", NOW.date() - timedelta(days=9)) for code in (NORTH.code, EAST)]

    facts = rounds_of(session, villages=asked, since=NOW - timedelta(days=30), end=NOW + 2 * HOUR)

    assert {code: (found["rounds"], found["rounds_on_time"]) for code, found in facts.items()} == {
        NORTH.code: (1, 1), EAST: (1, 0),
    }  # fmt: skip
