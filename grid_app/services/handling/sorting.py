"""Sorting a dispute (分流), once: track, complexity, courts or not (诉访分离), the legal pathway; its clocks follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.errors import ConflictError, ForbiddenError, InvalidError
from grid_app.models.disputes import Dispute
from grid_app.models.handling import Sorting
from grid_app.policy import Action
from grid_app.services.clocks.running import sort_clocks
from grid_app.services.handling.legal_pathways import PathwayList, pathways_on
from grid_app.services.handling.second import account_of
from grid_app.services.matters.step import Step, claimed, permitted, write, written
from grid_app.services.matters.waivers import refuse_waivers
from grid_app.vocabulary.handling import DECIDED_WORDS, NO_PATHWAY, ROUTE_WORDS
from grid_app.vocabulary.words import COMPLEXITY_WORDS, OPEN_STATES, TRACK_WORDS

NOT_SORTED: Final = "分流没有保存。"
LITIGATION: Final = "litigation"


@dataclass(frozen=True)
class Considered:
    """What was looked at when sorting.

    ``decided_elsewhere`` is a key of ``DECIDED_WORDS``: whether a court, the police or a procuratorate decides on it or
    has decided. ``route`` is one of the six ways of 信访工作条例 31, ``pathway`` a code of the list or ``none``.
    """

    decided_elsewhere: str = ""
    route: str = ""
    pathway: str = ""


NOTHING_CONSIDERED: Final = Considered()


def sort_dispute(
    session: Session, step: Step, *, track: str, complexity: str, note: str = "",
    considered: Considered = NOTHING_CONSIDERED,
) -> None:  # fmt: skip
    """Fix track and complexity; the clock of sorting ends, and those of acceptance and handling follow.

    It is done once: a change later needs a reason and another person, and stands in the history as a correction.
    A clock that starts later because of it counts from the moment that the law names (receipt, acceptance), so that
    sorting late gives nobody more time.
    """
    step = permitted(step, Action.HANDLE_DISPUTE)
    listed = pathways_on(session, local_date(step.now))
    _check(track, complexity, considered, listed)
    note = written(note, field="note", what="分流说明", least=0)
    dispute = opened_for_sorting(session, step, note)
    kind = "sorted" if dispute.track is None else "pathway_corrected"
    before = _latest(session, dispute)
    if kind == "pathway_corrected":
        _require_correction(session, step, before, note)
    refuse_waivers({"note": note})
    details = _details(dispute, track, complexity, considered, listed)
    dispute.track, dispute.complexity = track, complexity
    session.add(
        Sorting(
            dispute_id=dispute.id, at=step.now, assignment_id=step.actor.assignment_id, track=track,
            complexity=complexity, decided_elsewhere=considered.decided_elsewhere, route=considered.route,
            pathway=considered.pathway, list_version=listed.version,
        )
    )  # fmt: skip
    sort_clocks(session, dispute, now=step.now)
    write(session, step, dispute, kind=kind, note=note, details=details)


def opened_for_sorting(session: Session, step: Step, note: str) -> Dispute:
    """Return the dispute, locked, when it can still be sorted."""
    dispute = claimed(session, step, kind="sorted", note=note)
    if dispute.state not in OPEN_STATES:
        raise ConflictError("这件事已经结束,不能再分流。情况有变化的,请先“重新办理”。", code="wrong_state")
    return dispute


def _check(track: str, complexity: str, considered: Considered, listed: PathwayList) -> None:
    known = {
        "track": (track in TRACK_WORDS, "请选按哪一类办理。"),
        "complexity": (complexity in COMPLEXITY_WORDS, "请选简单还是复杂。"),
        "decided": (considered.decided_elsewhere in ("", *DECIDED_WORDS), "请选有没有法院、公安、检察院的决定。"),
        "route": (considered.route in ("", *ROUTE_WORDS), "请从六种途径里选一种。"),
        "pathway": (_is_listed(considered.pathway, listed), "请从法定途径清单里选一项。"),
    }
    wrong = {name: told for name, (fits, told) in known.items() if not fits}
    if considered.decided_elsewhere in ("pending", "final") and track != LITIGATION:
        wrong["track"] = "法院、公安或者检察院正在办、已有结论的,按“涉法涉诉”分流,转政法机关(诉访分离)。"
    if track == "petition":
        wrong |= _petition_lacks(considered, wrong)
    if wrong:
        raise InvalidError(NOT_SORTED, fields=wrong)


def _is_listed(pathway: str, listed: PathwayList) -> bool:
    return pathway in ("", NO_PATHWAY) or listed.find(pathway) is not None


def _petition_lacks(considered: Considered, wrong: dict[str, str]) -> dict[str, str]:
    """Return what a petition matter still has to say: whether courts decide, and which routes were considered."""
    lacking = {}
    if not considered.decided_elsewhere:
        lacking["decided"] = "信访事项要先分清诉访:请选有没有法院、公安、检察院的决定。"
    if not considered.route:
        lacking["route"] = "请选属于六种途径的哪一种(信访工作条例第三十一条)。"
    if not considered.pathway:
        lacking["pathway"] = "请写明考虑过哪一条法定途径;没有的,选“考虑过,没有”。"
    return {name: told for name, told in lacking.items() if name not in wrong}


def _require_correction(session: Session, step: Step, before: Sorting | None, note: str) -> None:
    if len(note) < 5:
        raise InvalidError(NOT_SORTED, fields={"note": "已经分流过。要改,请写明为什么改(至少 5 个字)。"})
    if before is not None and account_of(session, before.assignment_id) == step.actor.account_id:
        raise ForbiddenError(
            "自己定的分流不能自己改,要另一位同事或者领导复核后来改;本单位没有第二个人的,由县级来改。填写的内容还在页面上。"
        )


def _latest(session: Session, dispute: Dispute) -> Sorting | None:
    rows = select(Sorting).where(Sorting.dispute_id == dispute.id).order_by(Sorting.at.desc(), Sorting.id.desc())
    return session.scalars(rows.limit(1)).first()


def _details(
    dispute: Dispute, track: str, complexity: str, considered: Considered, listed: PathwayList
) -> dict[str, str | int | None]:
    chosen: dict[str, str | int | None] = {"track": track, "complexity": complexity}
    if dispute.track is not None:
        chosen |= {"from_track": dispute.track, "from_complexity": dispute.complexity}
    if considered.route:
        chosen |= {"route": considered.route, "pathway": considered.pathway, "list_version": listed.version}
    if considered.decided_elsewhere:
        chosen["decided_elsewhere"] = considered.decided_elsewhere
    return chosen
