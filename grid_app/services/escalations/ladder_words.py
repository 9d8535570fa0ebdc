"""A ladder in plain words, for the pages and their preview."""

from __future__ import annotations

from collections.abc import Sequence

from grid_app.services.escalations.events import BY_CODE, DAY, HOUR, WORKDAY
from grid_app.services.escalations.ladder_rows import (
    CHANNEL_WORDS,
    HOURS_WORDS,
    UNIT_KIND_WORDS,
    WHOM_WORDS,
    AfterTaking,
    RungRow,
)
from notifications.ladder import EVERYONE


def in_words(event_kind: str, rungs: Sequence[RungRow], after: AfterTaking = AfterTaking()) -> list[str]:  # noqa: B008 - frozen
    """Return the ladder as sentences: one per rung, one for its end, and what holds once it is taken up.

    A kind that only red matters come by has one waiting time per rung.
    """
    event = BY_CODE.get(event_kind)
    one_wait = event is not None and event.one_wait
    lines = [_rung_words(number, rung, one_wait=one_wait) for number, rung in enumerate(rungs)]
    lines.append("各级都没有确认:标为“各级均未确认”,在各收件箱里一直显示,并提醒县级领导打电话落实。")
    if after.idle_minutes:
        lines.append(f"确认以后{time_to_act(after)}没有处置:重新等待确认,再提醒一次。")
    limit = f"最多转交{after.bounce_limit}次" if after.bounce_limit else "不能转交"
    return [*lines, f"单位之间{limit}。"]


def duration(minutes: int) -> str:
    """Return a waiting time in words, such as ``1天``, ``2小时`` or ``1小时30分钟``."""
    days, rest = divmod(minutes, DAY)
    hours, left = divmod(rest, HOUR)
    parts = ((days, "天"), (hours, "小时"), (left, "分钟"))
    return "".join(f"{count}{word}" for count, word in parts if count) or "0分钟"


def time_to_act(after: AfterTaking) -> str:
    """Return the time to act in words, such as ``4小时``, ``2个工作日`` or ``5小时(按上班时间算)``."""
    if after.idle_hours != "working":
        return duration(after.idle_minutes)
    days, rest = divmod(after.idle_minutes, WORKDAY)
    return f"{days}个工作日" if days and not rest else f"{duration(after.idle_minutes)}({HOURS_WORDS['working']}算)"


def _rung_words(number: int, rung: RungRow, *, one_wait: bool) -> str:
    opening = "先请" if number == 0 else "没有人确认,再请"
    name = UNIT_KIND_WORDS.get(rung.unit_kind, rung.unit_kind)
    whom = "" if rung.whom == EVERYONE else f"({WHOM_WORDS.get(rung.whom, rung.whom)})"
    ways = [CHANNEL_WORDS[one] for one in rung.channels if one in CHANNEL_WORDS]
    also = f",同时用这些方式提醒:{'、'.join(ways)}" if ways else ""
    red = duration(rung.red_wait_minutes)
    wait = red if one_wait else f"{duration(rung.wait_minutes)}(红色等{red})"
    counted = f",{HOURS_WORDS['working']}算" if rung.hours == "working" else ""
    again = f",每{duration(rung.repeat_minutes)}再提醒一次" if rung.repeat_minutes else ""
    return f"{opening}{name}{whom}确认收到:放进收件箱{also};等{wait}{counted}{again}。"
