import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.coverage.opening import DAY_MINUTES, read_opening

WORK, EVERY = (0, 1, 2, 3, 4), tuple(range(7))
MORNING, AFTERNOON = (540, 720), (840, 1020)


@pytest.mark.parametrize(
    ("text", "days", "spans", "state"),
    [
        ("周一至周五 8:30-17:30", WORK, ((510, 1050),), "read"),
        ("每天9:00-12:00、14:00-17:00", EVERY, (MORNING, AFTERNOON), "read"),
        ("周一至周五：8:30－12:00；14:30～17:30；周末休息", WORK, ((510, 720), (870, 1050)), "read"),
        ("周三全天", (2,), (MORNING, AFTERNOON), "read"),
        ("24小时", EVERY, ((0, DAY_MINUTES),), "read"),
        ("周一、三、五上午", (0, 2, 4), (MORNING,), "read"),
        ("星期一到星期五8点半至12点，下午2点30分-5点", WORK, ((510, 720), (870, 1020)), "read"),
        ("周一三五9:00-12:00;周六日休息", (0, 2, 4), (MORNING,), "read"),
        ("除周日外每天9:00-12:00", (0, 1, 2, 3, 4, 5), (MORNING,), "read"),
        ("工作日 9:00-17:00（12:00-14:00午休）", WORK, (MORNING, AFTERNOON), "read"),
        ("周六至周二 9:00-12:00", (0, 1, 5, 6), (MORNING,), "read"),
        ("周三 14:00-17:00,其他时间电话预约", (2,), (AFTERNOON,), "partly"),
        ("周一至周五9:00-12:00，节假日休息", WORK, (MORNING,), "partly"),
        ("逢赶集日 09:00-15:00", (), (), "unreadable"),
        ("每月第一个周三9:00-12:00", (), (), "unreadable"),
        ("每天25:00-27:00", (), (), "unreadable"),
        ("电话0000-0000000", (), (), "unreadable"),
        ("每天 9:00-9:00", (), (), "never"),
        ("周一至周五 17:30-8:30", (), (), "never"),
        ("暂停开放", (), (), "never"),
        ("周二9:00-12:00，周二休息", (), (), "never"),
        ("  ", (), (), "unknown"),
    ],
)
def test_hours_are_read_and_what_is_no_hour_of_a_week_is_said(text, days, spans, state):
    read = read_opening(text)

    assert (read.state, read.week) == (state, tuple(spans if day in days else () for day in range(7)))
    assert bool(read.rest) == (state in {"partly", "unreadable"} or "-9:00" in text or "-8:30" in text)


def test_a_night_ends_on_the_next_day_and_what_is_taken_for_granted_is_said():
    night, bare = read_opening("周日20:00-次日6:00"), read_opening("9:00-12:00")

    assert (night.week[6], night.week[0], night.minutes()) == (((1200, 1440),), ((0, 360),), 600)
    assert night.is_open(0, 359)
    assert not night.is_open(0, 360)
    assert (bare.assumed, bare.half_days(), read_opening("周三全天").assumed) == (("工作日",), 5, ("全天",))


@given(st.text("周一三日至、,;0912:-点半上午全天每逢除外休息24小时次 ", max_size=40))
def test_any_text_gives_spans_in_order_within_the_day(text):
    read = read_opening(text)

    for day in read.week:
        marks = [mark for span in day for mark in span]
        assert marks == sorted(set(marks))
        assert all(0 <= mark <= DAY_MINUTES for mark in marks)
    assert any(read.week) == (read.state in {"read", "partly"})
