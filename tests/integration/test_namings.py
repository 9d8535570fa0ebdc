"""Recording official namings: one by one and from a file; the record stays when a naming is withdrawn."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.models.accounts import AuditEvent
from grid_app.models.places import VillageNaming
from grid_app.policy import Role, dispute_scope
from grid_app.queries.map_layers import naming_status, namings_in
from grid_app.services.places.namings import (
    NamingDraft,
    draft_of,
    import_namings,
    preview_namings,
    record_naming,
    withdraw_naming,
)
from tests.world import NOW

VILLAGE, OTHER = "990101001201", "990101002201"
TODAY = date(2026, 11, 20)
HEADER = "division_code,document_number,named_on,expires_on\n"


def draft(code=VILLAGE, document="青信联〔2026〕1号", named=date(2026, 3, 1), expires=None) -> NamingDraft:
    return NamingDraft(code, document, named, expires)


def status_of(session, world, on=TODAY):
    scope = dispute_scope(world.actor(session, Role.COUNTY_LEAD))
    return naming_status(namings_in(session, scope=scope, on=on))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "division_code"),
        ({"division_code": VILLAGE}, "document_number"),
        ({"division_code": VILLAGE, "document_number": "长" * 81}, "document_number"),
        ({"division_code": VILLAGE, "document_number": "1号"}, "named_on"),
        ({"division_code": VILLAGE, "document_number": "1号", "named_on": "去年"}, "named_on"),
        ({"division_code": VILLAGE, "document_number": "1号", "named_on": "2026-02-30"}, "named_on"),
        (
            {"division_code": VILLAGE, "document_number": "1号", "named_on": "2026-03-01", "expires_on": "2026-03-01"},
            "expires_on",
        ),
    ],
)
def test_a_form_with_a_fault_names_the_field(values, field):
    with pytest.raises(InvalidError) as refused:
        draft_of(values)

    assert field in refused.value.fields


def test_dates_are_read_as_tables_write_them():
    for text in ("2026-03-01", "2026/3/1", "2026.3.1", "2026年3月1日"):
        values = {"division_code": VILLAGE, "document_number": "1号", "named_on": text}

        assert draft_of(values).named_on == date(2026, 3, 1)


def test_a_village_of_somebody_else_or_a_date_ahead_is_refused(session, world):
    actor = world.actor(session, Role.TOWNSHIP_LEAD)

    with pytest.raises(InvalidError) as elsewhere:
        record_naming(session, draft=draft(OTHER), actor=actor, now=NOW)
    with pytest.raises(InvalidError) as ahead:
        record_naming(session, draft=draft(named=TODAY + timedelta(days=1)), actor=actor, now=NOW)
    with pytest.raises(InvalidError):
        record_naming(session, draft=draft("990101001"), actor=actor, now=NOW)

    assert "division_code" in elsewhere.value.fields
    assert "named_on" in ahead.value.fields
    assert session.scalar(select(func.count()).select_from(VillageNaming)) == 0


def test_the_same_document_names_a_village_once(session, world):
    actor = world.actor(session, Role.COUNTY_OFFICER)
    record_naming(session, draft=draft(), actor=actor, now=NOW)

    with pytest.raises(ConflictError, match="已经登记过"):
        record_naming(session, draft=draft(), actor=actor, now=NOW)


def test_a_naming_is_in_force_until_it_expires_or_is_withdrawn(session, world):
    actor = world.actor(session, Role.COUNTY_OFFICER)
    naming = record_naming(session, draft=draft(expires=date(2026, 12, 31)), actor=actor, now=NOW)

    in_force = status_of(session, world)
    expired = status_of(session, world, on=date(2027, 1, 1))
    withdraw_naming(session, naming_id=naming, reason="青信联〔2026〕9号", actor=actor, now=NOW)

    assert in_force == {VILLAGE: "named"}
    assert expired == {VILLAGE: "expired"}
    assert status_of(session, world) == {VILLAGE: "withdrawn"}
    kept = session.get_one(VillageNaming, naming)
    assert (kept.document_number, kept.withdrawn_on, kept.withdrawn_reason) == (
        "青信联〔2026〕1号",
        TODAY,
        "青信联〔2026〕9号",
    )


def test_a_newer_naming_in_force_counts_more_than_an_old_one_withdrawn(session, world):
    actor = world.actor(session, Role.COUNTY_OFFICER)
    old = record_naming(session, draft=draft(), actor=actor, now=NOW)
    withdraw_naming(session, naming_id=old, reason="年度复核", actor=actor, now=NOW)

    record_naming(session, draft=draft(document="青信联〔2026〕8号"), actor=actor, now=NOW)

    assert status_of(session, world) == {VILLAGE: "named"}


def test_a_withdrawal_needs_a_reason_a_record_and_happens_once(session, world):
    officer, stranger = world.actor(session, Role.COUNTY_OFFICER), world.actor(session, "other_township_lead")
    naming = record_naming(session, draft=draft(), actor=officer, now=NOW)

    with pytest.raises(InvalidError):
        withdraw_naming(session, naming_id=naming, reason="  ", actor=officer, now=NOW)
    with pytest.raises(NotFoundError):
        withdraw_naming(session, naming_id=naming, reason="依据", actor=stranger, now=NOW)
    withdraw_naming(session, naming_id=naming, reason="依据", actor=officer, now=NOW)
    with pytest.raises(ConflictError):
        withdraw_naming(session, naming_id=naming, reason="依据", actor=officer, now=NOW)


def test_a_file_is_previewed_and_then_taken_without_its_bad_rows(session, world):
    actor = world.actor(session, Role.COUNTY_OFFICER)
    record_naming(session, draft=draft(), actor=actor, now=NOW)
    rows = [
        f"{VILLAGE},青信联〔2026〕1号,2026-03-01,",
        f"{OTHER},青信联〔2026〕1号,2026/3/1,2027-03-01",
        f"{OTHER},青信联〔2026〕1号,2026-03-01,",
        "990101009999,青信联〔2026〕1号,2026-03-01,",
        f"{OTHER},,2026-03-01,",
    ]
    content = (HEADER + "\n".join(rows)).encode()

    shown = preview_namings(session, content=content, actor=actor, now=NOW)
    before = session.scalar(select(func.count()).select_from(VillageNaming))
    import_namings(session, content=content, actor=actor, now=NOW)
    again = import_namings(session, content=content, actor=actor, now=NOW)

    assert ([d.division_code for d in shown.fresh], shown.already) == ([OTHER], 1)
    assert [(row.number, row.reasons[0][:6]) for row in shown.refused] == [
        (4, "同一个村的同"),
        (5, "没有这个村("),
        (6, "请填写命名文"),
    ]
    assert before == 1
    assert (len(again.fresh), again.already) == (0, 2)
    assert session.scalar(select(func.count()).select_from(VillageNaming)) == 2


def test_every_record_leaves_an_audit_event(session, world):
    actor = world.actor(session, Role.COUNTY_OFFICER)

    naming = record_naming(session, draft=draft(), actor=actor, now=NOW)
    withdraw_naming(session, naming_id=naming, reason="依据", actor=actor, now=NOW)

    names = session.scalars(select(AuditEvent.action).order_by(AuditEvent.number)).all()
    assert names == ["naming.recorded", "naming.withdrawn"]
