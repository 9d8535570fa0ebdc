"""The trial township's past year: weekly rounds, notices, checks on the spot, so that villages stand in several states.

How a village of the township answered follows from its place among those with an effective room (`HABITS`); what state
comes of it is the assessment's business. The other townships have the last weeks only, and stay not assessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from grid_app.clock import start_of_day
from grid_app.database.base import Base, new_id
from grid_app.database.transaction import transaction
from grid_app.demo.desk import Desk
from grid_app.demo.people import MAIN_TOWNSHIP
from grid_app.demo.weeks import LOOKED, ROUND_DAYS
from grid_app.models.residents import PublicNotice
from grid_app.models.rounds import Round, RoundAnswer, ScreeningReturn
from grid_app.models.villages import VillageCheck
from grid_app.policy import Scope
from grid_app.queries.coverage import coverage_in
from grid_app.queries.naming_course import courses_in
from grid_app.services.villages.assessing import assess_area, assess_next
from grid_app.services.villages.naming_course import Typed, record_step
from grid_app.standing.facts import months_after
from grid_app.vocabulary.namings import APPLY, CHECK, REVIEW

WEEKS: Final = 80
TRIAL_MONTHS: Final = 5
POSTED_BEFORE, CHECKED_BEFORE = timedelta(days=250), timedelta(days=190)
SEEN: Final = "看了值班登记和台账,走了两个网格,问了来办事的群众:有人联系,也知道办到哪一步。"
NOT_SEEN: Final = "看了值班登记和台账:有两件事办完以后没有告诉当事人结果,已请村里补上。"
APPLIED: Final = "村里开会商量后申报,服务台账、值班登记和调解记录在村部备查。"
REVIEWED: Final = "看了一年的台账和值班登记,和乡镇一起到村里看过,服务照常,命名继续有效。"
REVIEW_SOON, LEFT_EVERY = 40, 12
Row = dict[str, Any]


@dataclass(frozen=True)
class Habit:
    """How a village did: from week ``first`` to ``last`` before the present it did not answer; what else is there."""

    first: int = 0
    last: int = 0
    every: int = 0
    posted: bool = True
    checked: bool = True
    told: bool = True

    def answers(self, week: int) -> bool:
        """Say whether the round of a week (counted backwards) was answered in time."""
        return not (self.last <= week <= self.first and self.first) and not (self.every and week % self.every == 0)


HABITS: Final = (
    Habit(), Habit(first=19, last=15), Habit(), Habit(first=5, last=2), Habit(every=6), Habit(),
    Habit(posted=False), Habit(checked=False), Habit(told=False),
)  # fmt: skip


def tell_past_year(desk: Desk) -> None:
    """Write the trial township's past year and assess the months, the present one for the whole county."""
    path = f"/{desk.county.code}/{MAIN_TOWNSHIP}/"
    with transaction() as session:
        habits = _habits(session, desk, path)
        _write_rounds(session, desk, habits)
        _write_notices(session, desk, habits)
        _write_checks(session, desk, habits)
        _begin_naming(session, desk, next(iter(habits)))
        _review_namings(session, desk)
    month = desk.as_of.replace(day=1)
    for before in range(TRIAL_MONTHS, 0, -1):
        with transaction() as session:
            assess_area(session, month=months_after(month, -before), path=path, now=desk.end)
    finished = False
    while not finished:
        with transaction() as session:
            finished = assess_next(session, month=month, now=desk.end).finished


def _habits(session: Session, desk: Desk, path: str) -> dict[str, Habit]:
    """Return the habit of each village: those with an effective room take turns, the others do all well."""
    villages = coverage_in(session, scope=Scope(paths=(path,)), root_path=path, now=desk.end).villages
    effective = [code for code, one in villages.items() if one.state == "effective"]
    habits = {code: HABITS[number % len(HABITS)] for number, code in enumerate(effective)}
    return {code: habits.get(code, Habit()) for code in villages}


