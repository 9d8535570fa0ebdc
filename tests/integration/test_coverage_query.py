"""Coverage of the small county: states with reasons, ways against plain arithmetic, load, scopes, unknown facts."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from math import inf

import pytest
from sqlalchemy import select, update

from geo.coordinates import haversine_metres
from geo.coverage.hours import effective_state
from grid_app.database.base import new_id
from grid_app.models.mediation import MediationCase, MediationSession
from grid_app.models.places import Boundary, Division, MediationRoom
from grid_app.policy import NOTHING, dispute_scope
from grid_app.queries.coverage import coverage_in
from grid_app.queries.coverage_rooms import opening_of
from tests.builders import add_dispute
from tests.world import COUNTY, NOW, VILLAGES

TODAY = date(2026, 11, 20)
A, B, C, D = VILLAGES
on_sqlite = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


def scope_of(session, world):
    return dispute_scope(world.actor(session, "county_lead"))


def room(code, village, **told):
    usual = {
        "lon": VILLAGES[village][1] + 0.05, "lat": 29.05, "opening_hours": "周三 9:00-12:00", "mediators": 2,
        "term_until": TODAY, "used_on": TODAY - timedelta(days=90),
    }  # fmt: skip
    return MediationRoom(id=new_id(), code=code, name=f"{code}室", division_code=village, **{**usual, **told})


def mediated(session, world, code, *, opened, met=None, ended=None, at=None):
    dispute = add_dispute(session, world, division_code=code)
    case = MediationCase(
        id=new_id(), dispute_id=dispute.id, source="apply", unit_id=world.units["mediation"],
        opened_at=NOW - timedelta(days=opened), ended_at=None if ended is None else NOW - timedelta(days=ended),
    )  # fmt: skip
    session.add(case)
    session.flush()
    if met is not None:
        held = NOW - timedelta(days=met)
        session.add(
            MediationSession(
                id=new_id(), case_id=case.id, number=1, planned_at=held, room_id=at, state="held", held_at=held,
                assignment_id=world.assignments["mediator"],
            )
        )  # fmt: skip
        session.flush()


@on_sqlite
def test_every_combination_of_facts_gives_the_state_and_the_sentence(session, world):
    """Effective is: half a day a week, two mediators in term, used or tried within 90 days; unknown is never no."""
    hours = ("周三 9:00-12:00", "周三 9:00-9:30", "周三 9:00-9:00", "", "有事打电话")
    staff = ((2, TODAY), (2, TODAY - timedelta(days=1)), (2, None), (1, None), (None, None))
    use = ((90, None), (91, None), (200, 5), (None, None))
    cases = list(product(hours, staff, use))
    for at, (text, (mediators, until), (used, tested)) in enumerate(cases):
        days = [None if one is None else TODAY - timedelta(days=one) for one in (used, tested)]
        told = {"opening_hours": text, "mediators": mediators, "term_until": until}
        session.add(room(f"Z{at:03d}", A, used_on=days[0], tested_on=days[1], **told))
    session.flush()

    facts = coverage_in(session, scope=scope_of(session, world), root_path=f"/{COUNTY}/", now=NOW)

    for at, (text, (mediators, until), (used, tested)) in enumerate(cases):
        found = facts.rooms[f"Z{at:03d}"]
        valid = mediators if mediators is None or mediators < 2 else None if until is None else (until >= TODAY) * 2
        idle = min((one for one in (used, tested) if one is not None), default=None)
        expected = int(effective_state([opening_of(text)], [valid], [idle])[0])
        assert found.state == {1: "effective", 0: "nominal", -1: "unknown"}[expected], (text, mediators, until, used)
        assert bool(found.why) == (expected != 1)
        assert [check.key for check in found.checks] == ["open", "staffed", "used"]
    assert facts.states[A] == "effective"  # a village takes the best of its rooms


@on_sqlite
def test_ways_hours_and_sums_agree_with_plain_arithmetic(session, world):
    """Eight rooms, four villages: who reaches which, when, and the county's sums, each by a loop over all pairs."""
    spots = [(111.05, 29.05), (111.06, 29.055), (111.155, 29.05), (111.25, 29.0485), (111.35, 29.068), (None, None)]
    for at, (lon, lat) in enumerate(spots):
        text = ("周三 9:00-12:00", "周六 14:00-17:00")[at % 2]
        session.add(room(f"Z{at}", (A, B, C, D)[at % 4], lon=lon, lat=lat, opening_hours=text))
    session.add(room("Z8", D, status="closed"))
    session.execute(update(Division).where(Division.code == B).values(households=0, urban=True))
    session.execute(update(Division).where(Division.code == C).values(kind="community"))
    session.flush()

    facts = coverage_in(session, scope=scope_of(session, world), root_path=f"/{COUNTY}/", now=NOW, at=(5, 15))

    weights, reach = {}, {}
    for code, village in facts.villages.items():
        limit = 1000 if code in (B, C) else 2000
        ways = {
            one.code: float(haversine_metres(village.place.lon, village.place.lat, one.lon, one.lat))
            for one in facts.rooms.values()
            if one.status == "active" and one.lon is not None
        }
        reach[code] = tuple(sorted(one for one, metres in ways.items() if metres <= limit))
        weights[code] = village.place.households
        assert village.reached == reach[code]
        assert (village.nearest, village.metres) == (min(ways, key=ways.get), pytest.approx(min(ways.values())))
        assert bool(village.share_at) == any(int(one[1:]) % 2 for one in reach[code] if one != "R1")
        assert village.second == (len(reach[code]) > 1)
    assert facts.basis == "households"
    assert facts.totals.share == pytest.approx(sum(w for c, w in weights.items() if reach[c]) / sum(weights.values()))
    assert {len(found) > 0 for found in reach.values()} == {True, False}  # both happen in this county
    assert facts.rooms["Z8"].state == "closed"


