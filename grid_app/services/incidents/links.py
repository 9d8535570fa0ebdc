"""Two reports of one incident are linked, and an incident may lead to a dispute by its number; both can be undone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.models.disputes import Dispute
from grid_app.models.incidents import Incident, IncidentEntry
from grid_app.policy import Actor, dispute_scope
from grid_app.queries.incidents import may_be_seen
from grid_app.queries.scoping import visible
from grid_app.services.incidents.rows import NO_SUCH, Entry, add_entry, locked

NOT_LINKED: Final = "没有关联,已填的还在。"
APART: Final = timedelta(days=1)


def link_incidents(session: Session, *, actor: Actor, incident_id: UUID, other_id: UUID, now: datetime) -> None:
    """Link two reports of one incident; both stay as they are, and each page leads to the other.

    Of two reports by the same unit (taken down by telephone, then written) the earlier first report counts for both.

    Raises
    ------
    ForbiddenError, NotFoundError, ConflictError
        The role reports nothing; one of the two is not the actor's to see; they are linked already.
    """
    incident = locked(session, actor, incident_id)
    other = session.scalar(select(Incident).where(Incident.id == other_id, may_be_seen(actor)))
    if other is None or other.id == incident.id:
        raise NotFoundError(NO_SUCH)
    join(session, incident, other, token=None, actor=actor, now=now)


def join(
    session: Session, incident: Incident, other: Incident, *, token: UUID | None, actor: Actor, now: datetime
) -> None:
    """Put ``incident`` to the group of ``other``, in the caller's transaction; entries in both say so."""
    if abs(incident.known_at - other.known_at) > APART:
        raise ConflictError("两份报告得知的时间相差一天以上,不像是同一起,没有关联。", code="apart")
    root = other.same_as_id or other.id
    if root == (incident.same_as_id or incident.id):
        raise ConflictError("这两份报告已经关联,不用再关联。", code="linked")
    session.execute(
        update(Incident)
        .where(Incident.same_as_id == incident.id)
        .values(same_as_id=root)
        .execution_options(synchronize_session=False)
    )
    incident.same_as_id = root
    for one, to in ((incident, other), (other, incident)):
        add_entry(session, one, Entry("linked", token or new_id(), other_id=to.id), actor=actor, now=now)
        token = None
    _recount(session, root)


def unlink_incident(session: Session, *, actor: Actor, incident_id: UUID, now: datetime) -> None:
    """Take an incident out of its group again; from then on its own first report alone counts for it.

    Raises
    ------
    ForbiddenError, NotFoundError, ConflictError
        As for linking; it is not linked.
    """
    incident = locked(session, actor, incident_id)
    if incident.same_as_id is None:
        raise ConflictError("这份报告没有关联到别的报告。要取消的,请到后报的那一份里取消。", code="not_linked")
    root = session.get_one(Incident, incident.same_as_id)
    incident.same_as_id = None
    for one, to in ((incident, root), (root, incident)):
        add_entry(session, one, Entry("unlinked", new_id(), other_id=to.id), actor=actor, now=now)
    _recount(session, root.id)
    _recount(session, incident.id)


def link_dispute(session: Session, *, actor: Actor, incident_id: UUID, case_code: str, now: datetime) -> None:
    """Link an incident to a dispute of the actor's scope by its number; an empty number ends the link.

    Raises
    ------
    ForbiddenError, NotFoundError, InvalidError
        The role reports nothing; no such incident; no such dispute in the scope.
    """
    incident = locked(session, actor, incident_id)
    wanted = case_code.strip()
    found = None
    if wanted:
        found = session.scalar(select(Dispute.id).where(Dispute.case_code == wanted, visible(dispute_scope(actor))))
        if found is None:
            raise InvalidError(NOT_LINKED, fields={"case_code": "没有这个编号,或者它不在您的范围内。请核对编号。"})
    if incident.dispute_id == found:
        return
    incident.dispute_id = found
    add_entry(session, incident, Entry("matter", new_id()), actor=actor, now=now)


def _recount(session: Session, root: UUID) -> None:
    """Let the earliest first report of each unit, and its earliest in writing, count for all its reports in a group."""
    group = session.scalars(select(Incident).where(or_(Incident.id == root, Incident.same_as_id == root))).all()
    firsts = session.execute(
        select(IncidentEntry.incident_id, IncidentEntry.way, IncidentEntry.counts_at)
        .where(IncidentEntry.incident_id.in_([one.id for one in group]), IncidentEntry.kind == "first")
        .order_by(IncidentEntry.counts_at)
    ).all()
    for incident in group:
        same = {one.id for one in group if one.unit_id == incident.unit_id}
        told = [at for incident_id, _, at in firsts if incident_id in same]
        incident.first_report_at = min(told, default=None)
        incident.written_at = next((at for of, way, at in firsts if of in same and way == "written"), None)
        if incident.state != "ended":
            incident.state = "reported" if told else "known"
