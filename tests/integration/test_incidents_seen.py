"""Who sees which incident, and how two reports of one incident, or an incident and a dispute, are linked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.models.escalations import Escalation, InboxItem
from grid_app.models.incidents import Incident
from grid_app.queries.incidents import alike_incidents, incidents_of
from grid_app.queries.incidents_detail import incident_detail
from grid_app.services.incidents.links import link_dispute, link_incidents, unlink_incident
from grid_app.services.incidents.opening import DoubtError
from tests.builders import add_dispute
from tests.incidents_world import MINUTE, VILLAGE, added, opened, opening, phoned, told
from tests.world import NOW


def row(session, incident_id) -> Incident:
    session.flush()
    return session.get_one(Incident, incident_id)


def escalations(session, incident_id) -> list[Escalation]:
    session.flush()
    return list(
        session.scalars(select(Escalation).where(Escalation.incident_id == incident_id).order_by(Escalation.id))
    )


def told_units(session, incident_id) -> set:
    ids = [one.id for one in escalations(session, incident_id)]
    return set(session.scalars(select(InboxItem.unit_id).where(InboxItem.escalation_id.in_(ids))))


def seen_by(session, world, who: str, **changes) -> set[str]:
    page = incidents_of(session, world.actor(session, who), only="all", now=NOW, **changes)
    return {line.code for line in page.lines}


def test_each_township_sees_its_own_and_the_county_all(session, world):
    made = row(session, opened(session, world, opening())).code

    for who in ("township_officer", "township_lead", "county_officer", "county_lead"):
        assert seen_by(session, world, who) == {made}
    assert seen_by(session, world, "county_lead", township="990101002") == set()
    for who in ("other_township_lead", "grid_worker", "village_lead", "mediator", "auditor", "security_admin"):
        assert seen_by(session, world, who) == set()


def test_sealed_matters_are_the_county_leads_and_the_unit_concerned_hears_nothing(session, world):
    county, township = world.units["county"], world.units["township"]
    sealed = opened(session, world, opening(category="1501", looked=True))
    closed = opened(session, world, opening(category="1602", looked=True))
    about = opening(way="known", unit_id=world.units["village"], about_unit_id=township, looked=True)
    concerning = opened(session, world, about, who="county_officer")
    own = opened(session, world, opening(about_unit_id=township, looked=True))
    codes = {name: row(session, one).code for name, one in
             {"sealed": sealed, "closed": closed, "concerning": concerning, "own": own}.items()}  # fmt: skip

    assert seen_by(session, world, "county_lead") == set(codes.values())
    assert seen_by(session, world, "county_officer") == set(codes.values()) - {codes["sealed"]}
    assert seen_by(session, world, "township_lead") == set(codes.values()) - {codes["concerning"]}
    assert township not in told_units(session, concerning)
    assert county not in told_units(session, sealed)
    with pytest.raises(NotFoundError):
        added(session, world, concerning, told("first"))


def test_a_unit_that_reports_what_concerns_itself_reads_only_what_it_told(session, world):
    made = opened(session, world, opening(about_unit_id=world.units["township"]))
    added(session, world, made, told("follow_up"), who="county_officer")

    units = {
        who: {entry.unit for entry in incident_detail(session, world.actor(session, who), made).entries}
        for who in ("township_officer", "county_officer")
    }

    assert units["township_officer"] == {"东河镇人民政府"}
    assert units["county_officer"] == {"东河镇人民政府", "青溪县信访工作联席会议办公室"}


def test_two_offices_are_asked_whether_it_is_the_same_and_linked(session, world):
    phone = phoned(session, world, known=NOW - 50 * MINUTE, called=NOW - 40 * MINUTE)
    written = opening(known=NOW - 45 * MINUTE)
    with pytest.raises(DoubtError) as asked:
        opened(session, world, written)
    assert [line.id for line in asked.value.alike] == [phone]
    assert session.scalar(select(func.count()).select_from(Incident)) == 1

    made = opened(session, world, replace(written, same_as=phone), now=NOW + 30 * MINUTE)

    both = [row(session, one) for one in (phone, made)]
    assert {one.first_report_at for one in both} == {NOW - 40 * MINUTE}  # the call counts for both of the same unit
    assert {one.written_at for one in both} == {NOW + 30 * MINUTE}  # and nobody is asked for a second written one
    lead = world.actor(session, "county_lead")
    assert [line.id for line in incident_detail(session, lead, phone).others] == [made]
    unlink_incident(session, actor=lead, incident_id=made, now=NOW)
    session.flush()
    assert session.get_one(Incident, made).first_report_at == NOW + 30 * MINUTE
    assert session.get_one(Incident, phone).written_at is None


def test_reports_of_other_units_are_linked_without_lending_their_time(session, world):
    first = opened(session, world, opening(known=NOW - 50 * MINUTE, way="known", unit_id=world.units["township"]))
    other = opened(session, world, opening(looked=True), who="county_officer")
    lead = world.actor(session, "county_lead")

    link_incidents(session, actor=lead, incident_id=first, other_id=other, now=NOW)

    assert row(session, first).first_report_at is None
    with pytest.raises(ConflictError):
        link_incidents(session, actor=lead, incident_id=other, other_id=first, now=NOW)
    old = opened(session, world, opening(known=NOW - timedelta(days=3), looked=True))
    with pytest.raises(ConflictError, match="一天以上"):
        link_incidents(session, actor=lead, incident_id=old, other_id=other, now=NOW)


@pytest.mark.parametrize(
    ("place", "hours", "found"),
    [(VILLAGE, 3, 1), (VILLAGE, 3.1, 0), ("990101001", 0, 1), (f"{VILLAGE}J001", -2, 1), ("990101001202", 0, 0)],
)
def test_alike_is_the_same_place_within_three_hours(session, world, place, hours, found):
    opened(session, world, opening(known=NOW))

    alike = alike_incidents(
        session, world.actor(session, "township_lead"), division_code=place, at=NOW + timedelta(hours=hours)
    )

    assert len(alike) == found


def test_a_dispute_is_linked_by_its_number_within_the_scope_alone(session, world):
    made = opened(session, world, opening())
    own = add_dispute(session, world)
    other = add_dispute(session, world, division_code="990101002201")
    actor = world.actor(session, "township_officer")

    link_dispute(session, actor=actor, incident_id=made, case_code=own.case_code, now=NOW)

    assert row(session, made).dispute_id == own.id
    with pytest.raises(InvalidError):
        link_dispute(session, actor=actor, incident_id=made, case_code=other.case_code, now=NOW)
    link_dispute(session, actor=actor, incident_id=made, case_code="", now=NOW)
    assert row(session, made).dispute_id is None
