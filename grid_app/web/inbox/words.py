"""How escalations, their history and devices read on a page."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import current_app, url_for

from grid_app.queries.inbox import InboxRow
from grid_app.queries.inbox_history import UNREADABLE
from grid_app.services.escalations.events import EVENT_KIND_WORDS
from grid_app.services.escalations.ladder_rows import UNIT_KIND_WORDS
from grid_app.services.escalations.ladder_words import duration
from grid_app.vocabulary.categories import name_of
from grid_app.vocabulary.words import ESCALATION_STATE_WORDS
from grid_app.web.wording import local_time, remaining


def line_of(row: InboxRow, now: datetime) -> dict[str, object]:
    """Return an escalation as a row of the inbox's table."""
    return {
        "number": row.case_code,
        "url": url_for("inbox.detail", escalation_id=row.escalation_id),
        "place": row.place,
        "matter": name_of(row.category),
        "why": EVENT_KIND_WORDS.get(row.event_kind, row.event_kind),
        "grade": row.grade,
        "age": waited(row.opened_at, row.acknowledged_at or now),
        "due": due_of(row, now),
        "late": row.state == "exhausted",
        "answered": answer_of(row),
    }


def waited(since: datetime, now: datetime) -> str:
    """Return how long something has waited, in its largest unit: days, hours or minutes."""
    minutes = max(0, (now - since) // timedelta(minutes=1))
    step = next((size for size in (24 * 60, 60) if minutes >= size), 1)
    return duration(minutes // step * step)


def due_of(row: InboxRow, now: datetime) -> str:
    """Return until when somebody should answer, or why that is over."""
    if row.state == "acknowledged" and row.act_due_at is not None:
        return f"{local_time(row.act_due_at)}前处置({remaining(row.act_due_at, now)})"
    if row.state == "exhausted" or row.due_at is None:
        return ESCALATION_STATE_WORDS[row.state]
    return f"{local_time(row.due_at)}前({remaining(row.due_at, now)})"


def answer_of(row: InboxRow) -> str:
    """Return who took an escalation up, and when; empty while nobody has."""
    if row.acknowledged_at is None:
        return ""
    return f"{row.acknowledged_unit},{local_time(row.acknowledged_at)}"


def next_step_words(row: InboxRow, next_kind: str | None, now: datetime) -> str:
    """Return what happens when nobody answers, or nothing is done."""
    if row.state == "exhausted":
        return "请直接打电话落实,再在这里确认收到。"
    if row.state == "acknowledged" and row.act_due_at is not None:
        return f"请在{local_time(row.act_due_at)}前处置,或在这里记录已处置;到时没有处置,会重新等待确认。"
    if row.due_at is None or row.state != "open":
        return ""
    if next_kind == UNREADABLE:
        return "这条提醒保存的升级顺序读不出来,到时间不会自动转给下一级。请直接打电话落实,再确认收到,并告诉系统管理员。"
    held_words = ""
    if row.told_at is not None and row.told_at > now:
        held_words = f"夜间和休息时间不打扰,推送等到{local_time(row.told_at)}再发。"
    then = f"转给{UNIT_KIND_WORDS.get(next_kind, next_kind)}" if next_kind else "标为“各级均未确认”"
    return f"{held_words}{local_time(row.due_at)}前没有人确认,{then}。"


def cause_link(row: InboxRow) -> tuple[str, str] | None:
    """Return address and words of the link to the dispute, finding or incident behind an escalation."""
    if row.incident_id is not None:
        return _link("incidents.detail", "打开这份紧急报告", incident_id=row.incident_id)
    if row.dispute_id is not None:
        return _link("disputes.detail", "打开这件纠纷", dispute_id=row.dispute_id)
    if row.round_id is not None:
        return _link("rounds.detail", "打开这一轮排查", round_id=row.round_id)
    return _link("findings.detail", "打开这条苗头提示", finding_id=row.finding_id)


def _link(endpoint: str, words: str, **values: object) -> tuple[str, str] | None:
    if endpoint not in current_app.view_functions:
        return None
    return url_for(endpoint, **values), words  # type: ignore[arg-type]  # identifiers, whatever url_for calls them
