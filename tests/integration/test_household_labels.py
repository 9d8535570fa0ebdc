"""A household that tells again after its village was split or merged: known again where the ground says whose it is."""

from __future__ import annotations

import json
from uuid import uuid4

from sqlalchemy import inspect, select

from grid_app.adapters.locator import MemoryPlaceFinder
from grid_app.models.disputes import Dispute, Submission
from grid_app.queries.boundaries_successors import place_of_labels
from grid_app.services.places.boundaries import activate
from grid_app.services.places.boundaries_reshape import MergeWish, Part, SplitWish, merge_villages, split_village
from grid_app.services.places.boundaries_undo import undo_activation
from grid_app.services.reports.receiving import parse_report, receive_report
from tests.integration.intake_tools import CONTENT, KEYS
from tests.world import NOW

WEST, EAST = "990101001201", "990101001202"
NORTH, SOUTH = Part("990101001203", "云岭北村"), Part("990101001204", "云岭南村")


def told(session, world, **changes) -> Dispute:
    draft = parse_report({**CONTENT, "household": "h1", **changes}, report_id=uuid4())
    answer = receive_report(
        session, draft=draft, actor=world.actor(session, "township_officer"), places=MemoryPlaceFinder(), keys=KEYS,
        now=NOW, via="form",
    )  # fmt: skip
    assert answer.outcome == "accepted", answer.fields
    return session.get_one(Dispute, answer.dispute_id)


def test_after_a_split_the_same_household_is_no_second_one(session, world):
    before = told(session, world, village_code=WEST)
    wish = SplitWish(WEST, (NORTH, SOUTH), line=((110.9, 29.06), (111.2, 29.06)), default=SOUTH.code)
    split_village(session, wish=wish, actor=None, now=NOW)
    activate(session, actor=None, now=NOW)
    session.refresh(before)

    again = told(session, world, village_code=SOUTH.code)
    other = told(session, world, village_code=SOUTH.code, household="h2")
    located = told(session, world, lon=111.05, lat=29.08)

    assert before.division_code == again.division_code == SOUTH.code
    assert located.division_code == f"{NORTH.code}J001"
    assert before.household_label == again.household_label == located.household_label
    assert other.household_label != again.household_label
    assert told(session, world, village_code=EAST).household_label != again.household_label

    undo_activation(session, actor=None, now=NOW)
    assert told(session, world, village_code=WEST).household_label == before.household_label


def test_after_a_merge_a_located_report_is_known_by_its_grid_and_others_begin_anew(session, world):
    west, east = told(session, world, village_code=WEST), told(session, world, village_code=EAST)
    merge_villages(session, wish=MergeWish((WEST, EAST), Part("990101001205", "云柳村")), actor=None, now=NOW)
    activate(session, actor=None, now=NOW)

    assert told(session, world, lon=111.05, lat=29.02).household_label == west.household_label
    assert told(session, world, lon=111.15, lat=29.02).household_label == east.household_label
    anew = told(session, world, village_code="990101001205").household_label
    assert anew not in (west.household_label, east.household_label)


def test_a_village_that_takes_another_in_under_its_own_code_keeps_its_labels(session, world):
    merge_villages(session, wish=MergeWish((WEST, EAST), Part(WEST, "云柳村")), actor=None, now=NOW)
    activate(session, actor=None, now=NOW)

    assert place_of_labels(session, WEST) == WEST
    assert place_of_labels(session, f"{WEST}J003") == EAST


def test_a_label_cannot_be_made_anew_because_nobody_keeps_the_household(session, world):
    dispute = told(session, world, village_code=WEST, household="household-seven-of-the-list")
    session.flush()

    columns = [column.key for column in inspect(Dispute).columns]
    assert "household-seven" not in json.dumps([str(getattr(dispute, key)) for key in columns])
    sent = session.scalars(select(Submission).where(Submission.dispute_id == dispute.id)).all()
    readable = [str(getattr(one, column.key)) for one in sent for column in inspect(Submission).columns]
    assert "household-seven" not in json.dumps(readable)
