"""Mediating a dispute: offered, agreed to by each party, begun, ended; refusing is one word and ends it at once.

人民调解法 3 (voluntary, no route blocked), 17 (who refuses is not mediated), 19 and 23 (choice of the mediator, open or
closed doors), 15 (duties of the mediator), 26 (the parties are told the other routes).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.errors import ConflictError, InvalidError
from grid_app.models.disputes import Dispute
from grid_app.models.mediation import MediationCase, MediationConsent
from grid_app.policy import Action, Role, allows
from grid_app.queries.mediation_work import committees_for, mediators_for, rooms_near
from grid_app.services.matters.grading import regrade
from grid_app.services.matters.states import target_of
from grid_app.services.matters.step import Details, Step, write, written
from grid_app.services.matters.waivers import refuse_waivers
from grid_app.services.mediation.cases import (
    KEPT,
    NOT_SAVED,
    asked_line,
    give_back,
    last_case,
    looks_at_earlier,
    needs_look,
    open_case,
    party_of,
    require_apart,
    require_consents,
    require_looked,
    taken,
    the_case,
)
from grid_app.services.notices import put_away_done, tell_unit
from grid_app.vocabulary.mediation import CHOICE_WORDS, CONSENT_WAY_WORDS, END_CHOICES, SOURCE_WORDS, mediation_rules

LEAST_LOOK: Final = 5


@dataclass(frozen=True)
class Opening:
    """How a mediation is offered: by which committee and mediator, in which room, and on whose initiative."""

    committee_id: UUID | None
    mediator_id: UUID | None = None
    room_id: UUID | None = None
    source: str = "offered"


@dataclass(frozen=True)
class Beginning:
    """What the parties chose: open or closed doors, how the mediator was found; and the mediator's pledge."""

    mediator_id: UUID | None
    mediator_choice: str
    is_public: bool
    pledged: bool


def offer_mediation(session: Session, step: Step, *, opening: Opening) -> None:
    """Offer mediation: name the committee that asks the parties. Whoever is asked may simply say no."""
    step, dispute = taken(session, step, kind="mediation_offered")
    target_of("mediate", state=dispute.state, category=dispute.category)
    if open_case(session, dispute) is not None:
        raise ConflictError(f"已经在问各方愿不愿意调解了。{KEPT}", code="already_offered")
    _check_opening(session, step, dispute, opening)
    require_apart(session, dispute, opening.mediator_id)
    committee = opening.committee_id or step.actor.unit_id
    session.add(
        MediationCase(
            dispute_id=dispute.id,
            source=opening.source,
            unit_id=committee,
            from_unit_id=dispute.owner_unit_id if dispute.owner_unit_id != committee else None,
            mediator_id=opening.mediator_id,
            room_id=opening.room_id,
            opened_at=step.now,
        )
    )
    dispute.owner_unit_id = committee
    write(session, step, dispute, kind="mediation_offered", details={"unit": str(committee), "source": opening.source})
    tell_unit(session, asked_line(dispute), committee, roles=(Role.MEDIATOR,), now=step.now, but=step.actor.account_id)


def _check_opening(session: Session, step: Step, dispute: Dispute, opening: Opening) -> None:
    wrong = {}
    fitting = {unit.id for unit in committees_for(session, dispute, also=dispute.owner_unit_id)}
    if not allows(step.actor, Action.HANDLE_DISPUTE):
        fitting &= {step.actor.unit_id}
    if opening.committee_id not in fitting:
        wrong["committee"] = "请从列表里选一个调解组织;被反映的单位不能调解。"
    elif opening.mediator_id is not None:
        known = {one.assignment_id for one in mediators_for(session, [opening.committee_id], now=step.now)}
        if opening.mediator_id not in known:
            wrong["mediator"] = "请选这个调解组织的人。"
    if opening.room_id is not None and opening.room_id not in dict(rooms_near(session, dispute)):
        wrong["room"] = "请从列表里选一个调解室。"
    if opening.source not in SOURCE_WORDS:
        wrong["source"] = "请选调解是怎么来的。"
    if wrong:
        raise InvalidError(NOT_SAVED, fields=wrong)


