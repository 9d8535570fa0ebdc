"""Inspections (督查): announced, unannounced, on the spot, or of matters drawn at random by a kept seed.

The draw needs nothing but SHA-256: the numbers of the candidates are ordered by the digest of ``seed:number``, and
the first ones are taken. Whoever has the seed and the numbers draws the same matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import start_of_day
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute
from grid_app.models.support_work import Inspection, InspectionMatter
from grid_app.policy import Actor, Scope, dispute_scope
from grid_app.queries.scoping import visible
from grid_app.queries.support_units import SUPERVISORS
from grid_app.services.audit import record_audit
from grid_app.services.control_words import refuse_control_words
from grid_app.services.matters.step import AlreadyDoneError, Details, take_turn, written
from grid_app.services.support_work.asked import (
    LONGEST_TITLE,
    NOT_SAVED,
    Desk,
    matter_of,
    refuse_names,
    require_office,
    short,
    unit_asked,
)

METHOD_WORDS: Final = {
    "random": "随机抽查",
    "announced": "明查(事先通知)",
    "unannounced": "暗访(不事先通知)",
    "onsite": "实地督查",
}
RESULT_WORDS: Final = {"sound": "办理规范", "gap": "有问题"}
MOST_DRAWN: Final = 100
LONGEST_PERIOD: Final = timedelta(days=732)


@dataclass(frozen=True)
class Plan:
    """An inspection as it is planned; ``count`` matters are drawn when it is random, else ``matters`` are named."""

    title: str
    method: str
    held_on: date | None
    first_day: date | None
    last_day: date | None
    count: int = 0
    unit_id: UUID | None = None
    announced_on: date | None = None
    matters: str = ""


def draw(codes: Sequence[str], *, seed: str, count: int) -> list[str]:
    """Return ``count`` of the case codes, in the order in which ``seed`` draws them.

    Examples
    --------
    >>> draw(["A", "B", "C"], seed="1", count=2) == draw(["C", "B", "A"], seed="1", count=2)
    True
    """
    return sorted(codes, key=lambda code: sha256(f"{seed}:{code}".encode()).hexdigest())[:count]


def digest_of(codes: Sequence[str]) -> str:
    """Return the SHA-256 of the case codes in order, one a line."""
    return sha256("\n".join(sorted(codes)).encode()).hexdigest()


def plan_inspection(session: Session, desk: Desk, *, key: UUID, plan: Plan, seed: str) -> Inspection:
    """Keep an inspection with its matters; a random one draws them with ``seed``, which is kept.

    Raises
    ------
    InvalidError
        Something is missing, or there is nothing to draw from.
    """
    _require_supervisor(session, desk)
    take_turn(session)
    if session.get(Inspection, key) is not None:
        raise AlreadyDoneError("这次督查刚才已经保存了,没有重复保存。")
    title = short(plan.title, field="title", what="督查的名称", longest=LONGEST_TITLE, least=2)
    refuse_control_words({"title": title})
    first, last = _checked(desk, plan)
    unit = unit_asked(session, desk, plan.unit_id) if plan.unit_id else None
    row = Inspection(
        id=key, by_unit_id=desk.actor.unit_id, unit_id=unit.id if unit else None, title=title, method=plan.method,
        held_on=plan.held_on, announced_on=plan.announced_on if plan.method == "announced" else None,
        first_day=first, last_day=last, opened_at=desk.now, opened_by=desk.actor.assignment_id,
    )  # fmt: skip
    session.add(row)
    session.flush()  # its matters point to it
    for number, dispute_id in enumerate(_matters(session, desk, row, plan, seed), 1):
        session.add(InspectionMatter(inspection_id=row.id, dispute_id=dispute_id, number=number))
    details: Details = {"method": row.method, "candidates": row.candidates, "seed": row.seed}
    record_audit(
        session, desk.actor, "inspection.opened", now=desk.now, target=("inspection", str(row.id)), details=details
    )
    return row


def candidates_of(session: Session, row: Inspection, *, scope: Scope) -> dict[str, UUID]:
    """Return the matters there are to draw from: received in the period, in the area, of the unit if one is named."""
    asked = [
        Dispute.received_at >= start_of_day(row.first_day),
        Dispute.received_at < start_of_day(row.last_day + timedelta(days=1)),
        Dispute.received_at <= row.opened_at,
        *([Dispute.owner_unit_id == row.unit_id] if row.unit_id else []),
    ]
    rows = session.execute(select(Dispute.case_code, Dispute.id).where(visible(scope), *asked))
    return dict(rows.all())


def note_result(session: Session, desk: Desk, *, key: UUID, number: int, result: str, note: str) -> None:
    """Write down what was found about one matter: about how it was handled."""
    row = _own(session, desk, key)
    rows = select(InspectionMatter).where(InspectionMatter.inspection_id == key, InspectionMatter.number == number)
    matter = session.scalars(rows.with_for_update()).first()
    if matter is None:
        raise NotFoundError("这次督查里没有这一件。")
    if result not in RESULT_WORDS:
        raise InvalidError(NOT_SAVED, fields={"result": "请选办理规范,还是有问题。"})
    text = written(note, field="note", what="哪个环节有问题", least=5 if result == "gap" else 0)
    owner = session.scalar(select(Dispute.owner_unit_id).where(Dispute.id == matter.dispute_id))
    refuse_names(session, {"note": text}, [one for one in (owner, row.unit_id) if one])
    _still_open(row)
    if matter.result:
        if (matter.result, matter.note) == (result, text):
            raise AlreadyDoneError("这一件刚才已经记了,没有重复记录。")
        raise ConflictError("这一件已经有人记了结果。您填的没有保存,还在下面。", code="overtaken")
    matter.result, matter.note = result, text
    target = ("inspection", str(row.id))
    details: Details = {"number": number, "result": result}
    record_audit(session, desk.actor, "inspection.noted", now=desk.now, target=target, details=details)


def end_inspection(session: Session, desk: Desk, *, key: UUID, findings: str) -> None:
    """End an inspection with what was found, about units and links in the work."""
    row = _own(session, desk, key)
    text = written(findings, field="findings", what="督查发现了什么", least=5)
    refuse_names(session, {"findings": text}, [row.unit_id] if row.unit_id else [])
    if row.closed_at is not None and row.findings == text:
        raise AlreadyDoneError("刚才已经结束了,没有重复记录。")
    _still_open(row)
    row.findings, row.closed_at, row.closed_by = text, desk.now, desk.actor.assignment_id
    record_audit(session, desk.actor, "inspection.closed", now=desk.now, target=("inspection", str(row.id)))


def _matters(session: Session, desk: Desk, row: Inspection, plan: Plan, seed: str) -> list[UUID]:
    if plan.method != "random":
        named = dict.fromkeys(plan.matters.replace(",", " ").replace(",", " ").split())
        return [matter_of(session, desk, code, field="matters").id for code in named]
    found = candidates_of(session, row, scope=dispute_scope(desk.actor))
    if not found:
        raise InvalidError(NOT_SAVED, fields={"first_day": "这段时间、这个单位没有可以抽的事项。请放宽日期。"})
    row.seed, row.candidates, row.digest = seed, len(found), digest_of(list(found))
    return [found[code] for code in draw(list(found), seed=seed, count=plan.count)]


def _checked(desk: Desk, plan: Plan) -> tuple[date, date]:
    """Return the period, when the plan can be kept."""
    wrong = {}
    if plan.method not in METHOD_WORDS:
        wrong["method"] = "请选督查方式。"
    if plan.held_on is None:
        wrong["held_on"] = "请填督查的日期,写成 2026-11-30。"
    if plan.method == "announced" and (
        plan.announced_on is None or (plan.held_on and plan.announced_on > plan.held_on)
    ):
        wrong["announced_on"] = "明查要填通知的日期,不晚于督查的日期。"
    if plan.method == "random" and not 1 <= plan.count <= MOST_DRAWN:
        wrong["count"] = f"抽 1 到 {MOST_DRAWN} 件。"
    first, last = plan.first_day or desk.today, plan.last_day or desk.today
    if first > last or last - first > LONGEST_PERIOD:
        wrong["last_day"] = "截止日期不能早于开始日期,也不要超过两年。"
    if wrong:
        raise InvalidError(NOT_SAVED, fields=wrong)
    return first, last


def _require_supervisor(session: Session, desk: Desk) -> None:
    require_office(desk)
    unit = session.get(Unit, desk.actor.unit_id)
    if unit is None or unit.kind not in SUPERVISORS:
        raise ForbiddenError("县联席会议办公室、县领导值班室和乡镇政府才能督查。")


def _own(session: Session, desk: Desk, key: UUID) -> Inspection:
    require_office(desk)
    take_turn(session)
    row = session.get(Inspection, key, with_for_update=True, populate_existing=True)
    if row is None or row.by_unit_id != desk.actor.unit_id:
        raise NotFoundError("没有这次督查,或者它不是您单位的。")
    return row


def _still_open(row: Inspection) -> None:
    if row.closed_at is not None:
        raise ConflictError("这次督查已经结束。您填的没有保存,还在下面。", code="ended")


def own_inspection(session: Session, actor: Actor, key: UUID) -> Inspection | None:
    """Return an inspection of the actor's own unit, for reading."""
    row = session.get(Inspection, key)
    return row if row is not None and row.by_unit_id == actor.unit_id else None
