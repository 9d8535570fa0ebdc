"""Closed disputes with parties, for tests of follow-up visits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.database.transaction import reading, transaction
from grid_app.models.accounts import AuditEvent
from grid_app.models.disputes import Dispute, DisputeEvent, Party
from grid_app.models.follow_ups import FollowUp
from grid_app.security.fields import FieldCipher
from grid_app.security.receipts import digest_of
from grid_app.services.handling.steps import Closure, Step, close
from grid_app.services.matters.parties import name_context, phone_context
from grid_app.wiring import wired
from tests.dispute_rows import add_dispute
from tests.web.api_phone import Phone
from tests.world import NOW, World

GRID = "990101001201J001"
SETTLED = Closure("agreement_performed", "人民调解法第三十一条", "租金已付清,两户都签了字")


def closed_dispute(
    session: Session,
    world: World,
    *,
    at: datetime,
    number: int = 1,
    village: str = GRID,
    closure: Closure = SETTLED,
    by: str = "township_officer",
    **more: Any,
) -> UUID:
    """Add a dispute of the township that was handled, and close it at ``at``."""
    values = {"state": "handling", "owner_unit_id": world.units["township"], "place_text": "村口第二家"} | more
    dispute_id = add_dispute(session, number, village=village, **values)
    close(session, Step(dispute_id, world.actor(session, by), 1, at), closure=closure)
    return dispute_id


def close_yesterday(world: World) -> UUID:
    """Close a dispute of the worker's grid the day before ``NOW``, with one contact: its first visit is due today."""
    with transaction() as session:
        dispute_id = closed_dispute(session, world, at=NOW - timedelta(days=1))
        add_contact(session, dispute_id, wired().keys.fields, at=NOW)
    return dispute_id


def add_contact(session: Session, dispute_id: UUID, cipher: FieldCipher, *, at: datetime) -> None:
    party_id = new_id()
    session.add(
        Party(
            id=party_id,
            dispute_id=dispute_id,
            label="当事人A",
            name_sealed=cipher.encrypt("王某甲", context=name_context(party_id)),
            phone_sealed=cipher.encrypt("13800000000", context=phone_context(party_id)),
            created_at=at,
        )
    )


def follow_ups() -> dict[int, FollowUp]:
    """Return every follow-up by its day, as it is in the database now."""
    with reading() as session:
        found = {one.day: one for one in session.scalars(select(FollowUp).order_by(FollowUp.closed_at))}
        session.expunge_all()
        return found


def states() -> dict[int, str]:
    return {day: one.state for day, one in sorted(follow_ups().items())}


def dispute_now(dispute_id: UUID) -> Dispute:
    with reading() as session:
        found = session.get_one(Dispute, dispute_id)
        session.expunge_all()
        return found


def history(dispute_id: UUID) -> list[tuple[str, str, dict[str, Any]]]:
    with reading() as session:
        rows = session.scalars(
            select(DisputeEvent).where(DisputeEvent.dispute_id == dispute_id).order_by(DisputeEvent.number)
        )
        return [(one.kind, one.note, one.details) for one in rows]


def audited(action: str) -> list[AuditEvent]:
    with reading() as session:
        found = list(session.scalars(select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.number)))
        session.expunge_all()
        return found


def visit(follow_up: FollowUp, **changes: Any) -> dict[str, Any]:
    """Return a visit as a phone sends it."""
    content = {
        "form": "follow-up/1",
        "captured_at": "2026-11-20T09:30:00+08:00",
        "follow_up_id": str(follow_up.id),
        "way": "visit",
        "outcome": "settled",
        "note": "",
    } | changes
    return {"id": str(uuid4()), "digest": digest_of(content), "content": content}


def send(phone: Phone, *items: Any) -> list[dict[str, Any]]:
    answer = phone.post("follow-ups:sync", json={"items": list(items)})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.json["results"]