def record_consent(session: Session, step: Step, *, party: str, way: str) -> None:
    """Write down that one party agrees to be mediated, and how it said so."""
    step, dispute = taken(session, step, kind="mediation_consented")
    case = the_case(session, dispute)
    label = party_of(session, dispute, party).label
    if way not in CONSENT_WAY_WORDS:
        raise InvalidError(NOT_SAVED, fields={"way": "请选当事人是怎么说的。"})
    row = _consent(session, step, case, label)
    row.consented_at, row.refused_at, row.way = step.now, None, way
    write(session, step, dispute, kind="mediation_consented", details={"label": label, "way": way})


def refuse_mediation(session: Session, step: Step, *, party: str) -> None:
    """One party does not want to be mediated, or not any longer: mediation ends at once, and nobody asks why."""
    step, dispute = taken(session, step, kind="mediation_refused")
    case = the_case(session, dispute)
    label = party_of(session, dispute, party).label
    if dispute.state == "agreed":
        raise ConflictError("协议已经达成,调解已经结束。对协议有争议的,可以到法院起诉(人民调解法第三十二条)。")
    target = None
    if dispute.state == "mediating":
        target = target_of("terminate", state=dispute.state, category=dispute.category)
    row = _consent(session, step, case, label)
    row.consented_at, row.refused_at, row.way = None, step.now, ""
    end_case(dispute, case, state="refused", why="refused", now=step.now)
    write(session, step, dispute, kind="mediation_refused", to_state=target, details={"label": label})
    regrade(session, dispute, now=step.now)


def _consent(session: Session, step: Step, case: MediationCase, label: str) -> MediationConsent:
    row = session.scalars(
        select(MediationConsent).where(MediationConsent.case_id == case.id, MediationConsent.label == label)
    ).first()
    if row is None:
        row = MediationConsent(case_id=case.id, label=label)
        session.add(row)
    row.assignment_id = step.actor.assignment_id
    return row


def confirm_looked(session: Session, step: Step, *, note: str, earlier: bool = False) -> None:
    """Confirm having made sure of people's safety; without it nothing is scheduled where a child may be in danger.

    At home and among neighbours the look takes in the earlier matters of the village: ``earlier`` says that it did.
    """
    note = written(note, field="note", what="看到了什么、报案没有", least=LEAST_LOOK)
    step, dispute = taken(session, step, kind="safety_looked", note=note)
    case = the_case(session, dispute)
    if not needs_look(dispute):
        raise ConflictError(f"这件事没有说到家里有人受伤害,不用这一步。{KEPT}")
    refuse_waivers({"note": note})
    if looks_at_earlier(dispute) and not earlier:
        told = "请先看“同一事由前案”:关联了的看当时约定了什么、做到没有;没有关联的,看看本村以前有没有。看过再勾选。"
        raise InvalidError(NOT_SAVED, fields={"earlier": told})
    case.looked_at, case.looked_by = step.now, step.actor.assignment_id
    write(session, step, dispute, kind="safety_looked", note=note, details={"earlier": earlier})


