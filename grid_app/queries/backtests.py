"""Questions about backtests: which were done in an area, what one said, and whether one bears a signal's figures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.backtests import Backtest
from grid_app.models.places import Division
from grid_app.policy import Actor
from screening import Parameters
from screening.detection import Detection
from screening.replayed import KindCount, Left, ReplayedFinding, ReplayedRound
from screening.results import BudgetShare

BACKTESTS_SHOWN: Final = 20
SILENT_FOR: Final = timedelta(minutes=5)
"""A running one that has said nothing for so long was killed. No step of a round takes that long."""
BEARS_FOR: Final = timedelta(days=400)
"""A backtest bears a signal for so long: by then more than a year of new reports has come."""
BEARS_FROM: Final = timedelta(days=27)
"""It must go over four weeks at least: one round tells nothing of findings a month."""
DONE: Final = "done"
RUNNING: Final = "running"


@dataclass(frozen=True)
class BacktestRow:
    """One backtest as lists show it; ``state`` is running, done, failed, or broken_off for one that was killed."""

    backtest_id: UUID
    place: str
    signals: tuple[str, ...]
    parameters: Mapping[str, Any]
    first: date
    last: date
    every_days: int
    state: str
    percent: int
    sentence: str
    started_at: datetime
    code_version: str
    input_digest: str
    result_digest: str


@dataclass(frozen=True)
class StoredBacktest:
    """One backtest as it stands on record, for whoever started it on the command line."""

    backtest_id: UUID
    division_code: str
    first: date
    last: date
    every_days: int
    state: str
    sentence: str
    parameters: Mapping[str, Any]
    result: Mapping[str, Any]
    input_digest: str
    result_digest: str
    code_version: str


@dataclass(frozen=True)
class StoredFinding:
    """One finding that the replay told, and what people decided on the same matter by now: None, not decided."""

    told: ReplayedFinding
    confirmed: bool | None


@dataclass(frozen=True)
class StoredResult:
    """The result of a finished backtest as it stands on record."""

    rounds: tuple[ReplayedRound, ...]
    findings: tuple[StoredFinding, ...]
    held: tuple[Left, ...]
    not_screened: tuple[Left, ...]
    matters: tuple[Detection, ...]
    budgets: tuple[BudgetShare, ...]


def backtests_of(
    session: Session, actor: Actor, *, now: datetime, offset: int = 0, limit: int = BACKTESTS_SHOWN
) -> list[BacktestRow]:
    """Return the backtests of the actor's area, the newest first."""
    rows = session.execute(
        _rows(actor).order_by(Backtest.started_at.desc(), Backtest.id.desc()).offset(offset).limit(limit)
    )
    return [_row(row, place, now) for row, place in rows]


def backtest_of(session: Session, actor: Actor, backtest_id: UUID, *, now: datetime) -> BacktestRow | None:
    """Return one backtest of the actor's area; ``None`` where there is none."""
    found = session.execute(_rows(actor).where(Backtest.id == backtest_id)).one_or_none()
    return _row(found[0], found[1], now) if found else None


def stored_backtest(session: Session, backtest_id: UUID) -> StoredBacktest:
    """Return a backtest that the command line itself started."""
    row = session.get_one(Backtest, backtest_id)
    given = {one.name: getattr(row, one.name) for one in fields(StoredBacktest) if one.name != "backtest_id"}
    return StoredBacktest(backtest_id=row.id, **given)


def result_of(session: Session, backtest_id: UUID) -> StoredResult:
    """Return the result of a finished backtest whose reach was checked by ``backtest_of``."""
    stored = session.get_one(Backtest, backtest_id).result
    return StoredResult(
        rounds=tuple(_round(one) for one in stored["rounds"]),
        findings=tuple(StoredFinding(_finding(one), one["confirmed"]) for one in stored["findings"]),
        held=tuple(_left(one) for one in stored["held"]),
        not_screened=tuple(_left(one) for one in stored["not_screened"]),
        matters=tuple(_detection(one) for one in stored["matters"]),
        budgets=tuple(BudgetShare(**one) for one in stored["budgets"]),
    )


def backtest_for(
    session: Session, *, division_code: str, signal: str, parameters: Parameters, since: datetime | None = None
) -> UUID | None:
    """Return the newest finished backtest of an area that bears switching a signal on with these figures.

    It held the signal, its figures are the same but for which other signals were on, it went over four weeks at
    least, and it was started at ``since`` or later; ``None``: whenever.
    """
    wanted = _figures(json.loads(parameters.as_json()))
    rows = session.execute(
        select(Backtest.id, Backtest.signals, Backtest.parameters, Backtest.first, Backtest.last, Backtest.started_at)
        .where(Backtest.division_code == division_code, Backtest.state == DONE)
        .order_by(Backtest.started_at.desc(), Backtest.id.desc())
    )
    for row in rows:
        if since is not None and row.started_at < since:
            return None
        if signal in row.signals and row.last - row.first >= BEARS_FROM and _figures(row.parameters) == wanted:
            found: UUID = row.id
            return found
    return None


def _figures(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: figure for name, figure in parameters.items() if name != "signals"}


def _rows(actor: Actor) -> Any:  # noqa: ANN401 - a select of a table and a column; its own type is longer than it
    return (
        select(Backtest, Division.name)
        .join(Division, Division.code == Backtest.division_code)
        .where(Division.path.startswith(actor.division_path, autoescape=True))
    )


def _row(row: Backtest, place: str, now: datetime) -> BacktestRow:
    is_silent = row.state == RUNNING and now - row.beat_at >= SILENT_FOR
    return BacktestRow(
        backtest_id=row.id, place=place, signals=tuple(row.signals), parameters=row.parameters, first=row.first,
        last=row.last, every_days=row.every_days, state="broken_off" if is_silent else row.state, percent=row.percent,
        sentence=row.sentence, started_at=row.started_at, code_version=row.code_version,
        input_digest=row.input_digest, result_digest=row.result_digest,
    )  # fmt: skip


def _round(stored: Mapping[str, Any]) -> ReplayedRound:
    kinds = tuple(KindCount(**one) for one in stored["kinds"])
    return ReplayedRound(**{**stored, "day": date.fromisoformat(stored["day"]), "kinds": kinds})


def _finding(stored: Mapping[str, Any]) -> ReplayedFinding:
    given = {one.name: stored[one.name] for one in fields(ReplayedFinding)}
    joined = tuple((name, date.fromisoformat(day)) for name, day in stored["joined"])
    return ReplayedFinding(**{**given, "joined": joined, **_days(stored, ("first_on", "last_on"))})


def _left(stored: Mapping[str, Any]) -> Left:
    return Left(**{**stored, "member_ids": tuple(stored["member_ids"]), **_days(stored, ("first_on", "last_on"))})


def _detection(stored: Mapping[str, Any]) -> Detection:
    given = {one.name: stored[one.name] for one in fields(Detection)}
    return Detection(**{**given, **_days(stored, ("ripe_on", "confirmed_on", "found_on"))})


def _days(stored: Mapping[str, Any], names: Sequence[str]) -> dict[str, date | None]:
    return {name: date.fromisoformat(stored[name]) if stored[name] else None for name in names}
