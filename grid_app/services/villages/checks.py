"""On-the-spot checks: once a year a township looks where there are too few cases to count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.errors import InvalidError, NotFoundError
from grid_app.models.places import Division
from grid_app.models.villages import VillageCheck
from grid_app.policy import Actor, covers
from grid_app.services.audit import record_audit
from grid_app.services.matters.step import written
from grid_app.services.policy_versions import refuse_persons
from grid_app.standing.criteria import CHECKABLE, NAMES

FITS: Final = {"yes": "做到了", "no": "没有做到", "": "这次没有看"}
SHORTEST, LONGEST = 10, 1000
OLDEST_DAYS: Final = 31
NOT_SAVED: Final = "没有保存,已填的都还在。"
NO_VILLAGE: Final = "没有这个村(社区),或者它不在您的辖区内。"


@dataclass(frozen=True)
class Seen:
    """What was seen on which day: of each criterion yes, no or nothing, and the findings in words."""

    on: date | None
    answers: Mapping[str, str]
    findings: str


def record_check(session: Session, *, code: str, seen: Seen, actor: Actor, now: datetime) -> VillageCheck:
    """Record a check of one village; it counts from the next month's assessment on, for twelve months.

    Raises
    ------
    NotFoundError, InvalidError
        The village is none of the area; no day, no answer, no findings, or words about people.
    """
    village = village_of_actor(session, code, actor)
    _refuse_wrong(seen, today=local_date(now))
    refuse_persons({"findings": seen.findings})
    row = VillageCheck(
        village_code=village.code,
        unit_id=actor.unit_id,
        checked_on=seen.on,
        seen={key: answer == "yes" for key, answer in seen.answers.items() if key in CHECKABLE and answer},
        findings=written(seen.findings, field="findings", what="看到了什么", least=SHORTEST, longest=LONGEST),
        recorded_by=actor.assignment_id,
        recorded_at=now,
    )
    session.add(row)
    session.flush()  # for the id the audit event names
    record_audit(session, actor, "village.checked", now=now, target=("village_check", str(row.id)))
    return row


def village_of_actor(session: Session, code: str, actor: Actor) -> Division:
    """Return a living village of the actor's area.

    Raises
    ------
    NotFoundError
        There is none of this code.
    """
    village = session.get(Division, code)
    if village is None or village.level != "village" or village.valid_to or not covers(actor, village.path):
        raise NotFoundError(NO_VILLAGE)
    return village


def _refuse_wrong(seen: Seen, *, today: date) -> None:
    fields = {}
    if seen.on is None or seen.on > today or (today - seen.on).days > OLDEST_DAYS:
        fields["on"] = f"请填最近 {OLDEST_DAYS} 天内实际去的那一天。"
    wrong = [key for key, answer in seen.answers.items() if answer not in FITS or key not in CHECKABLE]
    if wrong or not any(seen.answers.values()):
        fields[CHECKABLE[0]] = f"请至少看一项:{'、'.join(NAMES[key] for key in CHECKABLE)}。"
    if not SHORTEST <= len(seen.findings.strip()) <= LONGEST:
        fields["findings"] = f"请写去看了什么、看到什么,{SHORTEST} 到 {LONGEST} 个字。"
    if fields:
        raise InvalidError(NOT_SAVED, fields=fields)
