"""Handling by the law in tests: what was considered when sorting, both talks, a closing reviewed by two others."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.models.disputes import Dispute
from grid_app.services.handling.closing import Proof, missing_reviews, reviews_needed, standing_proposal
from grid_app.services.handling.contacts import Contact, record_contact
from grid_app.services.handling.finish import close_as_proposed
from grid_app.services.handling.reviews import Closing, open_sides, propose_closing, review_closing
from grid_app.services.handling.sorting import Considered
from grid_app.services.matters.step import Step
from tests.world import NOW, World

TODAY = local_date(NOW)
CONSIDERED = Considered("no", "opinion", "none")
TOLD = Proof(remedy="对处理有意见的,可以向上一级反映,也可以起诉", notified_on=TODAY - timedelta(days=30))
PAPER = Proof("县人民法院受理通知书(2026)12号", TODAY - timedelta(days=30))


def step_of(session: Session, world: World, who: str, dispute: Dispute, *, now=NOW) -> Step:
    return Step(dispute.id, world.actor(session, who), dispute.version, now)


def talk(
    session: Session, world: World, dispute: Dispute, *, unit: UUID, who: str = "township_officer", now=NOW
) -> None:
    """Hold both talks before the matter goes to ``unit``."""
    day = local_date(now)
    told = Contact("resident", "phone", day, "电话说明要交给对方办,没有意见")
    asked = Contact("unit", "phone", day, "对方同意接收,约好明天见面", unit)
    for contact in (told, asked):
        record_contact(session, step_of(session, world, who, dispute, now=now), contact=contact)


def review_all(session: Session, world: World, dispute: Dispute, *, now=NOW) -> list[tuple[str, str]]:
    """Let whoever may give the missing reviews; return who gave which."""
    given = []
    for _ in range(4):
        proposal = standing_proposal(session, dispute)
        needed = reviews_needed(session, dispute, proposal.ground)
        if not missing_reviews(session, proposal, needed):
            break
        for who in ("village_lead", "township_officer", "township_lead", "county_officer", "county_lead"):
            step = step_of(session, world, who, dispute, now=now)
            if sides := open_sides(session, dispute, proposal, step):
                review_closing(session, step, side=sides[0], agrees=True, note="看过材料,问过双方")
                given.append((who, sides[0]))
                session.flush()
                break
    return given


def close_reviewed(
    session: Session, world: World, dispute: Dispute, closing: Closing, *, who="township_officer", now=NOW
):
    """Propose, review and close, as the rules want it."""
    propose_closing(session, step_of(session, world, who, dispute, now=now), closing=closing)
    given = review_all(session, world, dispute, now=now)
    close_as_proposed(session, step_of(session, world, who, dispute, now=now))
    return given
