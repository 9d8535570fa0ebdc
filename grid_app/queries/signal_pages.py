"""What the page of signals tells of a county: how many each raised, what the last runs held back or did not look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from grid_app.models.disputes import Dispute
from grid_app.models.escalations import Escalation
from grid_app.models.places import Division
from grid_app.models.rounds import Finding, Round, RoundRun

ROUNDS_READ: Final = 10
UNDECIDED_ESCALATION: Final = "finding_undecided"


@dataclass(frozen=True)
class HeldLine:
    """Something a run saw and did not tell; counts are incidents, members are left out."""

    kind: str
    place: str
    category: str
    observed: int
    expected: float | None
    recurrence_days: float | None
    reason: str
    round_id: UUID
    round_name: str


@dataclass(frozen=True)
class NotScreenedLine:
    """What a signal could not look at in the newest run; ``place`` is empty where the subject is no place."""

    kind: str
    place: str
    category: str
    reason: str


@dataclass(frozen=True)
class BudgetLine:
    """The streams of a statistical signal in the newest run, and from which recurrence interval it told."""

    kind: str
    streams: int
    recurrence_days: float


@dataclass(frozen=True)
class LastRuns:
    """What the newest runs of a county did not tell; ``round_name`` is the newest round, ``per_month`` its budget."""

    held: tuple[HeldLine, ...] = ()
    not_screened: tuple[NotScreenedLine, ...] = ()
    budgets: tuple[BudgetLine, ...] = ()
    per_month: float = 0.0
    round_name: str = ""


def raised_since(session: Session, *, county: str, since: datetime) -> dict[str, int]:
    """Return how many findings each signal raised in a county since a moment, and how often nobody decided in time."""
    findings = (
        select(Finding.kind, func.count())
        .join(Division, Division.code == Finding.division_code)
        .where(_inside(county), Finding.created_at >= since)
        .group_by(Finding.kind)
    )
    escalated = (
        select(Escalation.event_kind, func.count())
        .join(Division, Division.code == Escalation.division_code)
        .where(_inside(county), Escalation.event_kind == UNDECIDED_ESCALATION, Escalation.opened_at >= since)
        .group_by(Escalation.event_kind)
    )
    return {kind: number for question in (findings, escalated) for kind, number in session.execute(question)}


def last_runs(session: Session, *, county: str, unit_id: UUID) -> LastRuns:
    """Return what the newest run of each of the last rounds of a county held back, the newest first.

    What was held back in several rounds stands once. A unit that a member complains of does not read the line
    (信访工作条例 28, 30).
    """
    newest = select(RoundRun.round_id, func.max(RoundRun.number).label("number")).group_by(RoundRun.round_id).subquery()
    runs = session.execute(
        select(
            Round.id, Round.name, Round.division_code, RoundRun.parameters,
            *(RoundRun.result[part].label(part) for part in ("held", "not_screened", "budgets")),
        )
        .join(newest, (newest.c.round_id == RoundRun.round_id) & (newest.c.number == RoundRun.number))
        .join(Round, Round.id == RoundRun.round_id)
        .join(Division, Division.code == Round.division_code)
        .where(_inside(county))
        .order_by(Round.window_end.desc(), Round.id.desc())
        .limit(ROUNDS_READ)
    ).all()  # fmt: skip
    if not runs:
        return LastRuns()
    held = _first_of_each([(run, one) for run in runs for one in run.held or ()])
    held = _without_own(session, held, unit_id)
    latest = next((run for run in runs if run.division_code == county), runs[0])
    blind = latest.not_screened or ()
    names = _names(session, [one["cell"] for _, one in held] + [one["subject"] for one in blind])
    return LastRuns(
        tuple(_held(run, one, names) for run, one in held),
        tuple(_not_screened(one, names) for one in blind),
        tuple(BudgetLine(one["kind"], one["streams"], one["recurrence_days"]) for one in latest.budgets or ()),
        latest.parameters.get("budget_per_month", 0.0),
        latest.name,
    )


def _inside(county: str) -> ColumnElement[bool]:
    return Division.path.startswith(f"/{county}/", autoescape=True)


def _first_of_each(lines: Iterable[tuple[Any, Mapping[str, Any]]]) -> list[tuple[Any, Mapping[str, Any]]]:
    """Return the lines without those that a run before them, which is newer, has as well."""
    newest: dict[tuple[str, str, str], UUID] = {}
    return [
        (run, one)
        for run, one in lines
        if newest.setdefault((one["kind"], one["cell"], one["category2"]), run.id) == run.id
    ]


def _without_own(
    session: Session, lines: Sequence[tuple[Any, Mapping[str, Any]]], unit_id: UUID
) -> list[tuple[Any, Mapping[str, Any]]]:
    ids = {UUID(member) for _, one in lines for member in one["member_ids"]}
    about = select(Dispute.id).where(Dispute.about_unit_id == unit_id)
    own = {str(found) for found in session.scalars(about) if found in ids} if ids else set()
    return [(run, one) for run, one in lines if own.isdisjoint(one["member_ids"])]


def _names(session: Session, codes: Sequence[str]) -> dict[str, str]:
    rows = session.execute(select(Division.code, Division.name).where(Division.code.in_(set(codes))))
    return {code: name for code, name in rows}  # noqa: C416 - a row is not a pair to the type checker


def _held(run: Any, one: Mapping[str, Any], names: Mapping[str, str]) -> HeldLine:  # noqa: ANN401 - a row of the select
    return HeldLine(
        one["kind"], names.get(one["cell"], ""), one["category2"], one["observed"], one["expected"],
        one["recurrence_days"], one["reason"], run.id, run.name,
    )  # fmt: skip


def _not_screened(one: Mapping[str, Any], names: Mapping[str, str]) -> NotScreenedLine:
    subject = one["subject"]
    return NotScreenedLine(one["kind"], names.get(subject, ""), "" if subject in names else subject, one["reason"])
