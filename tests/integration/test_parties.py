"""Parties: encrypted, masked, opened one by one with a trace, and never a way to find a person."""

from __future__ import annotations

import inspect
from datetime import timedelta

import pytest
from sqlalchemy import select

from grid_app.errors import ForbiddenError, InvalidError, NotFoundError
from grid_app.models.accounts import AuditEvent
from grid_app.models.disputes import Dispute, Party
from grid_app.policy import dispute_scope
from grid_app.queries import disputes, disputes_detail, disputes_places, disputes_units
from grid_app.security.fields import FieldCipher, FieldCipherError
from grid_app.services.handling.steps import Step
from grid_app.services.matters import parties
from grid_app.services.matters.parties import (
    Reason,
    add_party,
    call_party,
    faces_of,
    needs_reason,
    opened_today,
    reveal_party,
)
from tests.builders import add_dispute
from tests.world import NOW

CIPHER = FieldCipher({1: bytes(range(32))})
WHY = Reason("handling", "送达调解通知要核对姓名")
NAME, PHONE = "钱有田", "138 1234 5678"


def step_of(session, world, who: str, dispute: Dispute, *, now=NOW) -> Step:
    return Step(dispute.id, world.actor(session, who), dispute.version, now)


@pytest.fixture
def dispute(session, world) -> Dispute:
    return add_dispute(session, world, state="accepted")


@pytest.fixture
def party_id(session, world, dispute):
    step = step_of(session, world, "township_lead", dispute)
    return add_party(session, step, name=NAME, phone=PHONE, cipher=CIPHER)


def trail(session, action: str) -> list[AuditEvent]:
    session.flush()
    return list(session.scalars(select(AuditEvent).where(AuditEvent.action == action)))


def test_an_office_elsewhere_opens_nobody(session, world, dispute, party_id):
    step = step_of(session, world, "other_township_lead", dispute)

    with pytest.raises(NotFoundError):
        reveal_party(session, step, party_id=party_id, cipher=CIPHER, per_day=20, reason=WHY)

    assert faces_of(session, dispute_id=dispute.id, actor=step.actor, cipher=CIPHER) == []
    assert trail(session, "party.revealed") == []


def test_an_administrator_opens_nobody(session, world, dispute, party_id):
    with pytest.raises(ForbiddenError):
        reveal_party(session, step_of(session, world, "auditor", dispute), party_id=party_id, cipher=CIPHER, per_day=20)


def test_a_party_is_not_opened_through_another_dispute(session, world, dispute, party_id):
    other = add_dispute(session, world, state="accepted")

    with pytest.raises(NotFoundError):
        reveal_party(
            session, step_of(session, world, "township_lead", other), party_id=party_id, cipher=CIPHER, per_day=20
        )


@pytest.mark.parametrize("reason", [None, Reason(), Reason("handling", "看看"), Reason("nosy", "就是想看一下他是谁")])
def test_whoever_is_not_of_the_assigned_unit_writes_a_reason_first(session, world, dispute, party_id, reason):
    step = step_of(session, world, "county_officer", dispute)

    with pytest.raises(InvalidError) as refused:
        reveal_party(session, step, party_id=party_id, cipher=CIPHER, per_day=20, reason=reason)

    assert refused.value.code == "reason_needed"
    assert trail(session, "party.revealed") == []


def test_above_the_daily_number_the_assigned_handler_is_asked_too_until_midnight(session, world, dispute, party_id):
    step = step_of(session, world, "township_lead", dispute)
    for _ in range(2):
        reveal_party(session, step, party_id=party_id, cipher=CIPHER, per_day=2)

    with pytest.raises(InvalidError) as refused:
        call_party(session, step, party_id=party_id, cipher=CIPHER, per_day=2)
    assert refused.value.code == "reason_needed"
    assert reveal_party(session, step, party_id=party_id, cipher=CIPHER, per_day=2, reason=WHY).name == NAME

    tomorrow = step_of(session, world, "township_lead", dispute, now=NOW + timedelta(hours=14))
    assert opened_today(session, tomorrow.actor, now=tomorrow.now) == 0
    assert call_party(session, tomorrow, party_id=party_id, cipher=CIPHER, per_day=2) == "13812345678"


def test_a_colleague_has_an_own_daily_number(session, world, dispute, party_id):
    reveal_party(
        session, step_of(session, world, "township_lead", dispute), party_id=party_id, cipher=CIPHER, per_day=1
    )

    colleague = world.actor(session, "township_officer")

    assert not needs_reason(session, dispute_id=dispute.id, actor=colleague, per_day=1, now=NOW)


