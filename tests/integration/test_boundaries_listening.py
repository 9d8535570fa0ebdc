"""Who is told of escalations after a split or merge: every device has a successor before anything is put into use."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from grid_app.errors import InvalidError
from grid_app.models.accounts import Assignment
from grid_app.models.disputes import Dispute
from grid_app.models.escalations import Escalation, PushSubscription
from grid_app.models.places import Division
from grid_app.services.places.boundaries import activate
from grid_app.services.places.boundaries_check import check_generation, gather_check
from grid_app.services.places.boundaries_plans import save_choices
from grid_app.services.places.boundaries_reshape import MergeWish, Part, SplitWish, merge_villages, split_village
from grid_app.services.places.boundaries_undo import undo_activation
from tests.escalation_world import add_dispute, add_subscription, raise_for
from tests.world import NOW

WEST, EAST = "990101001201", "990101001202"
NORTH, SOUTH = Part("990101001203", "云岭北村"), Part("990101001204", "云岭南村")


def split(session, *, default: str = SOUTH.code) -> None:
    wish = SplitWish(WEST, (NORTH, SOUTH), line=((110.9, 29.06), (111.2, 29.06)), default=default)
    split_village(session, wish=wish, actor=None, now=NOW)


def looked(session):
    return check_generation(gather_check(session, now=NOW))


def home_of(session, subscription) -> str:
    """Return the village that a device is told of."""
    found = select(Assignment.division_code).join(PushSubscription, PushSubscription.assignment_id == Assignment.id)
    return session.scalar(found.where(PushSubscription.id == subscription))


def test_the_look_counts_disputes_staff_devices_and_escalations_and_the_split_moves_them(session, world):
    dispute = add_dispute(session, world)
    escalation = raise_for(session, dispute)
    devices = [add_subscription(session, world, name) for name in ("village_lead", "grid_worker")]
    other = add_subscription(session, world, "county_officer")
    split(session)

    report = looked(session)
    kinds = [one.record.kind for one in report.destinations]
    activate(session, actor=None, now=NOW)

    assert (report.disputes.total, report.disputes.to_successor) == (1, 1)
    assert kinds.count("escalation") == 1
    assert kinds.count("assignment") >= 2
    assert report.following.subscriptions == 2
    assert sorted(report.listening.values()) == [1, 1]
    assert session.scalar(select(Dispute.division_code).where(Dispute.id == dispute)) == SOUTH.code
    assert session.scalar(select(Escalation.division_code).where(Escalation.id == escalation)) == SOUTH.code
    assert {home_of(session, one)[:12] for one in devices} == {SOUTH.code}
    assert home_of(session, other) == "990101"
    assert not session.get_one(Division, home_of(session, devices[0])).valid_to

    undo_activation(session, actor=None, now=NOW)

    assert {home_of(session, one)[:12] for one in devices} == {WEST}
    assert session.scalar(select(Escalation.division_code).where(Escalation.id == escalation)) == WEST


def test_a_merge_gives_the_devices_of_both_villages_to_the_new_one(session, world):
    device = add_subscription(session, world, "village_lead")
    merge_villages(session, wish=MergeWish((WEST, EAST), Part("990101001205", "云柳村")), actor=None, now=NOW)

    activate(session, actor=None, now=NOW)

    assert home_of(session, device) == "990101001205"


@pytest.mark.parametrize("dropped", [False, True], ids=["live", "dropped"])
def test_nothing_is_put_into_use_while_a_device_has_no_successor(session, world, dropped):
    device = add_subscription(session, world, "village_lead")
    if dropped:
        session.get_one(PushSubscription, device).dropped_at = NOW
    lead = world.assignments["village_lead"]
    split(session, default="")
    if dropped:
        activate(session, actor=None, now=NOW)
        return

    with pytest.raises(InvalidError, match="没有写明由谁接续") as refused, session.begin_nested():
        activate(session, actor=None, now=NOW)
    assert WEST in refused.value.sentence
    assert home_of(session, device) == WEST
    save_choices(session, choices={f"assignment:{lead}": NORTH.code}, actor=None, now=NOW)
    activate(session, actor=None, now=NOW)

    assert home_of(session, device) == NORTH.code
