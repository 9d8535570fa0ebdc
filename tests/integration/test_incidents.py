"""Urgent incidents on both databases: the hour, telephone and writing, what is refused, who sees what, what is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from grid_app.database.base import new_id
from grid_app.errors import ConflictError, ForbiddenError, InvalidError
from grid_app.models.accounts import AuditEvent
from grid_app.models.escalations import Escalation, InboxItem
from grid_app.models.incidents import Incident, IncidentEntry
from grid_app.models.places import Division
from grid_app.models.policies import PolicyVersion
from grid_app.queries.incidents import incidents_of, waiting_incidents
from grid_app.queries.incidents_detail import incident_detail
from grid_app.queries.retention import due_incidents
from grid_app.services.incidents.content import Moments
from grid_app.services.incidents.first_clock import stand_of
from grid_app.services.incidents.opening import DoubtError
from grid_app.services.incidents.telling import tell_late
from grid_app.services.retention.periods import periods_on
from grid_app.services.retention.removal import bounds_of, clear_incidents
from tests.incidents_world import MINUTE, TOLD, added, opened, opening, phoned, told
from tests.world import BEGIN, NOW


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


def test_a_first_report_in_writing_is_in_the_inbox_of_the_county_at_once(session, world):
    made = row(session, opened(session, world, opening()))

    assert (made.state, made.first_due_at, made.first_report_at, made.written_at) == (
        "reported", NOW + 40 * MINUTE, NOW, NOW,
    )  # fmt: skip
    assert made.code == "J990101-2026-0001"
    (escalation,) = escalations(session, made.id)
    assert (escalation.event_kind, escalation.urgency, escalation.grade) == ("incident_first_report", "danger", "red")
    assert told_units(session, made.id) == {world.units["county"]}
    assert TOLD.issue not in escalation.reason


@pytest.mark.parametrize(
    ("minutes", "stand", "length"), [(60, "on_time", 60), (61, "late", 1), (3 * 24 * 60, "late", 4260)]
)
def test_the_hour_runs_from_when_the_unit_knew_day_and_night_and_lateness_stays(session, world, minutes, stand, length):
    known = NOW - minutes * MINUTE
    made = row(session, opened(session, world, opening(known=known, looked=True)))

    clock = stand_of(
        known_at=made.known_at, due_at=made.first_due_at, reported_at=made.first_report_at, now=NOW + timedelta(days=9)
    )

    assert made.first_due_at == known + 60 * MINUTE
    assert (clock.stand, clock.length) == (stand, length * MINUTE)


def test_a_report_by_telephone_counts_from_the_call_and_the_written_one_never_replaces_it(session, world):
    made = phoned(session, world, known=NOW - 50 * MINUTE, called=NOW - 30 * MINUTE)
    assert (row(session, made).first_report_at, row(session, made).written_at) == (NOW - 30 * MINUTE, None)

    later = NOW + 90 * MINUTE
    after = added(session, world, made, told("first"), now=later)

    assert (after.first_report_at, after.written_at, after.state) == (NOW - 30 * MINUTE, later, "reported")
    entries = session.scalars(select(IncidentEntry).order_by(IncidentEntry.number)).all()
    assert [(one.kind, one.way, one.unit_id) for one in entries] == [
        ("first", "phone", world.units["township"]), ("first", "written", world.units["township"]),
    ]  # fmt: skip
    assert (entries[0].captured_at, entries[0].received_at) == (NOW - 30 * MINUTE, NOW)
    assert entries[0].taken_by == world.assignments["county_officer"]
    assert len(escalations(session, made)) == 1


def test_S4_07_knowing_starts_the_clock_and_an_hour_of_silence_is_told_once_more(session, world):  # noqa: N802 - a row
    made = opened(
        session, world, opening(known=NOW, way="known", unit_id=world.units["township"]), who="county_officer"
    )
    assert tell_late(session, now=NOW + 60 * MINUTE) == 0

    assert [tell_late(session, now=NOW + 61 * MINUTE) for _ in range(2)] == [1, 0]

    assert (row(session, made).state, row(session, made).first_report_at) == ("known", None)
    assert [one.reason.endswith("请打电话催报") for one in escalations(session, made)] == [False, True]
    assert waiting_incidents(session, world.actor(session, "township_lead")) == 1
    late = added(session, world, made, told("first"), now=NOW + 75 * MINUTE)
    assert late.first_report_at == NOW + 75 * MINUTE
    page = incidents_of(session, world.actor(session, "township_lead"), only="late", now=NOW + timedelta(days=30))
    assert [line.code for line in page.lines] == [late.code]


def test_an_incident_that_cannot_be_told_holds_up_no_other(session, world):
    known = [
        opened(session, world, opening(known=NOW - at * MINUTE, way="known", **there), who="county_officer")
        for at, there in (
            (5, {"unit_id": world.units["township2"], "division_code": "990101002201"}),
            (0, {"unit_id": world.units["township"]}),
        )
    ]
    place = session.get_one(Division, "990101002201")
    path, place.path = place.path, ""  # a place that lies nowhere: nobody can be told of it

    assert [tell_late(session, now=NOW + 61 * MINUTE) for _ in range(2)] == [1, 0]
    assert [len(escalations(session, one)) for one in known] == [1, 2]

    session.get_one(Division, "990101002201").path = path
    assert tell_late(session, now=NOW + 62 * MINUTE) == 1
    assert len(escalations(session, known[0])) == 2


def test_follow_ups_follow_a_first_report_and_end_with_the_final_one(session, world):
    known = opened(session, world, opening(known=NOW, way="known", unit_id=world.units["township"]))
    with pytest.raises(ConflictError, match="还没有首报"):
        added(session, world, known, told("follow_up"))
    added(session, world, known, told("first"))
    added(session, world, known, told("follow_up"))
    added(session, world, known, told("follow_up", way="phone", called_at=NOW), who="county_officer")
    ended = added(session, world, known, told("final"))

    assert (ended.state, ended.ended_at) == ("ended", NOW)
    assert {one.urgency for one in escalations(session, known)} == {"normal"}
    with pytest.raises(ConflictError, match="已经终报"):
        added(session, world, known, told("follow_up"))
    added(session, world, known, told("correction", corrects=2))
    kinds = [one.kind for one in incident_detail(session, world.actor(session, "county_lead"), known).entries]
    assert kinds == ["known", "first", "follow_up", "follow_up", "final", "correction"]


def test_a_correction_stands_behind_what_it_corrects_and_changes_nothing_of_it(session, world):
    made = opened(session, world, opening())
    before = incident_detail(session, world.actor(session, "county_lead"), made)

    added(session, world, made, told("correction", corrects=1))

    after = incident_detail(session, world.actor(session, "county_lead"), made)
    assert after.entries[0] == before.entries[0]
    assert (after.known_at, after.first_due_at, after.first_report_at) == (
        before.known_at, before.first_due_at, before.first_report_at,
    )  # fmt: skip
    with pytest.raises(InvalidError):
        added(session, world, made, told("correction", corrects=7))


def test_a_form_sent_twice_makes_one_report_and_other_words_under_its_mark_are_refused(session, world):
    form, more = opening(), told("follow_up")
    made = opened(session, world, form)

    assert opened(session, world, form, now=NOW + MINUTE) == made
    for _ in range(2):
        added(session, world, made, more)
    with pytest.raises(ConflictError, match="更正"):
        opened(session, world, replace(form, telling=replace(TOLD, issue="另外的话")))

    assert session.scalar(select(func.count()).select_from(IncidentEntry)) == 2
    assert session.scalar(select(func.count()).select_from(Incident)) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"known": NOW + MINUTE}, "known_at"),
        ({"known": NOW - timedelta(days=400)}, "known_at"),
        ({"times": Moments(None)}, "known_at"),
        ({"times": Moments(NOW - 9 * MINUTE, "exact", None)}, "occurred_at"),
        ({"times": Moments(NOW - 9 * MINUTE, "exact", NOW + MINUTE)}, "occurred_at"),
        ({"division_code": "990101002201"}, "division"),
        ({"division_code": ""}, "division"),
        ({"category": "0000"}, "category"),
        ({"place_words": "王小明先生家门口"}, "place"),
        ({"place_words": "门" * 41}, "place"),
        ({"telling": replace(TOLD, issue="")}, "issue"),
        ({"telling": replace(TOLD, issue="联系电话 13812345678")}, "issue"),
        ({"telling": replace(TOLD, asked="带头人张建国,要求付钱")}, "asked"),
        ({"telling": replace(TOLD, answering="王小明")}, "answering"),
        ({"telling": replace(TOLD, about="三十")}, "about"),
        ({"telling": replace(TOLD, about="", band="many")}, "band"),
        ({"way": "phone", "unit_id": None}, "unit"),
        ({"way": "phone", "called": NOW - 30 * MINUTE}, "called_at"),
        ({"about_unit_id": new_id()}, "about_unit"),
    ],
)
@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
def test_what_is_refused_says_at_which_field_and_writes_nothing(session, world, changes, field):
    with pytest.raises(InvalidError) as refused:
        opened(session, world, opening(**changes))

    assert field in refused.value.fields
    assert "13812345678" not in str(refused.value.fields)
    assert session.scalar(select(func.count()).select_from(Incident)) == 0


def test_nobody_takes_down_its_own_call_and_another_unit_does_not_write_the_first_report(session, world):
    own = opening(way="phone", unit_id=world.units["township"], called=NOW - MINUTE)
    with pytest.raises(InvalidError, match="没有报出"):
        opened(session, world, own)
    known = opened(session, world, opening(known=NOW, way="known", unit_id=world.units["township"]))
    with pytest.raises(ForbiddenError, match="得知的单位"):
        added(session, world, known, told("first"), who="county_officer")
    for who in ("grid_worker", "village_lead", "mediator", "auditor", "sysadmin"):
        with pytest.raises(ForbiddenError):
            opened(session, world, opening(), who=who)


def test_a_village_has_no_desk_so_its_township_writes_for_it(session, world):
    known = opened(session, world, opening(known=NOW, way="known", unit_id=world.units["village"]))

    assert added(session, world, known, told("first")).written_at == NOW


def test_a_time_long_ago_is_asked_about_once_and_then_shown_as_late(session, world):
    old = opening(known=NOW - timedelta(days=2))
    with pytest.raises(DoubtError, match="一天以前"):
        opened(session, world, old)

    made = row(session, opened(session, world, replace(old, looked=True)))

    assert made.first_report_at - made.first_due_at == timedelta(hours=47)


def test_every_entry_stands_in_the_audit_trail_without_its_words(session, world):
    made = opened(session, world, opening())
    added(session, world, made, told("final"))

    session.flush()
    events = session.scalars(
        select(AuditEvent).where(AuditEvent.action.startswith("incident.")).order_by(AuditEvent.number)
    ).all()
    assert [event.action for event in events] == ["incident.first", "incident.final"]
    assert not [event for event in events if TOLD.issue in str(event.details)]


def test_the_words_of_an_ended_incident_go_when_their_period_is_over_and_the_clock_stays(session, world):
    ended, open_one = (opened(session, world, opening(looked=True)) for _ in range(2))
    added(session, world, ended, told("final"))
    day = NOW + timedelta(days=366)
    assert due_incidents(session, bounds_of(session, now=NOW + timedelta(days=364)), size=9) == []

    due = due_incidents(session, bounds_of(session, now=day), size=9)
    assert clear_incidents(session, due, now=day) == 1

    session.expire_all()
    entries = session.scalars(select(IncidentEntry).where(IncidentEntry.incident_id == ended)).all()
    assert due == [ended]
    assert {(one.issue, one.asked, one.answering) for one in entries} == {("", "", "")}
    assert [one.about for one in entries] == [30, None]
    assert (row(session, ended).place_words, row(session, ended).first_report_at) == ("", NOW)
    assert row(session, open_one).place_words == "镇政府门口"
    assert due_incidents(session, bounds_of(session, now=day), size=9) == []


def test_periods_that_a_county_saved_before_there_were_incidents_still_count(session, world):
    rows = [{"code": code, "days": 200, "basis": "本县规定"} for code in ("matter", "agreed", "media")]
    session.add(
        PolicyVersion(
            code="retention", version=2, rows=rows, basis="本县规定", valid_from=BEGIN.date(), created_at=BEGIN
        )
    )
    session.flush()

    periods = periods_on(session, NOW.date())

    assert (periods.days("matter"), periods.days("incident")) == (200, 365)
