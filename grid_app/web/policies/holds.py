"""Until when the personal data of one ended matter is kept, and keeping it longer with a reason."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError, NotFoundError
from grid_app.http.guard import guard_pages, requires, the_actor, the_scope
from grid_app.policy import Action, Actor, allows
from grid_app.queries.disputes_detail import DisputeDetail, dispute_detail
from grid_app.services.matters.step import NO_SUCH, Step
from grid_app.services.retention.holds import Kept, hold, kept_until, lift
from grid_app.vocabulary.words import ENDED_STATES
from grid_app.web.card import Card, OpenSession
from grid_app.web.wording import local_date
from grid_app.wiring import wired

bp = Blueprint("retention", __name__, url_prefix="/disputes/<uuid:dispute_id>/retention")
guard_pages(bp)


@bp.get("")
@requires(Action.READ_DISPUTES)
def page(dispute_id: UUID) -> str:
    """Show until when the personal data is kept."""
    return _page(dispute_id, "", {})


@bp.post("")
@requires(Action.HANDLE_DISPUTE)
def save(dispute_id: UUID) -> str | Response:
    """Keep it longer, or end that."""
    step, reason = Step(dispute_id, the_actor(), 0, wired().clock.now()), request.form.get("reason", "")
    try:
        with transaction() as session:
            if request.form.get("lift"):
                lift(session, step)
            else:
                hold(session, step, reason=reason)
    except InvalidError as error:
        return make_response(_page(dispute_id, reason, error.fields), 422)
    flash("已保存。", "success")
    return redirect(url_for("retention.page", dispute_id=dispute_id))


def retention_card(session: OpenSession, detail: DisputeDetail, actor: Actor, now: datetime) -> Card | None:
    """Return until when an ended matter's personal data is kept."""
    del actor, now
    if detail.state not in ENDED_STATES:
        return None
    links = (("保存期限", url_for("retention.page", dispute_id=detail.id)),)
    return Card("个人信息保存到", tuple(_facts(kept_until(session, detail.id))), links)


def _page(dispute_id: UUID, reason: str, errors: dict[str, str]) -> str:
    with reading() as session:
        detail = dispute_detail(session, scope=the_scope(), dispute_id=dispute_id)
        if detail is None:
            raise NotFoundError(NO_SUCH)
        kept = kept_until(session, dispute_id)
    return render_template(
        "pages/dispute_retention.html",
        detail=detail,
        facts=_facts(kept),
        held=kept.held_why,
        is_ended=detail.state in ENDED_STATES,
        may=allows(the_actor(), Action.HANDLE_DISPUTE),
        reason=reason,
        errors=errors,
    )


def _facts(kept: Kept) -> list[tuple[str, str]]:
    told = [("期限", f"{kept.until.year}年{local_date(kept.until)}" if kept.until else "事项还没有结束,一直保存")]
    return [*told, *([("延长保存", kept.held_why)] if kept.held_why else [])]
