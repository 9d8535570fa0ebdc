"""The status of villages (源头治理服务达标) as the last month on record says, with its criteria one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.models.places import Division
from grid_app.models.villages import StatusRun, VillageMonth
from grid_app.policy import Scope
from grid_app.queries.scoping import codes_under
from grid_app.standing.criteria import NAMES, NO_DATA, CriterionResult, judge, needs_a_look
from grid_app.standing.facts import VillageFacts, facts_from_told
from grid_app.standing.outcomes import Outcome, bands_of
from grid_app.standing.rules import Rules, rules_with
from grid_app.standing.states import LAPSED, MET, NOT_ASSESSED, ON_TRACK, UNDER_REVIEW

ASSESSED_SHORT: Final = frozenset({ON_TRACK, UNDER_REVIEW, LAPSED})
"""Assessed, and not everything is met now."""
NOT_YET: Final = "还没有做过月度评估。"


NEVER: Final = tuple(CriterionResult(key, NO_DATA, NOT_YET, "每月 1 日评一次。") for key in NAMES)


@dataclass(frozen=True)
class Basis:
    """What criteria are judged from: facts as they were told, the rules and the day."""

    told: Mapping[str, Any]
    rules: Rules
    on: date

    @cached_property
    def facts(self) -> VillageFacts:
        """Return the facts, read when somebody first asks."""
        return facts_from_told(self.told)


@dataclass(frozen=True)
class VillageStatus:
    """One village's status: not_assessed, on_track, met, under_review or lapsed; what it was judged from.

    ``month`` is the first day of the month it was assessed for, ``None`` when it never was; ``why`` the sentence of the
    state. Maps and tables of a county need the states alone, so the rest is judged when it is first asked for.
    """

    code: str
    state: str
    basis: Basis | None = None
    month: date | None = None
    since: date | None = None
    why: str = NOT_YET
    met_until: date | None = None
    review_until: date | None = None

    @cached_property
    def criteria(self) -> tuple[CriterionResult, ...]:
        """Return the criteria R1 to R7 in order."""
        basis = self.basis
        return NEVER if basis is None else judge(basis.facts, rules=basis.rules, on=basis.on)

    @cached_property
    def needs_a_look(self) -> tuple[str, ...]:
        """Return what somebody should go and see."""
        return () if self.basis is None else needs_a_look(self.basis.facts, rules=self.basis.rules)

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Return the bands that judge nothing."""
        return () if self.basis is None else bands_of(self.basis.facts, rules=self.basis.rules)


def statuses_in(session: Session, *, scope: Scope, on: date) -> Mapping[str, VillageStatus]:
    """Return the status of every living village of the scope's subtrees by code, as last assessed by the day ``on``.

    A village that has no row in the last month on record was never assessed under its present code.
    """
    if not scope.paths:
        return {}
    month = session.scalar(select(func.max(StatusRun.month)).where(StatusRun.month <= on))
    villages = session.scalars(
        select(Division.code)
        .where(Division.level == "village", Division.valid_to.is_(None), Division.code.in_(codes_under(scope)))
        .order_by(Division.code)
    ).all()
    known = statuses_of_month(session, month=month, villages=villages, scope=scope) if month else {}
    return {code: known.get(code) or VillageStatus(code, NOT_ASSESSED) for code in villages}


def statuses_of_month(
    session: Session, *, month: date, villages: Sequence[str], scope: Scope
) -> dict[str, VillageStatus]:
    """Return what one month on record says of those of ``villages`` that lie in the scope."""
    run = session.get_one(StatusRun, month)
    rules = rules_of_run(run)
    wanted = set(villages)
    rows = session.scalars(
        select(VillageMonth).where(VillageMonth.month == month, VillageMonth.village_code.in_(codes_under(scope)))
    )
    return {row.village_code: status_of(row, rules) for row in rows if row.village_code in wanted}


def rules_of_run(run: StatusRun) -> Rules:
    """Return the rules that a month was judged by."""
    return rules_with(run.rules_version, [{"code": code, "value": value} for code, value in run.figures.items()])


def status_of(row: VillageMonth, rules: Rules) -> VillageStatus:
    """Return a month on record with its sentences."""
    return VillageStatus(
        code=row.village_code,
        state=row.state,
        basis=Basis(row.facts, rules, row.month),
        month=row.month,
        since=row.since,
        why=row.why,
        met_until=row.met_until,
        review_until=row.review_until,
    )


def disagrees(state: str, *, named: bool) -> bool:
    """Say whether service and the official naming tell different things; a village not assessed disagrees with nothing.

    Examples
    --------
    >>> disagrees("lapsed", named=True), disagrees("met", named=False), disagrees("not_assessed", named=True)
    (True, True, False)
    """
    return state in ASSESSED_SHORT if named else state == MET
