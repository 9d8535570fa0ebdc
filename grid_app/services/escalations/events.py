"""What becomes an escalation: one table of event kinds, by name, with its basis and the ladder it starts with.

A kind whose source is not part of this installation is registered with the reason, so that the editor of ladders can
say so and refuse it instead of showing a ladder on which nothing will ever climb.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Cause = Literal["dispute", "finding", "round", "incident"]

SOURCE: Final = "《信访工作条例》第五条:坚持源头治理化解矛盾"
WHOSE: Final = "《信访工作条例》第五条:谁主管、谁负责"
LIMITS: Final = "《信访工作条例》第三十四条"
SAFETY: Final = "《人民调解法》第二十五条;《反家庭暴力法》第十四条;《未成年人保护法》第十一条"
OWN_LIMIT: Final = "时限为本县规定,可以修改"
DANGER: Final = "danger"
NORMAL: Final = "normal"
HOUR: Final = 60
DAY: Final = 24 * HOUR
WORKDAY: Final = 9 * HOUR
"""Office hours of a day, from 8:30 to 17:30."""


@dataclass(frozen=True)
class EventKind:
    """One kind of event.

    ``cause`` is what it is about; ``danger`` whether it always breaks quiet hours; ``one_wait`` whether only red
    matters come this way, so that a rung has a single waiting time; ``missing`` is the sentence why nothing raises it
    here, empty when something does. In the ladder it starts with, ``idle_minutes`` is how long it may rest once taken
    up, ``idle_hours`` whether by the clock or in office hours, and with ``township_first`` the township is asked before
    the county.
    """

    code: str
    words: str
    basis: str
    cause: Cause
    danger: bool = False
    one_wait: bool = False
    missing: str = ""
    idle_minutes: int = WORKDAY
    idle_hours: Literal["always", "working"] = "working"
    township_first: bool = False

    @property
    def is_available(self) -> bool:
        """Say whether something raises it here."""
        return not self.missing


EVENTS: Final = (
    EventKind(
        "grade_red",
        "纠纷升为红色",
        "《信访工作条例》第二十五条",
        "dispute",
        one_wait=True,
        idle_minutes=4 * HOUR,
        idle_hours="always",
    ),
    EventKind("limit_near", "法定期限还有 3 天", f"{LIMITS};{OWN_LIMIT}", "dispute"),
    EventKind("limit_passed", "法定期限已过", f"{LIMITS};{OWN_LIMIT}", "dispute"),
    EventKind("finding_confirmed", "苗头提示得到确认", f"{SOURCE};{OWN_LIMIT}", "finding", idle_minutes=2 * WORKDAY),
    EventKind(
        "finding_undecided",
        "苗头提示到期没有判断",
        f"{SOURCE};两天内判断为本县规定,可以修改",
        "finding",
        idle_minutes=2 * WORKDAY,
    ),
    EventKind("whistle_silent", "吹哨后部门到期没有回应", f"{WHOSE};{OWN_LIMIT}", "dispute"),
    EventKind(
        "safety_duty",
        "有人身危险,要立即报告",
        SAFETY,
        "dispute",
        danger=True,
        one_wait=True,
        idle_minutes=HOUR,
        idle_hours="always",
    ),
    EventKind(
        "incident_first_report",
        "突发情况一小时首报",
        "《信访工作条例》第二十五条、第四十六条第四项",
        "incident",
        danger=True,
        one_wait=True,
        idle_minutes=HOUR,
        idle_hours="always",
    ),
    EventKind("round_missing", "排查结束还有村(社区)没有回报", f"{SOURCE};{OWN_LIMIT}", "round"),
    EventKind("reopened", "办结以后又重新打开", f"{SOURCE};{OWN_LIMIT}", "dispute", township_first=True),
    EventKind(
        "supervision_due",
        "督办到期没有答复",
        "《信访工作条例》第三十八条",
        "dispute",
        missing="督办的期限由督办页面自己提醒,还没有接到升级提醒里。",
    ),
)
BY_CODE: Final = {event.code: event for event in EVENTS}
AVAILABLE: Final = tuple(event for event in EVENTS if event.is_available)
EVENT_KIND_WORDS: Final = {event.code: event.words for event in AVAILABLE}
"""Words of the kinds that something raises here."""
