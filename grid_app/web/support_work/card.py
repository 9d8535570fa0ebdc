"""The card on the page of a dispute: is it supervised, is a missed duty reviewed, and the way to do either."""

from __future__ import annotations

from datetime import datetime

from flask import url_for

from grid_app.clock import local_date
from grid_app.policy import Action, Actor, allows
from grid_app.queries.disputes_detail import DisputeDetail
from grid_app.queries.support_units import units_below
from grid_app.queries.support_work import KINDS_OF, requests_of
from grid_app.services.support_work.supervision import METHOD_WORDS
from grid_app.vocabulary.words import OPEN_STATES
from grid_app.web.card import Card, OpenSession
from grid_app.web.support_work.frame import due_words


def duty_card(session: OpenSession, detail: DisputeDetail, actor: Actor, now: datetime) -> Card | None:
    """Return what is supervised and reviewed here; for an office above the handling unit the way to supervise."""
    if not allows(actor, Action.ANSWER_FOR_UNIT):
        return None
    today = local_date(now)
    supervised = requests_of(session, KINDS_OF["supervision"], actor, dispute_id=detail.id)
    reviewed = requests_of(session, KINDS_OF["duty_review"], actor, dispute_id=detail.id)
    waits = [row for row in (*supervised, *reviewed) if row.record.closed_at is None]
    mine = [row for row in waits if row.record.unit_id == actor.unit_id and row.record.replied_at is None]
    facts = [
        (METHOD_WORDS[row.record.method], f"{row.unit},{due_words(row.record.due_on, today, is_open=True)}以前答复")
        for row in supervised
        if row.record.closed_at is None
    ]
    facts += [("履职倒查", row.unit) for row in reviewed if row.record.closed_at is None]
    links = []
    if supervised:
        links.append(("看督办", url_for("support_work.supervision")))
    if reviewed:
        links.append(("看履职倒查", url_for("support_work.reviews")))
    unit = next((one for one in units_below(session, actor) if one.name == detail.owner_unit), None)
    if unit and detail.state in OPEN_STATES and allows(actor, Action.HANDLE_DISPUTE):
        links.append(
            ("督办这件事", url_for("support_work.new_supervision", matter=detail.case_code, unit=str(unit.id)))
        )
    if not facts and not links:
        return None
    hint = "请您的单位答复。" if mine else ""
    return Card("督办", tuple(facts), tuple(links), hint, is_next=bool(mine))
