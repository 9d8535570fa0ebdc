"""The month's assessment: every village once, township by township, on record for good; run again it adds nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from grid_app.clock import local_date, start_of_day
from grid_app.models.places import Division
from grid_app.models.villages import StatusRun, VillageMonth
from grid_app.queries.map_area import VILLAGE_STEP
from grid_app.queries.village_facts import facts_in
from grid_app.queries.village_months import digest_of_month, outcomes_of, rules_on, standing_of
from grid_app.queries.village_status import rules_of_run
from grid_app.services.audit import record_audit
from grid_app.services.matters.step import take_turn
from grid_app.standing.criteria import judge
from grid_app.standing.facts import VillageFacts, facts_as_told
from grid_app.standing.states import Standing, next_standing


@dataclass(frozen=True)
class Progress:
    """How many villages of a month are on record, of how many; ``finished`` when it is all."""

    done: int
    total: int

    @property
    def finished(self) -> bool:
        """Say whether every village has its row."""
        return self.done >= self.total


def assess_next(session: Session, *, month: date, now: datetime) -> Progress:
    """Assess the villages of one township that have no row of ``month`` yet, and say how far the month is.

    ``month`` is the first day of a month; what was on record before that day counts, and only a month that has begun
    can be assessed. Everybody else who writes waits meanwhile: where people work, take the three steps it consists of.
    """
    begin_month(session, month=month, now=now)
    return record_rows(session, draft_next(session, month=month), month=month, now=now)


def begin_month(session: Session, *, month: date, now: datetime) -> None:
    """Begin a month's run with the rules of the day, where there is none.

    Raises
    ------
    ValueError
        When the day is not the first of a month that has begun.
    """
    _run(session, month, now)


def draft_next(session: Session, *, month: date) -> list[VillageMonth]:
    """Return the rows that the next township still needs, written down nowhere; none when the month is complete.

    It only reads, which is nearly all of the work, so that nobody has to wait with writing for as long as it takes.
    """
    run = session.get_one(StatusRun, month)
    path = session.scalar(select(Division.path).where(*_without_row(month)).order_by(Division.path).limit(1))
    return [] if path is None or run.finished_at is not None else _drafted(session, run, _township(path))


def record_rows(session: Session, rows: Sequence[VillageMonth], *, month: date, now: datetime) -> Progress:
    """Put drafted rows on record, leave out what somebody else has recorded meanwhile, and say how far the month is."""
    run = _run(session, month, now)
    if run.finished_at is None:
        _record(session, month, rows)
    left = session.scalar(select(func.count()).select_from(Division).where(*_without_row(month))) or 0
    done = session.scalar(select(func.count()).select_from(VillageMonth).where(VillageMonth.month == month)) or 0
    if run.finished_at is None and not left:
        run.finished_at = now
        record_audit(session, None, "village_status.assessed", now=now, target=("status_run", month.isoformat()),
                     details={"villages": done})  # fmt: skip
    return Progress(done, done if run.finished_at else done + left)


def assess_area(session: Session, *, month: date, path: str, now: datetime) -> None:
    """Assess the villages of one subtree that have no row of ``month`` yet, as a trial in one township does."""
    _record(session, month, _drafted(session, _run(session, month, now), path))


def is_open(session: Session, month: date) -> bool:
    """Say whether a month still has villages to assess."""
    run = session.get(StatusRun, month)
    return run is None or run.finished_at is None


def month_now(now: datetime) -> date:
    """Return the first day of the present month."""
    return local_date(now).replace(day=1)


def _run(session: Session, month: date, now: datetime) -> StatusRun:
    """Return the month's run, begun now where there is none."""
    take_turn(session)
    if month.day != 1 or start_of_day(month) > now:
        raise ValueError(f"{month} is not the first day of a month that has begun")
    known = session.get(StatusRun, month)
    if known is not None:
        return known
    rules = rules_on(session, month)
    run = StatusRun(month=month, rules_version=rules.version, figures=rules.told(), begun_at=now)
    session.add(run)
    session.flush()  # the rows of villages name it
    return run


def _drafted(session: Session, run: StatusRun, path: str) -> list[VillageMonth]:
    rules = rules_of_run(run)
    known = _recorded(session, run.month)
    earlier = _before(session, run.month, path)
    return [
        month_of(code, facts, run=run, before=earlier.get(code))
        for code, facts in facts_in(session, path=path, end=start_of_day(run.month), rules=rules).items()
        if code not in known
    ]


def _record(session: Session, month: date, rows: Sequence[VillageMonth]) -> None:
    known = _recorded(session, month)
    session.add_all(row for row in rows if row.village_code not in known)
    session.flush()  # what is left is counted next


def _recorded(session: Session, month: date) -> set[str]:
    return set(session.scalars(select(VillageMonth.village_code).where(VillageMonth.month == month)))


def month_of(code: str, facts: VillageFacts, *, run: StatusRun, before: Standing | None) -> VillageMonth:
    """Return the row of one village's month."""
    rules, month = rules_of_run(run), run.month
    results = judge(facts, rules=rules, on=month)
    standing = next_standing(before, results, on=month, recorded_since=facts.recorded_since, rules=rules)
    told = facts_as_told(facts)
    return VillageMonth(
        month=month,
        village_code=code,
        facts=told,
        outcomes=outcomes_of(results),
        digest=digest_of_month(told, run.figures, before),
        state=standing.state,
        since=standing.since,
        why=standing.why,
        met_until=standing.met_until,
        review_until=standing.review_until,
    )


def _before(session: Session, month: date, path: str) -> dict[str, Standing]:
    """Return the standing of each village in its last month on record before this one."""
    newest = (
        select(VillageMonth.village_code, func.max(VillageMonth.month).label("month"))
        .join(Division, Division.code == VillageMonth.village_code)
        .where(VillageMonth.month < month, Division.path.startswith(path, autoescape=True))
        .group_by(VillageMonth.village_code)
        .subquery()
    )
    rows = session.scalars(
        select(VillageMonth).join(
            newest, (newest.c.village_code == VillageMonth.village_code) & (newest.c.month == VillageMonth.month)
        )
    )
    return {row.village_code: standing_of(row) for row in rows}


def _without_row(month: date) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a living village that has no row of the month."""
    there = exists().where(VillageMonth.month == month, VillageMonth.village_code == Division.code)
    return (Division.level == "village", Division.valid_to.is_(None), ~there)


def _township(path: str) -> str:
    return "/" + "/".join(path.strip("/").split("/")[: VILLAGE_STEP - 1]) + "/"
