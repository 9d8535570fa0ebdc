"""What a person answers about two similar disputes: same household, another household, or unrelated.

Both disputes keep their case code, their clock and their history; a link only says how they belong together, can
be answered anew, and never makes the number of households smaller elsewhere. An earlier matter (同一事由前案) is picked
by hand from the village's own list; nothing finds it by a person.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from grid_app.errors import InvalidError, NotFoundError
from grid_app.models.disputes import Dispute, DisputeEvent, DisputeLink
from grid_app.models.mediation import MediationCase
from grid_app.policy import Actor, dispute_scope
from grid_app.queries.scoping import visible
from grid_app.services.audit import record_audit
from grid_app.services.matters.grading import EARLIER, regrade
from grid_app.services.matters.step import take_turn, written
from grid_app.services.numbering import next_event_number

SAME_HOUSEHOLD = "same_household"
UNRELATED = "unrelated"
RELATIONS = (SAME_HOUSEHOLD, "other_household", UNRELATED, EARLIER)


def link_disputes(
    session: Session, *, actor: Actor, dispute_id: UUID, other_id: UUID, relation: str, now: datetime,
    reason: str = "",
) -> None:  # fmt: skip
    """Record how ``dispute_id`` (the newer) and ``other_id`` belong together; a later answer replaces it.

    ``same_household`` makes the newer one the same matter as the other; any other answer takes that back. Both
    histories keep every answer and the reason that was given for it.

    Raises
    ------
    NotFoundError
        One of the two does not exist or lies outside the actor's area.
    InvalidError
        The two are one dispute, or the relation is unknown.
    """
    if relation not in RELATIONS or dispute_id == other_id:
        raise InvalidError("不能这样关联。请从三个选项里选一个,并选另一件事项。", fields={"relation": "请重新选择。"})
    dispute, other = _both(session, actor, dispute_id, other_id)
    if relation == EARLIER:
        _require_earlier(dispute, other)
    before = _answer(session, dispute, other, relation=relation, actor=actor, now=now)
    if before == relation:
        return
    _point_to(session, dispute, other, relation)
    for one, counterpart in ((dispute, other), (other, dispute)):
        told = _event(session, one, counterpart, actor=actor, relation=relation, before=before, now=now)
        told.note = reason
        session.add(told)
    session.flush()  # the grade counts what failed in an earlier matter
    if relation == EARLIER:
        _look_again(session, dispute)
    if EARLIER in (relation, before):
        for one in (dispute, other):
            regrade(session, one, now=now)
    record_audit(
        session,
        actor,
        "dispute.linked",
        now=now,
        target=("dispute", str(dispute.id)),
        details={"other": str(other.id), "relation": relation, "before": before},
    )


def unlink_disputes(
    session: Session, *, actor: Actor, dispute_id: UUID, other_id: UUID, reason: str, now: datetime
) -> None:
    """Take a link back, with the reason in both histories; the two go on as matters of their own.

    Raises
    ------
    InvalidError
        There is no reason.
    NotFoundError
        There is no link between the two, or one of them lies outside the actor's area.
    """
    told = written(reason, field="reason", what="为什么解除关联", least=5)
    pair = (dispute_id, other_id)
    linked = session.scalar(
        select(DisputeLink.id).where(
            DisputeLink.dispute_id.in_(pair), DisputeLink.other_id.in_(pair), DisputeLink.relation != UNRELATED
        )
    )
    if linked is None:
        raise NotFoundError("这两件没有关联,可能刚刚有人解除了。什么也没有改。")
    link_disputes(
        session, actor=actor, dispute_id=dispute_id, other_id=other_id, relation=UNRELATED, now=now, reason=told
    )


def _both(session: Session, actor: Actor, dispute_id: UUID, other_id: UUID) -> tuple[Dispute, Dispute]:
    take_turn(session)
    question = (
        select(Dispute)
        .where(Dispute.id.in_((dispute_id, other_id)), visible(dispute_scope(actor)))
        .order_by(Dispute.id)
        .with_for_update(of=Dispute, key_share=True)
        .execution_options(populate_existing=True)
    )
    found = {one.id: one for one in session.scalars(question)}
    if len(found) < 2:
        raise NotFoundError("要关联的事项不存在,或不在您的范围内。什么也没有改。")
    return found[dispute_id], found[other_id]


def _require_earlier(dispute: Dispute, other: Dispute) -> None:
    """Refuse an earlier matter from another village, or one that came later: it is picked from the own village's list.

    Raises
    ------
    InvalidError
        It is either.
    """
    if other.division_code[:12] != dispute.division_code[:12] or other.received_at >= dispute.received_at:
        raise InvalidError("前案要从本村更早的事项里挑。什么也没有改。", fields={"other": "请从列表里重新选。"})


def _look_again(session: Session, dispute: Dispute) -> None:
    """Ask for another look before anything is scheduled: an earlier matter has become known since the last one."""
    session.execute(
        update(MediationCase)
        .where(MediationCase.dispute_id == dispute.id, MediationCase.ended_at.is_(None))
        .values(looked_at=None)
    )


def _answer(
    session: Session, dispute: Dispute, other: Dispute, *, relation: str, actor: Actor, now: datetime
) -> str | None:
    """Store the answer in the one row of the pair, whichever way round it is; return the answer before."""
    pair = (dispute.id, other.id)
    row = session.scalar(
        select(DisputeLink)
        .where(DisputeLink.dispute_id.in_(pair), DisputeLink.other_id.in_(pair))
        .order_by(DisputeLink.id)
        .limit(1)
    )
    if row is None:
        session.add(
            DisputeLink(
                dispute_id=dispute.id, other_id=other.id, relation=relation, assignment_id=actor.assignment_id, at=now
            )
        )
        return None
    before, row.relation = row.relation, relation
    row.assignment_id, row.at = actor.assignment_id, now
    return before


def _point_to(session: Session, dispute: Dispute, other: Dispute, relation: str) -> None:
    if relation == SAME_HOUSEHOLD:
        if _leads_back(session, other, dispute.id) or dispute.same_matter_as == other.id:
            return
        dispute.same_matter_as = other.id
        dispute.version += 1
        return
    for one, counterpart in ((dispute, other), (other, dispute)):
        if one.same_matter_as == counterpart.id:
            one.same_matter_as = None
            one.version += 1


def _leads_back(session: Session, start: Dispute, goal: UUID) -> bool:
    """Say whether the chain of same matters from ``start`` reaches ``goal``; pointing there would close a ring."""
    seen: set[UUID] = set()
    here: UUID | None = start.id
    while here is not None and here not in seen:
        if here == goal:
            return True
        seen.add(here)
        here = session.scalar(select(Dispute.same_matter_as).where(Dispute.id == here))
    return False


def _event(
    session: Session,
    dispute: Dispute,
    other: Dispute,
    *,
    actor: Actor,
    relation: str,
    before: str | None,
    now: datetime,
) -> DisputeEvent:
    return DisputeEvent(
        dispute_id=dispute.id,
        number=next_event_number(session, dispute.id),
        at=now,
        kind="linked",
        assignment_id=actor.assignment_id,
        details={"other": str(other.id), "relation": relation, "before": before},
    )


def links_of(session: Session, dispute_id: UUID) -> list[DisputeLink]:
    """Return the answers about a dispute, either way round, oldest first; the caller has checked its scope."""
    pairs = or_(DisputeLink.dispute_id == dispute_id, DisputeLink.other_id == dispute_id)
    return list(session.scalars(select(DisputeLink).where(pairs).order_by(DisputeLink.at, DisputeLink.id)))
