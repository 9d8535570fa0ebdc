"""Opening a party: one tap calls, the full text asks why where it must; each is logged before anything is shown."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError, NotFoundError
from grid_app.http.guard import requires, the_actor, the_scope
from grid_app.policy import Action
from grid_app.queries.disputes_detail import DisputeDetail, dispute_detail
from grid_app.services.handling.steps import Step
from grid_app.services.matters.parties import (
    REASONS,
    PartyFace,
    Reason,
    call_party,
    faces_of,
    needs_reason,
    reveal_party,
)
from grid_app.wiring import wired

NO_PARTY = "没有这位当事人,或者不在您的范围内。"


@requires(Action.REVEAL_PARTY)
def call(dispute_id: UUID, party_id: UUID) -> WerkzeugResponse:
    """Log the call and hand the number to the phone; whoever needs a reason is asked for it first."""
    wiring = wired()
    try:
        with transaction() as session:
            number = call_party(
                session,
                _step(dispute_id),
                party_id=party_id,
                cipher=wiring.keys.fields,
                per_day=wiring.settings.reveals_per_day,
            )
    except InvalidError as refusal:
        flash(refusal.sentence, "warning")
        page = "disputes.reveal" if refusal.code == "reason_needed" else "disputes.detail"
        return redirect(_address(page, dispute_id, party_id))
    return redirect(f"tel:{number}", code=303)


@requires(Action.REVEAL_PARTY)
def reveal(dispute_id: UUID, party_id: UUID) -> str:
    """Show the masked party and the form that opens it."""
    return _page(dispute_id, party_id)


@requires(Action.REVEAL_PARTY)
def open_party(dispute_id: UUID, party_id: UUID) -> Response:
    """Log the opening and show the party in full, on this one answer only."""
    wiring = wired()
    reason = Reason(request.form.get("reason_kind", ""), request.form.get("reason", ""))
    try:
        with transaction() as session:
            full = reveal_party(
                session,
                _step(dispute_id),
                party_id=party_id,
                cipher=wiring.keys.fields,
                per_day=wiring.settings.reveals_per_day,
                reason=reason,
            )
    except InvalidError as refusal:
        return make_response(_page(dispute_id, party_id, errors=refusal.fields, reason=reason), 422)
    dial = "".join(sign for sign in full.phone if sign.isdigit() or sign == "+")
    return make_response(render_template("pages/dispute_party.html", dispute_id=dispute_id, full=full, dial=dial))


def _step(dispute_id: UUID) -> Step:
    return Step(dispute_id, the_actor(), 0, wired().clock.now())


def _address(page: str, dispute_id: UUID, party_id: UUID) -> str:
    if page == "disputes.reveal":
        return url_for(page, dispute_id=dispute_id, party_id=party_id)
    return url_for(page, dispute_id=dispute_id)


def _page(
    dispute_id: UUID, party_id: UUID, *, errors: dict[str, str] | None = None, reason: Reason | None = None
) -> str:
    detail, face, asked = _shown(dispute_id, party_id)
    return render_template(
        "pages/dispute_reveal.html",
        detail=detail,
        face=face,
        asks=asked,
        errors=errors or {},
        reason=reason or Reason(),
        kinds=list(REASONS.items()),
        is_mine=detail.owner_unit_id == the_actor().unit_id,
        per_day=wired().settings.reveals_per_day,
    )


def _shown(dispute_id: UUID, party_id: UUID) -> tuple[DisputeDetail, PartyFace, bool]:
    wiring, actor = wired(), the_actor()
    with reading() as session:
        detail = dispute_detail(session, scope=the_scope(), dispute_id=dispute_id)
        faces = faces_of(session, dispute_id=dispute_id, actor=actor, cipher=wiring.keys.fields)
        face = next((one for one in faces if one.id == party_id), None)
        if detail is None or face is None:
            raise NotFoundError(NO_PARTY)
        per_day, now = wiring.settings.reveals_per_day, wiring.clock.now()
        return detail, face, needs_reason(session, dispute_id=dispute_id, actor=actor, per_day=per_day, now=now)


def add_routes(bp: Blueprint) -> None:
    """Hang these pages on the blueprint of disputes."""
    one = "/disputes/<uuid:dispute_id>/parties/<uuid:party_id>"
    bp.add_url_rule(f"{one}/call", "call", call, methods=["POST"])
    bp.add_url_rule(one, "reveal", reveal, methods=["GET"])
    bp.add_url_rule(one, "open_party", open_party, methods=["POST"])
