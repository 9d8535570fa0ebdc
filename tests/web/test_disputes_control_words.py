"""A text about holding people is saved, and its writer told to write of the matter; a quotation is left alone."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.models.accounts import AuditEvent
from grid_app.services.control_words import CONTROL_WORDS
from tests.builders import add_dispute
from tests.web.api_phone import Phone, item
from tests.web.report_pages import page_of


@pytest.fixture
def dispute(app, app_world):
    with transaction() as session:
        return add_dispute(session, app_world, state="handling")


def _told_to_the_auditor() -> dict[str, object]:
    with reading() as session:
        return session.scalars(select(AuditEvent.details).where(AuditEvent.action == CONTROL_WORDS)).one()


def _write(client, dispute, note: str) -> str:
    typed = {"version": "1", "work_note": note}
    return page_of(client.post(f"/disputes/{dispute.id}/work", data=typed, follow_redirects=True))


def test_the_writer_is_told_to_write_of_the_matter_and_nothing_is_lost(sign_in, dispute):
    page = _write(sign_in("township_lead"), dispute, "已安排专人做好稳控工作")

    assert "请写事、不写人" in page
    assert "已安排专人做好稳控工作" in page


def test_the_auditor_sees_the_word_and_nothing_else_of_the_text(sign_in, dispute):
    _write(sign_in("township_lead"), dispute, "已安排专人做好稳控工作")

    assert _told_to_the_auditor() == {"words": "稳控", "kind": "work_recorded"}
    assert "文字里有管控人的说法" in page_of(sign_in("auditor").get("/audit"))


def test_a_report_about_people_is_taken_in_with_the_advice(app, app_world):
    result = Phone(app, app_world, "grid_worker").sync(item(summary="该村重点人员多次进京"))[0]

    assert result["outcome"] == "accepted"
    assert "about_people" in [one["code"] for one in result["warnings"]]
    assert _told_to_the_auditor() == {"words": "重点人员、进京", "kind": "reported"}


def test_a_quotation_of_a_resident_is_left_alone(sign_in, dispute):
    page = _write(sign_in("township_lead"), dispute, "来访人说:“再不解决我就进京”,已答复月底付清")

    assert "请写事、不写人" not in page
    assert "再不解决我就进京" in page
