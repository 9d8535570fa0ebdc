"""After a report was taken in: the receipt with its questions, and the stop page when somebody is in danger."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.clock import local_date
from grid_app.database.transaction import reading, transaction
from grid_app.errors import NotFoundError, Refusal
from grid_app.http.guard import requires, the_actor, the_scope
from grid_app.policy import Action, allows
from grid_app.queries.disputes_detail import DisputeDetail, dispute_detail
from grid_app.queries.disputes_receipt import kept_receipts, open_questions
from grid_app.queries.return_pages import places_to_answer
from grid_app.services.clocks.dates import next_date
from grid_app.services.handling import steps as handling
from grid_app.services.handling.steps import Step
from grid_app.services.matters.links import link_disputes
from grid_app.services.matters.names import hide_in_excerpt
from grid_app.services.matters.words import SAFETY_DUTY
from grid_app.services.typed import uuid_of, whole_of
from grid_app.vocabulary.categories import is_family, name_of
from grid_app.vocabulary.words import OPEN_STATES, PLACE_WORDS, STATE_WORDS
from grid_app.web.dispute_words import due_words, excerpt, state_tone, tracking
from grid_app.web.without_names import kept_names
from grid_app.web.wording import local_date as shown_date
from grid_app.web.wording import local_time
from grid_app.wiring import wired

NO_RECEIPT = "没有这一件,或者它不在您的范围内。请在“我的上报”里找。"


@requires(Action.REPORT_DISPUTE)
def receipt(dispute_id: UUID) -> str:
    """Show the tracking code, the state, what happens next, and what can be answered with one tap."""
    now = wired().clock.now()
    with reading() as session:
        detail = dispute_detail(session, scope=the_scope(), dispute_id=dispute_id)
        kept = kept_receipts(session, account_id=the_actor().account_id, dispute_id=dispute_id)
        questions = open_questions(
            session, scope=the_scope(), dispute_id=dispute_id, places=wired().places, today=local_date(now)
        )
        hint = questions.hint
        if hint is not None:
            names = kept_names(session, [hint.id])[hint.id]
            questions = replace(questions, hint=replace(hint, excerpt=hide_in_excerpt(hint.excerpt, names)))
        has_round = allows(the_actor(), Action.RETURN_ROUND) and any(
            place.waiting for place in places_to_answer(session, [the_actor()], now=now)
        )
    if detail is None and kept:
        received = local_time(kept[0].received_at)
        return render_template(
            "pages/receipt_kept.html", kept=kept[0], code=tracking(kept[0].tracking_code), received=received
        )
    return render_template(
        "pages/receipt.html",
        questions=questions,
        has_round=has_round,
        between="还是".join(village.name for village in questions.villages) + "?",
        village_choices=[(village.code, village.name, village.township) for village in questions.villages],
        since=shown_date(questions.hint.since) if questions.hint else "",
        **_shown(detail),
    )


@requires(Action.REPORT_DISPUTE)
def stop(dispute_id: UUID) -> str:
    """Show what comes before everything else when somebody in a family is in danger; the report is safe."""
    with reading() as session:
        detail = dispute_detail(session, scope=the_scope(), dispute_id=dispute_id)
    return render_template("pages/report_stop.html", duty=SAFETY_DUTY, **_shown(detail))


@requires(Action.REPORT_DISPUTE)
def relate(dispute_id: UUID) -> WerkzeugResponse:
    """Record whether a similar matter is the same household's, another household's, or unrelated."""
    other = uuid_of(request.form.get("other", ""))
    relation = request.form.get("relation", "")
    try:
        if other is None:
            raise NotFoundError("没有找到那一件。什么也没有改。")
        with transaction() as session:
            link_disputes(
                session,
                actor=the_actor(),
                dispute_id=dispute_id,
                other_id=other,
                relation=relation,
                now=wired().clock.now(),
            )
    except Refusal as refusal:
        flash(refusal.sentence, "warning")
    else:
        flash("已记下,谢谢。", "success")
    return redirect(url_for("report.receipt", dispute_id=dispute_id))


@requires(Action.REPORT_DISPUTE)
def settle(dispute_id: UUID) -> WerkzeugResponse:
    """Record to which of two villages the matter belongs."""
    wiring = wired()
    version = request.form.get("version", "")
    step = Step(dispute_id, the_actor(), whole_of(version) or 0, wiring.clock.now())
    village = request.form.get("village_code", "")
    try:
        with transaction() as session:
            handling.settle_place(session, step, village_code=village, places=wiring.places)
    except Refusal as refusal:
        flash(refusal.sentence, "warning")
    else:
        flash("地点已记下。", "success")
    return redirect(url_for("report.receipt", dispute_id=dispute_id))


def _shown(detail: DisputeDetail | None) -> dict[str, object]:
    if detail is None:
        raise NotFoundError(NO_RECEIPT)
    due = next_date(
        state=detail.state, grade=detail.grade, received_at=detail.received_at, accepted_at=detail.accepted_at
    )
    return {
        "detail": detail,
        "code": tracking(detail.tracking_code),
        "matter": excerpt(detail.summary, signs=80),
        "category": name_of(detail.category),
        "state": STATE_WORDS[detail.state],
        "tone": state_tone(detail.state),
        "is_open": detail.state in OPEN_STATES,
        "is_family": is_family(detail.category),
        "place_word": PLACE_WORDS.get(detail.place_kind, ""),
        "received": local_time(detail.received_at),
        "due": due_words(due, wired().clock.now()) if due else None,
    }


def add_routes(bp: Blueprint) -> None:
    """Hang these pages on the report blueprint."""
    bp.add_url_rule("/report/<uuid:dispute_id>", "receipt", receipt, methods=["GET"])
    bp.add_url_rule("/report/<uuid:dispute_id>/stop", "stop", stop, methods=["GET"])
    bp.add_url_rule("/report/<uuid:dispute_id>/relate", "relate", relate, methods=["POST"])
    bp.add_url_rule("/report/<uuid:dispute_id>/place", "settle", settle, methods=["POST"])
