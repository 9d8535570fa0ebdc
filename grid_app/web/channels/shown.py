"""Channels as people read them: states, proofs, how a test ended."""

from __future__ import annotations

from typing import Final

from grid_app.queries.channels import TestEnd
from grid_app.queries.reachability import NONE, Office, OfficeState
from grid_app.queries.reachability_states import DEAD, RING_COUNTS, UNPROVEN, WORKS, ChannelState
from grid_app.services.channels.words import channel_name, moment_words, who_acts, why_dead
from grid_app.vocabulary.channels import DEVICES, PHONE, SHORT_WORDS, fault_in_words
from grid_app.web.wording import local_time

STATE_WORDS: Final = {WORKS: "正常", UNPROVEN: "还没有证明", DEAD: "不通"}
OFFICE_WORDS: Final = {WORKS: "联系得上", UNPROVEN: "还没有证明", DEAD: "联系不上", NONE: "没有对外通道"}
LONG_WAIT: Final = 3
NEVER_PROVED: Final = {PHONE: "还没有试打", "sms": "平时不自检"}
ALARM_WORDS: Final = {
    "channel_dead": "通道不通",
    "channel_misconfigured": "通道设置有误",
    "delivery_failed": "消息没有送到",
    "no_device": "没有可用的设备",
    "outbox_stuck": "消息没有发出",
    "roster_gap": "值班表有空缺",
    "roster_missing": "没有值班表",
    "exhausted": "各级都没有确认",
    "audit_difference": "该发的和实际发的不一致",
}


def cell_of(channel: ChannelState) -> dict[str, object]:
    """Return one channel as a cell of the board."""
    return {
        "state": channel.state,
        "word": STATE_WORDS[channel.state],
        "detail": detail_of(channel),
        "name": channel.name,
    }


def detail_of(channel: ChannelState) -> str:
    """Return the line under a channel's state: the last proof, or since when it is dead; of devices how many."""
    if channel.kind == DEVICES and channel.code != "lost":
        one = channel.devices
        counts = ((one.working, "台正常"), (one.unproven, "台还没有证明"), (one.silent, "台没有回应"))
        return "、".join(f"{count} {word}" for count, word in counts if count)
    if channel.state == DEAD:
        return f"{moment_words(channel.since)} 起"
    if channel.proved_at is None:
        return NEVER_PROVED.get(channel.kind, "还没有自检")
    words = f"{moment_words(channel.proved_at)} 通过"
    return words if channel.state == WORKS else f"上次 {words}"


def trouble_of(channel: ChannelState, office: Office, mender: Office | None) -> dict[str, str]:
    """Return a dead channel as what has to be done: which, since when, why, who."""
    return {
        "title": f"{office.name}:{channel_name(channel)}",
        "since": moment_words(channel.since),
        "why": why_dead(channel),
        "who": who_acts(channel, office, mender),
    }


def channel_row(channel: ChannelState) -> dict[str, object]:
    """Return one channel for the page of its office."""
    return {**cell_of(channel), "title": channel_name(channel), "hint": channel.hint, "kind": channel.kind}


def board_row(one: OfficeState, kinds: list[str]) -> dict[str, object]:
    """Return one office for the board, its channels by the columns."""
    return {
        "unit_id": one.office.unit_id,
        "name": one.office.name,
        "state": one.state,
        "word": OFFICE_WORDS[one.state],
        "cells": [(SHORT_WORDS[kind], [cell_of(channel) for channel in one.of_kind(kind)]) for kind in kinds],
    }


def test_line(end: TestEnd, kind: str) -> dict[str, object]:
    """Return how the last test went, as a sentence with its tone; ``waiting`` while it is under way."""
    at = local_time(end.ended_at or end.asked_at)
    fault = fault_in_words(kind, end.code)
    if end.state == "due" and end.tries == 0:
        return {"tone": "info", "waiting": True, "text": f"测试 {at} 已排队,一般半分钟内有结果。"}
    if end.state == "due":
        waiting = end.tries < LONG_WAIT
        return {"tone": "warning", "waiting": waiting, "text": f"对方还没有接收:{fault}系统会自动再试。"}
    if end.state in ("sent", "merged"):
        return {"tone": "success", "waiting": False, "text": f"{at} 对方已接收。请到那边看一眼,是不是真的收到了。"}
    if end.state == "stopped":
        return {"tone": "info", "waiting": False, "text": f"{at} 没有发送:通道已停用或换新的。"}
    return {"tone": "danger", "waiting": False, "text": f"{at} 没有送到。{fault}"}


def rings_count() -> int:
    """Return for how many days a test ring counts."""
    return RING_COUNTS.days