def begin_mediation(session: Session, step: Step, *, beginning: Beginning) -> None:
    """Begin: every party has agreed, people are safe, the mediator has taken note of the duties. The clock starts."""
    step, dispute = taken(session, step, kind="mediation_started")
    case = the_case(session, dispute)
    target = target_of("mediate", state=dispute.state, category=dispute.category)
    require_consents(session, dispute, case)
    require_looked(dispute, case)
    mediator = beginning.mediator_id or case.mediator_id
    wrong = {}
    if mediator not in {one.assignment_id for one in mediators_for(session, [case.unit_id], now=step.now)}:
        wrong["mediator"] = "请选一位调解员。"
    if beginning.mediator_choice not in CHOICE_WORDS:
        wrong["choice"] = "请选调解员是怎么定的。"
    if not beginning.pledged:
        wrong["pledged"] = "调解员要先知道自己的义务(人民调解法第十五条)。"
    if wrong:
        raise InvalidError(NOT_SAVED, fields=wrong)
    require_apart(session, dispute, mediator)
    case.mediator_id, case.mediator_choice, case.is_public = mediator, beginning.mediator_choice, beginning.is_public
    case.pledged_at, case.started_at, case.state = step.now, step.now, "mediating"
    details: Details = {"choice": beginning.mediator_choice, "public": beginning.is_public}
    write(session, step, dispute, kind="mediation_started", to_state=target, details=details)
    put_away_done(session, asked_line(dispute), [case.unit_id], now=step.now)
    regrade(session, dispute, now=step.now)


def terminate_mediation(session: Session, step: Step, *, why: str, note: str = "", told: bool = False) -> None:
    """End a mediation without agreement; ``told`` says that the parties were told the other routes there and then."""
    note = written(note, field="note", what="终止的说明", least=0)
    if why not in END_CHOICES:
        raise InvalidError(NOT_SAVED, fields={"why": "请选为什么终止。"})
    step, dispute = taken(session, step, kind="mediation_terminated", note=note)
    case = the_case(session, dispute)
    target = target_of("terminate", state=dispute.state, category=dispute.category)
    refuse_waivers({"note": note})
    end_case(dispute, case, state="terminated", why=why, now=step.now)
    if told:
        case.told_on, case.told_way = local_date(step.now), "present"
    details: Details = {"why": why, "told": told}
    write(session, step, dispute, kind="mediation_terminated", to_state=target, note=note, details=details)
    regrade(session, dispute, now=step.now)


def end_case(dispute: Dispute, case: MediationCase, *, state: str, why: str, now: datetime) -> None:
    """End a case without an agreement, and give the dispute back to whoever handled it before."""
    case.state, case.ended_why, case.ended_at = state, why, now
    give_back(dispute, case)


def note_told(session: Session, step: Step, *, told_on: date | None, way: str) -> None:
    """Write down that the parties were told the arbitration, administrative and court routes (人民调解法 26)."""
    step, dispute = taken(session, step, kind="routes_told")
    case = last_case(session, dispute)
    if case is None or case.state not in ("refused", "terminated"):
        raise ConflictError(f"没有结束的调解,不用告知。{KEPT}", code="no_mediation")
    wrong = {}
    if way not in CONSENT_WAY_WORDS:
        wrong["way"] = "请选怎么告诉的。"
    ended = case.ended_at or step.now
    if told_on is None or not local_date(ended) <= told_on <= local_date(step.now):
        wrong["day"] = "请填告知的日期:从调解结束那天到今天。"
    if wrong:
        raise InvalidError(NOT_SAVED, fields=wrong)
    case.told_on, case.told_way = told_on, way
    write(session, step, dispute, kind="routes_told", details={"way": way, "on": str(told_on)})


def take_pathway(session: Session, step: Step, *, route: str, note: str = "") -> None:
    """Record that a party takes a route of the law: mediation ended, or an agreement is not performed."""
    note = written(note, field="note", what="说明", least=0)
    step, dispute = taken(session, step, kind="pathway_taken", note=note)
    target = target_of("take_pathway", state=dispute.state, category=dispute.category)
    if route not in {one.code for one in mediation_rules().routes_for(dispute.category)}:
        raise InvalidError(NOT_SAVED, fields={"route": "请从列表里选走哪条途径。"})
    refuse_waivers({"note": note})
    case = last_case(session, dispute)
    if case is not None:
        case.pathway = route
        if case.ended_at is None:
            end_case(dispute, case, state="pathway", why="", now=step.now)
    write(session, step, dispute, kind="pathway_taken", to_state=target, note=note, details={"route": route})
    regrade(session, dispute, now=step.now)
