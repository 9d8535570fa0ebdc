"""What an office answers to an escalation besides taking it up: it has acted, passes it on, has rung somebody up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from grid_app.clock import SHANGHAI, local
from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError, NotFoundError
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action, Actor, allows
from grid_app.queries.inbox import WAITING_STATES, InboxRow, desks_of
from grid_app.services.channels.endpoints import numbers_entered
from grid_app.services.escalations.answering import (
    CALL_OUTCOMES,
    CallNote,
    hand_over,
    may_pass_on,
    offices_for,
    record_call,
    say_acted,
    waiting_calls,
)
from grid_app.services.typed import uuid_of
from grid_app.wiring import wired

CALL_TIME: Final = "%Y-%m-%dT%H:%M"


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
    unit = uuid_of(request.form.get("unit", ""))
    if unit is None:
        raise NotFoundError("请先选转给哪个单位,还没有转交。")
    with transaction() as session:
        name = hand_over(
            session,
            escalation_id=escalation_id,
            to_unit=unit,
            reason=request.form.get("reason", ""),
            actor=the_actor(),
            now=wired().clock.now(),
        )
    flash(f"已转给{name},等它确认收到。", "success")
    return _back(escalation_id)


@requires(Action.ACKNOWLEDGE)
def note_call(escalation_id: UUID, call_id: UUID) -> Response:
    """Record what came of ringing an office up."""
    form, now = request.form, wired().clock.now()
    note = CallNote(form.get("outcome", ""), form.get("answered_by", ""), _moment(form.get("called_at", ""), now))
    with transaction() as session:
        record_call(session, call_id=call_id, note=note, actor=the_actor(), now=now)
    flash("已记录电话通知。" if note.outcome == "answered" else "已记录。没有通知到,请稍后再打。", "success")
    return _back(escalation_id)


def answers_of(row: InboxRow, actor: Actor, now: datetime) -> dict[str, object]:
    """Return what the page offers besides taking up: acting, other offices, calls to make."""
    if not allows(actor, Action.ACKNOWLEDGE):
        return {"may_act": False, "offices": [], "calls": []}
    with reading() as session:
        key, desks = row.escalation_id, {desk.unit_id for desk in desks_of(session, actor)}
        own = row.acknowledged_unit_id in desks
        passes = may_pass_on(row.state, row.acknowledged_unit_id, actor, desks)
        units = offices_for(session, escalation_id=key, actor=actor, now=now) if passes else []
        calls = waiting_calls(session, key, now=now) if row.state in WAITING_STATES else []
        offices = [(str(unit.id), unit.name) for unit in units]
        numbers = numbers_entered(session, {unit.id for _, unit in calls}, cipher=wired().keys.fields)
        rung_up = [
            {"id": call.id, "unit": unit.name, "number": numbers.get(unit.id) or unit.duty_phone}
            for call, unit in calls
        ]
    return {
        "may_act": row.state == "acknowledged" and own,
        "offices": offices,
        "calls": rung_up,
        "outcomes": list(CALL_OUTCOMES.items()),
        "now_typed": local(now).strftime(CALL_TIME),
    }


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
