"""Gaps of rosters: each an alarm that stays the same one, names who must act, and clears itself when it is filled."""

from __future__ import annotations

import ast
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from grid_app.clocks.calendar import WorkingCalendar
from grid_app.models.accounts import Account, Assignment, Unit
from grid_app.models.channels import Alarm
from grid_app.models.duty_roster import DutyRoster
from grid_app.models.escalations import EscalationPolicy
from grid_app.policy import Role
from grid_app.services.duty_roster.gaps import GAP, MISSING, watch_rosters
from grid_app.services.duty_roster.keeping import Promise, end_roster, promise_hours, promised_spans
from grid_app.services.duty_roster.leave import WantedLeave, take_leave
from grid_app.services.duty_roster.patterns import save_pattern
from notifications.roster import Span
from tests.roster_world import HOUR, County, later
from tests.world import NOW

ROOT = Path(__file__).resolve().parents[2]
WEEK = 7 * 24


@pytest.fixture
def county(session, world) -> County:
    return County(session, world)


def standing(session) -> list[Alarm]:
    return list(session.scalars(select(Alarm).where(Alarm.cleared_at.is_(None)).order_by(Alarm.key)))


def test_a_gap_of_the_week_ahead_names_the_office_the_time_and_who_acts_and_no_person(session, county):
    county.shift(-1, 24, county.first)
    county.shift(30, WEEK + 1, county.second)

    assert watch_rosters(session, now=NOW) == 1

    alarm = standing(session)[0]
    assert (alarm.kind, alarm.unit_id, alarm.division_code) == (GAP, county.unit, "990101")
    assert "从 11月21日 10:00 到 11月21日 16:00 没有人值班" in alarm.text
    assert "请青溪县信访工作联席会议办公室的负责人或经办" in alarm.text
    assert "甲" not in alarm.text


def test_one_gap_stays_one_alarm_while_it_lasts_and_clears_itself_when_filled_or_over(session, county):
    county.shift(-1, 24, county.first)
    county.shift(30, 190, county.second)
    county.shift(190, 2 * WEEK, county.second)
    watch_rosters(session, now=NOW)
    first = standing(session)[0].id
    for moment in (later(24), later(25), later(29.5)):
        watch_rosters(session, now=moment)
        assert [one.id for one in standing(session)] == [first]

    watch_rosters(session, now=later(30))
    assert standing(session) == []
    county.shift(24, 30, county.third)
    watch_rosters(session, now=NOW)
    assert standing(session) == []


def test_two_gaps_are_two_alarms_and_overlaps_are_none(session, county):
    for begins, ends in ((-1, 20), (10, 40), (44, 60), (70, WEEK + 1)):
        county.shift(begins, ends, county.first)

    assert watch_rosters(session, now=NOW) == 2


def test_a_roster_that_runs_out_is_one_alarm_whose_key_does_not_wander_with_the_days(session, county):
    county.shift(-1, 100, county.first)
    watch_rosters(session, now=NOW)
    first = standing(session)[0]
    assert "起没有人值班" in first.text

    watch_rosters(session, now=later(50))
    watch_rosters(session, now=later(150))

    assert [one.id for one in standing(session)] == [first.id]


def test_leave_without_a_substitute_and_an_account_that_is_disabled_make_gaps(session, county, world):
    county.shift(-1, 100, county.first)
    county.shift(100, WEEK + 1, county.first)
    watch_rosters(session, now=NOW)
    assert standing(session) == []
    wanted = WantedLeave(county.first, later(1), later(3), None)
    take_leave(session, county.office, wanted, actor=county.actor, now=NOW)
    watch_rosters(session, now=NOW)
    assert len(standing(session)) == 1

    session.get_one(Account, world.accounts[Role.COUNTY_OFFICER]).disabled_at = NOW
    session.flush()
    watch_rosters(session, now=NOW)

    assert ["起没有人值班" in one.text for one in standing(session)] == [True]


