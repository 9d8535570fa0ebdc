"""What an office answers to an escalation besides taking it up: it has acted, passes it on, has rung somebody up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from grid_app.clock import SHANGHAI
from grid_app.database.transaction import transaction
from grid_app.errors import InvalidError
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action
from grid_app.services.escalations.answering import CallNote, hand_over, record_call, say_acted
from grid_app.services.typed import uuid_of
from grid_app.web.inbox.one import CALL_TIME, Refused, detail_page, row_of
from grid_app.wiring import wired

HAND_OVER: Final = "hand-over"


def add_answer_routes(bp: Blueprint) -> None:
    """Register the routes on the inbox's blueprint."""
    here = "/inbox/<uuid:escalation_id>"
    bp.add_url_rule(f"{here}/acted", "acted", acted, methods=["POST"])
    bp.add_url_rule(f"{here}/hand-over", "pass_on", pass_on, methods=["POST"])
    bp.add_url_rule(f"{here}/calls/<uuid:call_id>", "note_call", note_call, methods=["POST"])


@requires(Action.ACKNOWLEDGE)
def acted(escalation_id: UUID) -> Response:
    """Record that the office has acted."""
    with transaction() as session:
        say_acted(session, escalation_id=escalation_id, actor=the_actor(), now=wired().clock.now())
    flash("已记录处置。", "success")
    return _back(escalation_id)


@requires(Action.ACKNOWLEDGE)
def pass_on(escalation_id: UUID) -> Response:
    """Hand the escalation over to another office."""
    try:
        unit = _unit_of(request.form.get("unit", ""))
        with transaction() as session:
            name = hand_over(
                session,
                escalation_id=escalation_id,
                to_unit=unit,
                reason=request.form.get("reason", ""),
                actor=the_actor(),
                now=wired().clock.now(),
            )
    except InvalidError as error:
        return _typed_again(escalation_id, HAND_OVER, error)
    flash(f"已转给{name},等它确认收到。", "success")
    return _back(escalation_id)


@requires(Action.ACKNOWLEDGE)
def note_call(escalation_id: UUID, call_id: UUID) -> Response:
    """Record what came of ringing an office up."""
    form, now = request.form, wired().clock.now()
    try:
        note = CallNote(form.get("outcome", ""), form.get("answered_by", ""), _moment(form.get("called_at", ""), now))
        with transaction() as session:
            record_call(session, call_id=call_id, note=note, actor=the_actor(), now=now)
    except InvalidError as error:
        return _typed_again(escalation_id, str(call_id), error)
    flash("已记录电话通知。" if note.outcome == "answered" else "已记录。没有通知到,请稍后再打。", "success")
    return _back(escalation_id)


def _moment(typed: str, now: datetime) -> datetime:
    """Return a typed local time; one within the present minute is now, since forms know no seconds."""
    try:
        moment = datetime.strptime(typed, CALL_TIME).replace(tzinfo=SHANGHAI).astimezone(now.tzinfo)
    except (ValueError, OverflowError) as error:
        raise InvalidError(
            "打电话的时间没有填对,还没有记录。", fields={"called_at": "例如 2026-11-20 10:30"}
        ) from error
    return now if timedelta(0) <= now - moment < timedelta(minutes=1) else moment


def _back(escalation_id: UUID) -> Response:
    return redirect(url_for("inbox.detail", escalation_id=escalation_id))


def _unit_of(typed: str) -> UUID:
    unit = uuid_of(typed)
    if unit is None:
        raise InvalidError("请先选转给哪个单位,还没有转交。", fields={"unit": "请选一个单位"})
    return unit


def _typed_again(escalation_id: UUID, form: str, error: InvalidError) -> Response:
    """Show the page again, the form that was refused with what was typed."""
    actor, now = the_actor(), wired().clock.now()
    where = {"reason": "answered_by"} if form != HAND_OVER else {}
    errors = {where.get(name, name): error.sentence for name in error.fields}
    refused = Refused(form, errors, request.form.to_dict())
    return make_response(detail_page(row_of(escalation_id, actor), actor, now, refused), 422)
