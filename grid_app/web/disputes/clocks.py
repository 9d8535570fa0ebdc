"""The clocks on the page of a dispute: the service target, the statutory limit, and why each ends on its day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from grid_app.clocks.rules import KIND_WORDS, ExtensionBy, Kind, Passes
from grid_app.clocks.words import why
from grid_app.policy import Action, Actor, allows
from grid_app.queries.clocks import ClockRow
from grid_app.queries.disputes_detail import DisputeDetail
from grid_app.services.handling.extensions import APPROVERS
from grid_app.services.handling.legal_pathways import PathwayList
from grid_app.vocabulary.handling import DECIDED_WORDS, NO_PATHWAY, NO_PATHWAY_WORD, ROUTE_WORDS
from grid_app.vocabulary.words import OPEN_STATES
from grid_app.web.wording import local_date, local_time, remaining

ENDED_WORDS: Final = {"done": "已办", "stopped": "随事项结束", "replaced": "重新计算"}


@dataclass(frozen=True)
class Face:
    """One clock as the page shows it; ``tone`` is ``late`` (service), ``passed`` (statute), ``lapsed`` or empty."""

    code: str
    name: str
    kind: str
    text: str
    tone: str
    why: list[str]
    extension: str
    unit: str


@dataclass(frozen=True)
class Clocks:
    """Everything about the clocks of one dispute: the two that matter most, the running ones, the ended ones."""

    service: Face | None
    statutory: Face | None
    running: list[Face]
    ended: list[tuple[str, str]]
    may_ask: list[tuple[str, str]]
    to_decide: list[tuple[str, str, str]]


def clocks_shown(rows: Sequence[ClockRow], *, actor: Actor, now: datetime) -> Clocks:
    """Return the clocks as they are shown to ``actor``; the nearest duty of each kind comes first."""
    running = [row for row in rows if row.is_running]
    duties = [row for row in running if row.rule.passes is Passes.OVERDUE]
    statutory = next((row for row in duties if row.rule.kind is Kind.STATUTORY), None)
    service = next((row for row in duties if row.rule.kind is not Kind.STATUTORY), None)
    handles = allows(actor, Action.HANDLE_DISPUTE)
    return Clocks(
        service=_face(service, now) if service else None,
        statutory=_face(statutory, now) if statutory else None,
        running=[_face(row, now) for row in running],
        ended=[(row.rule.name, _end_words(row)) for row in rows if not row.is_running],
        may_ask=[_choice(row) for row in running if handles and _may_ask(row, now)],
        to_decide=[_request(row) for row in running if _may_decide(row, actor)],
    )


def offered_by_clocks(detail: DisputeDetail, clocks: Clocks, actor: Actor) -> frozenset[str]:
    """Return the names of the forms about sorting and time that this actor may use now."""
    offers = {
        "sort": allows(actor, Action.HANDLE_DISPUTE) and detail.state in OPEN_STATES,
        "extend": bool(clocks.may_ask),
        "extension": bool(clocks.to_decide),
    }
    return frozenset(name for name, offered in offers.items() if offered)


def sort_choices(category: str, listed: PathwayList) -> dict[str, list[tuple[str, str]]]:
    """Return what can be chosen when sorting; the legal pathways that fit the category stand first."""
    pathways = [(one.code, one.name) for one in listed.ordered_for(category)]
    return {
        "decided": list(DECIDED_WORDS.items()),
        "routes": list(ROUTE_WORDS.items()),
        "pathways": [*pathways, (NO_PATHWAY, NO_PATHWAY_WORD)],
    }


def _face(row: ClockRow, now: datetime) -> Face:
    due = row.counted.due_at
    return Face(
        code=row.rule.code,
        name=row.rule.name,
        kind=KIND_WORDS[row.rule.kind],
        text=_text(row, now),
        tone=_tone(row) if due < now else "",
        why=why(row.rule, row.counted),
        extension=_extension(row),
        unit=row.owner_unit,
    )


def _text(row: ClockRow, now: datetime) -> str:
    due = row.counted.due_at
    day = local_time(due) if row.counted.last_day is None else local_date(due)
    if row.rule.passes is Passes.LAPSES and due < now:
        return f"{day}已到期,{row.rule.name}的时间已过"
    return f"{day}前{row.rule.name},{remaining(due, now)}"


def _tone(row: ClockRow) -> str:
    if row.rule.passes is Passes.LAPSES:
        return "lapsed"
    return "passed" if row.rule.kind is Kind.STATUTORY else "late"


def _extension(row: ClockRow) -> str:
    asked = row.asked
    if asked is None:
        return ""
    if asked.extended_at is None:
        return f"{asked.by_name}申请延长 {asked.days} 天,等待批准。理由:{asked.reason}"
    who = f"{asked.approver_name}批准" if asked.approver_name else "各方当事人同意"
    return f"{local_date(asked.extended_at)}{who},延长 {asked.days} 天。理由:{asked.reason}"


def _end_words(row: ClockRow) -> str:
    moment = row.done_at
    if moment is None:
        return ""
    late = row.rule.passes is Passes.OVERDUE and row.ended == "done" and moment > row.counted.due_at
    done = f"{local_date(moment)}{ENDED_WORDS.get(row.ended or '', '')}"
    return f"期限{local_date(row.counted.due_at)},{done}{',超过了期限' if late else ''}"


def _may_ask(row: ClockRow, now: datetime) -> bool:
    return bool(row.rule.extension) and row.asked is None and now <= row.counted.due_at


def _choice(row: ClockRow) -> tuple[str, str]:
    agreed = "当事人都同意就行" if row.rule.extension_by is ExtensionBy.PARTIES else "要领导批准"
    return row.rule.code, f"{row.rule.name}(最多 {row.rule.extension} 天,{agreed})"


def _may_decide(row: ClockRow, actor: Actor) -> bool:
    asked = row.asked
    waits = asked is not None and asked.extended_at is None
    return waits and actor.role in APPROVERS and asked is not None and asked.by_assignment != actor.assignment_id


def _request(row: ClockRow) -> tuple[str, str, str]:
    return row.rule.code, row.rule.name, _extension(row)
