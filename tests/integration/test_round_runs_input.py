"""What an analysis reads: no sealed matter, nothing from after the window, links and bands, on both databases."""

from __future__ import annotations

from datetime import date, timedelta

from grid_app.database.transaction import reading, transaction
from grid_app.models.disputes import DisputeLink
from grid_app.models.rounds import Round
from grid_app.queries.round_inputs import round_input
from screening import Parameters
from tests.builders import add_dispute, add_organisation
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


def test_a_round_reads_only_its_own_area(app, app_world):
    with transaction() as session:
        inside = add_dispute(session, app_world, at=NOW - DAY)
        add_dispute(session, app_world, at=NOW - DAY, division_code="990101002201")
        round_id = closed_round(session, now=NOW, division="990101001")

    with reading() as session:
        data = round_input(session, session.get_one(Round, round_id), Parameters())

    assert [one.dispute_id for one in data.incidents] == [str(inside.id)]
