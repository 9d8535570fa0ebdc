"""Mediation and what follows it, as the source documents and the law tell of it; each name begins with its row."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from grid_app.errors import ConflictError, InvalidError
from grid_app.models.accounts import AuditEvent
from grid_app.models.clocks import Deadline
from grid_app.models.disputes import DisputeEvent
from grid_app.models.follow_ups import FollowUp
from grid_app.models.mediation import JudicialConfirmation
from grid_app.models.places import MediationRoom
from grid_app.policy import dispute_scope
from grid_app.queries.danger import danger_reports_of
from grid_app.queries.disputes import Asked, Cut, Tab, list_disputes, tallies
from grid_app.queries.mediation_work import committees_for, rooms_near
from grid_app.services.escalations.ladders import seed_ladders
from grid_app.services.handling import steps as handling
from grid_app.services.handling.steps import Closure
from grid_app.services.matters.states import moves_from
from grid_app.services.mediation.agreement import conclude_agreement, draft_agreement, record_performance
from grid_app.services.mediation.court import ask_court, note_court_answer, note_court_decision
from grid_app.services.mediation.danger import Reported, report_danger
from grid_app.services.mediation.sessions import Plan, plan_session
from grid_app.services.mediation.settled_on_spot import Spot, settle_on_spot
from grid_app.services.mediation.steps import begin_mediation, refuse_mediation, terminate_mediation
from grid_app.vocabulary.mediation import mediation_rules
from tests.mediation_world import (
    BOTH,
    DUE,
    TODAY,
    a_draft,
    agreed,
    at_step,
    case_of,
    consented,
    good_beginning,
    matter,
    mediating,
    offered,
    signed,
    terms_of,
)
from tests.world import NOW

PERFORMED = Closure("agreement_performed", "人民调解法第三十一条", "约定的事都做完了,双方都看过。")


@pytest.fixture(autouse=True)
def ladders(session):
    seed_ladders(session, NOW)


def kinds(session, dispute) -> list[str]:
    rows = select(DisputeEvent).where(DisputeEvent.dispute_id == dispute.id).order_by(DisputeEvent.number)
    return [event.kind for event in session.scalars(rows)]


def test_S1_20_mediation_is_what_is_tried_first_and_saying_no_needs_no_reason(session, world):
    """An accepted matter goes to mediation first; one party says no in one word, and the other routes are open."""
    dispute = offered(session, world)
    consented(session, world, dispute, BOTH[0])

    refuse_mediation(session, at_step(session, world, dispute), party=BOTH[1])

    said = session.scalars(select(DisputeEvent).where(DisputeEvent.kind == "mediation_refused")).one()
    assert (said.note, said.details["label"]) == ("", "当事人B")
    assert dispute.state == "accepted"
    assert {"work", "mediate"} <= moves_from(dispute.state, dispute.category)
    assert [route.code for route in mediation_rules().routes_for("0201")] == ["court", "legal_aid"]


def test_S2_06_what_was_agreed_is_made_a_legal_document_by_the_court(session, world):
    """Both parties ask the court together within thirty days; it takes the matter up and confirms the agreement."""
    dispute = agreed(session, world)
    until = session.scalars(select(Deadline).where(Deadline.rule_code == "judicial_confirmation_apply")).one()
    assert until.due_at > NOW + timedelta(days=29)
    ask_court(session, at_step(session, world, dispute), court="青溪县人民法院", applied_on=TODAY, together=True)
    note_court_answer(session, at_step(session, world, dispute), accepted=True, answered_on=TODAY)
    note_court_decision(session, at_step(session, world, dispute), result="confirmed", decided_on=TODAY)

    assert session.scalars(select(JudicialConfirmation.result)).one() == "confirmed"
    assert session.get_one(Deadline, until.id).ended == "done"


def test_S4_11_the_villages_mediation_room_is_where_people_meet(session, world):
    """The rooms near the place are offered, and a meeting is planned in one."""
    dispute = mediating(session, world)
    key, name = rooms_near(session, dispute)[0]

    plan_session(session, at_step(session, world, dispute), plan=Plan(NOW + timedelta(days=1), room_id=key))

    assert name == "云岭村矛盾纠纷调解室"
    assert session.get_one(MediationRoom, key).name == name
    assert kinds(session, dispute)[-1] == "session_planned"


def test_S4_15_the_peoples_mediation_committee_takes_part_before_it_grows(session, world):
    """The village's mediation committee stands first in the list, gets the matter, and begins with its mediator."""
    dispute = matter(session, world)
    assert committees_for(session, dispute)[0].id == world.units["mediation"]

    begun = mediating(session, world)

    assert begun.owner_unit_id == world.units["mediation"]
    assert case_of(session, begun).mediator_id == world.assignments["mediator"]


def test_RMTJ_17_whoever_clearly_refuses_is_not_mediated(session, world):
    """Without each party's word nothing begins; in the middle, one word ends it at once."""
    dispute = offered(session, world)
    consented(session, world, dispute, BOTH[0])
    with pytest.raises(ConflictError):
        begin_mediation(session, at_step(session, world, dispute), beginning=good_beginning(world))

    running = mediating(session, world)
    refuse_mediation(session, at_step(session, world, running), party=BOTH[0])

    assert running.state == "terminated"
    assert moves_from("terminated", "0201") >= {"take_pathway", "work", "mediate"}


