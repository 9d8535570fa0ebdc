"""One escalation as its office reads it: what it is about, what may be answered, and its history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from flask import render_template

from grid_app.clock import local
from grid_app.database.transaction import reading
from grid_app.errors import NotFoundError
from grid_app.policy import Action, Actor, allows
from grid_app.queries.inbox import WAITING_STATES, InboxRow, desks_of, inbox_row
from grid_app.queries.inbox_history import knocks_of, may_open_cause, next_unit_kind, steps_of, units_told
from grid_app.services.channels.endpoints import numbers_entered
from grid_app.services.escalations.answering import CALL_OUTCOMES, may_pass_on, offices_for, waiting_calls
from grid_app.services.escalations.events import EVENT_KIND_WORDS
from grid_app.vocabulary.categories import name_of
from grid_app.vocabulary.words import ESCALATION_STATE_WORDS
from grid_app.web.inbox.timeline import moments_of
from grid_app.web.inbox.words import answer_of, cause_link, next_step_words
from grid_app.web.wording import local_time
from grid_app.wiring import wired

CALL_TIME: Final = "%Y-%m-%dT%H:%M"
NOT_HERE: Final = "您单位的收件箱里没有这条提醒。可能您换了身份,或提醒发给了别的单位;请回到收件箱查看。"


@dataclass(frozen=True)
class Refused:
    """A form of the page that was not taken, with what was typed; ``form`` is a call's number or ``hand-over``."""

    form: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)


NOTHING: Final = Refused()


def row_of(escalation_id: UUID, actor: Actor) -> InboxRow:
    """Return an escalation of the own inbox.

    Raises
    ------
    NotFoundError
        If it is in no inbox of the actor.
    """
    with reading() as session:
        row = inbox_row(session, actor, escalation_id)
    if row is None:
        raise NotFoundError(NOT_HERE)
    return row


def detail_page(row: InboxRow, actor: Actor, now: datetime, refused: Refused = NOTHING) -> str:
    """Return the page of an escalation; a form that was refused stands open with what was typed."""
    with reading() as session:
        steps, knocks = steps_of(session, row.escalation_id), knocks_of(session, row.escalation_id)
        told, next_kind = units_told(session, row.escalation_id), next_unit_kind(session, row)
        link = cause_link(row) if may_open_cause(session, row, actor) else None
    answers = _answers_of(row, actor, now)
    return render_template(
        "pages/inbox_detail.html",
        row=row,
        matter=name_of(row.category),
        why=EVENT_KIND_WORDS.get(row.event_kind, row.event_kind),
        opened=local_time(row.opened_at),
        state=ESCALATION_STATE_WORDS[row.state],
        waiting=row.state in WAITING_STATES,
        may_answer=row.state in WAITING_STATES and allows(actor, Action.ACKNOWLEDGE),
        answer=answer_of(row),
        next_step=next_step_words(row, next_kind, now),
        told="、".join(unit.unit_name for unit in told),
        phones=[unit for unit in told if unit.number],
        link=link,
        moments=moments_of(steps, knocks, now),
        refused=refused,
        **answers,
    )


def _answers_of(row: InboxRow, actor: Actor, now: datetime) -> dict[str, object]:
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
            {
                "id": str(call.id),
                "unit": unit.name,
                "number": numbers.get(unit.id) or unit.duty_phone,
                "is_own": unit.id == actor.unit_id,
            }
            for call, unit in calls
        ]
    return {
        "may_act": row.state == "acknowledged" and own,
        "offices": offices,
        "calls": rung_up,
        "outcomes": list(CALL_OUTCOMES.items()),
        "now_typed": local(now).strftime(CALL_TIME),
    }
