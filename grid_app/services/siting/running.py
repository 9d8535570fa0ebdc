"""A search from its beginning to its result, on record: one at a time in an area, to be cancelled while it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import CursorResult, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.errors import ConflictError, NotFoundError
from grid_app.models.places import Division
from grid_app.models.siting import SitingRun
from grid_app.policy import Actor, covers
from grid_app.services.audit import record_audit
from grid_app.services.siting.asking import Asked

RUNNING, DONE, FAILED, CANCELLED = "running", "done", "failed", "cancelled"
SILENT_FOR: Final = timedelta(seconds=45)
"""A search that lives says so every few seconds; one that was silent for so long was killed."""
LONGEST_SENTENCE: Final = 300
KEPT: Final = 50
MISSING: Final = "没有这次选址测算,或它不在您的辖区内。请回到列表重新选择。"
BUSY: Final = "这里已经有一次选址测算正在进行。请等它做完或取消它,再开始新的;填好的内容还在。"
BROKEN_OFF: Final = "这次测算中断了,没有结果。什么都没有丢,请再开始一次。"


@dataclass(frozen=True)
class Begun:
    """One run that was begun."""

    run_id: UUID
    asked: Asked


def begin(session: Session, *, asked: Asked, actor: Actor, now: datetime) -> Begun:
    """Put a search on record as running.

    Raises
    ------
    NotFoundError, ConflictError
        No such area of the actor's; another search is under way there.
    """
    root = session.get(Division, asked.division_code.replace("\x00", ""))
    if root is None or root.level == "grid" or not covers(actor, root.path):
        raise NotFoundError("没有这个区划,或者它不在您的辖区内。")
    _end_silent(session, root.code, now)
    row = SitingRun(
        id=new_id(), division_code=root.code, asked=asked.stored(), state=RUNNING, started_at=now, beat_at=now,
        started_by=actor.assignment_id, result={},
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()  # the one place of an area is taken here or nowhere
    except IntegrityError as error:
        raise ConflictError(BUSY, code="under_way") from error
    details = {"rooms": asked.number, "candidates": asked.kind}
    record_audit(session, actor, "siting.started", now=now, target=("siting", str(row.id)), details=details)
    _forget_old(session, root.code)
    return Begun(row.id, asked)


def is_wanted(session: Session, *, run_id: UUID) -> bool:
    """Return whether a search is still to be done."""
    return session.scalar(select(SitingRun.state).where(SitingRun.id == run_id)) == RUNNING


def beat(session: Session, *, run_id: UUID, now: datetime) -> bool:
    """Write down that a search is alive; ``False`` when nobody wants it any more."""
    changed = update(SitingRun).where(SitingRun.id == run_id, SitingRun.state == RUNNING).values(beat_at=now)
    return bool(cast("CursorResult[Any]", session.execute(changed)).rowcount)


def finish(session: Session, *, run_id: UUID, result: Mapping[str, Any], sentence: str, now: datetime) -> bool:
    """Write the result down; ``False`` when it was cancelled or taken for dead meanwhile, and nothing is written."""
    row = session.get_one(SitingRun, run_id, with_for_update=True)
    if row.state != RUNNING:
        return False
    row.state, row.result, row.sentence, row.beat_at = DONE, dict(result), sentence[:LONGEST_SENTENCE], now
    return True


def fail(session: Session, *, run_id: UUID, sentence: str, now: datetime) -> None:
    """Write down that it came to nothing."""
    row = session.get_one(SitingRun, run_id, with_for_update=True)
    if row.state == RUNNING:
        row.state, row.sentence, row.beat_at = FAILED, sentence[:LONGEST_SENTENCE], now


def cancel(session: Session, *, run_id: UUID, actor: Actor, now: datetime) -> bool:
    """Cancel a search; ``False`` when it was over already.

    Raises
    ------
    NotFoundError
        No such search in the actor's area.
    """
    row = session.get(SitingRun, run_id, with_for_update=True)
    root = session.get(Division, row.division_code) if row else None
    if row is None or root is None or not covers(actor, root.path):
        raise NotFoundError(MISSING)
    if row.state != RUNNING:
        return False
    row.state, row.sentence, row.beat_at = CANCELLED, "已取消,没有结果。", now
    record_audit(session, actor, "siting.cancelled", now=now, target=("siting", str(row.id)))
    return True


def _end_silent(session: Session, code: str, now: datetime) -> None:
    """Free the place of one that was killed."""
    rows = session.scalars(select(SitingRun).where(SitingRun.division_code == code, SitingRun.state == RUNNING))
    for row in rows:
        if now - row.beat_at >= SILENT_FOR:
            row.state, row.sentence = FAILED, BROKEN_OFF
    session.flush()  # the place must be free before the next one takes it


def _forget_old(session: Session, code: str) -> None:
    """Keep the newest searches of an area; older ones can be done again."""
    rows = session.scalars(
        select(SitingRun)
        .where(SitingRun.division_code == code, SitingRun.state != RUNNING)
        .order_by(SitingRun.started_at.desc(), SitingRun.id.desc())
        .offset(KEPT)
    )
    for row in rows:
        session.delete(row)
