"""Hard matters and their lead officials, for tests: each function goes one step further through the services."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from grid_app.models.clocks import Deadline
from grid_app.models.disputes import Party
from grid_app.services.handling.chain import Answer, answer_review, ask_review
from grid_app.services.handling.opinions import Delivery, Draft, deliver_opinion, draft_opinion
from grid_app.services.leading import visits
from grid_app.services.leading.lead import VISIT_CLOCK, Charge, Member, assign_lead
from grid_app.vocabulary.handling import REMEDY
from tests.builders import add_dispute
from tests.handling_world import TODAY, step_of
from tests.world import NOW

OPINION = Draft(
    "要求付清土地租金", "核对合同和账册,公司欠付一年租金。", "supported", "由公司在 12 月 10 日前付清。",
    "《民法典》第五百七十七条", REMEDY,
)  # fmt: skip


def charge(world, **changes: Any) -> Charge:
    team = (Member("facts", world.units["village"]), Member("solve", world.units["township"], "副镇长"))
    told = {"issue": "把拖欠的土地租金付清", "plan": "先对账,再约公司面谈,定下付款的日子。", "team": team}
    return Charge(**({"lead_id": world.assignments["township_lead"], **told} | changes))


def matter(session, world, grade: str, **more: Any):
    dispute = add_dispute(session, world, **more)
    dispute.grade = grade
    return dispute


def owned(session, world):
    """Add an orange matter with both parties, and give it to the leader of the township."""
    dispute = matter(session, world, "orange", state="handling", accepted_at=NOW)
    session.add_all(Party(dispute_id=dispute.id, label=label, created_at=NOW) for label in ("当事人A", "当事人B"))
    session.flush()
    assign_lead(session, at(session, world, dispute, who="county_officer"), charge=charge(world))
    return dispute


def at(session, world, dispute, *, who="township_officer", now=NOW):
    session.flush()
    session.refresh(dispute)
    return step_of(session, world, who, dispute, now=now)


def clock_of(session, dispute, code: str = VISIT_CLOCK) -> Deadline | None:
    session.flush()
    rows = select(Deadline).where(
        Deadline.dispute_id == dispute.id, Deadline.rule_code == code, Deadline.done_at.is_(None)
    )
    return session.scalars(rows.execution_options(populate_existing=True)).first()


def met(world, day: date = TODAY, **changes: Any) -> visits.Meeting:
    promise = visits.Promised("带账册来对一次账", world.units["township"], day + timedelta(days=7))
    told = {
        "held_on": day,
        "way": "visit",
        "place": "当事人家里",
        "asked": "要求年底前付清租金",
        "promises": (promise,),
    }
    return visits.Meeting(**(told | changes))


def only(session, table):
    session.flush()
    return session.scalars(select(table)).one()


def until_final_review(session, world, dispute) -> None:
    """Let the opinion be delivered, the review upheld, and the final review be asked for today."""
    draft_opinion(session, at(session, world, dispute), draft=OPINION)
    deliver_opinion(session, at(session, world, dispute), delivery=Delivery("in_person", TODAY))
    ask_review(session, at(session, world, dispute, who="county_officer"), asked_on=TODAY, organ="县人民政府")
    answer = Answer("upheld", "复查〔2026〕3号", "《信访工作条例》第三十五条", TODAY)
    answer_review(session, at(session, world, dispute, who="county_officer"), answer=answer)
    ask_review(session, at(session, world, dispute, who="county_officer"), asked_on=TODAY, organ="市人民政府")
