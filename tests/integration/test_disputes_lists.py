"""Lists hold exactly what the scope allows, once each, in order, and their totals agree."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from grid_app.models.disputes import Dispute
from grid_app.policy import NOTHING, Scope, dispute_scope
from grid_app.queries.disputes import (
    Asked,
    Cut,
    Order,
    Tab,
    find_by_code,
    list_disputes,
    own_reports,
    tallies,
)
from grid_app.queries.disputes_places import place_names
from grid_app.queries.disputes_reach import FEW_DIVISIONS, reaches
from grid_app.queries.scoping import visible
from grid_app.vocabulary.words import STATE_WORDS
from tests.builders import add_dispute
from tests.world import NOW, World

ACCOUNTS = (
    "grid_worker", "mediator", "village_lead", "township_officer", "township_lead", "county_officer", "county_lead",
    "other_grid_worker", "second_grid_worker", "other_township_lead",
)  # fmt: skip
PLACES = ("990101", "990101001", "990101001201", "990101001201J001", "990101001202", "990101002201", "990101002202J002")
CATEGORIES = ("0901", "0199", "1403", "1502", "1601", "99")


@pytest.fixture
def full_world(session, world: World) -> World:
    """Fill the county: every place, category, state and grade; some reported from elsewhere, some about a unit."""
    grades, states = ("blue", "yellow", "orange", "red"), tuple(STATE_WORDS)
    reporters = ("grid_worker", "other_grid_worker", "township_officer", "county_officer", "mediator")
    for number in range(140):
        dispute = add_dispute(
            session, world, division_code=PLACES[number % len(PLACES)], category=CATEGORIES[number % len(CATEGORIES)],
            state=states[number % len(states)], reported_by=reporters[number % len(reporters)],
            at=NOW - timedelta(minutes=number // 3),
        )  # fmt: skip
        dispute.grade = grades[number % len(grades)]
        dispute.about_unit_id = world.units["township"] if number % 11 == 0 else None
    session.flush()
    return world


def allowed(session, scope: Scope) -> set:
    return set(session.scalars(select(Dispute.id).where(visible(scope))))


def walked(session, scope: Scope, asked: Asked, order: Order = Order.NEWEST) -> list:
    lines, cursor = [], None
    while True:
        page = list_disputes(session, scope=scope, asked=asked, cut=Cut(order, after=cursor, size=7))
        lines += page.lines
        cursor = page.after
        if cursor is None:
            return lines


def test_an_empty_scope_lists_and_counts_nothing(session, full_world):
    assert list_disputes(session, scope=NOTHING, asked=Asked(), cut=Cut()).lines == ()
    assert set(tallies(session, scope=NOTHING, asked=Asked()).values()) == {0}


@pytest.mark.parametrize("who", ACCOUNTS)
def test_the_parts_of_a_scope_are_the_scope_and_share_nothing(session, full_world, who: str):
    scope = dispute_scope(full_world.actor(session, who))

    parts = [set(session.scalars(select(Dispute.id).where(part.condition))) for part in reaches(session, scope)]

    assert set().union(*parts) == allowed(session, scope)
    assert sum(len(part) for part in parts) == len(allowed(session, scope))


@pytest.mark.parametrize("who", ACCOUNTS)
def test_every_tab_lists_each_of_its_disputes_once_and_in_order(session, full_world, who: str):
    scope = dispute_scope(full_world.actor(session, who))
    totals = tallies(session, scope=scope, asked=Asked())

    for tab in Tab:
        lines = walked(session, scope, Asked(tab))
        assert len(lines) == len({line.id for line in lines}) == totals[tab], tab
        moments = [line.received_at for line in lines]
        assert moments == sorted(moments, reverse=True)
    assert {line.id for line in walked(session, scope, Asked())} == allowed(session, scope)
    assert totals[Tab.ALL] == totals[Tab.REPORTED] + totals[Tab.HANDLING] + totals[Tab.ENDED]


def test_a_way_back_shows_the_page_before(session, full_world):
    scope = dispute_scope(full_world.actor(session, "county_lead"))
    asked, size = Asked(), 10
    first = list_disputes(session, scope=scope, asked=asked, cut=Cut(size=size))
    second = list_disputes(session, scope=scope, asked=asked, cut=Cut(after=first.after, size=size))

    back = list_disputes(session, scope=scope, asked=asked, cut=Cut(before=second.before, size=size))

    assert back.lines == first.lines
    assert back.before is None
    assert back.after == first.after


def test_a_wide_scope_lists_the_same_as_a_narrow_one(session, full_world, monkeypatch):
    scope = dispute_scope(full_world.actor(session, "township_officer"))
    narrow = [line.id for line in walked(session, scope, Asked(Tab.HANDLING))]
    assert session.scalar(select(func.count()).select_from(Dispute)) > FEW_DIVISIONS

    monkeypatch.setattr("grid_app.queries.disputes_reach.FEW_DIVISIONS", 1)

    assert [line.id for line in walked(session, scope, Asked(Tab.HANDLING))] == narrow


def test_own_reports_never_show_what_was_sealed_or_turned_against_the_own_unit(session, full_world):
    actor = full_world.actor(session, "township_officer")

    lines = own_reports(session, scope=dispute_scope(actor), account_id=actor.account_id, size=200).lines

    rows = [session.get_one(Dispute, line.id) for line in lines]
    assert rows
    assert not [row for row in rows if row.category[:2] in ("15", "16") or row.about_unit_id == actor.unit_id]


@pytest.mark.parametrize("code", ["", " ", "%", "_", "T", "T-00000%"])
def test_a_part_of_a_code_finds_nothing(session, full_world, code: str):
    assert find_by_code(session, scope=dispute_scope(full_world.actor(session, "county_lead")), code=code) is None


def test_a_code_of_another_area_finds_nothing(session, full_world):
    dispute = add_dispute(session, full_world, division_code="990101002201", reported_by="other_grid_worker")

    found = find_by_code(
        session, scope=dispute_scope(full_world.actor(session, "township_lead")), code=dispute.case_code
    )

    assert found is None


def test_places_are_named_by_township_and_village(session, full_world):
    names = place_names(session, {"990101", "990101001", "990101001201", "990101001201J001", "999999"})

    assert names == {
        "990101": "青溪县",
        "990101001": "东河镇",
        "990101001201": "东河镇 云岭村",
        "990101001201J001": "东河镇 云岭村第1网格",
        "999999": "999999",
    }
