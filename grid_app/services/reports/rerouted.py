"""A report that went elsewhere than its writer thought: both are told, who wrote it and who works where it went.

Villages are merged and split while reports wait on phones, and people change their posts. The report is taken in at
the place as it is now; a line on the start page says so to both, and the history of the dispute keeps it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Assignment, Notice
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.places import Division
from grid_app.policy import Actor, Role
from grid_app.queries.accounts import assignments_in_force, responsible_assignments
from grid_app.queries.disputes_places import place_names
from grid_app.services.numbering import next_event_number
from grid_app.services.reports.draft import DraftReport, Via
from grid_app.services.reports.places import MOVED, DecidedPlace

FIELD_ROLES = frozenset({Role.GRID_WORKER, Role.MEDIATOR, Role.VILLAGE_LEAD})
VILLAGE_DIGITS = 12


class Desk(Protocol):
    """Who takes in, when and by which way; `grid_app.services.reports.rows.Desk` is one."""

    @property
    def actor(self) -> Actor:
        """Return who sends."""
        ...

    @property
    def now(self) -> datetime:
        """Return the server's time."""
        ...

    @property
    def via(self) -> Via:
        """Return by which way it came."""
        ...


def tell_rerouted(session: Session, *, draft: DraftReport, place: DecidedPlace, dispute: Dispute, desk: Desk) -> None:
    """Tell reporter and worker of the place, when the chosen village has ended or the place is not the reporter's."""
    ended = any(caution in MOVED for caution in place.cautions)
    if desk.via in ("import", "qr") or not (ended or _is_elsewhere(place.code, desk)):
        return
    name = place_names(session, {place.code})[place.code]
    if ended:
        session.add(_event(session, draft, dispute, desk, name))
    told = _workers(session, place.code, desk.now)
    own = f"您上报的一件({dispute.case_code})已转到{name},由那里接着办。不用再报。"
    theirs = f"有一件转到了您的村({name}):{dispute.case_code}。请在“纠纷”里看看。"
    session.add(_line(desk.actor.account_id, own, f"/report/{dispute.id}", desk))
    session.add_all(
        _line(account, theirs, f"/disputes/{dispute.id}", desk)
        for account in dict.fromkeys(told)
        if account != desk.actor.account_id
    )


def _workers(session: Session, code: str, now: datetime) -> list[UUID]:
    """Return the accounts that work where a report went: of a whole village all its grid workers."""
    found = []
    if len(code) == VILLAGE_DIGITS:
        in_village = Assignment.division_code.startswith(code, autoescape=True)
        found = assignments_in_force(session, Assignment.role == Role.GRID_WORKER, in_village, now=now)
    return [one.account_id for one in found or responsible_assignments(session, code, now=now)]


def _is_elsewhere(code: str, desk: Desk) -> bool:
    home = desk.actor.division_code
    in_the_field = desk.actor.role in FIELD_ROLES and len(home) >= VILLAGE_DIGITS
    return in_the_field and code[:VILLAGE_DIGITS] != home[:VILLAGE_DIGITS]


def _event(session: Session, draft: DraftReport, dispute: Dispute, desk: Desk, name: str) -> DisputeEvent:
    chosen = session.scalar(select(Division.name).where(Division.code == draft.village_code)) or "原来选的村"
    return DisputeEvent(
        dispute_id=dispute.id,
        number=next_event_number(session, dispute.id),
        at=desk.now,
        kind="rerouted",
        assignment_id=desk.actor.assignment_id,
        note=f"上报时选的是{chosen},区划已经调整,转到{name}。",
        details={"from": draft.village_code or "", "to": dispute.division_code},
    )


def _line(account: UUID, text: str, url: str, desk: Desk) -> Notice:
    return Notice(account_id=account, kind="rerouted", text=text, url=url, created_at=desk.now)