def _write_rounds(session: Session, desk: Desk, habits: dict[str, Habit]) -> None:
    last = desk.as_of - timedelta(days=ROUND_DAYS)
    last -= timedelta(days=last.weekday() + 2)
    rounds, returns, answers = [], [], []
    for week in range(1, WEEKS + 1):
        day = last - timedelta(days=7 * (week - 1))
        row = _round(day)
        rounds.append(row)
        for code, habit in habits.items():
            if habit.answers(week):
                key = new_id()
                returns.append(_return(desk, key, code, day))
                answers.append({"round_id": row["id"], "division_code": code, "return_id": key})
    for model, rows in ((Round, rounds), (ScreeningReturn, returns), (RoundAnswer, answers)):
        _insert(session, model, rows)


def _round(day: date) -> Row:
    """Return a closed weekly round of the township that was due at the end of ``day``."""
    due = start_of_day(day + timedelta(days=1))
    return {
        "id": new_id(), "template_code": "village_weekly", "division_code": MAIN_TOWNSHIP, "period": f"t{day}",
        "name": f"村(社区)每周排查 {day}", "opens_at": start_of_day(day - timedelta(days=6)), "due_at": due,
        "window_end": day, "state": "reviewed", "closed_at": due, "reviewed_at": due + timedelta(days=2),
    }  # fmt: skip


def _return(desk: Desk, key: UUID, code: str, day: date) -> Row:
    return {
        "id": key, "division_code": code, "village_code": code, "zero": True, "entries": [],
        "returned_at": start_of_day(day) - timedelta(hours=8), "assignment_id": desk.staff.returner(code),
        "method_note": LOOKED[1],
    }  # fmt: skip


def _write_notices(session: Session, desk: Desk, habits: dict[str, Habit]) -> None:
    known = set(session.scalars(select(PublicNotice.unit_id)))
    units = [desk.staff.units[f"committee:{code}"] for code, habit in habits.items() if habit.posted]
    at = desk.end - POSTED_BEFORE
    _insert(session, PublicNotice, [
        {
            "unit_id": unit, "address": "村(社区)便民服务室", "hours": "周一至周五 8:30-17:30", "weekday": None,
            "market_days": "", "first_market_only": False, "dates": [], "note": "", "changed_at": at,
            "changed_by": desk.staff.county_officer,
        }
        for unit in units if unit not in known
    ])  # fmt: skip


def _write_checks(session: Session, desk: Desk, habits: dict[str, Habit]) -> None:
    at = desk.end - CHECKED_BEFORE
    _insert(session, VillageCheck, [
        {
            "id": new_id(), "village_code": code, "unit_id": desk.staff.government(code),
            "checked_on": at.date(), "seen": {"R3": True, "R4": True, "R6": habit.told},
            "findings": SEEN if habit.told else NOT_SEEN, "recorded_by": desk.staff.officer(code), "recorded_at": at,
        }
        for code, habit in habits.items() if habit.checked
    ])  # fmt: skip


def _begin_naming(session: Session, desk: Desk, code: str) -> None:
    """Let one village apply for a naming and the township check it; the county has still to accept."""
    county, township = desk.staff.county_officer, desk.staff.officer(code)
    for number, (kind, by, words) in enumerate(((APPLY, county, APPLIED), (CHECK, township, SEEN))):
        typed = Typed(desk.as_of - timedelta(days=30 - 12 * number), reason=words)
        actor = desk.actor(session, by)
        record_step(session, code=code, kind=kind, typed=typed, seen_number=number, actor=actor, now=desk.end)
        session.flush()  # the next step follows what is on record


def _review_namings(session: Session, desk: Desk) -> None:
    """Let the county review the namings whose day has come, but for a few that wait, one of them too long."""
    actor, today = desk.actor(session, desk.staff.county_officer), desk.as_of
    courses = courses_in(session, scope=Scope(paths=(f"/{desk.county.code}/",)), on=today)
    due = [one for one in courses.values() if one.review_due and one.review_due <= today + timedelta(days=REVIEW_SOON)]
    for number, course in enumerate(due):
        if number % LEFT_EVERY:
            typed = Typed(today - timedelta(days=20 + number % 9), reason=REVIEWED)
            record_step(
                session, code=course.code, kind=REVIEW, typed=typed, seen_number=len(course.steps), actor=actor,
                now=desk.end,
            )  # fmt: skip
            session.flush()  # the next course is read anew


def _insert(session: Session, model: type[Base], rows: Sequence[Row]) -> None:
    session.execute(insert(cast("Table", model.__table__)), list(rows))
