"""A day of reception in words, for offices and for residents."""

from __future__ import annotations

from flask import url_for

from grid_app.services.receptions.calendar import OPEN, ReceptionDay
from grid_app.web.wording import local_date as day_words


def day_line(one: ReceptionDay) -> dict[str, str]:
    """Return a day as a line of the calendar."""
    words = {OPEN: ("还没有排班", "attention"), "planned": ("已排班", "done"), "cancelled": ("改期或取消", "neutral")}
    word, tone = words[one.state]
    return {
        "unit": one.unit,
        "when": day_words(one.day),
        "detail": told(one),
        "word": word,
        "tone": tone,
        "url": url_for("receptions.roster", unit_id=one.unit_id, day=one.day),
    }


def told(one: ReceptionDay) -> str:
    """Return who receives, when and where; for a day called off, why."""
    if one.state == "cancelled":
        return one.note
    if not one.people:
        return ""
    people = "、".join(f"{who.name}({who.post})" for who in one.people)
    return ",".join(part for part in (one.hours, one.place, people) if part)
