"""The start page of each role, the style guide, and what a monitor asks: health, readiness, figures."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, abort, current_app, redirect, render_template, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.clock import local_date
from grid_app.database.transaction import reading, transaction
from grid_app.http.guard import NotSignedInError, PasswordChangeDueError, guard_pages, requires, the_presence
from grid_app.policy import ADMIN_ROLES, Action, Actor, Role, allows
from grid_app.queries.delegations import lent_to
from grid_app.queries.home import (
    field_counts,
    has_active_boundaries,
    is_in_the_field,
    notices_of,
    office_counts,
    workings,
)
from grid_app.queries.readiness import Readiness, readiness
from grid_app.services.accounts.sign_in import Presence
from grid_app.services.handling.worklists import waiting_for_receipt, waiting_for_review
from grid_app.services.notices import put_away
from grid_app.vocabulary.actions import DELEGABLE_WORDS
from grid_app.web.card import OpenSession
from grid_app.web.display import wants_large_text
from grid_app.web.dispute_words import count_of
from grid_app.web.home_cells import Cell, incident_cells, own_cells, todo_cells, tool_cells, waiting_cells
from grid_app.web.wording import local_date as day_words
from grid_app.web.wording import local_time
from grid_app.wiring import wired

bp = Blueprint("home", __name__)
guard_pages(bp)


@bp.get("/")
@requires(Action.SIGNED_IN)
def index() -> str:
    """Show what the acting role does next."""
    presence = _presence()
    if presence.must_change_password:
        raise PasswordChangeDueError
    actor = presence.actor
    if actor is None:
        return render_template("pages/home_nothing.html")
    with reading() as session:
        lines = notices_of(session, presence.account_id)
        lent = lent_to(session, actor, now=wired().clock.now())
    frame = {
        "lines": lines,
        "lent": lent,
        "own": own_cells(actor, large=wants_large_text()),
        "words": DELEGABLE_WORDS,
        "local_time": local_time,
    }
    return _field_page(actor, frame) if is_in_the_field(actor.role) else _office_page(actor, frame)


def _field_page(actor: Actor, frame: dict[str, object]) -> str:
    with reading() as session:
        counts = field_counts(session, actor, now=wired().clock.now())
        waiting = _waiting(session, actor)
    today = local_date(wired().clock.now())
    return render_template(
        "pages/home_field.html",
        counts=counts,
        waiting=waiting,
        visits_now=sum(day <= today for day in counts.visits),
        next_visit=day_words(counts.visits[0]) if counts.visits else "",
        mediates=actor.role is Role.MEDIATOR,
        **frame,
    )


def _office_page(actor: Actor, frame: dict[str, object]) -> str:
    with reading() as session:
        counts = office_counts(session, actor, now=wired().clock.now())
        waiting = _waiting(session, actor)
        bounded = has_active_boundaries(session)
    return render_template(
        "pages/home.html",
        todo=[*incident_cells(counts), *waiting, *todo_cells(actor, counts)],
        handling=count_of(counts.handling),
        urgent=count_of(counts.urgent),
        tools=tool_cells(actor),
        counts=counts,
        is_admin=actor.role in ADMIN_ROLES,
        bounded=bounded,
        **frame,
    )


def _waiting(session: OpenSession, actor: Actor) -> list[Cell]:
    """Return what waits for this very actor; a grid worker neither reviews nor signs for anything."""
    if not allows(actor, Action.READ_DISPUTES) or actor.role is Role.GRID_WORKER:
        return []
    now = wired().clock.now()
    reviews, receipts = waiting_for_review(session, actor, now=now), waiting_for_receipt(session, actor, now=now)
    return waiting_cells(reviews=len(reviews), receipts=len(receipts))


@bp.post("/notices/<uuid:notice_id>/read")
@requires(Action.SIGNED_IN)
def read_notice(notice_id: UUID) -> WerkzeugResponse:
    """Put a line away that was read."""
    with transaction() as session:
        put_away(session, notice_id=notice_id, account_id=_presence().account_id, now=wired().clock.now())
    return redirect(url_for("home.index"))


@bp.get("/healthz")
@requires(Action.PUBLIC)
def health() -> Response:
    """Say that the process answers, and nothing else."""
    return Response("ok\n", content_type="text/plain; charset=utf-8")


@bp.get("/readyz")
@requires(Action.PUBLIC)
def ready() -> Response:
    """Say whether the database answers and its tables are of this version; no address, no version is told."""
    with reading() as session:
        found = readiness(session)
    status = 200 if found is Readiness.READY else 503
    return Response(f"{found}\n", status, content_type="text/plain; charset=utf-8")


@bp.get("/metrics")
@requires(Action.PUBLIC)
def metrics() -> Response:
    """Give a monitor the platform's own figures in the Prometheus text format; nothing about people or requests."""
    with reading() as session:
        found = workings(session, now=wired().clock.now())
    lines = (
        "# HELP grid_outbox_due Messages whose time to be sent has come.",
        "# TYPE grid_outbox_due gauge",
        f"grid_outbox_due {found.outbox_due}",
        "# HELP grid_escalations_open Escalations that no office has acknowledged.",
        "# TYPE grid_escalations_open gauge",
        f"grid_escalations_open {found.open_escalations}",
    )
    return Response("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")


@bp.get("/styleguide")
@requires(Action.PUBLIC)
def styleguide() -> str:
    """Show every component with example data; only where people develop or try the platform."""
    if not (wired().settings.demo_mode or current_app.testing):
        abort(404)
    return render_template("pages/styleguide.html")


def _presence() -> Presence:
    presence = the_presence()
    if presence is None:
        raise NotSignedInError
    return presence
