"""Handing over: who may, what moves to the successor, and what ends with the leaver."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.models.accounts import Delegation, DeviceToken, Notice
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.escalations import PushSubscription
from grid_app.models.leading import CaseTeamMember
from grid_app.models.places import MediationRoom
from grid_app.policy import Action, Role, allows, dispute_scope
from grid_app.queries.handover import leavers, open_work
from grid_app.queries.leading_lists import without_lead
from grid_app.queries.scoping import visible
from grid_app.services.accounts.actors import actors_of
from grid_app.services.accounts.delegations import WantedDelegation, delegate
from grid_app.services.accounts.devices import register_device
from grid_app.services.handling.recusals import recuse
from grid_app.services.handover import WantedHandover, hand_over
from grid_app.services.leading.access import in_charge
from tests.leading_world import at, clock_of, owned
from tests.world import NOW, World, add_account

VILLAGE = "990101001201"


def wanted(world: World, leaver: str, successor: str, unit: str = "", kept=()) -> WantedHandover:
    units = {"mediator": "mediation", "township_officer": "township", "auditor": "county", "grid_worker": "village"}
    unit_id = world.units[unit or units.get(leaver, "township")]
    return WantedHandover(world.assignments[leaver], world.accounts[successor], unit_id, frozenset(kept))


def go(session, world, leaver, successor, *, by="township_lead", **more):
    return hand_over(session, wanted=wanted(world, leaver, successor, **more), actor=world.actor(session, by), now=NOW)


def add_dispute(session: Session, world: World, reporter: str, number: int = 1, state: str = "reported") -> Dispute:
    made = Dispute(
        case_code=f"C{number}", tracking_code=f"T{number}", state=state, category="0701", summary="流转费没有付",
        division_code=VILLAGE, place_kind="chosen", channel="grid_walk", household_label="x", grade="green",
        grade_reasons=[], reported_by=world.assignments[reporter], owner_unit_id=world.units["township"],
        captured_at=NOW, received_at=NOW, noted_on=date(2026, 11, 20),
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def subscribe(session: Session, world: World, name: str, label: str) -> PushSubscription:
    actor = world.actor(session, name)
    made = PushSubscription(
        account_id=actor.account_id, assignment_id=actor.assignment_id, unit_id=actor.unit_id, p256dh="x", auth="x",
        endpoint=f"https://push.invalid/{label}", label=label, created_at=NOW,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


@pytest.mark.parametrize("leaver", ["other_grid_worker", "county_officer", "auditor"])
def test_a_township_lead_hands_on_only_the_own_area(session, world, leaver):
    with pytest.raises(NotFoundError):
        go(session, world, leaver, "second_grid_worker", unit="village")


def test_a_county_lead_does_not_hand_on_an_administrator(session, world):
    with pytest.raises(NotFoundError):
        go(session, world, "auditor", "county_officer", by="county_lead")
    assert "auditor" not in {row.role for row in leavers(session, world.actor(session, "county_lead"), now=NOW)}


def test_nobody_of_another_area_becomes_the_successor(session, world):
    with pytest.raises(NotFoundError):
        go(session, world, "grid_worker", "other_grid_worker")


def test_a_successor_is_somebody_else(session, world):
    with pytest.raises(InvalidError) as refused:
        go(session, world, "grid_worker", "grid_worker")

    assert list(refused.value.fields) == ["successor"]


def test_exclusion_holds_for_a_handover_too(session, world):
    with pytest.raises(ConflictError):
        go(session, world, "auditor", "county_officer", by="security_admin")


def test_a_unit_that_does_not_reach_the_place_is_refused(session, world):
    with pytest.raises(InvalidError) as refused:
        go(session, world, "township_officer", "township_lead", unit="village", by="security_admin")

    assert list(refused.value.fields) == ["unit"]


def test_the_successor_acts_at_once_and_the_leaver_no_more(session, world):
    done = go(session, world, "grid_worker", "second_grid_worker")

    places = {actor.division_code for actor in actors_of(session, world.accounts["second_grid_worker"], now=NOW)}
    assert places == {"990101001201J001", "990101001201J002"}
    assert actors_of(session, world.accounts["grid_worker"], now=NOW) == []
    assert done.disputes == 0
    with pytest.raises(NotFoundError):
        go(session, world, "grid_worker", "second_grid_worker")


def test_a_colleague_in_the_same_post_takes_over_without_a_second_role(session, world):
    add_account(session, world, "colleague", Role.TOWNSHIP_OFFICER, "township", "990101001")

    done = go(session, world, "township_officer", "colleague")

    assert done.assignment_id == world.assignments["colleague"]
    assert len(actors_of(session, world.accounts["colleague"], now=NOW)) == 1


def test_a_dispute_keeps_who_reported_it_and_stays_visible_to_the_successor(session, world):
    dispute = add_dispute(session, world, "grid_worker")
    dispute.division_code = "990101001201J001"
    go(session, world, "grid_worker", "second_grid_worker")

    successor = actors_of(session, world.accounts["second_grid_worker"], now=NOW)[-1]
    seen = session.scalars(select(Dispute.id).where(visible(dispute_scope(successor)))).all()
    assert seen == [dispute.id]
    assert dispute.reported_by == world.assignments["grid_worker"]


def test_the_open_disputes_of_a_mediator_change_hands(session, world):
    add_account(session, world, "next_mediator", Role.MEDIATOR, "mediation", VILLAGE)
    opened = add_dispute(session, world, "mediator", 1)
    closed = add_dispute(session, world, "mediator", 2, state="closed")

    done = go(session, world, "mediator", "next_mediator")

    event = session.scalars(select(DisputeEvent)).one()
    assert done.disputes == 1
    assert opened.reported_by == world.assignments["next_mediator"]
    assert closed.reported_by == world.assignments["mediator"]
    assert (event.kind, event.details["from"]) == ("handed_over", str(world.assignments["mediator"]))


def test_the_matters_that_a_leader_owns_pass_to_the_successor_with_team_and_clock(session, world):
    """Counted before, taken over with the handover, and what the successor withdrew from waits for the office."""
    add_account(session, world, "next_lead", Role.TOWNSHIP_LEAD, "township", "990101001")
    dispute, withdrawn = owned(session, world), owned(session, world)
    recuse(session, at(session, world, withdrawn, who="next_lead"))
    assert open_work(session, world.assignments["township_lead"], now=NOW).led == 2
    later = NOW + timedelta(days=3)
    request = wanted(world, "township_lead", "next_lead")
    done = hand_over(session, wanted=request, actor=world.actor(session, "county_lead"), now=later)

    session.flush()
    assert done.led == 1
    lead = in_charge(session, dispute.id)
    assert (lead.lead_id, lead.issue) == (world.assignments["next_lead"], "把拖欠的土地租金付清")
    members = select(CaseTeamMember.post).where(CaseTeamMember.leader_assignment_id == lead.id)
    assert sorted(session.scalars(members)) == ["", "副镇长"]
    assert clock_of(session, dispute).started_at == later
    steps = select(DisputeEvent).where(DisputeEvent.dispute_id == dispute.id).order_by(DisputeEvent.number.desc())
    last = session.scalars(steps).first()
    assert (last.kind, last.details["handed_over"]) == ("lead_assigned", True)
    assert in_charge(session, withdrawn.id).lead_id == world.assignments["township_lead"]
    county = dispute_scope(world.actor(session, "county_officer"))
    assert [line.dispute_id for line in without_lead(session, scope=county, now=later)] == [withdrawn.id]


def test_a_device_of_the_office_stays_and_the_leavers_own_goes(session, world):
    add_account(session, world, "colleague", Role.TOWNSHIP_OFFICER, "township", "990101001")
    desk = subscribe(session, world, "township_officer", "值班室电脑")
    own = subscribe(session, world, "township_officer", "自己的手机")
    strange = subscribe(session, world, "township_lead", "领导的手机")
    register_device(session, actor=world.actor(session, "township_officer"), label="手机", pin="2580", days=30, now=NOW)

    done = go(session, world, "township_officer", "colleague", kept=[desk.id, strange.id])

    session.expire_all()
    assert done.subscriptions == 1
    assert (desk.account_id, desk.dropped_at) == (world.accounts["colleague"], None)
    assert own.dropped_at == NOW
    assert strange.account_id == world.accounts["township_lead"]
    assert session.scalars(select(DeviceToken.revoked_at)).all() == [NOW]


def test_rooms_follow_into_another_unit(session, world):
    room = session.scalars(select(MediationRoom)).one()
    room.unit_id = world.units["mediation"]
    add_account(session, world, "next_mediator", Role.MEDIATOR, "village", VILLAGE)

    done = go(session, world, "mediator", "next_mediator", unit="village")

    assert done.rooms == 1
    assert room.unit_id == world.units["village"]


def test_delegations_go_on_with_the_successor(session, world):
    leader = world.actor(session, "township_lead")
    add_account(session, world, "colleague", Role.TOWNSHIP_OFFICER, "township", "990101001")
    lent = WantedDelegation(
        world.assignments["township_officer"], frozenset({Action.DECIDE_FINDING}),
        date(2026, 11, 20), date(2026, 11, 30),
    )  # fmt: skip
    delegate(session, wanted=lent, actor=leader, now=NOW)

    done = go(session, world, "township_officer", "colleague")

    rows = session.scalars(select(Delegation).order_by(Delegation.id)).all()
    assert done.delegations == 1
    assert [row.revoked_at is None for row in rows] == [False, True]
    assert allows(world.actor(session, "colleague"), Action.DECIDE_FINDING)


def test_both_are_told(session, world):
    go(session, world, "grid_worker", "second_grid_worker")

    told = set(session.scalars(select(Notice.account_id)))
    assert told == {world.accounts["grid_worker"], world.accounts["second_grid_worker"]}


def test_the_page_counts_what_is_open_and_names_no_dispute(session, world):
    add_dispute(session, world, "grid_worker", 1)
    add_dispute(session, world, "grid_worker", 2, state="closed")
    subscribe(session, world, "grid_worker", "值班室电脑")

    work = open_work(session, world.assignments["grid_worker"], now=NOW)

    assert (work.open_disputes, work.rooms, work.phones, work.delegations) == (1, 0, 0, 0)
    assert [label for _, label in work.subscriptions] == ["值班室电脑"]
    assert open_work(session, world.assignments["grid_worker"], now=NOW - timedelta(days=900)) is None
