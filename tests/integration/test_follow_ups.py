"""Planning follow-up visits and handing them on, on both databases: which closings, who carries, who goes instead."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, inspect, select

from grid_app.errors import ForbiddenError, InvalidError, NotFoundError
from grid_app.models.accounts import Account, AuditEvent, Notice
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.follow_ups import FollowUp
from grid_app.policy import Role, dispute_scope
from grid_app.queries.follow_ups import own_visits, unit_visits
from grid_app.services.handling.reviews import Closing
from grid_app.services.handling.steps import Step, reopen
from grid_app.services.handover import WantedHandover, hand_over
from grid_app.services.matters.follow_up_plans import name_carrier
from grid_app.vocabulary.words import CLOSURE_WORDS, FOLLOWED_UP_GROUNDS
from tests.dispute_rows import add_dispute
from tests.follow_ups_world import GRID, closed_dispute
from tests.handling_world import PAPER, TOLD, close_reviewed
from tests.world import NOW, add_account

VILLAGE = "990101001201"


def planned(session) -> list[FollowUp]:
    session.expire_all()
    return list(session.scalars(select(FollowUp).order_by(FollowUp.day)))


def carriers(session) -> set:
    return {one.carrier_id for one in planned(session)}


@pytest.mark.parametrize("ground", sorted(CLOSURE_WORDS.keys() - FOLLOWED_UP_GROUNDS - {"duplicate_of", "no_contact"}))
def test_what_was_not_settled_here_is_not_followed_up(session, world, ground):
    dispute_id = add_dispute(session, 1, village=GRID, state="handling", owner_unit_id=world.units["township"])
    dispute = session.get_one(Dispute, dispute_id)
    proof = PAPER if ground == "moved_to_legal_pathway" else TOLD
    close_reviewed(session, world, dispute, Closing(ground, "信访工作条例第二十条", "已经当面告知双方", "", proof))

    assert dispute.state == "closed"
    assert planned(session) == []


def test_a_settled_matter_is_asked_after_on_four_local_days(session, world):
    late = NOW.replace(hour=17)  # already the next day in Shanghai
    closed_dispute(session, world, at=late)

    assert [(one.day, one.due_on) for one in planned(session)] == [
        (1, date(2026, 11, 22)),
        (3, date(2026, 11, 24)),
        (7, date(2026, 11, 28)),
        (30, date(2026, 12, 21)),
    ]


def test_the_reporter_carries_what_lies_in_the_own_area_or_village_else_who_is_nearest_else_nobody(session, world):
    mine, other = world.assignments["grid_worker"], world.assignments["second_grid_worker"]
    cases = [
        ({"reported_by": mine}, mine),
        ({"reported_by": other}, mine),  # the place is in another grid
        ({"reported_by": other, "village": VILLAGE}, other),
        ({"reported_by": None, "village": VILLAGE}, None),
        ({"village": "990101001202J001"}, None),
        ({"about_unit_id": world.units["village"]}, None),
        ({"category": "1601", "by": "county_officer"}, None),
    ]
    for number, (changes, expected) in enumerate(cases):
        dispute_id = closed_dispute(session, world, at=NOW, number=number, **changes)
        found = set(session.scalars(select(FollowUp.carrier_id).where(FollowUp.dispute_id == dispute_id)))
        assert found == {expected}, changes


def test_taking_the_matter_up_again_ends_what_is_due_and_says_so(session, world):
    dispute_id = closed_dispute(session, world, at=NOW)
    version = session.get_one(Dispute, dispute_id).version

    reopen(session, Step(dispute_id, world.actor(session, "township_officer"), version, NOW), reason="当事人又来反映")

    assert {(one.state, one.ended_at) for one in planned(session)} == {("cancelled", NOW)}
    event = session.scalars(select(DisputeEvent).where(DisputeEvent.kind == "reopened")).one()
    assert event.details["follow_ups_ended"] == 4


def test_a_carrier_is_named_by_an_office_of_the_place_out_of_the_township_only(session, world):
    dispute_id = closed_dispute(session, world, at=NOW)

    def name(by: str, carrier: str) -> None:
        name_carrier(session, Step(dispute_id, world.actor(session, by), 0, NOW), carrier_id=world.assignments[carrier])

    with pytest.raises(ForbiddenError):
        name("village_lead", "second_grid_worker")
    with pytest.raises(NotFoundError):
        name("other_township_lead", "second_grid_worker")
    with pytest.raises(InvalidError):
        name("township_officer", "other_grid_worker")
    name("township_officer", "second_grid_worker")
    name("township_officer", "second_grid_worker")

    assert carriers(session) == {world.assignments["second_grid_worker"]}
    named = session.scalars(select(DisputeEvent).where(DisputeEvent.kind == "carrier_named")).one()
    assert named.details["from"] == str(world.assignments["grid_worker"])
    assert session.scalars(select(Notice.account_id)).all() == [world.accounts["second_grid_worker"]]
    assert session.scalars(select(AuditEvent).where(AuditEvent.action == "dispute.carrier_named")).one()


def test_a_handover_gives_open_visits_to_the_successor_and_the_history_says_so(session, world):
    dispute_id = closed_dispute(session, world, at=NOW)
    planned(session)[0].state = "settled"
    add_account(session, world, "next", Role.GRID_WORKER, "village", "990101001201J002")

    done = hand_over(
        session,
        wanted=WantedHandover(world.assignments["grid_worker"], world.accounts["next"], world.units["village"]),
        actor=world.actor(session, "township_lead"),
        now=NOW,
    )

    assert done.follow_ups == 1
    moved = [world.assignments["grid_worker"], *[done.assignment_id] * 3]
    assert [one.carrier_id for one in planned(session)] == moved
    kinds = session.scalars(select(DisputeEvent.kind).where(DisputeEvent.dispute_id == dispute_id)).all()
    assert "carrier_named" in kinds


def test_what_a_disabled_carrier_leaves_waits_at_the_unit_that_handled_it(session, world):
    closed_dispute(session, world, at=NOW)
    officer, until = world.actor(session, "township_officer"), NOW.date() + timedelta(days=7)
    scope = dispute_scope(officer)
    assert unit_visits(session, officer, scope, until=until, now=NOW) == []
    session.get_one(Account, world.accounts["grid_worker"]).disabled_at = NOW

    assert len(unit_visits(session, officer, scope, until=until, now=NOW)) == 3


def test_own_visits_end_with_the_day_that_was_asked_for(session, world):
    closed_dispute(session, world, at=NOW)
    actors = [world.actor(session, "grid_worker")]

    found = [one.day for one in own_visits(session, actors, until=date(2026, 11, 23))]

    assert found == [1, 3]


def test_both_tables_and_their_indexes_are_there(engine: Engine):
    asked = inspect(engine)

    assert {"follow_ups", "follow_up_visits"} <= set(asked.get_table_names())
    assert {one["name"] for one in asked.get_indexes("follow_ups")} >= {
        "ix_follow_ups_carrier_due",
        "ix_follow_ups_state_due",
    }
