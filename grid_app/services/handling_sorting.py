"""Sorting a dispute (分流): by which track it is handled and how complex it is; its clocks follow."""

from __future__ import annotations

from typing import Final

from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, InvalidError
from grid_app.policy import Action
from grid_app.services.clocks import sort_clocks
from grid_app.services.handling_step import Step, claimed, permitted, write, written
from grid_app.vocabulary.words import COMPLEXITY_WORDS, OPEN_STATES, TRACK_WORDS

NOT_SORTED: Final = "分流没有保存。"


def sort_dispute(session: Session, step: Step, *, track: str, complexity: str, note: str = "") -> None:
    """Fix track and complexity; the clock of sorting ends, and those of acceptance and handling follow.

    A clock that starts later because of it counts from the moment that the law names (receipt, acceptance), so that
    sorting late gives nobody more time.
    """
    step = permitted(step, Action.HANDLE_DISPUTE)
    wrong = {}
    if track not in TRACK_WORDS:
        wrong["track"] = "请选按哪一类办理。"
    if complexity not in COMPLEXITY_WORDS:
        wrong["complexity"] = "请选简单还是复杂。"
    if wrong:
        raise InvalidError(NOT_SORTED, fields=wrong)
    note = written(note, field="note", what="分流说明", least=0)
    dispute = claimed(session, step, kind="sorted", note=note)
    if dispute.state not in OPEN_STATES:
        raise ConflictError("这件事已经结束,不能再分流。情况有变化的,请先“重新办理”。", code="wrong_state")
    dispute.track, dispute.complexity = track, complexity
    sort_clocks(session, dispute, now=step.now)
    write(session, step, dispute, kind="sorted", note=note, details={"track": track, "complexity": complexity})
