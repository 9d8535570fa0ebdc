"""Batches from a phone through the real API, on both databases: repetitions, the plain way, receipts."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from grid_app.database.transaction import reading
from grid_app.models.accounts import AuditEvent
from grid_app.models.disputes import Dispute, DisputeEvent, Submission
from grid_app.security.receipts import digest_of
from tests.fakes import FrozenClock
from tests.web.api_phone import Phone, disputes, item, report, stored
from tests.world import NOW, World


@pytest.fixture
def phone(app: Flask, app_world: World) -> Phone:
    return Phone(app, app_world, "grid_worker")


@pytest.fixture
def phone_of(app: Flask, app_world: World) -> Callable[[str], Phone]:
    return lambda name: Phone(app, app_world, name)


def dispute_of(sent: dict) -> Dispute:
    return next(one for one in disputes() if str(one.id) == sent["id"])


# --- sent again -------------------------------------------------------------------------------------------------


def test_a_replayed_batch_is_answered_with_the_first_receipts(phone: Phone, clock: FrozenClock) -> None:
    batch = [item() for _ in range(3)]
    first = phone.sync(*batch)
    clock.advance(timedelta(hours=5))

    second = phone.sync(*batch)

    assert [one["outcome"] for one in second] == ["already_have"] * 3
    for key in ("receipt", "case_code", "tracking_code", "digest"):
        assert [one[key] for one in second] == [one[key] for one in first]
    assert stored() == 3


def test_the_same_id_with_other_content_is_a_conflict_that_tells_nothing_of_the_first(phone: Phone) -> None:
    sent = item()
    phone.sync(sent)

    changed = phone.sync({"id": sent["id"], "content": report(summary="另一件事")})[0]

    assert changed["outcome"] == "conflict"
    assert (changed["case_code"], changed["tracking_code"], changed["receipt"]) == ("", "", None)
    assert dispute_of(sent).summary == sent["content"]["summary"]


def test_an_id_twice_in_one_batch_counts_once(phone: Phone) -> None:
    sent = item()

    outcomes = [one["outcome"] for one in phone.sync(sent, sent, {"id": sent["id"], "content": report(danger=True)})]

    assert outcomes == ["accepted", "already_have", "conflict"]
    assert stored() == 1


def test_a_damaged_repetition_is_still_told_from_a_known_report(phone: Phone) -> None:
    sent = item()
    phone.sync(sent)

    damaged = phone.sync({"id": sent["id"], "content": report(summary="损坏"), "digest": digest_of(sent["content"])})[0]

    assert damaged["code"] == "digest_mismatch"


# --- the plain way ----------------------------------------------------------------------------------------------


def test_a_report_is_accepted_placed_and_given_its_numbers(phone: Phone, app_world: World) -> None:
    sent = item(organisation="青溪农业有限公司", household_band="5-9")
    sent["digest"] = digest_of(sent["content"])

    answer = phone.sync(sent)[0]

    kept = dispute_of(sent)
    assert answer["outcome"] == "accepted"
    assert answer["digest"] == sent["digest"]
    assert answer["case_code"] == "990101-2026-000001"
    assert len(answer["tracking_code"]) == 10
    assert kept.division_code == "990101001201J001"
    assert (kept.place_kind, kept.generation_id) == ("inside", app_world.generation_id)
    assert (kept.state, kept.grade, kept.band_status) == ("reported", "blue", "estimated")
    assert kept.owner_unit_id == app_world.units["village"]
    assert kept.received_at == NOW
    assert kept.noted_on.isoformat() == "2026-11-20"


def test_every_accepted_report_leaves_one_event_one_submission_and_one_audit_link(phone: Phone) -> None:
    sent = item()

    phone.sync(sent)

    with reading() as session:
        events = session.scalars(select(DisputeEvent)).all()
        audits = session.scalars(select(AuditEvent).where(AuditEvent.action == "dispute.reported")).all()
        assert [(one.number, one.kind, one.to_state) for one in events] == [(1, "reported", "reported")]
        assert [one.target_id for one in audits] == [sent["id"]]
        assert session.scalar(select(func.count()).select_from(Submission)) == 1


def test_what_was_sent_is_kept_sealed_and_can_be_read_again(phone: Phone, app: Flask) -> None:
    sent = item(summary="联系人电话13812345678,请尽快回话")

    answer = phone.sync(sent)[0]

    with reading() as session:
        sealed = session.scalars(select(Submission.content_sealed)).one()
    plain = app.extensions["grid"].keys.fields.decrypt(sealed, context=f"submissions.content:{sent['id']}")
    assert json.loads(plain) == sent["content"]
    assert dispute_of(sent).summary == "联系人电话138****5678,请尽快回话"
    assert [one["code"] for one in answer["warnings"]] == ["masked"]


@pytest.mark.parametrize("moment", ["2025-11-20T09:30:00+08:00", "2027-11-20T09:30:00+08:00", "1970-01-01T00:00:00Z"])
def test_a_phone_whose_clock_is_a_year_off_loses_nothing(phone: Phone, moment: str) -> None:
    sent = item(captured_at=moment)

    answer = phone.sync(sent)[0]

    kept = dispute_of(sent)
    assert answer["outcome"] == "accepted"
    assert [one["code"] for one in answer["warnings"]] == ["clock_off"]
    assert (kept.captured_at, kept.noted_on.isoformat()) == (NOW, "2026-11-20")


def test_a_report_kept_on_the_phone_for_weeks_keeps_its_own_day(phone: Phone) -> None:
    sent = item(captured_at="2026-10-01T09:30:00+08:00")

    answer = phone.sync(sent)[0]

    assert answer["warnings"] == []
    assert dispute_of(sent).noted_on.isoformat() == "2026-10-01"


def test_a_clock_slightly_ahead_never_makes_a_report_of_tomorrow(phone: Phone) -> None:
    sent = item(captured_at="2026-11-21T00:30:00+08:00")

    phone.sync(sent)

    assert dispute_of(sent).noted_on.isoformat() == "2026-11-20"


def test_county_staff_may_report_what_has_no_tile(phone_of: Callable[[str], Phone], app_world: World) -> None:
    sent = item(category="1501")

    answer = phone_of("county_lead").sync(sent)[0]

    assert answer["outcome"] == "accepted"
    assert dispute_of(sent).owner_unit_id == app_world.units["county"]


def test_a_batch_of_mixed_items_adds_up(phone: Phone) -> None:
    known = item()
    phone.sync(known)
    batch = [known, {"id": known["id"], "content": report(danger=True)}, item(category="0000"), item(), item()]

    outcomes = [one["outcome"] for one in phone.sync(*batch)]

    assert outcomes == ["already_have", "conflict", "rejected", "accepted", "accepted"]
    assert stored() == 3


# --- receipts ---------------------------------------------------------------------------------------------------


def test_a_receipt_with_one_changed_figure_is_not_genuine(phone: Phone) -> None:
    sent = item()
    answer = phone.sync(sent)[0]
    claim = {"id": sent["id"], "digest": answer["digest"], **answer["receipt"]}
    forged = [
        claim | {"received_at": "2026-11-19T02:00:00+00:00"},
        claim | {"digest": "0" * 64},
        claim | {"signature": "0" * 64},
    ]

    verdicts = [phone.post("receipts:verify", json=one).json for one in forged]

    assert [one["genuine"] for one in verdicts] == [False, False, False]
    assert [one["known"] for one in verdicts] == [False, False, True]


def test_a_receipt_is_proved_genuine_and_known(phone: Phone) -> None:
    sent = item()
    answer = phone.sync(sent)[0]

    verdict = phone.post("receipts:verify", json={"id": sent["id"], "digest": answer["digest"], **answer["receipt"]})

    assert verdict.json == {"genuine": True, "known": True}


def test_a_receipt_of_the_wrong_form_is_refused_by_field(phone: Phone) -> None:
    answer = phone.post("receipts:verify", json={"id": "x", "digest": "1", "received_at": "gestern"})

    assert answer.status_code == 422
    assert set(answer.json["fields"]) == {"id", "digest", "received_at", "signature"}
