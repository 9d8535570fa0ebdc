"""Sentences about channels that do not work: since when, why, and who must act; never about a person."""

from __future__ import annotations

from datetime import datetime

from grid_app.clock import local
from grid_app.queries.reachability import Office
from grid_app.queries.reachability_states import ChannelState
from grid_app.vocabulary.channels import DEVICES, KIND_WORDS, NO_RECEIPT, OUTCOME_WORDS, PHONE, WENT, fault_in_words


def channel_name(channel: ChannelState) -> str:
    """Return what a channel is called, such as ``钉钉群机器人“值班群”``."""
    if channel.kind == DEVICES:
        return "手机、电脑推送"
    word = KIND_WORDS.get(channel.kind, channel.kind)
    return f"{word}“{channel.name}”" if channel.name else word


def why_dead(channel: ChannelState) -> str:
    """Return why a channel is dead and what to mend, as sentences."""
    if channel.kind == DEVICES:
        return f"{WENT if channel.code == 'lost' else NO_RECEIPT}。"
    if channel.kind == PHONE:
        return f"试打的结果是{OUTCOME_WORDS.get(channel.code, '不通')}。请核对号码和值守。"
    return fault_in_words(channel.kind, channel.code)


def who_acts(channel: ChannelState, office: Office, mender: Office | None) -> str:
    """Return who must act about a dead channel, and where."""
    if channel.kind == DEVICES:
        return f"请{office.name}的值班人员在手机上打开“本机推送”,重新开通并发一条测试。"
    if channel.kind == PHONE:
        return f"请{office.name}安排人接听,号码变了的告诉{mender.name if mender else '县级经办单位'}。"
    return f"请{mender.name if mender else office.name}告诉安全管理员或系统管理员,在“通道”页换新的,再测试一次。"


def alarm_text(channel: ChannelState, office: Office, mender: Office | None) -> str:
    """Return the text of the alarm about a dead channel: unit, channel, since when, why, who must act."""
    since = f"从{moment_words(channel.since)}起" if channel.since else "现在"
    return f"{office.name}的{channel_name(channel)}{since}不通。{why_dead(channel)}{who_acts(channel, office, mender)}"


def moment_words(moment: datetime | None) -> str:
    """Return a moment in short, such as ``11月21日 09:31``; empty for none."""
    if moment is None:
        return ""
    shown = local(moment)
    return f"{shown.month}月{shown.day}日 {shown:%H:%M}"
