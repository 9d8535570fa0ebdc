"""Exports as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flask import url_for

from grid_app.queries.exports.jobs import BROKEN_OFF, DONE, FAILED, GONE, RUNNING, WAITING, JobRow
from grid_app.services.exports.asking import STATE_CHOICES
from grid_app.services.exports.kinds import BULLETIN_FORMS, FORM_WORDS, KINDS
from grid_app.web.wording import local_time, number

STATES: Final = {
    WAITING: ("等着做", "neutral"),
    RUNNING: ("正在做", "active"),
    BROKEN_OFF: ("中断了,会自动重做", "attention"),
    DONE: ("做好了", "done"),
    FAILED: ("没有做成", "attention"),
    GONE: ("文件已清掉", "neutral"),
}
STATE_HINTS: Final = {
    WAITING: "前面还有别的文件在做,轮到就开始。可以先做别的,回来再看。",
    RUNNING: "可以先做别的,回来再看。",
    BROKEN_OFF: "做到一半中断了。平台会从头再做,不用您管。",
}
ALL_FORM_WORDS: Final = {**FORM_WORDS, **BULLETIN_FORMS}
BULLETINS_SHOWN: Final = 4
KILO: Final = 1024
SIZES: Final = ("字节", "KB", "MB", "GB")


def title_of(row: JobRow) -> str:
    """Return what a file is called on pages."""
    if row.kind in KINDS:
        return KINDS[row.kind].word
    return str(row.parameters.get("name") or "上级表格")


def how_far(row: JobRow) -> str:
    """Return how far a file is."""
    if row.state == WAITING:
        return "等着做"
    if row.is_under_way:
        return f"{number(row.done)} / {number(row.total)} 行" if row.total else f"{number(row.done)} 行"
    return row.sentence


def size_of(count: int) -> str:
    """Return a number of bytes in words."""
    value, at = float(count), 0
    while value >= KILO and at < len(SIZES) - 1:
        value, at = value / KILO, at + 1
    return f"{value:.0f} {SIZES[at]}" if at < 2 else f"{value:.1f} {SIZES[at]}"


def cell_of(row: JobRow) -> dict[str, str]:
    """Return a file as a line of the list."""
    word, tone = STATES[row.state]
    detail = f"{number(row.rows)} 行,{size_of(row.bytes)}" if row.state == DONE else row.sentence
    return {
        "title": f"{title_of(row)} · {ALL_FORM_WORDS[row.form].split('(')[0]}",
        "url": url_for("exports.detail", job_id=row.job_id),
        "detail": detail,
        "meta": local_time(row.asked_at),
        "word": word,
        "tone": tone,
    }


def bulletin_cells(rows: Sequence[JobRow], about: str, value: str) -> list[dict[str, str]]:
    """Return the newest bulletins of one round or quarter, such as ``quarter`` and ``2026Q3``, as lines of a list."""
    these = [row for row in rows if row.parameters.get(about) == value and row.state != GONE]
    return [cell_of(row) for row in these[:BULLETINS_SHOWN]]


def facts_of(row: JobRow) -> list[tuple[str, str]]:
    """Return what a file's page tells of it."""
    told = [
        ("内容", title_of(row)),
        ("文件", ALL_FORM_WORDS[row.form]),
        *_asked(row),
        ("申请时间", local_time(row.asked_at)),
    ]
    if row.state == DONE:
        told += [("行数", number(row.rows)), ("大小", size_of(row.bytes)), ("校验值(SHA-256)", row.sha256)]
    if row.state == DONE and row.expires_at:
        told.append(("保留到", local_time(row.expires_at)))
    return told


def _asked(row: JobRow) -> list[tuple[str, str]]:
    given = row.parameters
    told = []
    if given.get("first") or given.get("last"):
        told.append(("登记日期", f"{given.get('first') or '最早'} 至 {given.get('last') or '现在'}"))
    if given.get("state"):
        told.append(("状态", STATE_CHOICES.get(str(given["state"]), "")))
    if given.get("place"):
        told.append(("地点", str(given["place"])))
    return told
