"""A file that was asked for, on record: asked, taken by a worker, made, fetched by its asker, thrown away.

One try is told from the next by its moment: a worker that was thought dead and comes back finds that its try is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.errors import ConflictError, ForbiddenError, NotFoundError
from grid_app.models.accounts import Account
from grid_app.models.exports import ExportJob
from grid_app.policy import Action, Actor, allows
from grid_app.queries.exports.jobs import DONE, FAILED, GONE, RUNNING, SILENT_FOR, WAITING, JobRow, is_own, is_silent
from grid_app.services.audit import record_audit
from grid_app.services.matters.step import Details

KEPT_FOR: Final = timedelta(days=3)
MOST_WAITING: Final = 3
MOST_IN_A_DAY: Final = 50
MOST_TRIES: Final = 3
LONGEST_SENTENCE: Final = 300
MISSING: Final = "没有这个导出,或者它是用别的身份、别的辖区申请的。请回到“导出”页面重新选。"
NO_RIGHT: Final = "您现在的身份不能导出。请用乡镇或县级人员的身份。"
FAILED_WORDS: Final = "这个文件没有做成,平台已记下原因。数据都在,没有丢;请再做一次。"
GAVE_UP: Final = f"做了 {MOST_TRIES} 次都中断了,没有做成。数据都在;请缩小范围再导出,或告诉系统管理员。"
GONE_WORDS: Final = "文件过期,已经清掉了。要用的话,再导出一次。"
RIGHT_ENDED: Final = "申请人的身份已经变了,文件没有做。请用现在的身份再申请。"


class TakenOverError(Exception):
    """Another worker took the job, or it is over: this try is not the newest any more."""


@dataclass(frozen=True)
class Taken:
    """One try of a job."""

    job_id: UUID
    started_at: datetime
    kind: str
    form: str
    parameters: Mapping[str, Any]
    assignment_id: UUID
    division_code: str


@dataclass(frozen=True)
class Made:
    """A file that was made: its rows, size and SHA-256, and the name a browser saves it under."""

    rows: int
    size: int
    sha256: str
    file_name: str
    sentence: str


def ask(
    session: Session, *, kind: str, form: str, parameters: Mapping[str, Any], actor: Actor, now: datetime
) -> UUID:  # fmt: skip
    """Put a file on record as asked for, and return the id of its job.

    Raises
    ------
    ForbiddenError, ConflictError
        The role may not export; too many are waiting or were asked for today.
    """
    if not allows(actor, Action.EXPORT):
        raise ForbiddenError(NO_RIGHT)
    _refuse_too_many(session, actor, now)
    job_id = new_id()
    session.add(
        ExportJob(
            id=job_id, kind=kind, form=form, parameters=dict(parameters), assignment_id=actor.assignment_id,
            account_id=actor.account_id, role=str(actor.role), unit_id=actor.unit_id,
            division_code=actor.division_code, state=WAITING, asked_at=now,
        )
    )  # fmt: skip
    told = {"kind": kind, "form": form, "role": str(actor.role)}
    record_audit(session, actor, "export.asked", now=now, target=("export", str(job_id)), details=told)
    return job_id


def take(session: Session, *, job_id: UUID, now: datetime) -> Taken | None:
    """Take a job that waits, or whose worker was killed, for this process; ``None`` when there is nothing to take."""
    taken = session.execute(
        update(ExportJob)
        .where(ExportJob.id == job_id, _is_free(now), ExportJob.tries < MOST_TRIES)
        .values(state=RUNNING, started_at=now, beat_at=now, done=0, total=0, tries=ExportJob.tries + 1, sentence="")
        .execution_options(synchronize_session=False)
        .returning(ExportJob.id)
    ).first()
    if taken is None:
        return None
    row = session.get_one(ExportJob, job_id, populate_existing=True)
    return Taken(
        row.id, now, row.kind, row.form, dict(row.parameters), row.assignment_id, row.division_code
    )  # fmt: skip


def free_jobs(session: Session, *, now: datetime) -> list[UUID]:
    """Return the jobs that a worker may take, the oldest first."""
    question = select(ExportJob.id).where(_is_free(now), ExportJob.tries < MOST_TRIES).order_by(ExportJob.asked_at)
    return list(session.scalars(question))


def beat(session: Session, *, taken: Taken, done: int, total: int, now: datetime) -> None:
    """Note how far a try is.

    Raises
    ------
    TakenOverError
        It is not the newest try any more.
    """
    row = _own(session, taken)
    row.done, row.total, row.beat_at = done, total, now


def finish(session: Session, *, taken: Taken, made: Made, actor: Actor, now: datetime) -> None:
    """Note that the file is there; how many rows were taken out, and in which role, stands in the audit trail.

    Raises
    ------
    TakenOverError
        It is not the newest try any more.
    """
    row = _own(session, taken)
    row.state, row.finished_at, row.expires_at, row.beat_at = DONE, now, now + KEPT_FOR, now
    row.rows, row.bytes, row.sha256 = made.rows, made.size, made.sha256
    row.done = row.total = made.rows
    row.file_name, row.sentence = made.file_name[:120], made.sentence[:LONGEST_SENTENCE]
    record_made(session, actor, taken.kind, taken.form, made, target=("export", str(row.id)), now=now)


def record_made(
    session: Session, actor: Actor, kind: str, form: str, made: Made, *, target: tuple[str, str], now: datetime
) -> None:
    """Write into the audit trail what was exported, how many rows, in which role, and the file's digest."""
    told: Details = {"kind": kind, "form": form, "rows": made.rows, "role": str(actor.role), "sha256": made.sha256}
    record_audit(session, actor, "export.made", now=now, target=target, details=told)


