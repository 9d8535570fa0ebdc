"""Parties on pages: masked by default, called with one tap, opened with a reason, always on record."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.models.accounts import AuditEvent
from grid_app.models.disputes import Dispute, Party
from tests.builders import add_dispute

NAME, PHONE = "钱有田", "13812345678"
WHY = {"reason_kind": "delivery", "reason": "送达调解通知要核对"}


def page_of(answer) -> str:
    return answer.get_data(as_text=True)


@pytest.fixture
def dispute(app, app_world) -> Dispute:
    with transaction() as session:
        return add_dispute(session, app_world, state="accepted")


@pytest.fixture
def lead(sign_in):
    return sign_in("township_lead")


@pytest.fixture
def party(lead, dispute) -> str:
    """Register a party by its form and return its address."""
    typed = {"version": "1", "party_name": NAME, "party_phone": PHONE}
    lead.post(f"/disputes/{dispute.id}/parties", data=typed)
    with reading() as session:
        return f"/disputes/{dispute.id}/parties/{session.scalars(select(Party.id)).one()}"


def trail() -> list[tuple[str, dict]]:
    with reading() as session:
        links = session.scalars(select(AuditEvent).where(AuditEvent.action.like("party.%")))
        return [(link.action, link.details) for link in links]


@pytest.mark.parametrize("who", ["other_township_lead", "other_grid_worker"])
def test_nobody_elsewhere_opens_or_calls(sign_in, party, who: str):
    client = sign_in(who)

    assert client.get(party).status_code == 404
    assert client.post(party, data=WHY).status_code == 404
    assert client.post(f"{party}/call").status_code == 404
    assert trail() == []


@pytest.mark.parametrize("reason", [{}, {"reason_kind": "delivery", "reason": "看看"}, {"reason": WHY["reason"]}])
def test_whoever_is_not_assigned_gets_nothing_without_a_reason(sign_in, party, reason: dict):
    answer = sign_in("county_officer").post(party, data=reason)

    assert answer.status_code == 422
    assert NAME not in page_of(answer)
    assert PHONE not in page_of(answer)
    assert reason.get("reason", "") in page_of(answer)
    assert trail() == []


def test_a_call_by_whoever_is_not_assigned_leads_to_the_question_why(sign_in, party):
    answer = sign_in("county_officer").post(f"{party}/call")

    assert answer.headers["Location"].endswith(party)
    assert trail() == []


def test_a_wrong_phone_comes_back_with_what_was_typed(lead, dispute):
    typed = {"version": "1", "party_name": NAME, "party_phone": "不知道"}

    answer = lead.post(f"/disputes/{dispute.id}/parties", data=typed)

    assert answer.status_code == 422
    assert "电话只写数字" in page_of(answer)
    assert NAME in page_of(answer)


@pytest.mark.parametrize("address", ["/disputes?tab=all", "detail", "party"])
def test_no_page_shows_a_party_in_full_by_itself(lead, dispute, party, address: str):
    place = {"detail": f"/disputes/{dispute.id}", "party": party}.get(address, address)

    page = page_of(lead.get(place))

    assert NAME not in page
    assert PHONE not in page


def test_the_page_shows_labels_and_masks(lead, dispute, party):
    page = page_of(lead.get(f"/disputes/{dispute.id}"))

    assert "当事人A" in page
    assert "钱**" in page
    assert "138****5678" in page


def test_the_assigned_handler_calls_with_one_tap_and_it_is_logged(lead, party):
    answer = lead.post(f"{party}/call")

    assert answer.status_code == 303
    assert answer.headers["Location"] == f"tel:{PHONE}"
    assert trail() == [("party.called", {"party": "当事人A", "reason_kind": "", "reason_length": 0})]


def test_the_page_lets_its_form_lead_to_a_call_and_to_nowhere_else(lead, dispute, party):
    policy = lead.get(f"/disputes/{dispute.id}").headers["Content-Security-Policy"]

    assert "form-action 'self' tel:;" in policy


def test_the_assigned_handler_opens_without_a_reason_once_per_answer(lead, dispute, party):
    answer = lead.post(party)

    assert NAME in page_of(answer)
    assert PHONE in page_of(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert NAME not in page_of(lead.get(party))
    assert [action for action, _ in trail()] == ["party.revealed"]


def test_a_reason_opens_and_only_its_length_and_kind_are_kept(sign_in, party):
    answer = sign_in("county_officer").post(party, data=WHY)

    assert NAME in page_of(answer)
    assert trail() == [
        ("party.revealed", {"party": "当事人A", "reason_kind": "delivery", "reason_length": len(WHY["reason"])})
    ]
