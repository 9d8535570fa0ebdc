"""What departments do when they are called (吹哨报到), and what becomes of proposals (三项建议)."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, and_, func, join
from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute
from grid_app.models.joint import WhistleCall
from grid_app.models.support_work import Recommendation
from grid_app.queries.indicators_asked import Asked, Share, shares

CALLS = join(WhistleCall, Dispute, Dispute.id == WhistleCall.dispute_id)
ADVICE = join(Recommendation, Unit, Unit.id == Recommendation.unit_id)
STANDING: Final = ("called", "answered", "on_site", "done", "rated")
SOLVED: Final = "solved"
ADOPTED: Final = ("yes", "partly")


def answered(session: Session, asked: Asked) -> list[Share]:
    """Return the calls that were answered in time, with a yes or a reasoned no, of those whose time has come."""
    said = func.coalesce(WhistleCall.answered_at, WhistleCall.refused_at)
    due = WhistleCall.answer_due_at
    return shares(session, asked, due, due <= asked.now, hit=said <= due, among=CALLS, placed=_called(asked))


def on_site(session: Session, asked: Asked) -> list[Share]:
    """Return the calls where the department came in time, of those that stand and whose time has come."""
    due = WhistleCall.site_due_at
    standing = WhistleCall.state.in_(STANDING)
    hit = WhistleCall.on_site_at <= due
    return shares(session, asked, due, due <= asked.now, standing, hit=hit, among=CALLS, placed=_called(asked))


def rated(session: Session, asked: Asked) -> list[Share]:
    """Return the calls that solved it in the eyes of village or township, of those it rated."""
    hit = WhistleCall.rating == SOLVED
    return shares(session, asked, WhistleCall.rated_at, hit=hit, among=CALLS, placed=_called(asked))


def advice_answered(session: Session, asked: Asked) -> list[Share]:
    """Return the proposals that were answered in writing, of those issued to units of the place."""
    hit = Recommendation.replied_at.is_not(None)
    return shares(session, asked, Recommendation.opened_at, hit=hit, among=ADVICE, placed=_advised(asked))


def advice_adopted(session: Session, asked: Asked) -> list[Share]:
    """Return the proposals that were adopted, wholly or partly, of those issued to units of the place."""
    hit = Recommendation.adopted.in_(ADOPTED)
    return shares(session, asked, Recommendation.opened_at, hit=hit, among=ADVICE, placed=_advised(asked))


def _called(asked: Asked) -> ColumnElement[bool]:
    """Return the condition on calls: of one unit, those it was called by, whoever handles the matter."""
    return and_(asked.of_place, WhistleCall.unit_id == asked.unit_id) if asked.unit_id else asked.of_place


def _advised(asked: Asked) -> ColumnElement[bool]:
    placed: ColumnElement[bool] = Unit.division_code.in_(asked.codes)
    return and_(placed, Unit.id == asked.unit_id) if asked.unit_id else placed
