"""What people type: anything that is no id, day or whole number is ``None``, never an error."""

from __future__ import annotations

from datetime import date

import pytest

from grid_app.services.places.namings import day_of as naming_day
from grid_app.services.places.room_values import COLUMNS, read_room
from grid_app.services.typed import day_of, uuid_of, whole_of

ENDLESS = "9" * 5_000  # Python refuses to read so many digits with a ValueError of its own


@pytest.mark.parametrize("text", [ENDLESS, "9" * 10, "-1", "1.5", "²", "٣", "", "中文", "\x00", "1e3"])
def test_what_is_no_short_whole_number_is_none(text):
    assert whole_of(text) is None


def test_a_whole_number_may_have_blanks_around_it():
    assert (whole_of(" 007 "), whole_of("0"), whole_of("9" * 9)) == (7, 0, 999_999_999)


@pytest.mark.parametrize("text", [ENDLESS, "99999999999999-1-1", "2026-13-01", "\x00"])
def test_what_is_no_id_and_no_day_is_none(text):
    assert uuid_of(text) is None
    assert day_of(text) is None


@pytest.mark.parametrize("text", ["99999999999999-1-1", f"{ENDLESS}-1-1", "2026/13/1"])
def test_a_day_beyond_the_calendar_is_named_at_its_field(text):
    fields: dict[str, str] = {}

    assert naming_day(text, "named_on", fields) is None
    assert "不是日期" in fields["named_on"]


def test_a_room_with_endless_numbers_and_days_gets_a_sentence_at_each():
    given = dict.fromkeys(COLUMNS, "") | {"code": "R1", "name": "室", "division_code": "990101001201"}
    given |= {"mediators": ENDLESS, "seats": "²", "term_until": "99999999999999-1-1"}

    _, errors = read_room(given, living=frozenset({"990101001201"}), today=date(2026, 11, 22))

    assert set(errors) == {"mediators", "seats", "term_until"}
