"""The roster of an office and, for the county, how far every office's roster goes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.clock import local_date, start_of_day
from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError
from grid_app.http.guard import guard_pages, requires, the_actor
from grid_app.policy import Action
from grid_app.queries.on_duty import keeping, on_duty, rosters_of
from grid_app.queries.roster_pages import (
    leaves_ahead,
    names_of,
    offices_under,
    patterns_of,
    roster_row,
    shifts_between,
)
from grid_app.services.clocks.rules import own_calendar
from grid_app.services.duty_roster.access import KINDS, office_for, sees_all
from grid_app.services.duty_roster.gaps import AHEAD, changing, gaps_by_office
from grid_app.services.duty_roster.generating import pattern_of
from grid_app.services.duty_roster.keeping import HOURS_WORDS, Promise, days_kept, end_roster, promise_hours
from grid_app.services.duty_roster.pattern import KIND_WORDS
from grid_app.services.duty_roster.patterns import clock_of, minute_of
from grid_app.web.roster import leave, patterns, sheet, shifts
from grid_app.web.roster.shown import (
    gap_words,
    leave_line,
    month_asked,
    month_of,
    month_span,
    now_words,
    pattern_words,
    shift_line,
)
from grid_app.web.wording import local_time
from grid_app.wiring import wired
from notifications.roster import Roster, Span

bp = Blueprint("roster", __name__)
guard_pages(bp)
shifts.add_routes(bp)
patterns.add_routes(bp)
leave.add_routes(bp)
sheet.add_routes(bp)

COVERED: Final = timedelta(days=31)


@bp.get("/roster")
@requires(Action.READ_ROSTER)
def index() -> str | WerkzeugResponse:
    """Show the county how far each roster goes; everybody else goes on to the own one."""
    actor, now = the_actor(), wired().clock.now()
    with reading() as session:
        if not sees_all(session, actor):
            return redirect(url_for("roster.unit", unit_id=actor.unit_id))
        offices = offices_under(session, actor.division_path, kinds=KINDS)
        kept = keeping(session, [one.unit_id for one in offices])
        promised = [row for one in kept if (row := roster_row(session, one)) is not None]
        gaps = gaps_by_office(session, promised, own_calendar(session), Span(now, now + COVERED))
    lines = [
        {
            "title": one.name,
            "url": url_for("roster.unit", unit_id=one.unit_id),
            **_state(gaps.get(one.unit_id), now=now),
        }
        for one in offices
    ]
    own = actor.unit_id if any(one.unit_id == actor.unit_id for one in offices) else None
    return render_template("pages/roster_units.html", lines=lines, own=own)


@bp.get("/roster/<uuid:unit_id>")
@requires(Action.READ_ROSTER)
def unit(unit_id: UUID) -> Response:
    """Show the month of an office's roster, who is on duty, what is open."""
    return _page(unit_id, {}, {}, "")


@bp.post("/roster/<uuid:unit_id>/hours")
@requires(Action.EDIT_ROSTER)
def save_hours(unit_id: UUID) -> Response | WerkzeugResponse:
    """Keep in which hours the office is to be reached."""
    now, typed = wired().clock.now(), dict(request.form.items())
    opens, closes = minute_of(typed.get("opens", "")), minute_of(typed.get("closes", ""))
    promise = Promise(typed.get("hours", ""), -1 if opens is None else opens, -1 if closes is None else closes)
    try:
        with transaction() as session, changing(session, the_actor(), unit_id, now=now) as office:
            promise_hours(session, office, promise, actor=the_actor(), now=now)
    except InvalidError as refusal:
        return _page(unit_id, typed, refusal.fields, refusal.sentence, status=422)
    flash("已保存。空档从现在起按这个要求算。", "success")
    return redirect(url_for("roster.unit", unit_id=unit_id))


@bp.post("/roster/<uuid:unit_id>/end")
@requires(Action.EDIT_ROSTER)
def end(unit_id: UUID) -> WerkzeugResponse:
    """Stop keeping a roster."""
    now = wired().clock.now()
    with transaction() as session, changing(session, the_actor(), unit_id, now=now) as office:
        end_roster(session, office, actor=the_actor(), now=now)
    flash("值班表已停用,以后的班都撤了。要重新用,再排一班就行。", "success")
    return redirect(url_for("roster.unit", unit_id=unit_id))


def _page(
    unit_id: UUID, typed: dict[str, str], errors: dict[str, str], sentence: str, *, status: int = 200
) -> Response:
    now = wired().clock.now()
    today = local_date(now)
    first = month_asked(request.args.get("month", ""), today)
    with reading() as session:
        office = office_for(session, the_actor(), unit_id)
        row, calendar, names = roster_row(session, unit_id), own_calendar(session), names_of(session, unit_id)
        span = _shown_span(first)
        roster = rosters_of(session, [unit_id], span).get(unit_id, Roster(()))
        lines = [shift_line(office, one, roster, names) for one in shifts_between(session, unit_id, span)]
        gaps = gaps_by_office(session, [row] if row else [], calendar, Span(now, now + AHEAD)).get(unit_id, ())
        found = on_duty(session, unit_id, now)
        away = leaves_ahead(session, unit_id, now=now) if office.shows_names else []
        made = patterns_of(session, unit_id)
        shown = render_template(
            "pages/roster.html",
            office=office,
            has_roster=row is not None,
            now_words=now_words(office, found, names),
            covered=bool(found),
            gaps=[gap_words(one, now=now, last=now + AHEAD) for one in gaps],
            month=month_of(office, first, lines if row else [], calendar, today=today),
            leaves=[leave_line(office, one) for one in away],
            patterns=[(one.id, KIND_WORDS[one.kind], pattern_words(pattern_of(one))) for one in made],
            hours=list(HOURS_WORDS.items()),
            typed=typed or _hours_typed(row.hours, row.opens, row.closes) if row else typed,
            errors=errors,
            sentence=sentence,
            sees_all=sees_all(session, the_actor()),
            days_kept=days_kept(session, now=now),
        )
    return make_response(shown, status)


def _shown_span(first: date) -> Span:
    begin, end = month_span(first)
    return Span(start_of_day(begin), start_of_day(end + timedelta(days=1)))


def _hours_typed(hours: str, opens: int, closes: int) -> dict[str, str]:
    return {"hours": hours, "opens": clock_of(opens), "closes": clock_of(closes)}


def _state(gaps: tuple[Span, ...] | None, *, now: datetime) -> dict[str, str]:
    """Return how far a roster goes, in words and with the colour of its mark."""
    if gaps is None:
        return {"detail": "还没有值班表", "word": "没有", "tone": "neutral"}
    if not gaps:
        return {"detail": f"{COVERED.days} 天内都有人", "word": "有人", "tone": "done"}
    if gaps[0].begins <= now:
        return {"detail": "现在没有人值班,请打电话催这个单位补排", "word": "空档", "tone": "attention"}
    soon = gaps[0].begins <= now + AHEAD
    if (ends := gaps[0].ends) is not None and ends < now + COVERED:
        words = f"{local_time(gaps[0].begins)} 到 {local_time(ends)} 没有人"
        return {"detail": words, "word": "有空档", "tone": "attention" if soon else "done"}
    words = f"排到 {local_time(gaps[0].begins)}"
    return {"detail": words, "word": "快到头" if soon else "有人", "tone": "attention" if soon else "done"}
