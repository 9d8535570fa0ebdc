"""Pages of leave: from when until when, and who stands in."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action
from grid_app.queries.roster_pages import leaves_ahead, people_of
from grid_app.services.duty_roster.access import office_to_edit
from grid_app.services.duty_roster.gaps import changing
from grid_app.services.duty_roster.leave import WantedLeave, end_leave, take_leave
from grid_app.services.typed import uuid_of
from grid_app.web.roster.choices import people_choices, typed_moment
from grid_app.web.roster.shown import leave_line
from grid_app.wiring import wired

Answer = str | Response | WerkzeugResponse


def add_routes(bp: Blueprint) -> None:
    """Add the pages of leave."""
    bp.add_url_rule("/roster/<uuid:unit_id>/leave", "leave", leave, methods=["GET"])
    bp.add_url_rule("/roster/<uuid:unit_id>/leave", "save_leave", save_leave, methods=["POST"])
    bp.add_url_rule("/roster/<uuid:unit_id>/leave/<uuid:leave_id>/end", "end_leave", end, methods=["POST"])


@requires(Action.EDIT_ROSTER)
def leave(unit_id: UUID) -> Response:
    """Ask for a leave; the asking person stands first."""
    return _page(unit_id, {"who": str(the_actor().assignment_id)}, {}, "")


@requires(Action.EDIT_ROSTER)
def save_leave(unit_id: UUID) -> Answer:
    """Keep a leave."""
    now, typed = wired().clock.now(), dict(request.form.items())
    wanted = WantedLeave(
        uuid_of(typed.get("who", "")), typed_moment(typed, "starts_at"), typed_moment(typed, "ends_at"),
        uuid_of(typed.get("substitute", "")),
    )  # fmt: skip
    try:
        with transaction() as session, changing(session, the_actor(), unit_id, now=now) as office:
            take_leave(session, office, wanted, actor=the_actor(), now=now)
    except InvalidError as refusal:
        return _page(unit_id, typed, refusal.fields, refusal.sentence, status=422)
    told = "代班的人已经收到通知。" if wanted.substitute else "没有人代班:轮到这个人主班时找副班,没有副班就是空档。"
    flash(f"已登记请假。{told}", "success")
    return redirect(url_for("roster.unit", unit_id=unit_id))


@requires(Action.EDIT_ROSTER)
def end(unit_id: UUID, leave_id: UUID) -> WerkzeugResponse:
    """End a leave, or take it back before it begins."""
    now = wired().clock.now()
    with transaction() as session, changing(session, the_actor(), unit_id, now=now) as office:
        end_leave(session, office, leave_id=leave_id, actor=the_actor(), now=now)
    flash("已取消,从现在起照原来的班找人。", "success")
    return redirect(url_for("roster.unit", unit_id=unit_id))


def _page(
    unit_id: UUID, typed: Mapping[str, str], errors: Mapping[str, str], sentence: str, *, status: int = 200
) -> Response:
    now = wired().clock.now()
    with reading() as session:
        office = office_to_edit(session, the_actor(), unit_id)
        people = people_choices(people_of(session, unit_id, now=now))
        away = [leave_line(office, one) for one in leaves_ahead(session, unit_id, now=now)]
    shown = render_template(
        "pages/roster_leave.html",
        office=office, people=people, leaves=away, typed=typed, errors=errors, sentence=sentence,
    )  # fmt: skip
    return make_response(shown, status)
