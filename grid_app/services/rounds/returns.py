"""Returns of a screening round: prefilled, one answer for every overlapping round, the village's assembling itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.places import Division
from grid_app.models.rounds import RoundAnswer, ScreeningReturn
from grid_app.policy import Actor, covers, dispute_scope
from grid_app.queries.returns import Entry, RoundOver, entries_since_last_return, rounds_over
from grid_app.services.audit import record_audit
from grid_app.vocabulary.words import WAY_WORDS

NOTE_LENGTH = 300
BETWEEN_WAYS = "、"
NAMED_LATELY = timedelta(days=30)
"""How long a phone may not have heard that its report was in a return already."""


@dataclass(frozen=True)
class Returned:
    """What became of a return: ``rounds`` are the rounds it answered now, none when they were answered before.

    ``return_id`` is the row it was written to, ``None`` when nothing was written.
    """

    rounds: tuple[UUID, ...]
    entries: int
    zero: bool
    return_id: UUID | None = None


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
    the entries are everything logged since then. When every round was answered before, nothing is written.

    Raises
    ------
    NotFoundError, ForbiddenError, ConflictError, InvalidError
        No such grid or village; not the actor's; no open round; a zero return that contradicts the entries.
    """
    asked = _asked(session, actor, division_code, now)
    if asked is None:
        return Returned((), 0, zero)
    note = _plain(method_note)
    _check_content(asked.entries, zero=zero, note=note)
    return _stored(session, asked, actor=actor, zero=zero, note=note, now=now)


def take_return(
    session: Session, *, actor: Actor, division_code: str, zero: bool, method_note: str, now: datetime
) -> Returned:
    """Answer like ``submit_return`` what somebody stated without signal, when nobody can be asked again.

    What was logged meanwhile belongs to the answer: a zero return over entries counts as a return with entries, and
    one whose entries an earlier return named lately counts with none; ``Returned`` says what it was taken as.

    Raises
    ------
    NotFoundError, ForbiddenError, ConflictError, InvalidError
        As ``submit_return``, without the contradictions; nothing was ever logged that could be confirmed.
    """
    asked = _asked(session, actor, division_code, now)
    if asked is None:
        return Returned((), 0, zero)
    note = _plain(method_note)
    _check_note(note, zero=zero)
    if not zero and not _named_before(session, asked.division, now):
        _check_content(asked.entries, zero=zero, note=note)
    return _stored(session, asked, actor=actor, zero=zero and not asked.entries, note=note, now=now)


@dataclass(frozen=True)
class _Asked:
    """A place whose open rounds wait for an answer, and what was logged there since the last one."""

    division: Division
    rounds: Sequence[RoundOver]
    entries: Sequence[Entry]


def _asked(session: Session, actor: Actor, division_code: str, now: datetime) -> _Asked | None:
    """Return what is to be answered, or ``None`` when every round was answered before."""
    division = answerable(session, actor, division_code)
    rounds = rounds_over(session, division, now=now)
    if not rounds:
        raise ConflictError("现在没有进行中的排查,不用回执。登记的纠纷都已保存。", code="round_closed")
    if all(one.answered for one in rounds):
        return None
    entries = entries_since_last_return(session, dispute_scope(actor), division=division, now=now)
    return _Asked(division, rounds, entries)


def _named_before(session: Session, division: Division, now: datetime) -> bool:
    """Say whether a return of the place named entries lately: a colleague was quicker, or an answer got lost."""
    lately = session.scalars(
        select(ScreeningReturn.entries).where(
            ScreeningReturn.division_code == division.code, ScreeningReturn.returned_at >= now - NAMED_LATELY
        )
    )
    return any(lately)


def _plain(note: str) -> str:
    return note.replace("\x00", "").strip()


def _stored(session: Session, asked: _Asked, *, actor: Actor, zero: bool, note: str, now: datetime) -> Returned:
    division, entries = asked.division, asked.entries
    made = ScreeningReturn(
        division_code=division.code,
        village_code=_village_code(division),
        returned_at=now,
        assignment_id=actor.assignment_id,
        zero=zero,
        method_note=note,
        entries=[str(entry.dispute_id) for entry in entries],
    )
    session.add(made)
    session.flush()  # the answers below point at it
    answered = tuple(
        one.round_id
        for one in asked.rounds
        if not one.answered and _answer(session, one.round_id, division.code, made.id)
    )
    record_audit(
        session, actor, "round.returned", now=now, target=("return", str(made.id)),
        details={"zero": zero, "entries": len(entries), "rounds": len(answered)},
    )  # fmt: skip
    return Returned(answered, len(entries), zero, made.id)


def method_note(ways: Sequence[str], note: str) -> str:
    """Return "how did we look" in words: the ways chosen, known ones by their code, and what was written."""
    words = [WAY_WORDS.get(way, way) for way in ways]
    return BETWEEN_WAYS.join([*words, *filter(None, [note.strip()])])


def answerable(session: Session, actor: Actor, code: str) -> Division:
    """Return the grid or village that the actor may answer for.

    Raises
    ------
    NotFoundError, ForbiddenError
        There is none with this code; it lies outside the actor's area.
    """
    division = session.get(Division, code.replace("\x00", ""))
    if division is None or division.level not in ("grid", "village"):
        raise NotFoundError("没有这个网格或村(社区)。请返回重新选择。")
    if not covers(actor, division.path):
        raise ForbiddenError(f"{division.name}不在您的范围内,请由负责它的人回执。")
    return division


def _check_content(entries: Sequence[Entry], *, zero: bool, note: str) -> None:
    if zero and entries:
        raise ConflictError(
            f"上次回执以后登记了 {len(entries)} 件纠纷,不能报“零报告”。请改用“确认回执”。", code="not_zero"
        )
    if not zero and not entries:
        raise ConflictError(
            "上次回执以后没有登记纠纷。如果确实没有,请用“零报告”,并写明怎么排查的。", code="nothing_logged"
        )
    _check_note(note, zero=zero)


def _check_note(note: str, *, zero: bool) -> None:
    if zero and not note:
        raise InvalidError("零报告请写一句怎么排查的。", fields={"method_note": "例如:走访 3 个组,开了一次院坝会。"})
    if len(note) > NOTE_LENGTH:
        raise InvalidError("说明太长,请缩短到 300 字以内。", fields={"method_note": "请缩短到 300 字以内。"})


def _village_code(division: Division) -> str:
    return division.parent_code or division.code if division.level == "grid" else division.code


def _answer(session: Session, round_id: UUID, code: str, return_id: UUID) -> bool:
    """Say whether this return is the round's answer for the place; one that came at the same moment may be."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = (
        insert(RoundAnswer)
        .values(round_id=round_id, division_code=code, return_id=return_id)
        .on_conflict_do_nothing()
        .returning(RoundAnswer.round_id)
    )
    return session.execute(statement).first() is not None
