"""A text about holding people is saved, and its writer told to write of the matter; a quotation is left alone."""

from __future__ import annotations

import pytest

from grid_app.database.transaction import transaction
from tests.builders import add_dispute
from tests.web.report_pages import page_of


@pytest.fixture
def dispute(app, app_world):
    with transaction() as session:
        return add_dispute(session, app_world, state="handling")


def _write(client, dispute, note: str) -> str:
    typed = {"version": "1", "work_note": note}
    return page_of(client.post(f"/disputes/{dispute.id}/work", data=typed, follow_redirects=True))


def test_the_writer_is_told_to_write_of_the_matter_and_nothing_is_lost(sign_in, dispute):
    page = _write(sign_in("township_lead"), dispute, "已安排专人做好稳控工作")

    assert "请写事、不写人" in page
    assert "已安排专人做好稳控工作" in page


def test_a_quotation_of_a_resident_is_left_alone(sign_in, dispute):
    page = _write(sign_in("township_lead"), dispute, "来访人说:“再不解决我就进京”,已答复月底付清")

    assert "请写事、不写人" not in page
    assert "再不解决我就进京" in page
