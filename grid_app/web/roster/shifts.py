"""Pages of single shifts: entered, changed, called off, given back to their pattern."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.clock import local_date
from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action
from grid_app.queries.roster_pages import ShiftRow, people_of, shift_of
from grid_app.services.clocks.rules import own_calendar
from grid_app.services.duty_roster.access import Office, office_to_edit
from grid_app.services.duty_roster.gaps import changing
from grid_app.services.duty_roster.generating import generate
from grid_app.services.duty_roster.keeping import CLOSES, OPENS
from grid_app.services.duty_roster.pattern import KIND_WORDS, is_sensible, moments
from grid_app.services.duty_roster.shifts import (
    GONE,
    WantedShift,
    add_shift,
    call_off,
    change_shift,
    give_back,
)
from grid_app.services.typed import day_of
from grid_app.web.roster.choices import moment_typed, people_choices, typed_moment, typed_people
from grid_app.web.step_forms import STATUS
from grid_app.wiring import wired

PLACES: Final = ("main", "deputy_1", "deputy_2")
Answer = str | Response | WerkzeugResponse


def add_routes(bp: Blueprint) -> None:
    """Add the pages of single shifts."""
    bp.add_url_rule("/roster/<uuid:unit_id>/shifts/new", "new_shift", new_shift, methods=["GET"])
    bp.add_url_rule("/roster/<uuid:unit_id>/shifts/new", "enter_shift", enter_shift, methods=["POST"])
    bp.add_url_rule("/roster/<uuid:unit_id>/shifts/<uuid:shift_id>", "shift", shift, methods=["GET"])
    bp.add_url_rule("/roster/<uuid:unit_id>/shifts/<uuid:shift_id>", "save_shift", save_shift, methods=["POST"])
    bp.add_url_rule("/roster/<uuid:unit_id>/shifts/<uuid:shift_id>/off", "call_off_shift", off, methods=["POST"])
    bp.add_url_rule("/roster/<uuid:unit_id>/shifts/<uuid:shift_id>/back", "give_back_shift", back, methods=["POST"])


@requires(Action.EDIT_ROSTER)
def new_shift(unit_id: UUID) -> Response:
    """Ask for a shift of a day."""
    asked = day_of(request.args.get("day", ""))
    day = asked if asked is not None and is_sensible(asked) else local_date(wired().clock.now())
    starts_at, ends_at = moments(day, OPENS, CLOSES)
    return _page(unit_id, None, {**_span_typed(starts_at, ends_at), "kind": "day"}, {}, "")


@requires(Action.EDIT_ROSTER)
def enter_shift(unit_id: UUID) -> Answer:
    """Keep a shift that was entered."""
    now, typed = wired().clock.now(), dict(request.form.items())
    try:
        wanted = _wanted(typed)
        with transaction() as session, changing(session, the_actor(), unit_id, now=now) as office:
            add_shift(session, office, wanted, actor=the_actor(), now=now)
    except InvalidError as refusal:
        return _page(unit_id, None, typed, refusal.fields, refusal.sentence, status=422)
    flash("已排上这一班。", "success")
    return _to_month(unit_id, wanted.starts_at)


@requires(Action.EDIT_ROSTER)
def shift(unit_id: UUID, shift_id: UUID) -> Response:
    """Show a shift to change it."""
    row = _row(unit_id, shift_id)
    people = dict(zip(PLACES, (str(who) for who in row.people), strict=False))
    typed = {**_span_typed(row.starts_at, row.ends_at), **people, "kind": row.kind}
    return _page(unit_id, row, typed, {}, "")


@requires(Action.EDIT_ROSTER)
def save_shift(unit_id: UUID, shift_id: UUID) -> Answer:
    """Keep a changed shift."""
    now, typed, row = wired().clock.now(), dict(request.form.items()), _row(unit_id, shift_id)
    try:
        wanted = _wanted(typed)
        with transaction() as session, changing(session, the_actor(), unit_id, now=now) as office:
            change_shift(
                session, office, wanted, shift_id=shift_id, seen=typed.get("seen", ""), actor=the_actor(), now=now
            )
    except (InvalidError, ConflictError) as refusal:
        fields = refusal.fields if isinstance(refusal, InvalidError) else {}
        return _page(unit_id, row, typed, fields, refusal.sentence, status=STATUS[refusal.default_code])
    flash("已改好这一班。以后轮班重新排,也不会动它。", "success")
    return _to_month(unit_id, wanted.starts_at)


@requires(Action.EDIT_ROSTER)
def off(unit_id: UUID, shift_id: UUID) -> Answer:
    """Take a shift off the roster."""
    now, row = wired().clock.now(), _row(unit_id, shift_id)
    with transaction() as session, changing(session, the_actor(), unit_id, now=now) as office:
        seen = request.form.get("seen", "")
        call_off(session, office, shift_id=shift_id, seen=seen, actor=the_actor(), now=now)
    flash("这一班撤掉了。如果那段时间没有别人,会出现空档的告警。", "success")
    return _to_month(unit_id, row.starts_at)


@requires(Action.EDIT_ROSTER)
def back(unit_id: UUID, shift_id: UUID) -> Answer:
    """Give a shift back to the pattern that made it."""
    now, row = wired().clock.now(), _row(unit_id, shift_id)
    with transaction() as session, changing(session, the_actor(), unit_id, now=now) as office:
        pattern = give_back(session, office, shift_id=shift_id, seen=request.form.get("seen", ""), now=now)
        generate(session, pattern, calendar=own_calendar(session), now=now)
    flash("已恢复成轮班排的样子。", "success")
    return _to_month(unit_id, row.starts_at)


def _row(unit_id: UUID, shift_id: UUID) -> ShiftRow:
    with reading() as session:
        office_to_edit(session, the_actor(), unit_id)
        row = shift_of(session, unit_id, shift_id)
    if row is None:
        raise NotFoundError(GONE)
    return row


def _wanted(typed: Mapping[str, str]) -> WantedShift:
    starts_at, ends_at = typed_moment(typed, "starts_at"), typed_moment(typed, "ends_at")
    if starts_at is None or ends_at is None:
        missing = {name: "请填写日期和时间。" for name in ("starts_at", "ends_at") if typed_moment(typed, name) is None}
        raise InvalidError("没有保存,请看标出的地方;已填的都还在。", fields=missing)
    return WantedShift(typed.get("kind", ""), starts_at, ends_at, typed_people(typed, PLACES))


def _span_typed(starts_at: datetime, ends_at: datetime) -> dict[str, str]:
    return {"starts_at": moment_typed(starts_at), "ends_at": moment_typed(ends_at)}


def _to_month(unit_id: UUID, moment: datetime) -> WerkzeugResponse:
    return redirect(url_for("roster.unit", unit_id=unit_id, month=f"{local_date(moment):%Y-%m}"))


def _page(
    unit_id: UUID, row: ShiftRow | None, typed: Mapping[str, str], errors: Mapping[str, str], sentence: str, *,
    status: int = 200,
) -> Response:  # fmt: skip
    now = wired().clock.now()
    with reading() as session:
        office: Office = office_to_edit(session, the_actor(), unit_id)
        people = people_of(session, unit_id, now=now)
    shown = render_template(
        "pages/roster_shift.html",
        office=office,
        row=row,
        seen=row.changed_at.isoformat() if row else "",
        can_go_back=row is not None and row.pattern_id is not None and row.by_hand and row.starts_at > now,
        typed=typed,
        errors=errors,
        sentence=sentence,
        kinds=list(KIND_WORDS.items()),
        people=people_choices(people),
    )
    return make_response(shown, status)
