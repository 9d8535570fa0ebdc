"""What every step of mediation shares: the case, its parties' consents, and giving a matter back when it ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, ForbiddenError, InvalidError
from grid_app.models.accounts import Assignment
from grid_app.models.disputes import Dispute, Party
from grid_app.models.mediation import MediationAgreement, MediationCase, MediationConsent
from grid_app.queries.duties import recused_accounts
from grid_app.services.matters.step import Step, claimed, may_handle
from grid_app.services.notices import Line
from grid_app.vocabulary.categories import group_of

KEPT: Final = "填写的内容没有丢,还在页面上。"
NOT_SAVED: Final = "没有保存,已填的都还在。"


def taken(session: Session, step: Step, *, kind: str, note: str = "") -> tuple[Step, Dispute]:
    """Return the dispute, locked and unchanged since the screen was shown, for an actor who handles it.

    Raises
    ------
    NotFoundError, ConflictError, ForbiddenError
        As ``claimed`` and ``may_handle``; an actor of the unit complained of never mediates.
    """
    dispute = claimed(session, step, kind=kind, note=note)
    step = may_handle(step, dispute)
    if dispute.about_unit_id is not None and dispute.about_unit_id == step.actor.unit_id:
        raise ForbiddenError("这件事反映的就是您所在的单位,您要回避,不能调解。")
    return step, dispute


def open_case(session: Session, dispute: Dispute) -> MediationCase | None:
    """Return the attempt to mediate that has not ended, if there is one."""
    rows = select(MediationCase).where(MediationCase.dispute_id == dispute.id, MediationCase.ended_at.is_(None))
    return session.scalars(rows).first()


def the_case(session: Session, dispute: Dispute) -> MediationCase:
    """Return the attempt to mediate that has not ended.

    Raises
    ------
    ConflictError
        There is none.
    """
    case = open_case(session, dispute)
    if case is None:
        raise ConflictError(f"现在没有正在进行的调解,不能做这一步。{KEPT}", code="no_mediation")
    return case


def last_case(session: Session, dispute: Dispute) -> MediationCase | None:
    """Return the newest attempt to mediate, ended or not."""
    rows = select(MediationCase).where(MediationCase.dispute_id == dispute.id)
    return session.scalars(rows.order_by(MediationCase.opened_at.desc(), MediationCase.id.desc()).limit(1)).first()


def parties_of(session: Session, dispute: Dispute) -> Sequence[Party]:
    """Return the parties of the dispute by label."""
    return session.scalars(select(Party).where(Party.dispute_id == dispute.id).order_by(Party.label)).all()


def asked_line(dispute: Dispute) -> Line:
    """Return the line that tells a committee of a matter; it names no party and no matter."""
    return Line(
        "mediation", f"有一件事请您调解({dispute.case_code}):先问各方愿不愿意。", f"/disputes/{dispute.id}/mediation"
    )


def party_of(session: Session, dispute: Dispute, label: str) -> Party:
    """Return one party of this very dispute by its label.

    Raises
    ------
    InvalidError
        It is none of them.
    """
    party = session.scalars(select(Party).where(Party.dispute_id == dispute.id, Party.label == label)).first()
    if party is None:
        raise InvalidError(NOT_SAVED, fields={"party": "没有这位当事人,请从列表里选。"})
    return party


def require_consents(session: Session, dispute: Dispute, case: MediationCase) -> Sequence[Party]:
    """Return the parties, all of whom have agreed to be mediated (人民调解法 3, 17).

    Raises
    ------
    ConflictError
        Fewer than two parties are entered, or one has not been asked yet.
    """
    parties = parties_of(session, dispute)
    if len(parties) < 2:
        raise ConflictError(f"调解要有双方:请先把各方当事人登记好(姓名可以不填)。{KEPT}", code="parties_missing")
    agreed = set(
        session.scalars(
            select(MediationConsent.label).where(
                MediationConsent.case_id == case.id, MediationConsent.consented_at.is_not(None)
            )
        )
    )
    missing = [party.label for party in parties if party.label not in agreed]
    if missing:
        raise ConflictError(
            f"还没有记下{'、'.join(missing)}同意调解。每一方都同意才能调解(人民调解法第三条、第十七条)。{KEPT}",
            code="consent_missing",
        )
    return parties


def looks_at_earlier(dispute: Dispute) -> bool:
    """Say whether the earlier matters belong to that look: at home and among neighbours (01, 02)."""
    return needs_look(dispute) and group_of(dispute.category) in ("01", "02")


def needs_look(dispute: Dispute) -> bool:
    """Say whether somebody has to make sure of people's safety before anything is scheduled (反家庭暴力法 14)."""
    return dispute.safety_child or dispute.safety_present


def require_looked(dispute: Dispute, case: MediationCase) -> None:
    """Refuse to schedule while nobody has made sure that people are safe.

    Raises
    ------
    ConflictError
        The report told of a danger at home, and nobody has confirmed having looked.
    """
    if needs_look(dispute) and case.looked_at is None:
        raise ConflictError(
            f"上报时说家里有人可能正在受伤害。先核实人身安全、该报案的先报案,记下以后才能安排调解。{KEPT}",
            code="not_looked",
        )


def require_apart(session: Session, dispute: Dispute, mediator_id: UUID | None) -> None:
    """Refuse a mediator of the unit complained of.

    Raises
    ------
    InvalidError
        The mediator's unit is the one that the matter is about.
    """
    mediator = session.get(Assignment, mediator_id) if mediator_id else None
    if mediator is not None and mediator.account_id in recused_accounts(session, dispute.id):
        raise InvalidError(NOT_SAVED, fields={"mediator": "这位调解员已经申明回避这件事。请换一位。"})
    if mediator is not None and dispute.about_unit_id is not None and mediator.unit_id == dispute.about_unit_id:
        raise InvalidError(NOT_SAVED, fields={"mediator": "这位调解员就在被反映的单位,要回避。请换一位。"})


def give_back(dispute: Dispute, case: MediationCase) -> None:
    """Give the dispute back to the unit that handled it before the mediation, where there was another."""
    if case.from_unit_id is not None and dispute.owner_unit_id == case.unit_id:
        dispute.owner_unit_id = case.from_unit_id


def agreement_of(session: Session, case: MediationCase) -> MediationAgreement | None:
    """Return the agreement of a case, drafted or concluded."""
    return session.scalars(select(MediationAgreement).where(MediationAgreement.case_id == case.id)).first()