def fail(session: Session, *, taken: Taken, sentence: str, now: datetime) -> None:
    """Note that a try came to nothing, unless another one has taken its place."""
    row = session.get_one(ExportJob, taken.job_id)
    if row.state == RUNNING and row.started_at == taken.started_at:
        row.state, row.beat_at, row.sentence = FAILED, now, sentence[:LONGEST_SENTENCE]


def again(session: Session, *, job_id: UUID, actor: Actor, now: datetime) -> None:
    """Let a job that failed, or whose file is gone, wait for a worker again.

    Raises
    ------
    NotFoundError, ConflictError
        It is not the actor's; it is on its way or its file is there; too many are waiting or were asked for today.
    """
    row = _own_row(session, job_id=job_id, actor=actor)
    if row.state not in (FAILED, GONE):
        raise ConflictError("这个导出正在做,或者已经做好了。请看它现在的状态。", code="under_way")
    _refuse_too_many(session, actor, now)
    row.state, row.tries, row.sentence, row.sha256, row.asked_at = WAITING, 0, "", "", now
    told = {"kind": row.kind, "form": row.form, "role": str(actor.role)}
    record_audit(session, actor, "export.asked", now=now, target=("export", str(job_id)), details=told)


def note_fetched(session: Session, *, job: JobRow, actor: Actor, now: datetime) -> None:
    """Write into the audit trail that the file was fetched."""
    told: Details = {"kind": job.kind, "form": job.form, "rows": job.rows, "role": str(actor.role)}
    record_audit(session, actor, "export.fetched", now=now, target=("export", str(job.job_id)), details=told)


def throw_away(session: Session, *, job_id: UUID, actor: Actor, now: datetime) -> None:
    """Give up a file before its time; the caller removes it from the disk.

    Raises
    ------
    NotFoundError, ConflictError
        It is not the actor's; it is being made.
    """
    row = _own_row(session, job_id=job_id, actor=actor)
    if row.state == RUNNING and not is_silent(row, now):
        raise ConflictError("这个导出正在做,做完才能清掉。", code="under_way")
    row.state, row.sentence, row.expires_at = GONE, "文件已按您的要求清掉。", now


def expire(session: Session, *, now: datetime) -> list[UUID]:
    """Mark the files that are kept long enough as gone, and give up jobs that were killed too often."""
    gone = session.scalars(select(ExportJob).where(ExportJob.state == DONE, ExportJob.expires_at <= now)).all()
    for row in gone:
        row.state, row.sentence = GONE, GONE_WORDS
    for row in session.scalars(select(ExportJob).where(_is_free(now), ExportJob.tries >= MOST_TRIES)):
        row.state, row.sentence = FAILED, GAVE_UP
    return [row.id for row in gone]


def kept_jobs(session: Session) -> set[UUID]:
    """Return the jobs whose files are wanted: made, or being made."""
    return set(session.scalars(select(ExportJob.id).where(ExportJob.state.in_((DONE, RUNNING)))))


def _is_free(now: datetime) -> ColumnElement[bool]:
    silent = and_(ExportJob.state == RUNNING, ExportJob.beat_at <= now - SILENT_FOR)
    return or_(ExportJob.state == WAITING, silent)


def _refuse_too_many(session: Session, actor: Actor, now: datetime) -> None:
    session.scalar(
        select(Account.id).where(Account.id == actor.account_id).with_for_update()
    )  # one ask after the other
    waiting, today = _counts(session, actor, now)
    if waiting >= MOST_WAITING:
        raise ConflictError(f"您已有 {waiting} 个导出在做,请等做完再申请新的。填好的内容还在。", code="too_many")
    if today >= MOST_IN_A_DAY:
        raise ConflictError(f"24 小时内最多导出 {MOST_IN_A_DAY} 次,请明天再来。填好的内容还在。", code="too_many")


def _counts(session: Session, actor: Actor, now: datetime) -> tuple[int, int]:
    own = ExportJob.account_id == actor.account_id
    under_way = own & ExportJob.state.in_((WAITING, RUNNING))
    lately = own & (ExportJob.asked_at > now - timedelta(days=1))
    first, second = (session.scalar(select(func.count()).where(one)) or 0 for one in (under_way, lately))
    return first, second


def _own(session: Session, taken: Taken) -> ExportJob:
    row = session.get_one(ExportJob, taken.job_id, with_for_update=True)
    if row.state != RUNNING or row.started_at != taken.started_at:
        raise TakenOverError(str(taken.job_id))
    return row


def _own_row(session: Session, *, job_id: UUID, actor: Actor) -> ExportJob:
    """Return a job that the actor asked for in this very capacity and area.

    Raises
    ------
    NotFoundError
        There is none.
    """
    found = session.scalar(select(ExportJob).where(ExportJob.id == job_id, is_own(actor)))
    if found is None:
        raise NotFoundError(MISSING)
    return found