@on_sqlite
def test_load_counts_a_quarter_and_a_wait_that_is_not_over_is_not_short(session, world):
    """Median over those who met and those who still wait; who ended before meeting is counted as a case only."""
    for opened, met in ((40, 38), (30, 20)):
        mediated(session, world, A, opened=opened, met=met)
    mediated(session, world, A, opened=5)
    mediated(session, world, A, opened=50, ended=49)
    mediated(session, world, A, opened=100, met=99)  # an earlier quarter
    mediated(session, world, B, opened=9)

    villages = coverage_in(session, scope=scope_of(session, world), root_path=f"/{COUNTY}/", now=NOW).villages

    assert (villages[A].load.cases, villages[A].load.median_days) == (4, pytest.approx(10.0))
    assert (villages[B].load.cases, villages[B].load.median_days) == (1, inf)
    assert (villages[C].load.cases, villages[C].load.median_days) == (0, None)


@on_sqlite
def test_a_meeting_on_record_is_a_use_and_missing_points_and_households_are_told(session, world):
    stored = session.scalars(select(MediationRoom)).one()
    stored.mediators, stored.term_until, stored.opening_hours = 3, TODAY, "每天 9:00-12:00"
    mediated(session, world, A, opened=9, met=7, at=stored.id)
    session.execute(update(Division).where(Division.code == C).values(households=None))
    session.execute(Boundary.__table__.delete().where(Boundary.code == D))

    facts = coverage_in(session, scope=scope_of(session, world), root_path=f"/{COUNTY}/", now=NOW)

    assert facts.states == {A: "effective", B: "none", C: "none", D: "none"}
    assert facts.rooms["R1"].use_on_record == date(2026, 11, 13)
    assert (facts.unplaced, facts.villages[D].reached, facts.villages[D].access) == ((D,), None, None)
    assert (facts.basis, facts.totals.villages, facts.totals.share) == ("villages", 3, pytest.approx(1 / 3))


@on_sqlite
def test_a_scope_reaches_its_own_villages_and_the_rooms_of_the_neighbours(session, world):
    """Who reaches a room across the border of a township reaches it; villages of others are not counted."""
    session.add(room("Z1", C, lon=111.15, lat=29.052))
    session.flush()
    lead = dispute_scope(world.actor(session, "township_lead"))

    facts = coverage_in(session, scope=lead, root_path=f"/{COUNTY}/", now=NOW)

    assert list(facts.villages) == [A, B]
    assert facts.villages[B].reached == ("Z1",)
    assert coverage_in(session, scope=NOTHING, root_path=f"/{COUNTY}/", now=NOW).villages == {}
