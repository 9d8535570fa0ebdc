"""The list to read: what the rounds of a backtest would have told, as somebody would have read it on that day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import url_for

from grid_app.queries.backtest_pages import FindingsInReach
from grid_app.queries.backtests import StoredFinding
from grid_app.queries.round_inputs import organisation_id_of
from grid_app.vocabulary.findings import signal_word
from grid_app.web.backtests.shown import JUDGED
from grid_app.web.signals.shown import category_words
from grid_app.web.wording import few, local_date, number
from screening.replayed import ReplayedFinding

MEMBERS_SHOWN: Final = 20
OWN_DUTY: Final = "您的单位有解决责任,内容和成员不在这里显示。"


@dataclass(frozen=True)
class FindingCard:
    """One finding of the list; ``reason`` and ``members`` are withheld from a unit with the duty to solve it."""

    name: str
    title: str
    signal: str
    grade: str
    judged: tuple[str, str]
    organisation: str
    told: str
    later: str
    reason: str
    unflag: str
    members: tuple[tuple[str, str], ...]
    following: int
    elsewhere: int


def finding_cards(found: FindingsInReach) -> list[FindingCard]:
    """Return the findings of a page as cards, in their order."""
    return [_card(one, found) for one in found.shown]


def _card(stored: StoredFinding, found: FindingsInReach) -> FindingCard:
    told = stored.told
    is_own = any(name in found.own_duty for name, _ in told.joined)
    by_day = sorted(told.joined, key=lambda one: (one[1], one[0]))
    reached = [] if is_own else [found.reached[name] for name, _ in by_day if name in found.reached]
    named = found.organisations.get(told.organisation or "", "")
    category = category_words(told.category2) if told.category2 else ""
    return FindingCard(
        name=told.finding_id,
        title=" · ".join(one for one in (found.places.get(told.cell, told.cell), category) if one),
        signal=signal_word(told.kind),
        grade=told.grade,
        judged=JUDGED[stored.confirmed],
        organisation=named or ("" if organisation_id_of(told.organisation) else told.organisation or ""),
        told=f"{local_date(told.first_on)}第一次提示:{_counted(told.households_first, told.disputes_first, is_own)}",
        later=_later(told, is_own=is_own),
        reason=OWN_DUTY if is_own else told.reason,
        unflag="" if is_own else told.unflag,
        members=tuple(
            (one.case_code, url_for("disputes.detail", dispute_id=one.dispute_id)) for one in reached[:MEMBERS_SHOWN]
        ),
        following=max(len(reached) - MEMBERS_SHOWN, 0),
        elsewhere=len(told.joined) - (0 if is_own else len(reached)),
    )


def _counted(households: int, disputes: int, is_own: bool) -> str:  # noqa: FBT001 - a fact, not a switch
    if is_own:
        return few(households)
    return f"{number(households)} 户、{number(disputes)} 件" if households or disputes else "没有人反映"


def _later(told: ReplayedFinding, *, is_own: bool) -> str:
    if told.rounds == 1:
        return "只提示了这一轮"
    grown = _counted(told.households_ever, len(told.joined), is_own)
    merged = f",后来并入 {told.merged_into}" if told.merged_into else ""
    return f"提示了 {told.rounds} 轮,到 {local_date(told.last_on)}共 {grown}{merged}"
