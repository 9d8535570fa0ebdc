"""A department that was called and says nothing: an event of the matter and an alert, once per call."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.joint import WhistleCall
from grid_app.services.audit import record_audit
from grid_app.services.escalations.steps import raise_escalation
from grid_app.services.matters.step import take_turn
from grid_app.services.numbering import next_event_number
from grid_app.vocabulary.words import OPEN_STATES

AT_ONCE: Final = 200
SILENT: Final = "whistle_silent"
"""The event in the matter's history, and the ladder that it climbs."""
MISSING: Final = {"answer": "到期没有报到", "site": "到期没有到现场"}


def name_silence(session: Session, *, now: datetime, limit: int = AT_ONCE) -> int:
    """Write down for every call whose time has passed that nothing came; return how many.

    A second run finds nothing: each call is named once, and again only when the county has called it anew. While the
    matter is open, each silence is raised to the offices of the ladder.
    """
    take_turn(session)
    late = or_(
        (WhistleCall.state == "called") & (WhistleCall.answer_due_at < now),
        (WhistleCall.state == "answered") & (WhistleCall.site_due_at < now),
    )
    calls = session.scalars(
        select(WhistleCall).where(late, WhistleCall.silent_at.is_(None)).order_by(WhistleCall.id).limit(limit)
    ).all()
    for call in calls:
        dispute = session.scalars(
            select(Dispute).where(Dispute.id == call.dispute_id).with_for_update(of=Dispute, key_share=True)
        ).one()
        stage = "answer" if call.state == "called" else "site"
        call.silent_at = now
        details = {"unit": str(call.unit_id), "stage": stage}
        session.add(
            DisputeEvent(
                dispute_id=dispute.id, number=next_event_number(session, dispute.id), at=now, kind=SILENT,
                to_state=dispute.state, details={**details, "on_version": dispute.version},
            )
        )  # fmt: skip
        record_audit(session, None, f"dispute.{SILENT}", now=now, target=("dispute", str(dispute.id)), details=details)
        _alert(session, dispute, call, stage=stage, now=now)
    return len(calls)


def _alert(session: Session, dispute: Dispute, call: WhistleCall, *, stage: str, now: datetime) -> None:
    """Raise the silence while the matter is open; a call that the county repeats may be silent once more."""
    if dispute.state not in OPEN_STATES or call.called_at is None:
        return
    raise_escalation(
        session, event_kind=SILENT, dispute_id=dispute.id, division_code=dispute.division_code,
        category=dispute.category, grade=dispute.grade, now=now,
        reason=f"{session.get_one(Unit, call.unit_id).name}{MISSING[stage]}。",
        part=f"{call.id}:{call.called_at:%y%m%d%H%M}:{stage}",
    )  # fmt: skip
