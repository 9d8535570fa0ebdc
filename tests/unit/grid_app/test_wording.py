"""What people read is in their own time, in plain words, and tells no more than it should."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from flask import Flask

from grid_app.web import wording
from tests.fakes import FrozenClock

NOON_IN_SHANGHAI = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        wording.local_time(datetime(2026, 11, 21, 14, 30))  # noqa: DTZ001 - the refusal of exactly this is tested


def test_a_time_is_shown_in_shanghai_with_its_weekday() -> None:
    assert wording.local_time(datetime(2026, 11, 21, 6, 30, tzinfo=UTC)) == "11月21日(周六) 14:30"


def test_a_late_evening_in_utc_is_the_next_day_in_shanghai() -> None:
    assert wording.local_date(datetime(2026, 11, 21, 16, 0, tzinfo=UTC)) == "11月22日(周日)"


def test_a_plain_day_is_not_moved() -> None:
    assert wording.local_date(date(2026, 1, 5)) == "1月5日(周一)"


def test_a_day_of_another_year_than_the_running_one_says_its_year() -> None:
    application = Flask(__name__)
    application.extensions["grid"] = SimpleNamespace(clock=FrozenClock(datetime(2026, 12, 31, 16, 0, tzinfo=UTC)))
    with application.app_context():
        assert wording.local_date(date(2027, 1, 5)) == "1月5日(周二)"  # the new year has begun in Shanghai
        assert wording.local_time(NOON_IN_SHANGHAI) == "2026年11月21日(周六) 12:00"


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=2, hours=3), "还剩 2 天"),
        (timedelta(hours=23, minutes=59), "还剩 23 小时"),
        (timedelta(minutes=40), "还剩 40 分钟"),
        (timedelta(0), "还剩 0 分钟"),
        (-timedelta(seconds=1), "已超 0 分钟"),
        (-timedelta(hours=5), "已超 5 小时"),
        (-timedelta(days=1, hours=2), "已超 1 天"),
    ],
)
def test_what_is_left_never_sounds_longer_than_it_is(left: timedelta, words: str) -> None:
    assert wording.remaining(NOON_IN_SHANGHAI + left, NOON_IN_SHANGHAI) == words


@pytest.mark.parametrize(
    ("code", "sign", "word"),
    [
        ("red", "●", "红"),
        ("orange", "▲", "橙"),
        ("yellow", "■", "黄"),
        ("blue", "◆", "蓝"),
        ("green", "✓", "绿"),
    ],
)
def test_every_grade_has_its_own_sign_and_word(code: str, sign: str, word: str) -> None:
    assert (wording.grade_sign(code), wording.grade_word(code)) == (sign, word)


def test_an_unknown_grade_says_that_there_is_none() -> None:
    assert (wording.grade_sign("purple"), wording.grade_word("purple")) == ("–", "未定级")


@pytest.mark.parametrize(("count", "words"), [(0, "0 户"), (1, "数户"), (4, "数户"), (5, "5 户"), (1200, "1,200 户")])
def test_few_households_are_not_counted_aloud(count: int, words: str) -> None:
    assert wording.few(count) == words


@pytest.mark.parametrize(("count", "words"), [(6945, "6,945"), (0, "0"), (12.25, "12.2"), (3.0, "3")])
def test_numbers_are_parted_by_thousands(count: float, words: str) -> None:
    assert wording.number(count) == words


@pytest.mark.parametrize(("name", "masked"), [("张小明", "张**"), ("李", "李**"), (" ", ""), (None, "")])
def test_a_masked_name_keeps_its_first_sign_only(name: str | None, masked: str) -> None:
    assert wording.mask_name(name) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13800001234", "138****1234"),
        ("138 0000-1234", "138****1234"),
        ("0736-7712345", "073****2345"),
        ("12345", "****45"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_masked_phone_hides_its_middle(phone: str | None, masked: str) -> None:
    assert wording.mask_phone(phone) == masked
