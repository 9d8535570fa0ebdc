"""Rooms as residents see them: hours, and open or shut now by the working calendar, at the code and in the list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.models.places import MediationRoom
from grid_app.security.marks import PlaceMark
from grid_app.web.residents.frame import marks
from tests.web.resident_pages import code_of
from tests.world import NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
A = "990101001201"
OFFICE = "周一至周五 8:30-12:00、14:30-17:30"


def told(client, code, page="") -> str:
    answer = client.get(f"/r/{code}{page}")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    return BeautifulSoup(answer.get_data(as_text=True), "lxml").get_text(" ", strip=True)


@pytest.fixture
def room_code(app, app_world):
    with transaction() as session:
        room = session.scalars(select(MediationRoom)).one()
        room.opening_hours, room.phone = OFFICE, "0736-1234567"
        return marks().place_code(PlaceMark(room=room.id))


def test_the_code_at_a_room_says_whether_it_is_open_now(resident, room_code, clock):
    """The clock stands on a Friday at ten in the morning."""
    now = told(resident, room_code)
    clock.advance(timedelta(hours=3))
    noon = told(resident, room_code)
    clock.advance(timedelta(hours=6))
    evening = told(resident, room_code)
    clock.advance(timedelta(hours=15))
    saturday = told(resident, room_code)

    assert f"开放时间: {OFFICE}" in now.replace("开放时间:", "开放时间: ").replace("  ", " ")
    assert "按公布的时间,现在开着,开到 12:00。" in now
    assert "现在没开,今天 14:30 开。" in noon
    assert "今天已经关门。" in evening
    assert "今天不开放。" in saturday
    assert "打电话" in now


def test_a_holiday_of_the_working_calendar_is_said_and_the_list_says_the_same(resident, room_code, clock):
    clock.advance(datetime(2026, 10, 1, 2, 0, tzinfo=UTC) - NOW)

    assert "今天是国庆节假期,可能不开门,去以前先打电话问一问。" in told(resident, room_code)
    assert "今天是国庆节假期,可能不开门,去以前先打电话问一问。" in told(resident, code_of(A), "/info")


def test_hours_that_are_missing_unreadable_or_never_are_no_open_door(resident, room_code):
    for text, said in (
        ("", "开放时间没有公布,去以前先打电话问一问。"),
        ("有事打电话", "有事打电话"),
        ("周五 9:00-9:00", "今天不开放。"),
    ):
        with transaction() as session:
            session.scalars(select(MediationRoom)).one().opening_hours = text
        page = told(resident, code_of(A), "/info")

        assert said in page
        assert "现在开着" not in page


def test_a_closed_room_is_not_shown_and_its_code_leads_to_the_village(resident, room_code):
    with transaction() as session:
        session.scalars(select(MediationRoom)).one().status = "closed"
    with reading() as session:
        name = session.scalars(select(MediationRoom.name)).one()

    assert name not in told(resident, room_code)
    assert "开放时间" not in told(resident, room_code)