@pytest.mark.parametrize(
    ("name", "phone", "field"),
    [
        ("钱" * 81, "", "name"),
        ("钱\x00有田", "", "name"),
        ("", "不知道", "phone"),
        ("", "12", "phone"),
    ],
)
def test_a_name_or_phone_that_cannot_be_one_is_refused(session, world, dispute, name: str, phone: str, field: str):
    with pytest.raises(InvalidError) as refused:
        add_party(session, step_of(session, world, "township_lead", dispute), name=name, phone=phone, cipher=CIPHER)

    assert list(refused.value.fields) == [field]


def test_name_and_phone_lie_encrypted_and_bound_to_their_row(session, world, dispute, party_id):
    row = session.get_one(Party, party_id)

    assert NAME not in (row.name_sealed or "")
    assert "1234" not in (row.phone_sealed or "")
    with pytest.raises(FieldCipherError):
        CIPHER.decrypt(row.name_sealed or "", context=parties.phone_context(party_id))


def test_everybody_sees_labels_and_masks_only(session, world, dispute, party_id):
    add_party(session, step_of(session, world, "grid_worker", dispute), name="", phone="", cipher=CIPHER)

    faces = faces_of(session, dispute_id=dispute.id, actor=world.actor(session, "township_lead"), cipher=CIPHER)

    assert [(face.label, face.name) for face in faces] == [("当事人A", "钱**"), ("当事人B", "")]
    assert faces[1].phone == ""
    assert "1234" not in faces[0].phone
    assert faces[0].phone.endswith("5678")


def test_the_assigned_handler_calls_without_being_asked_and_the_call_is_logged(session, world, dispute, party_id):
    step = step_of(session, world, "township_officer", dispute)

    number = call_party(session, step, party_id=party_id, cipher=CIPHER, per_day=20)

    assert number == "13812345678"
    (link,) = trail(session, "party.called")
    assert link.account_id == world.accounts["township_officer"]
    assert link.details == {"party": "当事人A", "reason_kind": "", "reason_length": 0}


def test_an_opening_with_a_reason_keeps_its_length_and_kind_but_not_its_words(session, world, dispute, party_id):
    step = step_of(session, world, "county_officer", dispute)

    full = reveal_party(session, step, party_id=party_id, cipher=CIPHER, per_day=20, reason=WHY)

    assert (full.name, full.phone) == (NAME, PHONE)
    (link,) = trail(session, "party.revealed")
    assert link.details == {"party": "当事人A", "reason_kind": "handling", "reason_length": len(WHY.words)}
    assert WHY.words not in str(link.details)


def test_a_party_without_a_phone_cannot_be_called(session, world, dispute):
    step = step_of(session, world, "township_lead", dispute)
    party_id = add_party(session, step, name=NAME, phone="", cipher=CIPHER)

    with pytest.raises(InvalidError) as refused:
        call_party(session, step, party_id=party_id, cipher=CIPHER, per_day=20)

    assert refused.value.code == "no_phone"


def test_the_history_names_the_label_and_never_the_person(session, world, dispute, party_id):
    history = disputes_detail.history_of(
        session, scope=dispute_scope(world.actor(session, "township_lead")), dispute_id=dispute.id
    )

    assert history[0].kind == "party_added"
    assert NAME not in repr(history)
    assert "1234" not in repr(history)


def test_no_question_about_disputes_takes_a_person(session):
    for module in (disputes, disputes_detail, disputes_places, disputes_units):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__:
                asked = set(inspect.signature(function).parameters)
                assert not asked & {"name", "phone", "party", "person", "household", "party_name", "text", "query"}, (
                    name
                )


def test_no_key_joins_parties_of_different_disputes():
    table = Party.__table__

    assert {key.target_fullname for key in table.foreign_keys} == {"disputes.id"}
    assert not [index for index in table.indexes if {column.name for column in index.columns} != {"dispute_id"}]
    assert not [column.name for column in table.columns if "hash" in column.name or "person" in column.name]


def test_the_same_name_in_two_disputes_looks_different_in_the_database(session, world, dispute, party_id):
    other = add_dispute(session, world, state="accepted")
    twin = add_party(session, step_of(session, world, "township_lead", other), name=NAME, phone=PHONE, cipher=CIPHER)

    rows = [session.get_one(Party, key) for key in (party_id, twin)]

    assert rows[0].name_sealed != rows[1].name_sealed
    assert rows[0].phone_sealed != rows[1].phone_sealed
