"""The three proposals (三项建议, 信访工作条例 14(6), 40): improve work, improve a policy, hold a unit to its duty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, InvalidError
from grid_app.models.accounts import Unit
from grid_app.models.support_work import Recommendation
from grid_app.services.control_words import refuse_control_words
from grid_app.services.matters.step import written
from grid_app.services.support_work.asked import (
    LONGEST_NUMBER,
    LONGEST_TITLE,
    NOT_SAVED,
    Desk,
    answer,
    asked_row,
    due_day,
    end,
    is_new,
    refuse_names,
    require_office,
    short,
    together,
    told,
    unit_asked,
)

KIND_WORDS: Final = {
    "improve_work": "改进工作的建议",
    "improve_policy": "完善政策的建议",
    "accountability": "追究责任的建议",
}
KIND_HINTS: Final = {
    "improve_work": "办理、答复、送达哪个环节要改",
    "improve_policy": "哪条规定让许多户遇到同样的难处",
    "accountability": "哪个单位没有履行哪项职责,由有权机关决定;不写群众",
}
ADOPTED_WORDS: Final = {"yes": "采纳", "partly": "部分采纳", "no": "没有采纳"}


@dataclass(frozen=True)
class Proposal:
    """A proposal: its kind, to whom, about what, on which basis, answered until when."""

    kind: str
    unit_id: UUID | None
    title: str
    body: str
    legal_basis: str
    due_on: date | None
    document_no: str = ""


def recommend(session: Session, desk: Desk, *, key: UUID, proposal: Proposal) -> Recommendation:
    """Send a proposal to a unit, which owes a written answer."""
    require_office(desk)
    is_new(session, Recommendation, key)
    if proposal.kind not in KIND_WORDS:
        raise InvalidError(NOT_SAVED, fields={"kind": "请选是哪一项建议。"})
    together(
        lambda: short(proposal.title, field="title", what="标题", longest=LONGEST_TITLE, least=2),
        lambda: written(proposal.body, field="body", what="建议的内容", least=10),
        lambda: written(proposal.legal_basis, field="legal_basis", what="依据", least=2),
        lambda: due_day(desk, proposal.due_on),
        lambda: unit_asked(session, desk, proposal.unit_id, advice=True),
    )
    title = short(proposal.title, field="title", what="标题", longest=LONGEST_TITLE, least=2)
    refuse_control_words({"title": title})
    body = written(proposal.body, field="body", what="建议的内容", least=10)
    basis = written(proposal.legal_basis, field="legal_basis", what="依据", least=2)
    number = short(proposal.document_no, field="document_no", what="文号", longest=LONGEST_NUMBER)
    due_on = due_day(desk, proposal.due_on)
    unit = unit_asked(session, desk, proposal.unit_id, advice=True)
    refuse_names(session, {"title": title, "body": body}, [unit.id])
    row = Recommendation(
        id=key, kind=proposal.kind, title=title, body=body, legal_basis=basis, document_no=number, unit_id=unit.id,
        by_unit_id=desk.actor.unit_id, due_on=due_on, opened_at=desk.now, opened_by=desk.actor.assignment_id,
    )  # fmt: skip
    session.add(row)
    told(session, desk, row, "opened", texts=[title, body])
    return row


def answer_recommendation(session: Session, desk: Desk, *, key: UUID, adopted: str, reply: str) -> None:
    """Keep the written answer: adopted or not, and why (信访工作条例 40)."""
    row = asked_row(session, Recommendation, key, desk)
    if adopted not in ADOPTED_WORDS:
        raise InvalidError(NOT_SAVED, fields={"adopted": "请选采纳、部分采纳还是没有采纳。"})
    if row.adopted and row.adopted != adopted and row.reply == reply.strip():
        raise InvalidError(NOT_SAVED, fields={"reply": "改了采纳情况,书面答复也要改。"})
    answer(session, row, desk, reply=reply, what="采纳了什么;没有采纳的,为什么")
    row.adopted = adopted


def end_recommendation(session: Session, desk: Desk, *, key: UUID, closing: str) -> None:
    """End a proposal that was answered in writing, or whose unit has ended meanwhile.

    Raises
    ------
    ConflictError
        Nobody has answered: the answer is a duty.
    """
    row = asked_row(session, Recommendation, key, desk)
    unit = session.get(Unit, row.unit_id)
    if not row.adopted and unit is not None and unit.closed_at is None:
        raise ConflictError(
            "对方还没有书面答复。书面反馈是它的职责(信访工作条例第四十条),请先催办。", code="unanswered"
        )
    end(session, row, desk, closing=closing)
