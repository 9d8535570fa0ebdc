"""Mediation through the services: who may offer and begin it, how each party says yes or no, and meetings."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from grid_app.clock import local_date
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.clocks import Deadline
from grid_app.models.disputes import DisputeEvent
from grid_app.models.mediation import MediationCase, MediationInvitee
from grid_app.policy import dispute_scope
from grid_app.queries.mediation import mediations_of
from grid_app.queries.mediation_work import committees_for, rooms_near
from grid_app.services.escalations.ladders import seed_ladders
from grid_app.services.handling.steps import Closure
from grid_app.services.matters.step import AlreadyDoneError
from grid_app.services.mediation.agreement import record_performance
from grid_app.services.mediation.sessions import Invitation, Plan, hold_session, invite_helper, plan_session
from grid_app.services.mediation.steps import (
    Opening,
    begin_mediation,
    confirm_looked,
    note_told,
    offer_mediation,
    record_consent,
    refuse_mediation,
)
from tests.mediation_world import (
    BOTH,
    DUE,
    agreed,
    at_step,
    case_of,
    consented,
    good_beginning,
    matter,
    mediating,
    meeting_of,
    offered,
    terms_of,
)
from tests.world import NOW

DAY = timedelta(days=1)
PERFORMED = Closure("agreement_performed", "人民调解法第三十一条", "约定的事都做完了。")


@pytest.fixture(autouse=True)
def ladders(session):
    seed_ladders(session, NOW)


def running(session, dispute) -> dict[str, Deadline]:
    session.flush()
    rows = session.scalars(select(Deadline).where(Deadline.dispute_id == dispute.id, Deadline.done_at.is_(None)))
    return {row.rule_code: row for row in rows}


def kinds(session, dispute) -> list[str]:
    rows = select(DisputeEvent.kind).where(DisputeEvent.dispute_id == dispute.id).order_by(DisputeEvent.number)
    return list(session.scalars(rows))


def test_the_whole_way_from_the_offer_to_a_performed_agreement(session, world):
    dispute = agreed(session, world, DUE, DUE + DAY)
    for at, term in enumerate(terms_of(session, dispute)):
        later = NOW + timedelta(days=2 + at)
        step = at_step(session, world, dispute, now=later)
        record_performance(session, step, term_id=term.id, done_on=local_date(later), evidence="收条看过了。")

    assert dispute.state == "performed"
    assert dispute.owner_unit_id == world.units["mediation"]
    assert case_of(session, dispute).state == "performed"
    assert [kind for kind in kinds(session, dispute) if kind != "graded"] == [
        "reported", "mediation_offered", "mediation_consented", "mediation_consented", "mediation_started",
        "session_planned", "session_held", "agreement_drafted", "agreed", "term_done", "term_done",
    ]  # fmt: skip


def test_the_mediator_sees_what_is_offered_to_the_committee_and_nothing_else(session, world):
    dispute, other = offered(session, world), matter(session, world)
    scope = dispute_scope(world.actor(session, "mediator"))

    assert len(mediations_of(session, scope=scope, dispute_id=dispute.id)) == 1
    with pytest.raises(NotFoundError):
        offer_mediation(session, at_step(session, world, other), opening=Opening(world.units["mediation"]))


def test_a_mediator_of_another_committee_may_not_take_a_step(session, world):
    dispute = offered(session, world)
    dispute.owner_unit_id = world.units["township"]

    with pytest.raises(NotFoundError):
        record_consent(session, at_step(session, world, dispute), party=BOTH[0], way="present")


def test_a_grid_worker_may_not_mediate(session, world):
    dispute = offered(session, world)

    with pytest.raises(ForbiddenError):
        record_consent(session, at_step(session, world, dispute, who="grid_worker"), party=BOTH[0], way="present")


@pytest.mark.parametrize("answered", [(), BOTH[:1], BOTH[1:]])
def test_mediation_begins_only_when_each_party_has_agreed(session, world, answered):
    dispute = offered(session, world)
    if answered:
        consented(session, world, dispute, *answered)

    with pytest.raises(ConflictError) as refused:
        begin_mediation(session, at_step(session, world, dispute), beginning=good_beginning(world))

    assert refused.value.code == "consent_missing"
    assert all(label in refused.value.sentence for label in BOTH if label not in answered)
    assert dispute.state == "accepted"


def test_one_party_alone_cannot_be_mediated(session, world):
    dispute = offered(session, world, parties=BOTH[:1])
    consented(session, world, dispute, BOTH[0])

    with pytest.raises(ConflictError) as refused:
        begin_mediation(session, at_step(session, world, dispute), beginning=good_beginning(world))

    assert refused.value.code == "parties_missing"


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"pledged": False}, "pledged"), ({"mediator_choice": "x"}, "choice"), ({"mediator_id": "township"}, "mediator")],
)
def test_beginning_needs_a_mediator_of_the_committee_and_the_pledge(session, world, changes, field):
    dispute = offered(session, world)
    consented(session, world, dispute)
    if "mediator_id" in changes:
        changes = {"mediator_id": world.assignments["township_officer"]}

    with pytest.raises(InvalidError) as refused:
        begin_mediation(session, at_step(session, world, dispute), beginning=good_beginning(world, **changes))

    assert set(refused.value.fields) == {field}


def test_refusing_before_it_begins_ends_it_and_gives_the_matter_back(session, world):
    dispute = offered(session, world)
    consented(session, world, dispute, BOTH[0])

    refuse_mediation(session, at_step(session, world, dispute), party=BOTH[1])

    assert dispute.state == "accepted"
    assert dispute.owner_unit_id == world.units["township"]
    assert (case_of(session, dispute).state, case_of(session, dispute).ended_at) == ("refused", NOW)


def test_refusing_in_the_middle_terminates_and_stops_the_clock(session, world):
    dispute = mediating(session, world)
    assert "mediation" in running(session, dispute)

    refuse_mediation(session, at_step(session, world, dispute), party=BOTH[0])

    assert dispute.state == "terminated"
    assert "mediation" not in running(session, dispute)


def test_a_refused_matter_may_be_offered_again_handled_or_taken_to_a_route(session, world):
    dispute = mediating(session, world)
    refuse_mediation(session, at_step(session, world, dispute), party=BOTH[0])

    officer = at_step(session, world, dispute, who="township_officer", now=NOW + DAY)
    note_told(session, officer, told_on=local_date(NOW + DAY), way="phone")
    officer = at_step(session, world, dispute, who="township_officer", now=NOW + DAY)
    offer_mediation(session, officer, opening=Opening(world.units["mediation"]))

    assert case_of(session, dispute).state == "asking"
    assert session.scalars(select(MediationCase.told_on).where(MediationCase.state == "refused")).one()


def test_a_second_offer_while_one_is_open_is_refused(session, world):
    dispute = offered(session, world)

    with pytest.raises(ConflictError) as refused:
        offer_mediation(session, at_step(session, world, dispute), opening=Opening(world.units["mediation"]))

    assert refused.value.code == "already_offered"


def test_the_same_consent_twice_is_recorded_once(session, world):
    dispute = offered(session, world)
    step = at_step(session, world, dispute)
    record_consent(session, step, party=BOTH[0], way="phone")
    session.flush()

    with pytest.raises(AlreadyDoneError):
        record_consent(session, step, party=BOTH[0], way="phone")


@pytest.mark.parametrize("category", ["1401", "1502"])
def test_what_courts_and_discipline_organs_decide_is_never_mediated(session, world, category):
    dispute = matter(session, world, category=category)

    with pytest.raises((ConflictError, NotFoundError)):
        offer_mediation(
            session, at_step(session, world, dispute, who="county_lead"), opening=Opening(world.units["mediation"])
        )


def test_the_unit_complained_of_neither_mediates_nor_is_a_choice(session, world):
    dispute = matter(session, world, about_unit_id=world.units["mediation"])

    names = {unit.id for unit in committees_for(session, dispute, also=dispute.owner_unit_id)}
    assert world.units["mediation"] not in names
    with pytest.raises(InvalidError):
        offer_mediation(
            session, at_step(session, world, dispute, who="township_officer"),
            opening=Opening(world.units["mediation"]),
        )  # fmt: skip


def test_rooms_and_committees_are_those_of_the_place(session, world):
    dispute = matter(session, world)

    assert [name for _, name in rooms_near(session, dispute)] == ["云岭村矛盾纠纷调解室"]
    kinds_found = [unit.kind for unit in committees_for(session, dispute)]
    assert kinds_found[0] == "mediation_committee"
    assert "village_committee" not in kinds_found
    assert rooms_near(session, matter(session, world, division_code="990101002201")) == []


def test_where_a_child_may_be_in_danger_somebody_looks_first(session, world):
    dispute = offered(session, world, category="0102", safety_child=True)
    consented(session, world, dispute)

    with pytest.raises(ConflictError) as refused:
        begin_mediation(session, at_step(session, world, dispute), beginning=good_beginning(world))
    assert refused.value.code == "not_looked"
    words = "到家里看过,孩子在奶奶家,已经报案。"
    with pytest.raises(InvalidError) as unseen:
        confirm_looked(session, at_step(session, world, dispute), note=words)
    assert "同一事由前案" in unseen.value.fields["earlier"]
    confirm_looked(session, at_step(session, world, dispute), note=words, earlier=True)
    begin_mediation(session, at_step(session, world, dispute), beginning=good_beginning(world))

    assert dispute.state == "mediating"
    assert case_of(session, dispute).looked_by == world.assignments["mediator"]


def test_helpers_come_only_when_every_party_agrees(session, world):
    dispute = mediating(session, world)
    plan_session(session, at_step(session, world, dispute), plan=Plan(NOW + DAY, place="村部"))
    key = meeting_of(session, dispute)

    with pytest.raises(InvalidError) as refused:
        invite_helper(
            session, at_step(session, world, dispute), session_id=key,
            invitation=Invitation("relative", "当事人A的舅舅", BOTH[:1]),
        )  # fmt: skip
    assert "当事人B还没有同意" in refused.value.fields["consented"]
    invite_helper(
        session, at_step(session, world, dispute), session_id=key, invitation=Invitation("expert", "测量员", BOTH)
    )

    assert session.scalars(select(MediationInvitee)).one().consented_by == list(BOTH)


def test_a_meeting_is_recorded_only_after_its_hour(session, world):
    dispute = mediating(session, world)
    plan_session(session, at_step(session, world, dispute), plan=Plan(NOW + DAY, place="村部"))

    with pytest.raises(InvalidError):
        hold_session(
            session, at_step(session, world, dispute), session_id=meeting_of(session, dispute), record="谈好了大概"
        )
    later = at_step(session, world, dispute, now=NOW + 2 * DAY)
    hold_session(session, later, session_id=meeting_of(session, dispute), record="谈好了大概,下次写协议")

    assert kinds(session, dispute)[-1] == "session_held"


@pytest.mark.parametrize("plan", [Plan(None, place="村部"), Plan(NOW), Plan(NOW + 400 * DAY, place="村部")])
def test_a_meeting_needs_a_day_and_a_place(session, world, plan):
    dispute = mediating(session, world)

    with pytest.raises(InvalidError):
        plan_session(session, at_step(session, world, dispute), plan=plan)