def test_an_assignment_that_is_to_end_leaves_gaps_from_that_day_on_and_the_job_raises_them(session, county):
    county.shift(-1, 60, county.first)
    county.shift(60, WEEK + 1, county.first)
    watch_rosters(session, now=NOW)
    assert standing(session) == []

    session.get_one(Assignment, county.first).valid_to = later(48)
    session.flush()
    watch_rosters(session, now=NOW)

    assert ["从 11月22日 10:00 起没有人值班" in one.text for one in standing(session)] == [True]
    county.shift(48, WEEK + 1, county.second)
    watch_rosters(session, now=NOW)
    assert standing(session) == []


def policy(session, whom: str, version: int = 1) -> None:
    rung = {"unit_kind": "township_government", "whom": whom, "channels": ["inbox"], "wait_minutes": 60}
    kind = {"event_kind": "dispute_red", "version": version, "name": "红色", "created_at": NOW}
    session.add(EscalationPolicy(rungs=[rung, {**rung, "whom": "everyone"}], **kind))
    session.flush()


def test_an_office_without_a_roster_is_no_gap_unless_a_ladder_in_force_asks_who_is_on_duty(session, world):
    policy(session, "everyone")
    assert watch_rosters(session, now=NOW) == 0

    policy(session, "on_duty", version=2)
    assert watch_rosters(session, now=NOW) == 2
    assert {one.kind for one in standing(session)} == {MISSING}
    assert "还没有值班表" in standing(session)[0].text

    policy(session, "everyone", version=3)
    assert watch_rosters(session, now=NOW) == 0
    assert standing(session) == []


def test_a_look_at_one_office_leaves_the_alarms_of_others(session, county, world):
    policy(session, "on_duty")
    county.shift(-1, 24, county.first)
    watch_rosters(session, now=NOW)

    watch_rosters(session, now=NOW, unit_id=county.unit)

    assert sorted(one.kind for one in standing(session)) == [GAP, MISSING, MISSING]


def test_a_roster_given_up_or_an_office_closed_has_no_gaps(session, county):
    county.shift(-1, 24, county.first)
    watch_rosters(session, now=NOW)
    session.get_one(Unit, county.unit).closed_at = NOW
    session.flush()
    watch_rosters(session, now=NOW)
    assert standing(session) == []

    session.get_one(Unit, county.unit).closed_at = None
    end_roster(session, county.office, actor=county.actor, now=NOW)
    watch_rosters(session, now=NOW)
    assert standing(session) == []


def test_working_hours_alone_are_promised_by_the_calendar(session, county):
    pattern = county.daily((county.first,), weeks=3)
    worked = pattern.__class__(**{**vars(pattern), "days": "working", "ends": 1050})
    save_pattern(session, county.office, worked, pattern_id=None, actor=county.actor, now=NOW)
    assert watch_rosters(session, now=NOW) == 5  # the weekend and four nights

    promise_hours(session, county.office, Promise("working"), actor=county.actor, now=NOW)

    assert watch_rosters(session, now=NOW) == 0


def test_a_make_up_saturday_is_promised_and_a_holiday_is_not():
    row = DutyRoster(hours="working", opens=510, closes=1050)
    begin = datetime.fromisoformat("2026-02-14T00:00:00+08:00")

    spans = promised_spans(row, WorkingCalendar(), Span(begin, begin + timedelta(days=8)))

    assert [(one.begins - begin) / HOUR for one in spans] == [8.5]


def test_nothing_about_rosters_is_counted_or_grouped_by_person():
    """A roster reaches an office: no query groups, counts or orders its rows by who they are about."""
    tables = {"RosterPlace", "RosterLeave", "RosterShift"}
    looked = 0
    for path in (ROOT / "grid_app").rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} & tables
        if not named or "models" in path.parts:
            continue
        looked += 1
        grouped = [
            ast.unparse(node)
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("group_by", "count", "partition_by")
        ]
        assert not grouped, path
    assert looked >= 5
