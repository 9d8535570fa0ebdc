"""How incidents, their clocks and their reports read on a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from flask import url_for

from grid_app.queries.incidents import IncidentLine
from grid_app.queries.incidents_detail import EntryShown, IncidentDetail
from grid_app.services.incidents.first_clock import stand_of
from grid_app.vocabulary.categories import name_of
from grid_app.vocabulary.incidents import (
    ENTRY_WORDS,
    HAPPENED_WORDS,
    INCIDENT_STATE_WORDS,
    REPORTS,
    WAY_WORDS,
    how_many,
)
from grid_app.web.wording import local_time

TONES: Final = {"running": "active", "overdue": "attention", "on_time": "done", "late": "attention"}
STATE_TONES: Final = {"known": "attention", "reported": "active", "ended": "done"}
FAST: Final = timedelta(minutes=1)
APART: Final = timedelta(minutes=5)


@dataclass(frozen=True)
class ClockFace:
    """The clock of a first report in words, with the tone of its tag."""

    words: str
    tone: str
    is_waiting: bool


def clock_face(*, known_at: datetime, due_at: datetime, reported_at: datetime | None, now: datetime) -> ClockFace:
    """Return how a first report stands, in words."""
    stand = stand_of(known_at=known_at, due_at=due_at, reported_at=reported_at, now=now)
    words = {
        "running": "首报还剩 {}",
        "overdue": "已超 {},还没有首报",
        "on_time": "按时首报,用时 {}",
        "late": "首报晚了 {}",
    }[stand.stand]
    return ClockFace(words.format(span(stand.length)), TONES[stand.stand], reported_at is None)


def span(length: timedelta) -> str:
    """Return a length of time in minutes, from an hour on in hours and minutes, from two days on in days and hours."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 1:
        return "不到 1 分钟"
    if minutes < 60:
        return f"{minutes} 分钟"
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} 小时 {rest} 分钟" if rest else f"{hours} 小时"
    days, left = divmod(hours, 24)
    return f"{days} 天 {left} 小时" if left else f"{days} 天"


def line_cell(line: IncidentLine, now: datetime) -> dict[str, object]:
    """Return an incident as a cell of the list."""
    face = clock_face(known_at=line.known_at, due_at=line.first_due_at, reported_at=line.first_report_at, now=now)
    told = "" if line.first_report_at is None or line.written_at is not None else " · 电话首报,等书面"
    return {
        "title": f"{line.place} · {name_of(line.category)}",
        "url": url_for("incidents.detail", incident_id=line.id),
        "detail": f"{line.unit} · {local_time(line.known_at)} 得知 · {line.code}{told}",
        "state": INCIDENT_STATE_WORDS[line.state],
        "state_tone": STATE_TONES[line.state],
        "clock": face.words,
        "tone": face.tone,
    }


def facts_of(one: IncidentDetail) -> list[tuple[str, str]]:
    """Return what an incident is, as pairs for a list; number, demand and answer are those told last."""
    occurred = HAPPENED_WORDS["unknown"]
    if one.occurred_at is not None:
        occurred = f"{'大约 ' if one.happened == 'about' else ''}{local_time(one.occurred_at)}"
    told = [entry for entry in reversed(one.entries) if entry.kind in REPORTS]
    people = next((how_many(entry.band, entry.about) for entry in told if entry.band or entry.about), "")
    phone = next((entry for entry in one.entries if entry.kind == "first" and entry.way == "phone"), None)
    first = local_time(one.first_report_at) if one.first_report_at else "还没有"
    pairs = [
        ("编号", one.code),
        ("地点", one.place),
        ("哪一类事", name_of(one.category)),
        ("发生时间", occurred),
        ("得知单位", one.unit),
        ("得知时间", local_time(one.known_at)),
        ("首报期限", f"{local_time(one.first_due_at)}(得知后 1 小时,不分上下班)"),
        ("首报", f"{first}{'(电话)' if phone and phone.counts_at == one.first_report_at else ''}"),
        ("书面首报", local_time(one.written_at) if one.written_at else "还没有"),
        ("大约多少人", people or "还不清楚"),
        ("提出什么要求", next((entry.asked for entry in told if entry.asked), "") or "还不清楚"),
        ("现场由谁答复", next((entry.answering for entry in told if entry.answering), "") or "还没有到场"),
        ("终报", local_time(one.ended_at) if one.ended_at else ""),
        ("事情牵涉的单位", one.about_unit),
        ("关联纠纷", one.case_code),
    ]
    return [pair for pair in pairs if pair[1]]


def titles_of(one: IncidentDetail) -> dict[int, str]:
    """Return the title of every entry by its number: 首报, 续报 1, 续报 2, 终报, 更正."""
    titles: dict[int, str] = {}
    follow_ups = 0
    for entry in one.entries:
        word = ENTRY_WORDS[entry.kind]
        if entry.kind == "follow_up":
            follow_ups += 1
            word = f"{word} {follow_ups}"
        if entry.kind == "correction":
            word = f"{word}:{titles.get(entry.corrects or 0, '一份报告')}"
        if entry.way == "phone":
            word = f"{WAY_WORDS['phone']}{word}"
        titles[entry.number] = word
    return titles


def moment_of(entry: EntryShown, title: str) -> dict[str, str]:
    """Return an entry as a moment of the timeline."""
    tones = {"first": "active", "final": "done", "correction": "attention"}
    return {
        "title": title,
        "at": local_time(entry.counts_at),
        "iso": entry.counts_at.isoformat(),
        "actor": f"{entry.unit},{'记录' if entry.way == 'phone' else '填写'}:{entry.taken_by}",
        "body": "\n".join(body_of(entry)),
        "tone": tones.get(entry.kind, ""),
    }


def body_of(entry: EntryShown) -> list[str]:
    """Return what an entry says, line by line, with its times."""
    lines = [entry.issue] if entry.issue else []
    if entry.kind in REPORTS:
        lines.append(f"大约多少人:{how_many(entry.band, entry.about)}")
        lines += [f"提出的要求:{entry.asked}"] if entry.asked else []
        lines += [f"现场由谁答复:{entry.answering}"] if entry.answering else []
    if entry.other:
        lines.append(f"另一份报告:{entry.other}")
    if entry.kind in (*REPORTS, "known", "correction"):
        lines.append(times_of(entry))
    return lines


def times_of(entry: EntryShown) -> str:
    """Return both times of an entry, and by how much the device's clock and the platform's differ, where they do."""
    if entry.captured_at is None:
        return f"平台收到:{local_time(entry.received_at)}"
    name = "来电" if entry.way == "phone" else "填写"
    told = f"{name}:{local_time(entry.captured_at)};平台收到:{local_time(entry.received_at)}"
    ahead, behind = entry.captured_at - entry.received_at, entry.received_at - entry.captured_at
    if ahead >= FAST:
        return f"{told}。填写的手机或电脑,钟快了 {span(ahead)},时钟按平台的时间算"
    if behind >= APART:
        return f"{told}。{'记录比来电' if entry.way == 'phone' else '收到比填写'}晚 {span(behind)}"
    return told
