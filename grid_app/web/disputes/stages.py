"""The five stages of a dispute (受理、办理、调解、送达、回访): who answers for each, until when, how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from grid_app.clock import local_date as local_day
from grid_app.clocks.rules import Passes
from grid_app.queries.clocks import ClockRow
from grid_app.queries.disputes_detail import DisputeDetail
from grid_app.queries.follow_ups import Planned
from grid_app.services.matters.states import is_referral_only
from grid_app.vocabulary.words import ENDED_STATES
from grid_app.web.wording import local_date

NOW, DONE, LATER, WITHOUT = "now", "done", "later", "without"
STATUS_WORDS: Final = {NOW: "现在", DONE: "已完成", LATER: "还没到", WITHOUT: "没有这一步"}
NO_UNIT: Final = "所在乡镇"


@dataclass(frozen=True)
class _Kind:
    """One stage as data: the clocks that limit it, the states in which it is due, and those in which it is over."""

    word: str
    clocks: tuple[str, ...]
    planned: str
    now: frozenset[str]
    done: frozenset[str]


_ANSWERED: Final = frozenset({"replied", "following_up", "closed", "legally_concluded"})
_AGREED: Final = frozenset({"agreed", "performed"})
_HANDLED: Final = _ANSWERED | _AGREED | {"on_legal_pathway"}
_KINDS: Final = (
    _Kind(
        "受理",
        ("accept_simple", "accept_complex", "acceptance_notice", "triage"),
        "收到后 3 天内,复杂的 5 天内",
        frozenset({"reported"}),
        _HANDLED | {"accepted", "handling", "mediating", "terminated", "reopened", "not_accepted", "referred_out"},
    ),
    _Kind(
        "办理",
        ("finish_target", "petition_finish"),
        "受理后 30 天内",
        frozenset({"accepted", "handling", "terminated", "reopened"}),
        _HANDLED,
    ),
    _Kind(
        "调解",
        ("mediation",),
        "各方同意后 30 天内,有人不同意就不调解",
        frozenset({"mediating"}),
        _AGREED | {"terminated"},
    ),
    _Kind("送达", ("petition_finish", "finish_target"), "办结期限内", _AGREED, _ANSWERED),
)
"""Follow-up visits have rows of their own instead of a clock."""


@dataclass(frozen=True)
class Stage:
    """One stage as the page shows it; ``status`` is now, done, later or without."""

    word: str
    status: str
    status_word: str
    unit: str
    due: str
    is_late: bool = False


def stages_of(
    detail: DisputeDetail, clocks: Sequence[ClockRow], visits: Sequence[Planned], now: datetime
) -> list[Stage]:
    """Return the five stages; none for matters that are only passed on."""
    if is_referral_only(detail.category) or detail.state in ("not_accepted", "referred_out"):
        return []
    return [*(_stage(kind, detail, clocks, now) for kind in _KINDS), _visits(detail, visits, now)]


def _stage(kind: _Kind, detail: DisputeDetail, clocks: Sequence[ClockRow], now: datetime) -> Stage:
    own = [row for code in kind.clocks for row in clocks if row.rule.code == code]
    running = next((row for row in own if row.is_running and row.rule.passes is Passes.OVERDUE), None)
    ended = [row for row in own if row.ended == "done"]
    status = _status(kind, detail.state, was_done=bool(ended))
    clock = running or (max(ended, key=lambda row: row.counted.due_at) if ended else None)
    unit = (clock.owner_unit if clock else "") or detail.owner_unit or NO_UNIT
    late = status == NOW and running is not None and running.counted.due_at < now
    due = f"{local_date(clock.counted.due_at)}前" if clock else kind.planned
    return Stage(kind.word, status, STATUS_WORDS[status], unit, due, late)


def _status(kind: _Kind, state: str, *, was_done: bool) -> str:
    if state in kind.now:
        return NOW
    if state in kind.done or (was_done and kind.word != "送达"):
        return DONE
    over = state in ENDED_STATES or (kind.word == "调解" and state in _HANDLED)
    return WITHOUT if over else LATER


def _visits(detail: DisputeDetail, visits: Sequence[Planned], now: datetime) -> Stage:
    latest = [one for one in visits if one.closed_at == visits[-1].closed_at] if visits else []
    due = next((one for one in latest if one.state == "due"), None)
    unit = detail.owner_unit or NO_UNIT
    if detail.state == "closed" and due:
        late = due.due_on < local_day(now)
        return Stage("回访", NOW, STATUS_WORDS[NOW], unit, f"{local_date(due.due_on)}(第 {due.day} 天)", late)
    if detail.state == "closed":
        status = DONE if latest else WITHOUT
        return Stage("回访", status, STATUS_WORDS[status], unit, local_date(latest[-1].due_on) if latest else "")
    return Stage("回访", LATER, STATUS_WORDS[LATER], unit, "办结后第 1、3、7、30 天")
