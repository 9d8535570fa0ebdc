"""How one's own devices and their tests read: whether push works there, in one plain sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final
from urllib.parse import urlsplit

from grid_app.queries.push_devices import DeviceRow, DeviceTest
from grid_app.web.wording import local_time

NOT_KNOWN: Final = frozenset({"401", "403"})
PATIENCE: Final = timedelta(seconds=60)
"""So long a test may lie here, and then be on its way, before the page says that it does not work."""
OUTCOME_WORDS: Final = {
    "sent": "上次推送已发出",
    "retry": "上次推送服务没有答应,稍后再发",
    "gone": "推送已失效,请重新开通",
    "refused": "上次推送被拒绝,请联系系统管理员",
    "misconfig": "推送的设置有误,请联系系统管理员",
    "misconfigured": "上次推送没有发出:服务器的推送设置有误,请联系系统管理员",
}
BROWSERS: Final = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS: Final = (
    ("HarmonyOS", "鸿蒙"),
    ("Android", "安卓"),
    ("iPhone", "苹果手机"),
    ("Windows", "Windows"),
    ("Mac OS", "苹果电脑"),
    ("Linux", "Linux"),
)
GOOGLE: Final = "fcm.googleapis.com"
OTHERWISE: Final = "收不到推送也不会漏:请靠群机器人、短信和收件箱。"
TRY_ANOTHER: Final = f"请换 Firefox 或电脑上的 Edge 再试。{OTHERWISE}"


@dataclass(frozen=True)
class Verdict:
    """What a test says so far; ``tone`` is waiting while it is not over, else success or warning."""

    tone: str
    text: str

    @property
    def is_over(self) -> bool:
        """Say whether asking again soon would tell no more."""
        return self.tone != "waiting"


def verdict_of(device: DeviceRow, test: DeviceTest, *, now: datetime) -> Verdict:
    """Return whether push works on a device, as far as its last test tells."""
    host = urlsplit(device.endpoint).hostname or ""
    if test.delivered_at is not None:
        return Verdict("success", _arrived(test.delivered_at - test.asked_at))
    if test.state == "due" or test.is_unreached:
        return _not_handed_over(test, host, now)
    if test.state == "sent":
        return _on_its_way(test.ended_at or now, host, now)
    return Verdict("warning", _ended_badly(test))


def device_line(device: DeviceRow, *, now: datetime) -> dict[str, object]:
    """Return one of the account's own browsers as the push page shows it."""
    if device.dropped_at is not None:
        state = f"已关闭或失效({local_time(device.dropped_at)})"
    elif device.waiting:
        state = f"有 {device.waiting} 条在排队"
    elif device.outcome is not None and device.outcome_at is not None:
        state = f"{OUTCOME_WORDS.get(device.outcome, device.outcome)}({local_time(device.outcome_at)})"
    else:
        state = "已开通,还没有发过"
    live = device.dropped_at is None
    return {
        "id": device.device_id,
        "label": device.label or "一台设备",
        "state": state,
        "live": live,
        "since": f"{local_time(device.created_at)}开通",
        "tested": local_time(device.test.asked_at) if live and device.test else "",
        "verdict": verdict_of(device, device.test, now=now) if live and device.test else None,
    }


def device_label(user_agent: str) -> str:
    """Return a word for a browser, such as ``Edge · Windows``; unknown ones are ``浏览器``."""
    browser = next((word for mark, word in BROWSERS if mark in user_agent), "浏览器")
    system = next((word for mark, word in SYSTEMS if mark in user_agent), "")
    return f"{browser} · {system}" if system else browser


def _arrived(taken: timedelta) -> str:
    seconds = max(1, ceil(taken.total_seconds()))
    if taken <= PATIENCE:
        return f"能收到推送:{seconds} 秒内到达。没有看见弹出时,请检查这台设备的系统通知设置和勿扰模式。"
    return f"能收到推送,但是慢:用了 {ceil(seconds / 60)} 分钟。急事不要只靠它,请同时用群机器人、短信和收件箱。"


def _ended_badly(test: DeviceTest) -> str:
    if test.state == "gone":
        return "收不到推送:这台设备的推送已经失效。请在这台设备上重新开通。"
    if test.state == "stopped":
        return "这次测试没有发出:这台设备的推送已经关闭。"
    if test.outcome == "misconfigured" or test.code in NOT_KNOWN:
        return f"推送服务不认这台服务器({test.code}),没有发出。请告诉系统管理员检查推送密钥。{OTHERWISE}"
    return f"推送服务没有收下这条消息({test.code}),没有发出。请告诉系统管理员。{OTHERWISE}"


def _not_handed_over(test: DeviceTest, host: str, now: datetime) -> Verdict:
    if test.is_unreached:
        words = f"收不到推送:服务器连不上这个浏览器的推送服务({host}),没有发出。请告诉系统管理员,或者换一种浏览器。"
        return Verdict("warning", words + OTHERWISE)
    if test.outcome == "retry" and test.code in NOT_KNOWN:
        words = f"推送服务({host})没有认出这台服务器({test.code}),系统几分钟内自动再试。"
        return Verdict("warning", words + "如果还是这样,请告诉系统管理员检查推送密钥。")
    if test.outcome == "retry":
        words = f"推送服务({host})暂时不收({test.code}),系统会自动再发。请过几分钟刷新本页看结果。"
        return Verdict("warning", words)
    if now - test.asked_at <= PATIENCE:
        return Verdict("waiting", "测试通知在排队,等服务器发出。")
    return Verdict("warning", "服务器 60 秒内没有发出:发送任务可能没有运行。请告诉系统管理员,过一会儿刷新本页再看。")


def _on_its_way(sent_at: datetime, host: str, now: datetime) -> Verdict:
    if now - sent_at <= PATIENCE:
        return Verdict("waiting", "服务器已经发出,等这台设备回话。")
    if host == GOOGLE:
        why = "这个浏览器的推送要经过谷歌的服务,国内多数网络连不上。"
    else:
        why = f"这个浏览器的推送服务({host})在您的网络里可能连不上,或者浏览器没有开着。"
    return Verdict("warning", f"收不到推送:服务器已经发出,60 秒内没有到达。{why}{TRY_ANOTHER}")
