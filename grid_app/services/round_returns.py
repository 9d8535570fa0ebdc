"""Returns of a screening round: prefilled, one answer for every overlapping round, the village's assembling itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.disputes import Dispute
from grid_app.models.places import Division
from grid_app.models.rounds import Round, RoundAnswer, ScreeningReturn
from grid_app.policy import Actor, Scope, covers, dispute_scope
from grid_app.queries.scoping import visible
from grid_app.services.audit import record_audit

NOTE_LENGTH = 300


@dataclass(frozen=True)
class Returned:
    """A return was taken; ``rounds`` are the rounds it answered now."""

    return_id: UUID
    rounds: tuple[UUID, ...]
    entries: int
    zero: bool


def last_return_at(session: Session, division_code: str) -> datetime | None:
    """Return when this grid or village answered last, or ``None``."""
    return session.scalar(
        select(ScreeningReturn.returned_at)
        .where(ScreeningReturn.division_code == division_code)
        .order_by(ScreeningReturn.returned_at.desc())
        .limit(1)
    )


def entries_since_last_return(session: Session, scope: Scope, *, division: Division) -> list[Dispute]:
    """Return what was logged in ``division`` since its last return, newest last: the prefilled entries."""
    since = last_return_at(session, division.code)
    question = (
        select(Dispute)
        .join(Division, Division.code == Dispute.division_code)
        .where(visible(scope), Division.path.startswith(division.path, autoescape=True))
        .order_by(Dispute.received_at, Dispute.id)
    )
    if since is not None:
        question = question.where(Dispute.received_at > since)
    return list(session.scalars(question))


def open_rounds_over(session: Session, division: Division, *, now: datetime) -> list[Round]:
    """Return the open rounds whose area contains ``division``, the earliest due first."""
    above = [code for code in division.path.strip("/").split("/") if code]
    return list(
        session.scalars(
            select(Round)
            .where(Round.state == "open", Round.division_code.in_(above), Round.opens_at <= now)
            .order_by(Round.due_at, Round.id)
        )
    )


def submit_return(
    session: Session,
    *,
    actor: Actor,
    division_code: str,
    zero: bool,
    method_note: str,
    now: datetime,
) -> Returned:
    """Answer every open round over a grid or village with one return.

    A zero return needs "how did we look" and is refused while something was logged since the last return; otherwise
    the entries are everything logged since then. A repeated answer of the same round changes nothing.

    Raises
    ------
    NotFoundError, ForbiddenError, ConflictError, InvalidError
        No such grid or village; not the actor's; no open round; a zero return that contradicts the entries.
    """
    division = _answerable(session, actor, division_code)
    rounds = open_rounds_over(session, division, now=now)
    if not rounds:
        raise ConflictError("现在没有进行中的排查,不用回执。登记的纠纷都已保存。")
    entries = entries_since_last_return(session, dispute_scope(actor), division=division)
    _check_content(entries, zero=zero, note=method_note)
    made = ScreeningReturn(
        division_code=division.code,
        village_code=_village_code(division),
        returned_at=now,
        assignment_id=actor.assignment_id,
        zero=zero,
        method_note=method_note.strip(),
        entries=[str(entry.id) for entry in entries],
    )
    session.add(made)
    session.flush()  # the answers below point at it
    answered = tuple(row.id for row in rounds if _answer(session, row, division.code, made.id))
    record_audit(
        session, actor, "round.returned", now=now, target=("return", str(made.id)),
        details={"zero": zero, "entries": len(entries), "rounds": len(answered)},
    )  # fmt: skip
    return Returned(made.id, answered, len(entries), zero)


def _answerable(session: Session, actor: Actor, code: str) -> Division:
    division = session.get(Division, code)
    if division is None or division.level not in ("grid", "village"):
        raise NotFoundError("没有这个网格或村(社区)。请返回重新选择。")
    if not covers(actor, division.path):
        raise ForbiddenError(f"{division.name}不在您的范围内,请由负责它的人回执。")
    return division


def _check_content(entries: list[Dispute], *, zero: bool, note: str) -> None:
    if zero and entries:
        raise ConflictError(f"上次回执以后登记了 {len(entries)} 件纠纷,不能报“零报告”。请改用“确认回执”。")
    if not zero and not entries:
        raise ConflictError("上次回执以后没有登记纠纷。如果确实没有,请用“零报告”,并写明怎么排查的。")
    if zero and not note.strip():
        raise InvalidError("零报告请写一句怎么排查的。", fields={"method_note": "例如:走访 3 个组,开了一次院坝会。"})
    if len(note) > NOTE_LENGTH:
        raise InvalidError("说明太长,请缩短到 300 字以内。", fields={"method_note": "请缩短到 300 字以内。"})


def _village_code(division: Division) -> str:
    return division.parent_code or division.code if division.level == "grid" else division.code


def _answer(session: Session, row: Round, code: str, return_id: UUID) -> bool:
    if session.get(RoundAnswer, (row.id, code)) is not None:
        return False
    session.add(RoundAnswer(round_id=row.id, division_code=code, return_id=return_id))
    return True
