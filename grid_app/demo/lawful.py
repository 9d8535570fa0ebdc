"""Two matters handled by the law (one objected to in transfer, one answered in writing), and reviewed closings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from grid_app.clock import local_date, start_of_day
from grid_app.database.base import new_id
from grid_app.demo.background import Telling
from grid_app.demo.desk import Desk
from grid_app.demo.people import FULLY_STAFFED
from grid_app.demo.places import Place
from grid_app.demo.report_rows import content_of
from grid_app.demo.weeks import Weeks
from grid_app.models.disputes import Dispute
from grid_app.policy import Role
from grid_app.services.handling.closing import missing_reviews, reviews_needed, standing_proposal
from grid_app.services.handling.contacts import Contact, record_contact
from grid_app.services.handling.finish import close_as_proposed
from grid_app.services.handling.opinions import Delivery, Draft, deliver_opinion, draft_opinion
from grid_app.services.handling.reviews import Closing, open_sides, propose_closing, review_closing
from grid_app.services.handling.sorting import Considered, sort_dispute
from grid_app.services.handling.steps import Closure, Step, accept, close, record_work
from grid_app.services.handling.transfers import Sending, object_to, receive, transfer
from grid_app.services.reports.receiving import parse_report, receive_report
from grid_app.vocabulary.handling import REMEDY

CHANCE: Final = 78
TRIES: Final = 200
READ: Final = "看过协议和凭证,问过双方,同意办结。"
ASKED: Final = "已电话说明要交给村里办,没有意见,希望月底前有答复。"
AGREED: Final = "村里同意接收,约好两天内到现场看。"
DOCUMENT: Final = "两个小组为灌溉渠清淤的钱和工有争议。该渠在村内,请村民委员会召集两组商量,并在要求的日期前答复。"
OBJECTION: Final = "这一段渠连着水库放水,管护协议写明由乡镇水利站负责,请核实后退回。"
OPINION: Final = Draft(
    claim="要求村里按合同付清两年的机耕路占地补偿。",
    facts="查看了占地协议和村里的账册,到现场量过占地,双方对面积没有争议;补偿款两年没有拨付。",
    result="supported",
    opinion="由村民委员会在本意见送达后二十日内付清两年的占地补偿,乡镇人民政府监督。",
    legal_basis="《民法典》第五百零九条、第五百七十七条",
    remedy=REMEDY,
    document_no="青溪信意〔演示〕1号",
)


@dataclass(frozen=True)
class Told:
    """A matter as the worker told it, so many days before the present."""

    days: int
    category: str
    text: str
    house: str


WATER: Final = Told(9, "0904", "灌溉渠淤了半年没人清，两个组为出工出钱说不到一起", "渠口分水闸旁")
ROAD: Final = Told(38, "0999", "机耕路占了田边的地，两年的占地补偿没有付", "机耕路岔口")


class Lawful:
    """Puts the two matters onto the timeline, step by step through the services."""

    def __init__(self, desk: Desk, weeks: Weeks) -> None:
        self._desk = desk
        self._weeks = weeks
        self._rng = np.random.default_rng(CHANCE)

    def begin(self) -> None:
        """Plan both matters from their telling to where they stand now."""
        self._at(WATER.days, 9, partial(self._tell, WATER, self._hand_on))
        self._at(ROAD.days, 9, partial(self._tell, ROAD, self._answer))

    def _hand_on(self, key: UUID) -> None:
        officer, lead = Role.TOWNSHIP_OFFICER, Role.VILLAGE_LEAD
        committee = self._desk.staff.units[f"committee:{FULLY_STAFFED}"]
        self._step(8, 9, key, officer, partial(sort_dispute, track="mediation", complexity="simple"))
        self._step(8, 10, key, officer, partial(accept, note="已和两个组长联系。"))
        self._step(5, 9, key, officer, partial(self._talk, "resident", None, ASKED))
        self._step(5, 10, key, officer, partial(self._talk, "unit", committee, AGREED))
        self._step(5, 11, key, officer, partial(self._send, committee))
        self._step(4, 9, key, lead, receive)
        self._step(3, 9, key, lead, partial(object_to, reason=OBJECTION))

    def _answer(self, key: UUID) -> None:
        officer = Role.TOWNSHIP_OFFICER
        considered = Considered("no", "opinion", "civil_lawsuit")
        sort = partial(sort_dispute, track="petition", complexity="complex", considered=considered)
        self._step(37, 9, key, officer, sort)
        self._step(36, 9, key, officer, partial(accept, note="已书面告知受理。"))
        self._step(20, 9, key, officer, partial(record_work, note="到现场量了占地,查了村里的账册。"))
        self._step(9, 9, key, officer, partial(draft_opinion, draft=OPINION))
        self._step(8, 15, key, officer, self._deliver)

    def _talk(self, side: str, unit: UUID | None, note: str, session: Session, step: Step) -> None:
        record_contact(session, step, contact=Contact(side, "phone", local_date(step.now), note, unit))

    def _send(self, unit: UUID, session: Session, step: Step) -> None:
        due = local_date(step.now) + timedelta(days=20)
        transfer(session, step, sending=Sending(unit, DOCUMENT, due))

    def _deliver(self, session: Session, step: Step) -> None:
        deliver_opinion(session, step, delivery=Delivery("in_person", local_date(step.now)))

    def _tell(self, matter: Told, follow: Callable[[UUID], None], session: Session) -> None:
        desk, now = self._desk, self._desk.clock.now()
        place = self._place()
        told = Telling(
            at=now, captured_at=now - timedelta(minutes=4), category=matter.category, summary=matter.text, place=place,
            channel="grid_walk",
        )  # fmt: skip
        worker = desk.actor(session, desk.staff.assignments[f"{Role.GRID_WORKER}:{place.code}"])
        draft = parse_report(content_of(told) | {"place_text": matter.house}, report_id=new_id())
        received = receive_report(
            session, draft=draft, actor=worker, places=desk.finder, keys=desk.keys, now=now, via="sync"
        )
        if received.dispute_id is None:
            raise ValueError(f"{matter.text}: {received.sentence} {received.fields}")
        self._weeks.logged(received.dispute_id, told)
        follow(received.dispute_id)

    def _place(self) -> Place:
        village = next(one for one in self._desk.county.villages if one.code == FULLY_STAFFED)
        wanted = village.grids[0].code
        drawn = (self._desk.places.point_in(self._rng, FULLY_STAFFED) for _ in range(TRIES))
        return next(place for place in drawn if place.code == wanted)

    def _at(self, days: int, hour: int, act: Callable[[Session], None]) -> None:
        day = start_of_day(self._desk.as_of - timedelta(days=days))
        self._desk.timeline.serve(day + timedelta(hours=hour, minutes=int(self._rng.integers(50))), act)

    def _step(self, days: int, hour: int, key: UUID, role: Role, act: Callable[[Session, Step], None]) -> None:
        self._at(days, hour, partial(self._take, key, role, act))

    def _take(self, key: UUID, role: Role, act: Callable[[Session, Step], None], session: Session) -> None:
        desk = self._desk
        village = desk.staff.assignments[f"{Role.VILLAGE_LEAD}:{FULLY_STAFFED}"]
        by = village if role is Role.VILLAGE_LEAD else desk.staff.officer(FULLY_STAFFED)
        version = session.get_one(Dispute, key, populate_existing=True).version
        act(session, Step(key, desk.actor(session, by), version, desk.clock.now()))


def close_lawfully(desk: Desk, session: Session, step: Step, *, closure: Closure) -> None:
    """Close a matter; where the rules want it, two others read the closing first."""
    dispute = session.get_one(Dispute, step.dispute_id, populate_existing=True)
    if not reviews_needed(session, dispute, closure.ground):
        close(session, step, closure=closure)
        return
    closing = Closing(closure.ground, closure.legal_basis, closure.outcome, closure.same_as, closure.proof)
    propose_closing(session, step, closing=closing)
    code, staff = dispute.division_code, desk.staff
    village = staff.assignments.get(f"{Role.VILLAGE_LEAD}:{code[:12]}")
    readers = (village, staff.lead(code), staff.county_officer, staff.county_lead)
    for reader in (one for one in readers if one is not None):
        session.flush()  # the reader before may have given a review
        proposal = standing_proposal(session, dispute)
        needed = reviews_needed(session, dispute, closure.ground)
        if proposal is None or not missing_reviews(session, proposal, needed):
            break
        reading = Step(dispute.id, desk.actor(session, reader), dispute.version, step.now)
        if sides := open_sides(session, dispute, proposal, reading):
            review_closing(session, reading, side=sides[0], agrees=True, note=READ)
    close_as_proposed(session, Step(dispute.id, step.actor, dispute.version, step.now))