def test_RMTJ_25_what_may_turn_violent_is_reported_in_time_and_ends_nothing_by_itself(session, world):
    """The police station is told, with the measure taken; the mediation goes on, and the audit trail knows of it."""
    dispute = mediating(session, world)
    told = Reported(
        "violence",
        "police",
        "云岭派出所",
        NOW - timedelta(hours=1),
        "为界址争吵,有一方拿了农具",
        "先把两边分开,改天再谈",
    )
    with pytest.raises(InvalidError) as refused:
        later = replace(told, at=NOW + timedelta(hours=1), danger="")
        report_danger(session, at_step(session, world, dispute), reported=later)
    assert set(refused.value.fields) == {"danger", "day"}

    report_danger(session, at_step(session, world, dispute), reported=told)
    session.flush()

    (kept,) = danger_reports_of(session, scope=dispute_scope(world.actor(session, "mediator")), dispute_id=dispute.id)
    assert (kept.to, kept.office, kept.measure) == ("police", "云岭派出所", "先把两边分开,改天再谈")
    assert (dispute.state, kinds(session, dispute)[-1]) == ("mediating", "danger_reported")
    audited = session.scalars(select(AuditEvent).where(AuditEvent.action == "dispute.danger_reported")).one()
    assert (audited.details["to"], audited.target_id) == ("police", str(dispute.id))
    assert "云岭派出所" not in str(audited.details)


def test_RMTJ_26_who_ends_a_mediation_tells_the_parties_the_other_routes(session, world):
    """The routes and their limits stand ready for the matter; telling them is recorded."""
    dispute = mediating(session, world, category="0799")
    terminate_mediation(session, at_step(session, world, dispute), why="no_agreement", told=True)

    routes = mediation_rules().routes_for("0799")
    assert [route.code for route in routes] == ["labour_arbitration", "labour_inspection", "petition", "legal_aid"]
    assert all(route.rule or route.limit for route in routes)
    assert case_of(session, dispute).told_on == TODAY


def test_RMTJ_29_an_agreement_says_who_does_what_until_when_and_waives_nothing(session, world):
    """A waiver is refused; facts, issues, responsibility, performance and days stand in what is kept."""
    dispute = mediating(session, world)
    with pytest.raises(InvalidError) as refused:
        draft_agreement(session, at_step(session, world, dispute), draft=a_draft(responsibility="从此息诉息访"))
    assert refused.value.code == "waiver"

    draft_agreement(session, at_step(session, world, dispute), draft=a_draft(DUE))
    conclude_agreement(session, at_step(session, world, dispute), conclusion=signed())

    (term,) = terms_of(session, dispute)
    assert (term.who, term.due_on, dispute.state) == ("当事人A", DUE, "agreed")


def test_RMTJ_29_a_signed_agreement_is_not_yet_a_solved_matter(session, world):
    """It stays open until every promise was kept; only then may it be closed as performed."""
    dispute = agreed(session, world, DUE)
    with pytest.raises(ConflictError):
        handling.close(session, at_step(session, world, dispute, who="township_officer"), closure=PERFORMED)

    (term,) = terms_of(session, dispute)
    record_performance(
        session, at_step(session, world, dispute), term_id=term.id, done_on=TODAY, evidence="到现场看过,做好了。"
    )

    assert dispute.state == "performed"
    assert "close" in moves_from(dispute.state, dispute.category)


def test_RMTJ_33_one_party_alone_cannot_ask_and_the_thirty_days_end(session, world):
    """The application is a joint one; after its last day it is too late, and the agreement still binds."""
    dispute = agreed(session, world)
    with pytest.raises(InvalidError):
        ask_court(session, at_step(session, world, dispute), court="青溪县人民法院", applied_on=TODAY, together=False)
    late = TODAY + timedelta(days=33)
    step = at_step(session, world, dispute, now=NOW + timedelta(days=33))
    with pytest.raises(InvalidError) as refused:
        ask_court(session, step, court="青溪县人民法院", applied_on=late, together=True)

    assert "协议仍然有效" in refused.value.fields["day"]


def test_light_track_a_matter_settled_on_the_spot_is_one_screen_and_one_visit(session, world):
    """Neighbours settled it there and then: one screen, one visit on day seven, and never counted as mediated."""
    dispute = matter(session, world, state="reported", accepted_at=None)
    spot = Spot("屋檐水滴到隔壁院坝", "当场装好檐沟,两家都说可以", content=True)

    settle_on_spot(session, at_step(session, world, dispute, who="township_officer"), spot=spot)

    session.flush()
    assert (dispute.state, dispute.closure_ground) == ("closed", "settled_on_spot")
    assert list(session.scalars(select(FollowUp.day))) == [7]
    assert "agreed" not in kinds(session, dispute)
    scope = dispute_scope(world.actor(session, "township_officer"))
    counted = tallies(session, scope=scope, asked=Asked())
    assert (counted[Tab.ON_SPOT], counted[Tab.ENDED], counted[Tab.ALL]) == (1, 0, 1)
    on_spot = list_disputes(session, scope=scope, asked=Asked(Tab.ON_SPOT), cut=Cut())
    assert [one.id for one in on_spot.lines] == [dispute.id]
