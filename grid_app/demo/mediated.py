"""Three matters between neighbours: one agreed with a promise that is due soon, one not agreed, one settled at once."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import local_date, start_of_day
from grid_app.demo.acts import LABELS, Acts, Told
from grid_app.demo.desk import Desk
from grid_app.demo.paperwork import issue_paper
from grid_app.demo.people import FULLY_STAFFED
from grid_app.demo.weeks import Weeks
from grid_app.models.mediation import AgreementTerm, MediationAgreement, MediationCase, MediationSession
from grid_app.policy import Role
from grid_app.services.handling.steps import Step, accept
from grid_app.services.mediation.agreement import (
    Conclusion,
    Draft,
    Promise,
    conclude_agreement,
    draft_agreement,
    record_performance,
)
from grid_app.services.mediation.sessions import Plan, hold_session, plan_session
from grid_app.services.mediation.settled_on_spot import Spot, settle_on_spot
from grid_app.services.mediation.steps import (
    Beginning,
    Opening,
    begin_mediation,
    offer_mediation,
    record_consent,
    terminate_mediation,
)

CHANCE: Final = 79
DUE_IN: Final = timedelta(days=3)
"""How long after the present day the open promise falls due."""


POND: Final = Told(16, "0202", "两家共用的晒坪，一家要砌围栏，说好的界线各说各的", "晒坪西边", ("吴某戊", "郑某己"))
TREE: Final = Told(21, "0299", "屋后的大树枝压到隔壁瓦上，砍不砍说了几次没说好", "屋后竹林边", ("冯某庚", "蒋某辛"))
HENS: Final = Told(2, "0203", "散养的鸡进了隔壁菜地，啄了一垄菜秧", "菜园第二块", ("何某壬", "孔某癸"))
SPOT: Final = Spot("鸡进了隔壁菜地,啄了一垄菜秧", "当场赔了菜秧,约好鸡白天关起来,两家都说可以", content=True)
RECORD: Final = "两家都到了,先各说各的,再一起到现场量。愿意各让一步,约好写成书面。"
NO_RECORD: Final = "到现场看了,一家要求整棵砍掉,另一家只同意修枝,没有谈成。"


class Mediated:
    """Puts the three matters onto the timeline, step by step through the services."""

    def __init__(self, desk: Desk, weeks: Weeks) -> None:
        self._desk = desk
        self._acts = Acts(desk, weeks, chance=CHANCE)

    def begin(self) -> None:
        """Plan every matter from its telling to where it stands now."""
        self._acts.tell(POND, self._agree)
        self._acts.tell(TREE, self._end)
        self._acts.tell(HENS, self._settle)

    def _agree(self, key: UUID) -> None:
        self._started(key, POND.days)
        self._acts.step(8, 8, key, Role.MEDIATOR, self._plan)
        self._acts.step(8, 15, key, Role.MEDIATOR, partial(self._hold, RECORD))
        self._acts.step(7, 9, key, Role.MEDIATOR, self._draft)
        self._acts.step(7, 11, key, Role.MEDIATOR, partial(issue_paper, self._desk, "mediation_agreement"))
        self._acts.step(7, 15, key, Role.MEDIATOR, self._conclude)
        self._acts.step(4, 10, key, Role.MEDIATOR, self._perform)

    def _end(self, key: UUID) -> None:
        self._started(key, TREE.days)
        self._acts.step(9, 8, key, Role.MEDIATOR, self._plan)
        self._acts.step(9, 15, key, Role.MEDIATOR, partial(self._hold, NO_RECORD))
        self._acts.step(6, 10, key, Role.MEDIATOR, partial(terminate_mediation, why="no_agreement", told=True))

    def _settle(self, key: UUID) -> None:
        self._acts.step(HENS.days - 1, 10, key, Role.TOWNSHIP_OFFICER, partial(settle_on_spot, spot=SPOT))

    def _started(self, key: UUID, told: int) -> None:
        mediator = self._desk.staff.assignments[f"{Role.MEDIATOR}:{FULLY_STAFFED}"]
        opening = Opening(self._desk.staff.units[f"mediation:{FULLY_STAFFED}"], mediator)
        self._acts.step(told - 1, 9, key, Role.TOWNSHIP_OFFICER, partial(accept, note="已电话联系双方。"))
        self._acts.step(told - 1, 10, key, Role.TOWNSHIP_OFFICER, partial(offer_mediation, opening=opening))
        for hour, label in enumerate(LABELS, 9):
            self._acts.step(told - 2, hour, key, Role.MEDIATOR, partial(record_consent, party=label, way="present"))
        beginning = Beginning(mediator, "appointed", is_public=False, pledged=True)
        self._acts.step(told - 2, 14, key, Role.MEDIATOR, partial(begin_mediation, beginning=beginning))

    def _plan(self, session: Session, step: Step) -> None:
        at = start_of_day(local_date(step.now)) + timedelta(hours=14, minutes=30)
        plan_session(session, step, plan=Plan(at, place="当事人A家院坝"))

    def _hold(self, record: str, session: Session, step: Step) -> None:
        case = session.scalars(select(MediationCase.id).where(MediationCase.dispute_id == step.dispute_id)).one()
        planned = select(MediationSession.id).where(MediationSession.case_id == case)
        hold_session(session, step, session_id=session.scalars(planned).one(), record=record)

    def _draft(self, session: Session, step: Step) -> None:
        today = local_date(step.now)
        promises = (
            Promise("当事人A", "围栏退到量好的界线以内,晒坪中间留出两米通道", today + timedelta(days=3)),
            Promise("当事人B", "承担一半的石料钱,当面付清,写收条", self._desk.as_of + DUE_IN),
        )
        draft = Draft(
            form="written",
            facts="两家共用一块晒坪,当事人A要砌围栏,当事人B认为围栏过了界线。",
            issues="界线在哪里,通道留多宽,石料钱谁出。",
            responsibility="当事人A没有先商量就动工,当事人B拦了料,双方都有责任。",
            performance_method="当事人A自己施工,调解员到现场看;石料钱当面付,收条交调解委员会。",
            promises=promises,
        )
        draft_agreement(session, step, draft=draft)

    def _conclude(self, session: Session, step: Step) -> None:
        conclusion = Conclusion(local_date(step.now), LABELS, mediator_signed=True, sealed=True)
        conclude_agreement(session, step, conclusion=conclusion)

    def _perform(self, session: Session, step: Step) -> None:
        first = session.scalars(
            select(AgreementTerm.id)
            .join(MediationAgreement, MediationAgreement.id == AgreementTerm.agreement_id)
            .where(MediationAgreement.dispute_id == step.dispute_id, AgreementTerm.number == 1)
        ).one()
        seen = "到现场看过,围栏已经退到界线以内,通道量过是两米。"
        record_performance(session, step, term_id=first, done_on=local_date(step.now), evidence=seen)
