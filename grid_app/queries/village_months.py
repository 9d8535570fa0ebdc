"""Months of the village status on record: one village's history, and whether each follows from what it kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.policies import PolicyVersion
from grid_app.models.villages import StatusRun, VillageMonth
from grid_app.queries.village_status import VillageStatus, rules_of_run, status_of
from grid_app.standing.criteria import CriterionResult, judge
from grid_app.standing.facts import digest_of, facts_from_told
from grid_app.standing.rules import Rules, rules_of_file, rules_with
from grid_app.standing.states import Standing, next_standing

CODE = "standing"
"""Under this code the county's own versions of the figures are kept."""
LEFT = ("state", "since", "why", "met_until", "review_until")


@dataclass(frozen=True)
class MonthOnRecord:
    """One month of one village; ``holds`` says whether what it kept gives the same again."""

    status: VillageStatus
    digest: str
    holds: bool


def rules_on(session: Session, day: date) -> Rules:
    """Return the figures that count on a day: the newest saved version whose day has come, else the file's."""
    row = session.scalars(
        select(PolicyVersion)
        .where(PolicyVersion.code == CODE, PolicyVersion.valid_from <= day)
        .order_by(PolicyVersion.version.desc())
        .limit(1)
    ).first()
    return rules_with(row.version, row.rows) if row else rules_of_file()


def standing_of(row: VillageMonth) -> Standing:
    """Return the standing that a month on record holds."""
    return Standing(row.state, row.since, row.why, row.met_until, row.review_until)


def digest_of_month(facts: dict[str, Any], figures: Mapping[str, int], before: Standing | None) -> str:
    """Return the SHA-256 of everything a month follows from: facts and figures exactly as they were kept."""
    earlier = [str(getattr(before, name)) for name in LEFT] if before else None
    return digest_of({"facts": facts, "figures": dict(figures), "before": earlier})


def outcomes_of(results: tuple[CriterionResult, ...]) -> dict[str, str]:
    """Return the state of each criterion by its key."""
    return {one.key: one.state for one in results}


def months_of(session: Session, *, code: str) -> list[MonthOnRecord]:
    """Return all months of one village, the newest first, each computed again from what it kept."""
    rows = session.scalars(
        select(VillageMonth).where(VillageMonth.village_code == code).order_by(VillageMonth.month)
    ).all()
    runs = {run.month: run for run in session.scalars(select(StatusRun))}
    found: list[MonthOnRecord] = []
    before: Standing | None = None
    for row in rows:
        run = runs[row.month]
        found.append(MonthOnRecord(status_of(row, rules_of_run(run)), row.digest, holds(row, run, before)))
        before = standing_of(row)
    return found[::-1]


def holds(row: VillageMonth, run: StatusRun, before: Standing | None) -> bool:
    """Say whether a month, computed again from its facts, its run's figures and the month before, gives the same."""
    facts, rules = facts_from_told(row.facts), rules_of_run(run)
    results = judge(facts, rules=rules, on=row.month)
    again = next_standing(before, results, on=row.month, recorded_since=facts.recorded_since, rules=rules)
    return (
        digest_of_month(row.facts, run.figures, before) == row.digest
        and outcomes_of(results) == row.outcomes
        and again == standing_of(row)
    )
