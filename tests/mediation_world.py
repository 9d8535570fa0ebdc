"""Disputes in mediation, for tests: each function goes one step further through the services."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.models.disputes import Dispute, Party
from grid_app.models.mediation import AgreementTerm, MediationAgreement, MediationCase, MediationSession
from grid_app.services.handling.steps import Step
from grid_app.services.mediation.agreement import Conclusion, Draft, Promise, conclude_agreement, draft_agreement
from grid_app.services.mediation.sessions import Plan, hold_session, plan_session
from grid_app.services.mediation.steps import Beginning, Opening, begin_mediation, offer_mediation, record_consent
from tests.builders import add_dispute
from tests.world import NOW, World

BOTH = ("当事人A", "当事人B")
TODAY = local_date(NOW)
DUE = TODAY + timedelta(days=5)
TEXTS = {
    "facts": "当事人A家修院墙,雨水流到当事人B家门口。",
    "issues": "雨水往哪里排,门口的路由谁修。",
    "responsibility": "当事人A改排水,当事人B让出半米。",
    "performance_method": "修好以后一起到现场看,写在调解记录里。",
}


def at_step(session: Session, world: World, dispute: Dispute, *, who: str = "mediator", now: datetime = NOW) -> Step:
    session.flush()
    session.refresh(dispute)
    return Step(dispute.id, world.actor(session, who), dispute.version, now)


def matter(session: Session, world: World, *, parties: tuple[str, ...] = BOTH, **more: Any) -> Dispute:
    """Add an accepted dispute between neighbours with its parties."""
    values = {"state": "accepted", "category": "0201", "accepted_at": NOW, "summary": "两家为排水有争议"} | more
    dispute = add_dispute(session, world, **values)
    session.add_all(Party(dispute_id=dispute.id, label=label, created_at=NOW) for label in parties)
    session.flush()
    return dispute


def offered(session: Session, world: World, *, room: bool = False, **more: Any) -> Dispute:
    """Let the township offer mediation by the village's committee."""
    dispute = matter(session, world, **more)
    opening = Opening(world.units["mediation"], world.assignments["mediator"])
    offer_mediation(session, at_step(session, world, dispute, who="township_officer"), opening=opening)
    return dispute


def consented(session: Session, world: World, dispute: Dispute, *labels: str) -> None:
    for label in labels or BOTH:
        record_consent(session, at_step(session, world, dispute), party=label, way="present")


def mediating(session: Session, world: World, **more: Any) -> Dispute:
    """Let everybody agree to be mediated, and begin."""
    dispute = offered(session, world, **more)
    consented(session, world, dispute)
    begin_mediation(session, at_step(session, world, dispute), beginning=good_beginning(world))
    return dispute


def good_beginning(world: World, **changes: Any) -> Beginning:
    values = {"mediator_id": world.assignments["mediator"], "mediator_choice": "chosen", "is_public": False}
    return Beginning(**(values | {"pledged": True} | changes))


def met(session: Session, world: World, dispute: Dispute, *, now: datetime = NOW) -> None:
    """Plan a meeting for now and hold it."""
    plan_session(session, at_step(session, world, dispute, now=now), plan=Plan(now, place="田边"))
    record = "两家都说了自己的难处,谈到谁来改排水。"
    key = meeting_of(session, dispute)
    hold_session(session, at_step(session, world, dispute, now=now), session_id=key, record=record)


def promises(*dues: date) -> tuple[Promise, ...]:
    return tuple(Promise("当事人A", f"做好第 {at} 件事", due) for at, due in enumerate(dues or (DUE,), 1))


def a_draft(*dues: date, form: str = "written", **changes: Any) -> Draft:
    return Draft(**({"form": form, "promises": promises(*dues), **TEXTS} | changes))


def signed(**changes: Any) -> Conclusion:
    values = {"effective_on": TODAY, "signed_by": BOTH, "mediator_signed": True, "sealed": True}
    return Conclusion(**(values | changes))


def agreed(session: Session, world: World, *dues: date, now: datetime = NOW, **more: Any) -> Dispute:
    """Conclude a written agreement with a promise for each of the days."""
    dispute = mediating(session, world, **more)
    met(session, world, dispute)
    draft_agreement(session, at_step(session, world, dispute, now=now), draft=a_draft(*dues))
    conclude_agreement(session, at_step(session, world, dispute, now=now), conclusion=signed())
    return dispute


def case_of(session: Session, dispute: Dispute) -> MediationCase:
    session.flush()
    rows = select(MediationCase).where(MediationCase.dispute_id == dispute.id).order_by(MediationCase.opened_at.desc())
    return session.scalars(rows.execution_options(populate_existing=True)).first()


def terms_of(session: Session, dispute: Dispute) -> list[AgreementTerm]:
    rows = (
        select(AgreementTerm)
        .join(MediationAgreement, MediationAgreement.id == AgreementTerm.agreement_id)
        .where(MediationAgreement.dispute_id == dispute.id)
        .order_by(AgreementTerm.number)
    )
    return list(session.scalars(rows))


def meeting_of(session: Session, dispute: Dispute) -> UUID:
    rows = select(MediationSession.id).join(MediationCase, MediationCase.id == MediationSession.case_id)
    asked = rows.where(MediationCase.dispute_id == dispute.id, MediationSession.state == "planned")
    found = session.scalars(asked).first()
    assert found is not None
    return found
