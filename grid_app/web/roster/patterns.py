"""Pages of patterns: asked, looked at before they are saved, ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.clock import local_date
from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action
from grid_app.queries.roster_pages import names_of, people_of
from grid_app.services.duty_roster.access import office_to_edit
from grid_app.services.duty_roster.gaps import changing
from grid_app.services.duty_roster.generating import Foreseen, foresee, pattern_of
from grid_app.services.duty_roster.keeping import CLOSES, OPENS
from grid_app.services.duty_roster.pattern import DAYS_WORDS, KIND_WORDS, TURN_WORDS, Pattern
from grid_app.services.duty_roster.patterns import (
    MOST_GROUPS,
    MOST_WEEKS,
    PLACES,
    check_people,
    clock_of,
    end_pattern,
    own_pattern,
    save_pattern,
    typed_pattern,
)
from grid_app.web.roster.choices import people_choices
from grid_app.web.roster.shown import NOT_PUBLISHED, hours_words, note_of
from grid_app.web.wording import local_date as day_words
from grid_app.wiring import wired

FEWEST_ROWS: Final = 3
WEEKDAY_ROWS: Final = 7
SHOWN: Final = timedelta(days=28)
Answer = str | Response | WerkzeugResponse


def add_routes(bp: Blueprint) -> None:
    """Add the pages of patterns."""
    bp.add_url_rule("/roster/<uuid:unit_id>/patterns/new", "new_pattern", new_pattern, methods=["GET"])
    bp.add_url_rule("/roster/<uuid:unit_id>/patterns/new", "enter_pattern", enter_pattern, methods=["POST"])
    bp.add_url_rule("/roster/<uuid:unit_id>/patterns/<uuid:pattern_id>", "pattern", pattern, methods=["GET"])
    bp.add_url_rule(
        "/roster/<uuid:unit_id>/patterns/<uuid:pattern_id>", "save_pattern", change_pattern, methods=["POST"]
    )
    bp.add_url_rule("/roster/<uuid:unit_id>/patterns/<uuid:pattern_id>/end", "end_pattern", end, methods=["POST"])


@requires(Action.EDIT_ROSTER)
def new_pattern(unit_id: UUID) -> Response:
    """Ask for a pattern."""
    typed = {
        "kind": "day", "days": "working", "turn": "day", "begins": clock_of(OPENS), "ends": clock_of(CLOSES),
        "first_day": local_date(wired().clock.now()).isoformat(), "weeks": "8",
    }  # fmt: skip
    return _page(unit_id, None, typed, {}, "")


@requires(Action.EDIT_ROSTER)
def enter_pattern(unit_id: UUID) -> Answer:
    """Look at a new pattern, or keep it."""
    return _kept(unit_id, None)


@requires(Action.EDIT_ROSTER)
def pattern(unit_id: UUID, pattern_id: UUID) -> Response:
    """Show a pattern to change it."""
    with reading() as session:
        office = office_to_edit(session, the_actor(), unit_id)
        kept = pattern_of(own_pattern(session, office, pattern_id))
    return _page(unit_id, pattern_id, _typed(kept), {}, "")


@requires(Action.EDIT_ROSTER)
def change_pattern(unit_id: UUID, pattern_id: UUID) -> Answer:
    """Look at a changed pattern, or keep it."""
    return _kept(unit_id, pattern_id)


@requires(Action.EDIT_ROSTER)
def end(unit_id: UUID, pattern_id: UUID) -> WerkzeugResponse:
    """End a pattern."""
    now = wired().clock.now()
    with transaction() as session, changing(session, the_actor(), unit_id, now=now) as office:
        gone = end_pattern(session, office, pattern_id=pattern_id, actor=the_actor(), now=now)
    flash(f"轮班已停用,撤了还没开始的 {gone} 班。手工改过的班还在。", "success")
    return redirect(url_for("roster.unit", unit_id=unit_id))


def _kept(unit_id: UUID, pattern_id: UUID | None) -> Answer:
    now, typed = wired().clock.now(), dict(request.form.items())
    if typed.get("more"):
        return _page(unit_id, pattern_id, typed, {}, "")
    try:
        wanted = typed_pattern(typed, today=local_date(now))
        if typed.get("look"):
            return _page(unit_id, pattern_id, typed, {}, "", wanted=wanted)
        with transaction() as session, changing(session, the_actor(), unit_id, now=now) as office:
            made = save_pattern(session, office, wanted, pattern_id=pattern_id, actor=the_actor(), now=now)
    except InvalidError as refusal:
        return _page(unit_id, pattern_id, typed, refusal.fields, refusal.sentence, status=422)
    flash(f"已保存,排了或改了 {made} 班。手工改过的班没有动。", "success")
    return redirect(url_for("roster.unit", unit_id=unit_id))


def _page(
    unit_id: UUID, pattern_id: UUID | None, typed: Mapping[str, str], errors: Mapping[str, str], sentence: str, *,
    wanted: Pattern | None = None, status: int = 200,
) -> Response:  # fmt: skip
    now, preview, guess = wired().clock.now(), [], ""
    with reading() as session:
        office = office_to_edit(session, the_actor(), unit_id)
        people, names = people_of(session, unit_id, now=now), names_of(session, unit_id)
        if pattern_id is not None:
            own_pattern(session, office, pattern_id)
        if wanted is not None:
            check_people(session, office, wanted, now=now)
            seen = foresee(session, unit_id, wanted, pattern_id=pattern_id, now=now)
            preview = [_line(one, names) for one in seen if one.planned.starts_at < now + SHOWN]
            guess = _guess(seen)
    shown = render_template(
        "pages/roster_pattern.html",
        office=office,
        pattern_id=pattern_id,
        typed=typed,
        errors=errors,
        sentence=sentence,
        looked=wanted is not None,
        preview=preview,
        guess=guess,
        kinds=list(KIND_WORDS.items()),
        days=list(DAYS_WORDS.items()),
        turns=list(TURN_WORDS.items()),
        rows=range(1, _rows(typed) + 1),
        weekdays="一二三四五六日",
        people=people_choices(people),
        most_weeks=MOST_WEEKS,
    )
    return make_response(shown, status)


def _typed(kept: Pattern) -> dict[str, str]:
    typed = {
        "kind": kept.kind, "days": kept.days, "turn": kept.turn, "begins": clock_of(kept.begins),
        "ends": clock_of(kept.ends), "first_day": kept.first_day.isoformat(), "weeks": str(kept.weeks),
    }  # fmt: skip
    for at, group in enumerate(kept.groups, 1):
        typed |= {f"{place}_{at}": str(who) for place, who in zip(PLACES, group, strict=False)}
    return typed


def _rows(typed: Mapping[str, str]) -> int:
    """Return how many groups a form shows: the filled ones, and one more when asked."""
    filled = max((at for at in range(1, MOST_GROUPS + 1) if typed.get(f"main_{at}")), default=0)
    least = WEEKDAY_ROWS if typed.get("turn") == "weekday" else FEWEST_ROWS
    return min(max(least, filled + (2 if typed.get("more") else 0)), MOST_GROUPS)


def _line(one: Foreseen, names: Mapping[UUID, str]) -> dict[str, str]:
    people = [names.get(who, "") for who in one.planned.people]
    note = note_of(one.planned.day)
    return {
        "day": day_words(one.planned.day.day) + (f" {note}" if note else ""),
        "hours": hours_words(one.planned.starts_at, one.planned.ends_at),
        "who": "已经开始或手工改过,保留原来的" if one.stays else _said(people),
    }


def _said(people: Sequence[str]) -> str:
    return people[0] + (f";副班 {'、'.join(people[1:])}" if people[1:] else "")


def _guess(seen: Sequence[Foreseen]) -> str:
    years = sorted({one.planned.day.day.year for one in seen if one.planned.day.is_guess})
    return NOT_PUBLISHED.format(year=years[0]) if years else ""
