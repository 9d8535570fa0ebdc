"""Screening rounds end to end: opening, returns that answer several rounds, closing, runs and findings."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.places import Division
from grid_app.models.rounds import Round, RoundAnswer, ScreeningReturn
from grid_app.policy import Role, dispute_scope
from grid_app.queries.returns import entries_since_last_return
from grid_app.queries.rounds import progress_of, returned_of, round_of, rounds_of
from grid_app.services.rounds.calendar import Period
from grid_app.services.rounds.returns import submit_return
from grid_app.services.rounds.steps import (
    check_may_run,
    close_overdue_rounds,
    close_round,
    open_due_rounds,
    open_round,
)
from grid_app.services.rounds.templates import seed_templates
from tests.builders import add_dispute
from tests.world import COUNTY, NOW

GRID = "990101001201J001"
GRID2 = "990101001201J002"
VILLAGE = "990101001201"


@pytest.fixture
def rounds(session, world):
    seed_templates(session)
    return open_due_rounds(session, now=NOW)


def test_due_rounds_open_once_however_often_the_job_runs(session, world, rounds):
    again = open_due_rounds(session, now=NOW + timedelta(minutes=1))

    assert len(rounds) == 3
    assert again == []
    assert session.scalar(select(func.count()).select_from(Round)) == 3


def test_a_township_cannot_open_or_close_a_round_of_the_county(session, world, rounds):
    lead = world.actor(session, Role.TOWNSHIP_LEAD)
    period = Period("p", date(2026, 11, 20), date(2026, 11, 27))

    with pytest.raises(ForbiddenError):
        open_round(session, actor=lead, template_code="special", division_code=COUNTY, period=period, now=NOW)
    with pytest.raises(ForbiddenError, match="组织"):
        close_round(session, round_id=rounds[0], actor=lead, now=NOW)


def test_a_round_with_reversed_dates_is_refused(session, world, rounds):
    lead = world.actor(session, Role.COUNTY_LEAD)
    period = Period("p", date(2026, 11, 27), date(2026, 11, 20))

    with pytest.raises(InvalidError):
        open_round(session, actor=lead, template_code="special", division_code=COUNTY, period=period, now=NOW)


def test_an_open_round_cannot_be_analysed(session, world, rounds):
    with pytest.raises(ConflictError, match="先关闭"):
        check_may_run(session, round_id=rounds[0], actor=world.actor(session, Role.COUNTY_LEAD))


def test_one_return_answers_every_overlapping_round_and_repeats_change_nothing(session, world, rounds):
    worker = world.actor(session, Role.GRID_WORKER)
    add_dispute(session, world, division_code=GRID)

    first = submit_return(session, actor=worker, division_code=GRID, zero=False, method_note="", now=NOW)
    again = submit_return(
        session, actor=worker, division_code=GRID, zero=True, method_note="又走访了两个组", now=NOW + timedelta(hours=1)
    )

    assert set(first.rounds) == set(rounds)
    assert first.entries == 1
    assert again.rounds == ()
    assert session.scalar(select(func.count()).select_from(RoundAnswer)) == len(rounds)


def test_nothing_logged_is_asked_for_twice(session, world, rounds):
    worker = world.actor(session, Role.GRID_WORKER)
    division = session.get_one(Division, GRID)
    add_dispute(session, world, division_code=GRID, at=NOW - timedelta(hours=1))
    submit_return(session, actor=worker, division_code=GRID, zero=False, method_note="", now=NOW)
    later = add_dispute(session, world, division_code=GRID, at=NOW + timedelta(hours=1))

    entries = entries_since_last_return(session, dispute_scope(worker), division=division, now=NOW)

    assert [entry.dispute_id for entry in entries] == [later.id]


def test_a_zero_return_says_how_it_was_looked_and_contradicts_nothing(session, world, rounds):
    worker = world.actor(session, Role.GRID_WORKER)

    with pytest.raises(InvalidError, match="怎么排查"):
        submit_return(session, actor=worker, division_code=GRID, zero=True, method_note=" ", now=NOW)
    add_dispute(session, world, division_code=GRID)
    with pytest.raises(ConflictError, match="1 件"):
        submit_return(session, actor=worker, division_code=GRID, zero=True, method_note="走访 3 个组", now=NOW)

    assert session.scalar(select(func.count()).select_from(ScreeningReturn)) == 0


def test_each_worker_answers_for_the_own_grid_only(session, world, rounds):
    worker = world.actor(session, Role.GRID_WORKER)

    with pytest.raises(ForbiddenError):
        submit_return(session, actor=worker, division_code=GRID2, zero=True, method_note="走访", now=NOW)
    with pytest.raises(ForbiddenError):
        submit_return(session, actor=worker, division_code=VILLAGE, zero=True, method_note="走访", now=NOW)
    with pytest.raises(NotFoundError):
        submit_return(session, actor=worker, division_code="990101001", zero=True, method_note="走访", now=NOW)


def test_the_villages_return_assembles_itself_from_its_grids(session, world, rounds):
    row = round_of(session, world.actor(session, Role.COUNTY_LEAD), rounds[0])
    for name, grid in ((Role.GRID_WORKER, GRID), ("second_grid_worker", GRID2)):
        before = {p.code: p for p in progress_of(session, row, within="/990101/990101001/")}
        assert not before[VILLAGE].returned
        submit_return(
            session, actor=world.actor(session, name), division_code=grid, zero=True, method_note="走访", now=NOW
        )

    after = {p.code: p for p in progress_of(session, row, within="/990101/990101001/")}

    assert after[VILLAGE].returned
    assert (after[VILLAGE].answered, after[VILLAGE].grids) == (2, 2)
    assert set(after) == {"990101001201", "990101001202"}
    assert after["990101001202"].missing == ("柳湾村第1网格", "柳湾村第2网格")


def test_the_list_counts_what_the_round_page_names(session, world, rounds):
    lead = world.actor(session, Role.COUNTY_LEAD)
    rows = rounds_of(session, lead)
    for name, place in ((Role.GRID_WORKER, GRID), ("second_grid_worker", GRID2), (Role.VILLAGE_LEAD, VILLAGE)):
        submit_return(
            session, actor=world.actor(session, name), division_code=place, zero=True, method_note="走访", now=NOW
        )
    officer = world.actor(session, Role.TOWNSHIP_OFFICER)
    submit_return(session, actor=officer, division_code="990101001202", zero=True, method_note="电话", now=NOW)

    for within, expected in (
        ("/990101/", (2, 4)),
        ("/990101/990101001/", (2, 2)),
        ("/990101/990101002/", (0, 2)),
        (f"/990101/990101001/{VILLAGE}/{GRID}/", (1, 1)),
    ):
        counts = returned_of(session, rows, within=within)
        named = {row.round_id: progress_of(session, row, within=within) for row in rows}
        assert set(counts.values()) == {expected}
        assert counts == {name: (sum(v.returned for v in found), len(found)) for name, found in named.items()}


def test_without_an_open_round_there_is_nothing_to_answer(session, world):
    worker = world.actor(session, Role.GRID_WORKER)

    with pytest.raises(ConflictError, match="没有进行中"):
        submit_return(session, actor=worker, division_code=GRID, zero=True, method_note="走访", now=NOW)


def test_closing_early_ends_the_window_today_and_twice_changes_nothing(session, world, rounds):
    row = session.get_one(Round, rounds[0])
    county = world.actor(session, Role.COUNTY_OFFICER)

    close_round(session, round_id=row.id, actor=county, now=NOW)
    close_round(session, round_id=row.id, actor=county, now=NOW + timedelta(days=3))

    assert row.state == "closed"
    assert row.closed_at == NOW
    assert row.window_end == date(2026, 11, 20)


def test_overdue_rounds_close_by_schedule(session, world, rounds):
    closed = close_overdue_rounds(session, now=NOW + timedelta(days=60))

    assert set(closed) == set(rounds)


def test_a_township_sees_the_rounds_over_it_and_not_the_neighbours(session, world, rounds):
    period = Period("p", date(2026, 11, 20), date(2026, 11, 27))
    open_round(session, actor=None, template_code="special", division_code="990101002", period=period, now=NOW)

    seen = rounds_of(session, world.actor(session, Role.TOWNSHIP_LEAD))
    other = rounds_of(session, world.actor(session, "other_township_lead"))

    assert len(seen) == 3
    assert len(other) == 4
