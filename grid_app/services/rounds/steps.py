"""Screening rounds: templates, opening by schedule or button, closing, reviewing."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.places import Division
from grid_app.models.rounds import Round, RoundTemplate
from grid_app.policy import Actor, covers
from grid_app.services.audit import record_audit
from grid_app.services.control_words import refuse_control_words
from grid_app.services.rounds.calendar import Period, period_on
from grid_app.services.rounds.missing import raise_missing
from grid_app.services.rounds.templates import schedule_of, seed_templates, workdays
from grid_app.vocabulary.words import LEVEL_WORDS

LONGEST_ROUND = timedelta(days=62)
NAME_LENGTH = 40
LONGEST_NAME = 100


def open_due_rounds(session: Session, *, now: datetime) -> list[UUID]:
    """Open each enabled template's round of the present period in every county where it is not open yet."""
    seed_templates(session)
    templates = session.scalars(select(RoundTemplate).where(RoundTemplate.enabled).order_by(RoundTemplate.code)).all()
    counties = session.scalars(
        select(Division).where(Division.level == "county", Division.valid_to.is_(None)).order_by(Division.code)
    ).all()
    opened, works = [], workdays(session)
    for template in templates:
        period = period_on(schedule_of(template), local_date(now), works=works)
        if period is None or not period.opens_at <= now < period.due_at:
            continue
        opened += [
            made.id for county in counties if (made := _open(session, template, county, period, None)) is not None
        ]
    return opened


def _open(session: Session, template: RoundTemplate, root: Division, period: Period, name: str | None) -> Round | None:
    taken = exists().where(
        Round.template_code == template.code, Round.division_code == root.code, Round.period == period.key
    )
    if session.scalar(select(taken)):
        return None
    made = Round(
        template_code=template.code,
        division_code=root.code,
        period=period.key,
        name=(name or f"{root.name} {template.name}({period.opens.month}月{period.opens.day}日起)")[:LONGEST_NAME],
        opens_at=period.opens_at,
        due_at=period.due_at,
        window_end=period.due,
        state="open",
    )
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()  # the id is the caller's answer
    except IntegrityError:
        return None  # somebody else opened it at the same moment
    return made


def open_round(
    session: Session,
    *,
    actor: Actor | None,
    template_code: str,
    division_code: str,
    period: Period,
    name: str = "",
    now: datetime,
) -> UUID:
    """Open one round by hand over a subtree; ``actor`` is ``None`` for the command line.

    Raises
    ------
    NotFoundError, ForbiddenError, InvalidError, ConflictError
        Unknown template or division; not the actor's area; dates the wrong way round or over; already opened.
    """
    seed_templates(session)
    template = session.get(RoundTemplate, template_code)
    root = session.get(Division, division_code.replace("\x00", ""))
    if template is None or root is None or root.level == "grid":
        raise NotFoundError("没有这个排查模板或这个区划。请检查后重试。")
    if actor is not None and not covers(actor, root.path):
        raise ForbiddenError(f"{root.name}不在您的管辖范围内,不能在那里开展排查。")
    _check_dates(period, by_hand=actor is not None, now=now)
    wanted = name.replace("\x00", "").strip()
    if len(wanted) > NAME_LENGTH:
        raise InvalidError("排查的名称太长,没有保存。", fields={"name": f"请缩短到 {NAME_LENGTH} 字以内。"})
    refuse_control_words({"name": wanted})
    made = _open(session, template, root, period, wanted or None)
    if made is None:
        raise ConflictError(f"{root.name}这一期的排查已经开过了,不用重复开。")
    record_audit(session, actor, "round.opened", now=now, target=("round", str(made.id)))
    return made.id


def _check_dates(period: Period, *, by_hand: bool, now: datetime) -> None:
    if not timedelta(0) < period.due_at - period.opens_at <= LONGEST_ROUND:
        raise InvalidError("截止日期要在开始日期之后,且不超过 62 天。", fields={"due": "请改截止日期。"})
    if by_hand and period.due_at <= now:
        raise InvalidError("截止日期已经过去,没有开展。", fields={"due": "请选今天或以后的日期。"})


def reachable_round(session: Session, round_id: UUID, *, actor: Actor | None) -> tuple[Round, Division]:
    """Return a round and its root when it lies in the actor's subtree or above it.

    Raises
    ------
    NotFoundError
        There is no such round here.
    """
    row = session.get(Round, round_id)
    if row is None:
        raise NotFoundError("没有这一轮排查,或它不在您的范围内。")
    root = session.get_one(Division, row.division_code)
    if actor is not None and not (covers(actor, root.path) or actor.division_path.startswith(root.path)):
        raise NotFoundError("没有这一轮排查,或它不在您的范围内。")
    return row, root


def _governed_round(session: Session, round_id: UUID, *, actor: Actor | None) -> Round:
    row, root = reachable_round(session, round_id, actor=actor)
    if actor is not None and not covers(actor, root.path):
        level = LEVEL_WORDS[root.level]
        raise ForbiddenError(f"这一轮由{level}组织,请由{root.name}关闭和研判。")
    return row


def close_round(session: Session, *, round_id: UUID, actor: Actor | None, now: datetime) -> None:
    """Close an open round; closing a closed one changes nothing.

    Closing early ends the window today, so that nothing later is counted in.
    """
    row = _governed_round(session, round_id, actor=actor)
    if row.state != "open":
        return
    row.state = "closed"
    row.closed_at = now
    row.window_end = min(row.window_end, local_date(now))
    record_audit(session, actor, "round.closed", now=now, target=("round", str(row.id)))
    raise_missing(session, row, now=now)


def close_overdue_rounds(session: Session, *, now: datetime) -> list[UUID]:
    """Close every open round whose last day is over and return their ids."""
    due = session.scalars(
        select(Round.id).where(Round.state == "open", Round.due_at <= now).order_by(Round.due_at)
    ).all()
    for round_id in due:
        close_round(session, round_id=round_id, actor=None, now=now)
    return list(due)


def review_round(session: Session, *, round_id: UUID, actor: Actor, now: datetime) -> None:
    """Mark an analysed round as reviewed by its owner.

    Raises
    ------
    ConflictError
        It was not analysed yet.
    """
    row = _governed_round(session, round_id, actor=actor)
    if row.state == "reviewed":
        return
    if row.state != "analysed":
        raise ConflictError("这一轮还没有研判,不能标记为已审阅。请先关闭并研判。")
    row.state = "reviewed"
    row.reviewed_at = now
    record_audit(session, actor, "round.reviewed", now=now, target=("round", str(row.id)))


def check_may_run(session: Session, *, round_id: UUID, actor: Actor | None) -> None:
    """Check that the actor may analyse the round and that it is closed.

    Raises
    ------
    ConflictError
        The round is still open.
    """
    row = _governed_round(session, round_id, actor=actor)
    if row.state == "open":
        raise ConflictError("这一轮还在进行中。请先关闭,再研判。")
