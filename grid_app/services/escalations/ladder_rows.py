"""Ladders as they are stored: rows of minutes and words, turned into the ladder that is climbed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Final

from grid_app.errors import InvalidError
from grid_app.models.escalations import EscalationPolicy
from grid_app.services.escalations.events import BY_CODE, DAY, HOUR
from notifications.ladder import EVERYONE, ON_DUTY, Hours, Ladder, LadderError, Rung

LONGEST_WAIT_MINUTES: Final = 30 * DAY
MOST_BOUNCES: Final = 9
LONGEST_BASIS: Final = 200
SHORTEST_REPEAT_MINUTES: Final = 10
INBOX: Final = "inbox"
"""Every rung tells by the inbox; further channels only knock at the door."""

UNIT_KIND_WORDS: Final = {
    "county_office": "县级经办单位",
    "county_lead_office": "县级领导值班",
    "department": "县级部门",
    "township_government": "乡镇人民政府",
}
CHANNEL_WORDS: Final = {
    "webpush": "推送到已开通提醒的设备",
    "wecom": "企业微信群机器人",
    "dingtalk": "钉钉群机器人",
    "feishu": "飞书群机器人",
    "mail": "电子邮件",
    "sms": "短信",
    "webhook": "推送到别的系统",
    "phone": "电话通知",
}
WHOM_WORDS: Final = {
    EVERYONE: "全单位",
    ON_DUTY: "值班人员",
    "county_lead": "县级领导",
    "county_officer": "县级经办人员",
    "township_lead": "乡镇领导",
    "township_officer": "乡镇经办人员",
}
HOURS_WORDS: Final = {"always": "按钟表时间", "working": "按上班时间"}


@dataclass(frozen=True)
class RungRow:
    """One rung as it is stored; see :class:`notifications.ladder.Rung`.

    Minutes to answer in general and for red matters; ``repeat_minutes`` is nought for a rung that is knocked at once.
    """

    unit_kind: str
    wait_minutes: int
    red_wait_minutes: int
    channels: tuple[str, ...]
    whom: str = EVERYONE
    hours: Hours = "always"
    repeat_minutes: int = 0


@dataclass(frozen=True)
class AfterTaking:
    """What holds once an office has taken it up: minutes to act (nought: no limit), how often it may be passed on.

    The minutes are counted by the clock, or with ``idle_hours`` ``working`` while offices are open.
    """

    idle_minutes: int = 0
    bounce_limit: int = 2
    idle_hours: Hours = "always"


EVERY_CHANNEL: Final = (INBOX, *CHANNEL_WORDS)
DEFAULT_RUNGS: Final = (
    RungRow("county_office", DAY, 2 * HOUR, tuple(one for one in EVERY_CHANNEL if one != "phone")),
    RungRow("county_lead_office", DAY, 2 * HOUR, EVERY_CHANNEL),
)
TOWNSHIP_FIRST: Final = (RungRow("township_government", DAY, 2 * HOUR, DEFAULT_RUNGS[0].channels), *DEFAULT_RUNGS)


def default_rungs(event_kind: str) -> tuple[RungRow, ...]:
    """Return the rungs with which the ladder of an event kind starts."""
    return TOWNSHIP_FIRST if BY_CODE[event_kind].township_first else DEFAULT_RUNGS


def default_after(event_kind: str) -> AfterTaking:
    """Return what holds after taking up in the ladder with which an event kind starts."""
    event = BY_CODE[event_kind]
    return AfterTaking(event.idle_minutes, idle_hours=event.idle_hours)


def rungs_of(policy: EscalationPolicy) -> tuple[RungRow, ...]:
    """Return the stored rungs of a policy, first asked first."""
    return rungs_from(policy.rungs)


def rungs_from(stored: Sequence[Mapping[str, Any]]) -> tuple[RungRow, ...]:
    """Return rungs from the form in which a policy stores them; what is missing is empty or nought."""
    return tuple(
        RungRow(
            unit_kind=row.get("unit_kind", ""),
            wait_minutes=row.get("wait_minutes", 0),
            red_wait_minutes=row.get("red_wait_minutes", 0),
            channels=tuple(row.get("channels", ())),
            whom=row.get("whom", EVERYONE),
            hours=row.get("hours", "always"),
            repeat_minutes=row.get("repeat_minutes", 0),
        )
        for row in stored
    )


def ladder_of(rungs: Sequence[RungRow], grade: str, after: AfterTaking = AfterTaking()) -> Ladder:
    """Return the ladder that a matter of ``grade`` climbs.

    Raises
    ------
    LadderError
        Fewer than two rungs, a rung without a unit, or a wait that is not positive.
    """
    return Ladder(
        tuple(
            Rung(
                rung.unit_kind,
                timedelta(minutes=rung.red_wait_minutes if grade == "red" else rung.wait_minutes),
                rung.channels,
                whom=rung.whom,
                hours=rung.hours,
                repeat=timedelta(minutes=rung.repeat_minutes),
            )
            for rung in rungs
        ),
        idle=timedelta(minutes=after.idle_minutes),
        bounce_limit=after.bounce_limit,
        idle_hours=after.idle_hours,
    )


def snapshot_of(policy: EscalationPolicy) -> dict[str, Any]:
    """Return what an escalation keeps of the ladder it begins with: later versions do not touch it."""
    return {
        "version": policy.version,
        "rungs": [asdict(rung) for rung in rungs_of(policy)],
        "idle_minutes": policy.idle_minutes,
        "bounce_limit": policy.bounce_limit,
        "idle_hours": policy.idle_hours,
    }


def ladder_in(snapshot: Mapping[str, Any], grade: str) -> Ladder:
    """Return the ladder of a snapshot for a matter of ``grade``.

    Raises
    ------
    LadderError
        The snapshot holds no ladder that can be climbed.
    """
    try:
        after = AfterTaking(
            snapshot.get("idle_minutes", 0),
            snapshot.get("bounce_limit", AfterTaking.bounce_limit),
            snapshot.get("idle_hours", "always"),
        )
        return ladder_of(rungs_from(snapshot.get("rungs", ())), grade, after)
    except (TypeError, AttributeError, OverflowError) as error:
        raise LadderError("保存的升级顺序读不出来；请检查升级规则。") from error


def check_ladder(
    event_kind: str,
    rungs: Sequence[RungRow],
    basis: str,
    after: AfterTaking = AfterTaking(),
) -> None:
    """Return in silence when the ladder could be saved.

    Raises
    ------
    InvalidError
        Unknown or unavailable event kind, no basis, fewer than two rungs, a hole, an unknown unit or way of telling, a
        wait of nought or too long.
    """
    event = BY_CODE.get(event_kind)
    if event is None:
        raise InvalidError("没有这一类提醒,修改没有保存。请从策略页面重新进入。")
    if not event.is_available:
        raise InvalidError(f"“{event.words}”现在没有来源,修改没有保存。{event.missing}")
    _check_basis(basis)
    _check_climbs(rungs, after)
    _check_each(rungs)
    if after.idle_minutes > LONGEST_WAIT_MINUTES or after.bounce_limit > MOST_BOUNCES:
        raise InvalidError(f"确认后的处置时间最长 30 天,转交最多 {MOST_BOUNCES} 次,修改没有保存。请改小一些。")
    if after.idle_hours not in HOURS_WORDS:
        raise InvalidError("确认后的处置时间怎样算,不在可选范围内,修改没有保存。请重新选择。")


def _check_basis(basis: str) -> None:
    if not basis.strip():
        raise InvalidError("没有写依据,修改没有保存。请写明依据哪条法规或本县文件。", fields={"basis": "请写明依据"})
    if len(basis.strip()) > LONGEST_BASIS:
        raise InvalidError("依据太长,修改没有保存。", fields={"basis": f"依据最多 {LONGEST_BASIS} 个字,请写短一些"})


def _check_climbs(rungs: Sequence[RungRow], after: AfterTaking) -> None:
    sentence = ""
    try:
        for grade in ("red", "yellow"):
            ladder_of(rungs, grade, after)
    except LadderError as error:
        sentence = str(error)
    except OverflowError:
        sentence = "有的时间超过30天,请改短一些。"
    if sentence:
        raise InvalidError(f"{sentence}修改没有保存,原来的顺序继续有效。", fields={"rungs": sentence})


def _check_each(rungs: Sequence[RungRow]) -> None:
    for number, rung in enumerate(rungs, start=1):
        if rung.unit_kind not in UNIT_KIND_WORDS:
            raise InvalidError(f"第{number}级的单位不在可选范围内,修改没有保存。请重新选择。")
        if INBOX not in rung.channels:
            raise InvalidError(f"第{number}级必须放进收件箱,修改没有保存。推送只是提示,收件箱才是依据。")
        unknown = [one for one in rung.channels if one not in EVERY_CHANNEL]
        if unknown or rung.whom not in WHOM_WORDS or rung.hours not in HOURS_WORDS:
            raise InvalidError(f"第{number}级的通知方式、叫谁或计时方式不在可选范围内,修改没有保存。请重新选择。")
        if rung.repeat_minutes and rung.repeat_minutes < SHORTEST_REPEAT_MINUTES:
            raise InvalidError(
                f"第{number}级重复提醒太密,修改没有保存。请填 0(不重复)或至少 {SHORTEST_REPEAT_MINUTES} 分钟。"
            )
        if max(rung.wait_minutes, rung.red_wait_minutes, rung.repeat_minutes) > LONGEST_WAIT_MINUTES:
            raise InvalidError(f"第{number}级的等待时间超过30天,修改没有保存。请改短一些。")
