"""The timeline of an escalation: queued, sent, delivered, seen, taken up, acted; each with its time and its proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from grid_app.queries.inbox_history import Knock, Step
from grid_app.services.escalations.answering import CALL_OUTCOMES
from grid_app.services.escalations.ladder_rows import UNIT_KIND_WORDS
from grid_app.web.wording import local_time

STEP_TITLES: Final = {
    "opened": "发出提醒",
    "told": "放进收件箱",
    "nobody": "这一级没有可以通知的单位,直接转下一级",
    "repeated": "没有人确认,再提醒一次",
    "climbed": "没有人确认,转给下一级",
    "seen": "已看到",
    "acknowledged": "已确认收到",
    "handed_over": "转交",
    "idle": "确认后没有处置,重新等待确认",
    "acted": "已处置",
    "called": "电话通知",
    "exhausted": "各级均未确认",
    "shut_out": "这件事对这个单位保密了,不再通知它",
}
LOUD: Final = ("nobody", "climbed", "exhausted", "idle")
CHANNEL_TITLES: Final = {
    "webpush": "推送",
    "wecom": "企业微信消息",
    "dingtalk": "钉钉消息",
    "feishu": "飞书消息",
    "mail": "邮件",
    "sms": "短信",
    "webhook": "发给别的系统的消息",
}
STATE_TITLES: Final = {
    "due": "在排队",
    "sent": "已发出",
    "gone": "没有送到:设备的推送已失效",
    "failed": "没有送到",
    "stopped": "不再发:已有单位确认,或者不该由它知道",
    "merged": "并进一条汇总消息",
}
KNOCK_TONES: Final = {"due": "waiting", "gone": "attention", "failed": "attention"}
CLEARED_WORDS: Final = "已经按保存期限清除"
ACTED_HOW: Final = {"steps": "有办理记录", "word": "单位记录"}


@dataclass(frozen=True)
class Moment:
    """One entry of the timeline component."""

    title: str
    at: str
    iso: str
    actor: str = ""
    body: str = ""
    tone: str = ""


def moments_of(steps: Sequence[Step], knocks: Sequence[Knock], now: datetime) -> list[Moment]:
    """Return the timeline, newest first."""
    found = [(step.at, _step_moment(step)) for step in steps]
    found += [(knock.ended_at or knock.queued_at, _knock_moment(knock, now)) for knock in knocks]
    found += [(knock.delivered_at, _delivered(knock)) for knock in knocks if knock.delivered_at is not None]
    return [moment for _at, moment in sorted(found, key=lambda pair: pair[0])][::-1]


def _step_moment(step: Step) -> Moment:
    person = step.person or ""
    if step.lender:
        person = f"{person}(代{step.lender})"
    return Moment(
        title=STEP_TITLES.get(step.kind, step.kind),
        at=local_time(step.at),
        iso=step.at.isoformat(),
        actor=" · ".join(word for word in (step.unit_name or "", person) if word),
        body=_said(step),
        tone="attention" if step.kind in LOUD else "",
    )


def _said(step: Step) -> str:
    """Return what an entry tells beside its title, in words."""
    told = step.details
    match step.kind:
        case "nobody":
            return UNIT_KIND_WORDS.get(step.unit_kind, step.unit_kind)
        case "handed_over":
            return f"转给{told.get('to_name', '')}。原因:{told.get('reason') or CLEARED_WORDS}"
        case "called":
            return CALL_OUTCOMES.get(str(told.get("outcome")), "")
        case "acted":
            return ACTED_HOW.get(str(told.get("how")), "")
        case "told" | "repeated":
            return _rung(step)
    return ""


def _rung(step: Step) -> str:
    told = step.details
    full = told.get("held")
    if full and not told.get("devices") and not told.get("endpoints"):
        return f"{full} 台设备今天的推送已满,没有单独推送;还在等待的,明早合成一条"
    held = told.get("held_until")
    if held:
        return f"夜间和休息时间不打扰,推送等到{local_time(datetime.fromisoformat(str(held)))}再发"
    if told.get("calls") and not told.get("devices") and not told.get("endpoints"):
        return "没有能用的推送或消息,请打电话通知"
    return ""


def _knock_moment(knock: Knock, now: datetime) -> Moment:
    at = knock.ended_at or knock.queued_at
    number = f"{knock.count} 台设备" if knock.channel == "webpush" else f"{knock.count} 条"
    proof = f"对方答复 {knock.code}" if knock.state == "sent" and knock.code else ""
    held = f"等到{local_time(knock.heard_at)}再发" if knock.state == "due" and knock.heard_at > now else ""
    return Moment(
        title=f"{CHANNEL_TITLES.get(knock.channel, knock.channel)}{STATE_TITLES.get(knock.state, knock.state)}",
        at=local_time(at),
        iso=at.isoformat(),
        actor=knock.unit_name,
        body=",".join(word for word in (number, proof, held) if word),
        tone=KNOCK_TONES.get(knock.state, ""),
    )


def _delivered(knock: Knock) -> Moment:
    at = knock.delivered_at or knock.queued_at
    return Moment(
        title="设备已显示推送",
        at=local_time(at),
        iso=at.isoformat(),
        actor=knock.unit_name,
        body=f"{knock.delivered} 台设备有回执",
    )
