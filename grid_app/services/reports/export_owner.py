"""Whose an export is: what its owner acts as now, or acted as before leaving; and what is noted with each report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.errors import InvalidError
from grid_app.models.accounts import Account, Assignment, Unit
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.places import Division
from grid_app.policy import Action, Actor, Role, allows, covers
from grid_app.services.accounts.actors import actors_of
from grid_app.services.numbering import next_event_number
from grid_app.services.reports.draft import Caution, Received

UNKNOWN = "文件里写的上报人不在这个平台上,什么也没有登记。请核对是不是交错了平台;手机上的内容不会丢。"
OWNER_LEFT = Caution("owner_left", "上报人已不在原来的岗位。内容照样登记,按地点由现在负责的单位办理。")
OUT_OF_AREA = Caution("out_of_area", "这件事的地点现在不归上报人负责。内容照样登记,已转给负责那里的单位。")


@dataclass(frozen=True)
class Owner:
    """What an owner may act as, the best first; ``left`` when nothing of it is in force any more."""

    actors: tuple[Actor, ...]
    left: bool


def owner_of(session: Session, account_id: UUID, *, now: datetime) -> Owner:
    """Return what the account acts as, or acted as last.

    Raises
    ------
    InvalidError
        There is no such account, or it never could report anything.
    """
    current = [actor for actor in actors_of(session, account_id, now=now) if allows(actor, Action.REPORT_DISPUTE)]
    if current:
        return Owner(tuple(current), left=False)
    former = [actor for actor in _former(session, account_id) if allows(actor, Action.REPORT_DISPUTE)]
    if not former:
        raise InvalidError(UNKNOWN, code="unknown_owner")
    return Owner(tuple(former), left=True)


def note_hand_in(
    session: Session, *, answer: Received, owner: Owner, bringer: Actor, now: datetime, is_report: bool = True
) -> Received:
    """Write into the history of what came out of an export who brought it, and return its answer.

    The answer to a report says when the owner has left, or no longer works where the matter lies: the office of the
    place has it. A visit is recorded wherever its maker works now.
    """
    if answer.outcome != "accepted" or answer.dispute_id is None:
        return answer
    path = session.scalar(
        select(Division.path)
        .join(Dispute, Dispute.division_code == Division.code)
        .where(Dispute.id == answer.dispute_id)
    )
    cautions = _cautions(owner, path or "") if is_report else ()
    session.add(
        DisputeEvent(
            dispute_id=answer.dispute_id,
            number=next_event_number(session, answer.dispute_id),
            at=now,
            kind="handed_in",
            assignment_id=bringer.assignment_id,
            note="".join(["手机导出的文件由此人代为上交。", *(one.sentence for one in cautions)]),
            details={"cautions": [one.code for one in cautions]},
        )
    )
    session.flush()  # the next item of the same file counts the events
    return replace(answer, cautions=(*answer.cautions, *cautions))


def _cautions(owner: Owner, path: str) -> tuple[Caution, ...]:
    if owner.left:
        return (OWNER_LEFT,)
    return () if any(covers(actor, path) for actor in owner.actors) else (OUT_OF_AREA,)


def _former(session: Session, account_id: UUID) -> Sequence[Actor]:
    rows = session.execute(
        select(Assignment, Account.display_name, Unit.name, Division.path)
        .join(Account, Account.id == Assignment.account_id)
        .join(Unit, Unit.id == Assignment.unit_id)
        .join(Division, Division.code == Assignment.division_code)
        .where(Assignment.account_id == account_id)
        .order_by(Assignment.valid_to.desc(), Assignment.id.desc())
    )
    return [
        Actor(
            account_id=account_id,
            assignment_id=found.id,
            role=Role(found.role),
            unit_id=found.unit_id,
            division_code=found.division_code,
            division_path=path,
            display_name=person,
            unit_name=unit,
        )
        for found, person, unit, path in rows
    ]
