"""Two matters handled by the law (one objected to in transfer, one answered in writing), and reviewed closings."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.demo.acts import Acts, Told
from grid_app.demo.desk import Desk
from grid_app.demo.paperwork import issue_paper
from grid_app.demo.people import FULLY_STAFFED
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
from grid_app.vocabulary.handling import REMEDY

CHANCE: Final = 78
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
)
DELIVERED: Final = {
    "送达文书": "信访事项处理意见书",
    "受送达人": "当事人A",
    "送达方式": "当面",
    "送达地点": "当事人A家中",
}


WATER: Final = Told(9, "0904", "灌溉渠淤了半年没人清，两个组为出工出钱说不到一起", "渠口分水闸旁")
ROAD: Final = Told(38, "0999", "机耕路占了田边的地，两年的占地补偿没有付", "机耕路岔口", ("邓某子",))


class Lawful:
    """Puts the two matters onto the timeline, step by step through the services."""

    def __init__(self, desk: Desk, weeks: Weeks) -> None:
        self._desk = desk
        self._acts = Acts(desk, weeks, chance=CHANCE)

    def begin(self) -> None:
        """Plan both matters from their telling to where they stand now."""
        self._acts.tell(WATER, self._hand_on)
        self._acts.tell(ROAD, self._answer)

    def _hand_on(self, key: UUID) -> None:
        officer, lead, step = Role.TOWNSHIP_OFFICER, Role.VILLAGE_LEAD, self._acts.step
        committee = self._desk.staff.units[f"committee:{FULLY_STAFFED}"]
        step(8, 9, key, officer, partial(sort_dispute, track="mediation", complexity="simple"))
        step(8, 10, key, officer, partial(accept, note="已和两个组长联系。"))
        step(5, 9, key, officer, partial(self._talk, "resident", None, ASKED))
        step(5, 10, key, officer, partial(self._talk, "unit", committee, AGREED))
        step(5, 11, key, officer, partial(self._send, committee))
        step(4, 9, key, lead, receive)
        step(3, 9, key, lead, partial(object_to, reason=OBJECTION))

    def _answer(self, key: UUID) -> None:
        officer, step, paper = Role.TOWNSHIP_OFFICER, self._acts.step, partial(issue_paper, self._desk)
        considered = Considered("no", "opinion", "civil_lawsuit")
        sort = partial(sort_dispute, track="petition", complexity="complex", considered=considered)
        step(37, 9, key, officer, sort)
        step(36, 9, key, officer, partial(accept, note="已书面告知受理。"))
        step(36, 10, key, officer, partial(paper, "acceptance_notice"))
        step(20, 9, key, officer, partial(record_work, note="到现场量了占地,查了村里的账册。"))
        step(9, 9, key, officer, partial(draft_opinion, draft=OPINION))
        step(9, 10, key, officer, partial(paper, "handling_opinion"))
        step(8, 15, key, officer, self._deliver)
        step(8, 16, key, officer, partial(paper, "delivery_receipt", typed=DELIVERED))

    def _talk(self, side: str, unit: UUID | None, note: str, session: Session, step: Step) -> None:
        record_contact(session, step, contact=Contact(side, "phone", local_date(step.now), note, unit))

    def _send(self, unit: UUID, session: Session, step: Step) -> None:
        due = local_date(step.now) + timedelta(days=20)
        transfer(session, step, sending=Sending(unit, DOCUMENT, due))

    def _deliver(self, session: Session, step: Step) -> None:
        deliver_opinion(session, step, delivery=Delivery("in_person", local_date(step.now)))


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
