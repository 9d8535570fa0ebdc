"""A backtest from its beginning to its result, on record: one at a time in an area, and one that broke off begins anew.

Nothing else is ever written: no finding, no member, no notice, no clock.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.backtests import Backtest
from grid_app.models.disputes import Dispute
from grid_app.models.places import Division
from grid_app.policy import Action, Actor, allows, covers
from grid_app.queries.backtests import DONE, RUNNING, SILENT_FOR
from grid_app.services.audit import record_audit
from grid_app.services.backtests.asking import Asked
from grid_app.services.upkeep.code_version import code_version
from screening import Parameters

LONGEST_SENTENCE: Final = 300
WHOLE: Final = 100
FAILED: Final = "failed"
MISSING: Final = "没有这次回测,或它不在您的范围内。请回到列表重新选择。"
BUSY: Final = "这里已经有一次回测正在进行,一次只做一个。请等它做完,再开始新的;填好的内容还在。"
BROKEN_OFF: Final = "这次回测中断了,没有结果。什么都没有丢,再开始一次,结果是一样的。"
NO_DATA: Final = "这段时间里没有登记过纠纷,没有可以回测的。请换一段日子。"


class TakenOverError(Exception):
    """Somebody began the backtest anew, or it is over: one try is not the newest any more."""


@dataclass(frozen=True)
class Begun:
    """One try of a backtest; ``started_at`` tells it from another try."""

    backtest_id: UUID
    started_at: datetime
    asked: Asked


def begin(session: Session, *, asked: Asked, actor: Actor | None, now: datetime) -> Begun:
    """Put a backtest on record as running; ``actor`` is ``None`` for the command line.

    Raises
    ------
    NotFoundError, ForbiddenError, InvalidError, ConflictError
        No such area; not the actor's; nothing was ever told there by then; another one is under way.
    """
    root = _area(session, asked.division_code, actor)
    _check_told(session, root.path, asked)
    row_id = new_id()
    record_audit(
        session, actor, "backtest.started", now=now, target=("backtest", str(row_id)),
        details={"rounds": len(asked.days), "signals": " ".join(asked.parameters.signals)},
    )  # fmt: skip
    _end_silent(session, asked.division_code, now)
    row = Backtest(
        id=row_id, division_code=asked.division_code, signals=list(asked.parameters.signals),
        parameters=json.loads(asked.parameters.as_json()), first=asked.first, last=asked.last,
        every_days=asked.every_days, state=RUNNING, percent=0, beat_at=now, started_at=now,
        started_by=actor.assignment_id if actor else None, code_version=code_version(), result={},
    )  # fmt: skip
    _take_the_place(session, row)
    return Begun(row.id, now, asked)


def begin_again(session: Session, *, backtest_id: UUID, actor: Actor | None, now: datetime) -> Begun:
    """Begin a backtest anew that broke off or failed, over the same days with the same figures.

    Raises
    ------
    NotFoundError, ForbiddenError, ConflictError
        No such backtest here; not the actor's to run; it is done, or one is under way.
    """
    row = session.get(Backtest, backtest_id, with_for_update=True)
    if row is None:
        raise NotFoundError(MISSING)
    _area(session, row.division_code, actor)
    if row.state == DONE:
        raise ConflictError("这次回测已经做完,结果就在这一页。", code="done")
    if row.state == RUNNING and not is_silent(row, now):
        raise ConflictError(BUSY, code="under_way")
    record_audit(session, actor, "backtest.started", now=now, target=("backtest", str(row.id)))
    _end_silent(session, row.division_code, now)
    row.state, row.percent, row.sentence, row.code_version = RUNNING, 0, "", code_version()
    row.started_at, row.beat_at = now, now
    _take_the_place(session, row)
    return Begun(row.id, now, asked_again(row))


def beat(session: Session, *, begun: Begun, percent: int, now: datetime) -> None:
    """Note how far a try is.

    Raises
    ------
    TakenOverError
        It is not the newest try any more.
    """
    row = _own(session, begun)
    row.percent, row.beat_at = min(max(percent, row.percent), WHOLE), now


def finish(
    session: Session, *, begun: Begun, result: Mapping[str, Any], digests: tuple[str, str], sentence: str, now: datetime
) -> None:
    """Write the result of a try down; ``digests`` are those of its inputs and of the result.

    Raises
    ------
    TakenOverError
        It is not the newest try any more.
    """
    row = _own(session, begun)
    row.result, (row.input_digest, row.result_digest) = dict(result), digests
    row.state, row.percent, row.beat_at, row.sentence = DONE, WHOLE, now, sentence[:LONGEST_SENTENCE]


def fail(session: Session, *, begun: Begun, sentence: str, now: datetime) -> None:
    """Write down that a try came to nothing, unless another one has taken its place."""
    row = session.get_one(Backtest, begun.backtest_id)
    if row.state == RUNNING and row.started_at == begun.started_at:
        row.state, row.beat_at, row.sentence = FAILED, now, sentence[:LONGEST_SENTENCE]


def is_silent(row: Backtest, now: datetime) -> bool:
    """Say whether a running backtest has said nothing for so long that it must have been killed."""
    return row.state == RUNNING and now - row.beat_at >= SILENT_FOR


def asked_again(row: Backtest) -> Asked:
    """Return what was asked of a backtest on record."""
    figures = {**row.parameters, "signals": tuple(row.parameters["signals"])}
    return Asked(row.division_code, Parameters(**figures), row.first, row.last, row.every_days)


def _area(session: Session, code: str, actor: Actor | None) -> Division:
    root = session.get(Division, code.replace("\x00", ""))
    if root is None or root.level == "grid":
        raise NotFoundError("没有这个区划,或者它是网格。请写村、乡镇或县的区划代码。")
    if actor is not None and not covers(actor, root.path):
        raise NotFoundError(MISSING)
    if actor is not None and not allows(actor, Action.RUN_BACKTEST):
        raise ForbiddenError("回测由县级做。")
    return root


def _check_told(session: Session, path: str, asked: Asked) -> None:
    """Refuse a period in which no round had a dispute in its window."""
    first = asked.first - timedelta(days=asked.parameters.window_days - 1)
    told = exists().where(
        Division.code == Dispute.division_code,
        Division.path.startswith(path, autoescape=True),
        Dispute.noted_on.between(first, asked.last),
    )
    if not session.scalar(select(told)):
        raise InvalidError(NO_DATA, fields={"first": NO_DATA}, code="no_data")


def _end_silent(session: Session, code: str, now: datetime) -> None:
    """Free the place of one that was killed."""
    rows = session.scalars(select(Backtest).where(Backtest.division_code == code, Backtest.state == RUNNING))
    for row in rows:
        if is_silent(row, now):
            row.state, row.sentence = FAILED, BROKEN_OFF
    session.flush()  # the place must be free before the next one takes it


def _take_the_place(session: Session, row: Backtest) -> None:
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()  # the one place of an area is taken here or nowhere
    except IntegrityError as error:
        raise ConflictError(BUSY, code="under_way") from error


def _own(session: Session, begun: Begun) -> Backtest:
    row = session.get_one(Backtest, begun.backtest_id, with_for_update=True)
    if row.state != RUNNING or row.started_at != begun.started_at:
        raise TakenOverError(str(begun.backtest_id))
    return row
