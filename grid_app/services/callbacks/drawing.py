"""Drawing: once for each township, month and kind of decision, by a seed that is kept, so that anybody can repeat it.

Every decision's id is put in the order of the SHA-256 of ``seed:id``, and the first ones of each stratum are taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.database.base import new_id
from grid_app.errors import NotFoundError
from grid_app.models.accounts import Assignment, Notice, Unit
from grid_app.models.callbacks import CallbackDraw, CallbackSample
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.duties import DutyUnit
from grid_app.models.places import Division
from grid_app.policy import Actor, Role
from grid_app.queries.accounts import assignments_in_force
from grid_app.queries.callbacks import Candidate, candidates, draw_in, townships_to_draw
from grid_app.queries.indicators_spans import month_of
from grid_app.services.audit import record_audit
from grid_app.services.matters.step import Details, take_turn
from grid_app.vocabulary.callbacks import CLOSED, REFUSED, callback_rules

RANKS: Final = {
    "village_committee": 1,
    "mediation_committee": 1,
    "township_government": 2,
    "department": 3,
    "county_office": 4,
    "county_lead_office": 5,
}
"""Who stands above whom; a verifier is always above everybody who had a part."""
VERIFIERS: Final = ("township_government", "county_office", "county_lead_office")
OFFICES: Final = (Role.TOWNSHIP_OFFICER, Role.TOWNSHIP_LEAD, Role.COUNTY_OFFICER, Role.COUNTY_LEAD)
WAITING: Final = "有抽查回访等本单位做,{due}以前。被抽到的事项由办理单位以外的单位回访。"


def draw_next(session: Session, *, seed: str, now: datetime) -> bool:
    """Draw from last month's decisions of one township that has no draw yet; say whether there was one."""
    month = month_of(month_of(local_date(now)).since - timedelta(days=1))
    take_turn(session)
    for kind in (CLOSED, REFUSED):
        for township in townships_to_draw(session, month=month.since, kind=kind)[:1]:
            _draw(session, township, kind=kind, month=month.since, seed=seed, now=now)
            return True
    return False


def chosen(found: Sequence[Candidate], *, seed: str) -> list[Candidate]:
    """Return the candidates that ``seed`` draws: of each stratum as many as its row of the policy says."""
    ordered = sorted(found, key=lambda one: sha256(f"{seed}:{one.event_id}".encode()).hexdigest())
    drawn: list[Candidate] = []
    for stratum, row in callback_rules().rows.items():
        of_it = [one for one in ordered if one.stratum == stratum]
        drawn += of_it[: row.count_of(len(of_it))]
    return drawn


def drawn_again(session: Session, *, actor: Actor, draw_id: UUID, now: datetime) -> bool:
    """Repeat a draw from the history and say whether it gives the same sample; looking is an audit event.

    Raises
    ------
    NotFoundError
        There is none in the actor's area.
    """
    found = draw_in(session, path=actor.division_path, draw_id=draw_id)
    if found is None:
        raise NotFoundError("没有这次抽取,或者它不在您的范围内。")
    row, township, drawn = found
    again = candidates(session, path=township.path, kind=row.kind, month=month_of(row.month), until=row.drawn_at)
    is_same = _digest(again) == row.digest and [one.event_id for one in chosen(again, seed=row.seed)] == drawn
    record_audit(session, actor, "callback.repeated", now=now, target=("callback_draw", str(row.id)),
                 details={"same": is_same})  # fmt: skip
    return is_same


def verifier_of(session: Session, dispute: Dispute, *, decided_by: UUID | None) -> UUID | None:
    """Return the lowest office above all that had a part in a matter: handling, deciding, or bound by duty to solve it.

    The unit complained of never verifies. Where nobody is above, there is no verifier.
    """
    own = (dispute.owner_unit_id, decided_by, session.scalar(
        select(DutyUnit.unit_id).where(DutyUnit.dispute_id == dispute.id)
    ))  # fmt: skip
    part = {key for key in own if key}
    kinds = session.scalars(select(Unit.kind).where(Unit.id.in_(part)))
    rank = max((RANKS.get(kind, 3) for kind in kinds), default=1)
    path = session.scalar(select(Division.path).where(Division.code == dispute.division_code)) or ""
    rows = session.execute(
        select(Unit.id, Unit.kind).where(
            Unit.division_code.in_(path.strip("/").split("/")), Unit.kind.in_(VERIFIERS), Unit.closed_at.is_(None)
        )
    )
    above = [
        (RANKS[kind], str(key), key)
        for key, kind in rows
        if RANKS[kind] > rank and key not in part and key != dispute.about_unit_id
    ]
    return min(above)[2] if above else None


def _draw(session: Session, township: Division, *, kind: str, month: date, seed: str, now: datetime) -> None:
    found = candidates(session, path=township.path, kind=kind, month=month_of(month), until=now)
    row = CallbackDraw(
        id=new_id(), kind=kind, division_code=township.code, month=month, seed=seed, candidates=len(found),
        digest=_digest(found), drawn_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()  # the samples point to it
    due = local_date(now) + timedelta(days=callback_rules().due_days)
    told: dict[UUID, None] = {}
    for number, one in enumerate(chosen(found, seed=seed), 1):
        verifier = verifier_of(session, session.get_one(Dispute, one.dispute_id), decided_by=_unit_of(session, one))
        session.add(
            CallbackSample(
                draw_id=row.id, number=number, dispute_id=one.dispute_id, event_id=one.event_id, decided_at=one.at,
                stratum=one.stratum, verifier_unit_id=verifier, due_on=due,
            )
        )  # fmt: skip
        if verifier:
            told[verifier] = None
    for unit_id in told:
        _tell(session, unit_id, due=due, now=now)
    details: Details = {"kind": kind, "candidates": len(found), "seed": seed}
    record_audit(session, None, "callback.drawn", now=now, target=("callback_draw", str(row.id)), details=details)


def _unit_of(session: Session, one: Candidate) -> UUID | None:
    return session.scalar(
        select(Assignment.unit_id)
        .join(DisputeEvent, DisputeEvent.assignment_id == Assignment.id)
        .where(DisputeEvent.id == one.event_id)
    )


def _tell(session: Session, unit_id: UUID, *, due: date, now: datetime) -> None:
    """Put one line on the start pages of an office; whoever has it unread from another township's draw has it once."""
    roles = Assignment.role.in_([str(role) for role in OFFICES])
    staff = assignments_in_force(session, Assignment.unit_id == unit_id, roles, now=now)
    text = WAITING.format(due=f"{due.month}月{due.day}日")
    unread = set(session.scalars(select(Notice.account_id).where(Notice.text == text, Notice.read_at.is_(None))))
    session.add_all(
        Notice(account_id=account, kind="callback", text=text, url="/call-backs", created_at=now)
        for account in dict.fromkeys(one.account_id for one in staff)
        if account not in unread
    )


def _digest(found: Sequence[Candidate]) -> str:
    return sha256("\n".join(str(one.event_id) for one in found).encode()).hexdigest()
