"""The status of villages (源头治理服务达标) as the last month on record says, with its criteria one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

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


@dataclass(frozen=True)
class VillageStatus:
    """One village's status: not_assessed, on_track, met, under_review or lapsed; the criteria R1 to R7 in order.

    ``needs_a_look`` says what somebody should go and see; ``outcomes`` are bands that judge nothing. ``month`` is the
    first day of the month it was assessed for,
    ``None`` when it never was; ``why`` the sentence of the state.
    """

    code: str
    state: str
    criteria: tuple[CriterionResult, ...]
    needs_a_look: tuple[str, ...]
    month: date | None = None
    since: date | None = None
    why: str = NOT_YET
    met_until: date | None = None
    review_until: date | None = None
    outcomes: tuple[Outcome, ...] = ()


NEVER: Final = tuple(CriterionResult(key, NO_DATA, NOT_YET, "每月 1 日评一次。") for key in NAMES)


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
    return {code: known.get(code) or VillageStatus(code, NOT_ASSESSED, NEVER, ()) for code in villages}


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
    facts: VillageFacts = facts_from_told(row.facts)
    return VillageStatus(
        code=row.village_code,
        state=row.state,
        criteria=judge(facts, rules=rules, on=row.month),
        needs_a_look=needs_a_look(facts, rules=rules),
        month=row.month,
        since=row.since,
        why=row.why,
        met_until=row.met_until,
        review_until=row.review_until,
        outcomes=bands_of(facts, rules=rules),
    )


def disagrees(state: str, *, named: bool) -> bool:
    """Say whether service and the official naming tell different things; a village not assessed disagrees with nothing.

    Examples
    --------
    >>> disagrees("lapsed", named=True), disagrees("met", named=False), disagrees("not_assessed", named=True)
    (True, True, False)
    """
    return state in ASSESSED_SHORT if named else state == MET
