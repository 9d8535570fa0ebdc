"""What an analysis reads: no sealed matter, nothing from after the window, links and bands, on both databases."""

from __future__ import annotations

from datetime import date, timedelta

from grid_app.clock import local_date
from grid_app.database.transaction import reading, transaction
from grid_app.models.disputes import DisputeEvent, DisputeLink
from grid_app.models.places import Division
from grid_app.models.rounds import Round
from grid_app.queries.round_inputs import input_known_at, round_input
from screening import Parameters
from screening.parameters import SIGNALS
from tests.builders import add_dispute, add_organisation
from tests.questions import asked
from tests.rounds_world import closed_round
from tests.world import NOW

DAY = timedelta(days=1)


def test_sealed_and_county_only_matters_never_enter_the_input(app, app_world):
    with transaction() as session:
        open_matter = add_dispute(session, app_world, at=NOW - DAY)
        for category in ("1501", "1502", "1601"):
            add_dispute(session, app_world, category=category, at=NOW - 40 * DAY)
        round_id = closed_round(session, now=NOW)

    with reading() as session:
        data = round_input(session, session.get_one(Round, round_id), Parameters())

    assert [one.dispute_id for one in data.incidents] == [str(open_matter.id)]
    assert data.history_start == date(2026, 11, 19)


def test_what_came_or_was_noted_after_the_window_is_left_to_the_next_round(app, app_world):
    with transaction() as session:
        inside = add_dispute(session, app_world, at=NOW - DAY)
        add_dispute(session, app_world, at=NOW + 2 * DAY)
        late = add_dispute(session, app_world, at=NOW - DAY)
        late.received_at = NOW + DAY
        round_id = closed_round(session, now=NOW)

    with reading() as session:
        data = round_input(session, session.get_one(Round, round_id), Parameters())

    assert [one.dispute_id for one in data.incidents] == [str(inside.id)]


def test_places_names_links_bands_and_households_reach_the_analysis(app, app_world):
    with transaction() as session:
        organisation = add_organisation(session)
        one = add_dispute(
            session, app_world, at=NOW - DAY, division_code="990101001201J001", organisation_id=organisation.id,
            household_band="10-29", band_status="estimated", safety_present=True, household="home a",
        )  # fmt: skip
        other = add_dispute(session, app_world, at=NOW - DAY, division_code="990101001", project="河堤工程")
        for relation, names in (("other_household", (one, other)), ("unrelated", (other, one))):
            session.add(DisputeLink(dispute_id=names[0].id, other_id=names[1].id, relation=relation, at=NOW))
        round_id = closed_round(session, now=NOW)

    with reading() as session:
        data = round_input(session, session.get_one(Round, round_id), Parameters())

    first, second = data.incidents
    assert (first.cell, first.path) == ("990101001201", ("990101", "990101001"))
    assert (second.cell, second.path) == ("990101001", ("990101",))
    assert (first.band, first.band_status, first.danger) == ("10-29", "estimated", True)
    assert (first.reporter, first.linked, second.unrelated) == ("home a", (second.dispute_id,), (first.dispute_id,))
    assert (first.organisation, second.organisation) == (str(organisation.id), "河堤工程")
    assert dict(data.names)[str(organisation.id)] == "青溪农业开发有限公司"
    assert dict(data.names)["990101001201"] == "云岭村"
    assert (data.window_end - data.window_start).days == 89


def test_the_history_begins_with_the_earliest_report_also_where_it_is_older_than_all_that_is_read(app, app_world):
    with transaction() as session:
        read = add_dispute(session, app_world, at=NOW - DAY)
        add_dispute(session, app_world, at=NOW - 900 * DAY)
        add_dispute(session, app_world, at=NOW - 1200 * DAY, category="1501")
        add_dispute(session, app_world, at=NOW - 1000 * DAY, division_code="990101002201")
        rounds = {code: closed_round(session, now=NOW, division=code) for code in ("990101001", "990101002")}

    with reading() as session:
        here, there = (round_input(session, session.get_one(Round, one), Parameters()) for one in rounds.values())

    assert [one.dispute_id for one in here.incidents] == [str(read.id)]
    assert here.history_start == local_date(NOW - 900 * DAY)
    assert (there.incidents, there.history_start) == ((), local_date(NOW - 1000 * DAY))


def test_of_an_area_that_never_reported_no_reports_are_looked_through(app, app_world):
    with transaction() as session:
        add_dispute(session, app_world, at=NOW - DAY)
        round_id = closed_round(session, now=NOW, division="990101002")

    with reading() as session, asked(app.extensions["grid"].engine) as statements:
        data = round_input(session, session.get_one(Round, round_id), Parameters())

    assert (data.incidents, data.history_start) == ((), None)
    assert not [one for one in statements if "noted_on <" in one or "dispute_links" in one or "dispute_events" in one]


def test_a_round_reads_only_its_own_area(app, app_world):
    with transaction() as session:
        inside = add_dispute(session, app_world, at=NOW - DAY)
        add_dispute(session, app_world, at=NOW - DAY, division_code="990101002201")
        round_id = closed_round(session, now=NOW, division="990101001")

    with reading() as session:
        data = round_input(session, session.get_one(Round, round_id), Parameters())

    assert [one.dispute_id for one in data.incidents] == [str(inside.id)]


def test_a_past_moment_sees_what_was_open_linked_and_received_by_then(app, app_world):
    with transaction() as session:
        one, other = (add_dispute(session, app_world, at=NOW - 9 * DAY) for _ in range(2))
        late = add_dispute(session, app_world, at=NOW - 9 * DAY)
        late.received_at = NOW - DAY
        session.add(DisputeLink(dispute_id=one.id, other_id=other.id, relation="other_household", at=NOW - DAY))
        one.state, one.closed_at = "closed", NOW - 2 * DAY
        session.add(
            DisputeEvent(
                dispute_id=one.id, number=9, at=NOW - 2 * DAY, kind="closed", from_state="handling", to_state="closed",
                details={},
            )
        )  # fmt: skip
        names = [str(row.id) for row in (one, other)]

    found = []
    for ago in (5, 0):
        with reading() as session:
            moment = NOW - ago * DAY
            found.append(
                input_known_at(
                    session, division_code="990101", window_end=moment.date() - DAY, known_at=moment,
                    parameters=Parameters(signals=SIGNALS), earlier=(),
                )
            )  # fmt: skip
    then, now = found

    assert [(row.dispute_id, row.is_open, row.linked) for row in then.incidents] == [(name, True, ()) for name in names]
    assert [row.is_open for row in now.incidents] == [False, True, True]
    assert now.incidents[0].linked == (names[1],)
    assert {village.code for village in now.villages} >= {"990101001201"}


def test_what_lies_in_a_village_that_has_ended_counts_in_the_one_that_took_its_place(app, app_world):
    with transaction() as session:
        add_dispute(session, app_world, at=NOW - DAY, division_code="990101001201J001")
        for code in ("990101001201", "990101001201J001"):
            session.get_one(Division, code).successor_code = "990101001202"
        round_id = closed_round(session, now=NOW)

    with reading() as session:
        data = round_input(session, session.get_one(Round, round_id), Parameters())

    assert [(one.cell, one.path) for one in data.incidents] == [("990101001202", ("990101", "990101001"))]
