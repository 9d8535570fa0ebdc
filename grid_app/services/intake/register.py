"""Registering what came to an office (登记): the report goes the way of every report, with how it came beside it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.errors import InvalidError
from grid_app.models.intake import Reception, Registration
from grid_app.policy import Action
from grid_app.services.matters.step import Step, opened, permitted, write, written
from grid_app.services.reports.draft import DraftReport, Received
from grid_app.services.reports.receiving import receive_reports
from grid_app.services.reports.rows import Desk
from grid_app.vocabulary.words import FROM_A_UNIT, INTAKE_CHANNELS

MOST_REPRESENTATIVES: Final = 5
MOST_VISITORS: Final = 9_999
NOT_REGISTERED: Final = "还没有登记,已填的都还在。"
LINES: Final = {
    "issuing_unit": ("来件单位", 100), "document_no": ("文号", 60), "official": ("领导姓名和职务", 60),
    "place": ("接访地点", 100), "accompanying": ("陪同人员", 100), "responsible": ("责任单位", 100),
}  # fmt: skip
TEXTS: Final = {
    "official_words": "批示内容", "request": "来访诉求", "earlier": "以前的办理", "answer": "当场答复",
    "opinion": "处理意见",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Origin:
    """How a matter came: the channel, the day, and for what another unit sent its document and due date."""

    channel: str
    came_on: date
    issuing_unit: str = ""
    document_no: str = ""
    due_on: date | None = None
    report_back: bool = False
    official: str = ""
    official_words: str = ""


@dataclass(frozen=True, kw_only=True)
class Visit:
    """What the form of a reception asks; visitors and representatives are numbers, never names."""

    held_at: datetime
    place: str
    official: str
    visitors: int
    request: str
    opinion: str
    accompanying: str = ""
    representatives: int | None = None
    earlier: str = ""
    answer: str = ""
    responsible: str = ""
    promised_on: date | None = None
    acknowledged: bool = False


def register(session: Session, *, draft: DraftReport, origin: Origin, visit: Visit | None, desk: Desk) -> Received:
    """Take in a report with how it came; a form sent twice is one registration.

    Raises
    ------
    InvalidError
        Something about how it came is missing or wrong; nothing is stored then.
    ForbiddenError
        The role does not register for an office.
    """
    origin, visit = checked(origin, visit, today=local_date(desk.now))
    permitted(Step(draft.id, desk.actor, 0, desk.now), Action.HANDLE_DISPUTE)
    received = receive_reports(session, drafts=[draft], desk=desk)[0]
    if received.outcome == "accepted":
        _keep(session, draft, origin, visit, desk)
    return received


def checked(origin: Origin, visit: Visit | None, *, today: date) -> tuple[Origin, Visit | None]:
    """Return how it came with its texts trimmed and masked.

    Raises
    ------
    InvalidError
        With a sentence for every field that is missing or wrong.
    """
    problems = _origin_problems(origin, today)
    if visit is not None:
        problems |= _visit_problems(visit, today)
    origin = replace(origin, **_texts(origin, problems))
    visit = replace(visit, **_texts(visit, problems)) if visit else None
    if problems:
        raise InvalidError(NOT_REGISTERED, fields=problems)
    return origin, visit


def _origin_problems(origin: Origin, today: date) -> dict[str, str]:
    problems = {}
    if origin.channel not in INTAKE_CHANNELS:
        problems["channel"] = "请重新选择是怎么来的。"
    if origin.came_on > today:
        problems["came_on"] = "来件日期在将来,请核对。"
    if origin.channel in FROM_A_UNIT and not origin.issuing_unit.strip():
        problems["issuing_unit"] = "请写明是哪个单位交来的。"
    if origin.due_on is not None and origin.due_on < origin.came_on:
        problems["due_on"] = "来件要求的期限早于来件日期,请核对。"
    if origin.channel == "instruction" and not origin.official.strip():
        problems["official"] = "请写明是哪位领导批示的(姓名和职务)。"
    return problems


def _visit_problems(visit: Visit, today: date) -> dict[str, str]:
    problems = {}
    if local_date(visit.held_at) > today:
        problems["held_at"] = "接访时间在将来,请核对。"
    if not 1 <= visit.visitors <= MOST_VISITORS:
        problems["visitors"] = "请填来了几个人,只填数字。"
    if visit.representatives is not None and not 1 <= visit.representatives <= MOST_REPRESENTATIVES:
        problems["representatives"] = "走访推选的代表不超过 5 人(信访工作条例第二十条)。只填人数。"
    if visit.promised_on is not None and visit.promised_on < local_date(visit.held_at):
        problems["promised_on"] = "答应的日期早于接访日期,请核对。"
    needed = {"place": "接访地点", "official": "接访人(姓名和职务)", "request": "来访诉求", "opinion": "处理意见"}
    missing = [name for name in needed if not getattr(visit, name).strip()]
    return problems | {name: f"请写明{needed[name]}。" for name in missing}


def _texts(told: Origin | Visit, problems: dict[str, str]) -> dict[str, Any]:
    """Return the texts of ``told`` as they are stored; what cannot be stored is added to ``problems``."""
    kept: dict[str, Any] = {}
    for one in fields(told):
        if one.name not in LINES and one.name not in TEXTS:
            continue
        what, longest = LINES.get(one.name, (TEXTS.get(one.name, ""), 0))
        try:
            kept[one.name] = written(getattr(told, one.name), field=one.name, what=what, least=0)
        except InvalidError as refusal:
            problems.setdefault(one.name, refusal.fields[one.name])
            continue
        if longest and len(kept[one.name]) > longest:
            problems.setdefault(one.name, f"“{what}”最多 {longest} 个字,请缩短。")
    return kept


def _keep(session: Session, draft: DraftReport, origin: Origin, visit: Visit | None, desk: Desk) -> None:
    """Write the registration and the reception, and say so in the history."""
    step = Step(draft.id, desk.actor, 0, desk.now)
    dispute = opened(session, step)
    told = {one.name: getattr(origin, one.name) for one in fields(origin)}
    session.add(
        Registration(
            dispute_id=dispute.id,
            unit_id=desk.actor.unit_id,
            assignment_id=desk.actor.assignment_id,
            at=desk.now,
            **told,
        )
    )
    if visit is not None:
        session.add(Reception(dispute_id=dispute.id, **{one.name: getattr(visit, one.name) for one in fields(visit)}))
    details = {"channel": origin.channel, "own_due": origin.due_on.isoformat() if origin.due_on else None}
    note = origin.official_words or (visit.opinion if visit else "")
    write(session, step, dispute, kind="registered", note=note, details=details)
