"""The page of a dispute's documents: what fits now, what was issued, which signed papers are here."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import Response, make_response, render_template

from grid_app.database.transaction import reading
from grid_app.documents.kinds import kinds
from grid_app.errors import NotFoundError
from grid_app.http.guard import the_actor, the_scope
from grid_app.policy import Action, Actor, allows
from grid_app.queries.disputes_detail import DisputeDetail, dispute_detail
from grid_app.queries.documents import IssuedLine, PaperLine, issued_of, papers_of
from grid_app.queries.mediation import mediations_of
from grid_app.services.documents.fitting import fitting
from grid_app.services.matters.parties import needs_reason
from grid_app.services.matters.step import NO_SUCH
from grid_app.vocabulary.words import STATE_WORDS
from grid_app.web.wording import local_date, local_time
from grid_app.wiring import wired


def page_of(
    dispute_id: UUID,
    *,
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """Return the page of documents.

    Raises
    ------
    NotFoundError
        There is no such dispute in the scope.
    """
    actor, now = the_actor(), wired().clock.now()
    with reading() as session:
        detail = dispute_detail(session, scope=the_scope(), dispute_id=dispute_id)
        if detail is None:
            raise NotFoundError(NO_SUCH)
        issued = issued_of(session, scope=the_scope(), dispute_id=dispute_id)
        papers = papers_of(session, scope=the_scope(), dispute_id=dispute_id)
        cases = mediations_of(session, scope=the_scope(), dispute_id=dispute_id)
        asks = needs_reason(
            session, dispute_id=dispute_id, actor=actor, per_day=wired().settings.reveals_per_day, now=now
        )
    handles = handles_it(actor, detail)
    kinds_known = ("mediation_agreement",) if cases and cases[0].agreement else ()
    page = render_template(
        "pages/dispute_documents.html",
        detail=detail,
        state=STATE_WORDS[detail.state],
        fits=fitting(state=detail.state, category=detail.category, known=kinds_known) if handles else [],
        signed={one.document_id for one in papers},
        issued=[_issued(one) for one in issued],
        papers=[_paper(one) for one in papers],
        handles=handles,
        asks=asks,
        is_closed=detail.state == "closed",
        errors=dict(errors or {}),
        typed=dict(typed or {}),
    )
    return make_response(page, status)


def handles_it(actor: Actor, detail: DisputeDetail) -> bool:
    """Say whether an actor makes the documents of a dispute: an office, or staff of the unit that handles it."""
    if allows(actor, Action.HANDLE_DISPUTE):
        return True
    return allows(actor, Action.ADD_TO_DISPUTE) and actor.unit_id == detail.owner_unit_id


def _issued(one: IssuedLine) -> dict[str, object]:
    return {
        "id": one.id,
        "title": kinds()[one.kind].title,
        "number": one.number_text,
        "unit": one.unit,
        "by": one.by_name,
        "at": local_time(one.issued_at),
        "digest": one.pdf_sha256[:16],
        "withdrawn": f"{local_date(one.withdrawn_at)}撤回:{one.withdrawal_reason}" if one.withdrawn_at else "",
    }


def _paper(one: PaperLine) -> dict[str, object]:
    return {
        "id": one.id,
        "title": kinds()[one.kind].title,
        "signed": local_date(one.signed_on),
        "entered": local_time(one.entered_at),
        "by": one.by_name,
        "terms": one.terms,
        "note": one.note,
        "pages": one.pages,
    }
