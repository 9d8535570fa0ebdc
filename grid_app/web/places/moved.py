"""核定所在村: a township says in one list which village each dispute without a point belongs to after a change."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.http.guard import requires, the_actor, the_scope
from grid_app.policy import Action
from grid_app.queries.boundaries_moved import MOST, MovedDispute, moved_disputes
from grid_app.services.handling.details import settle_place
from grid_app.services.matters.step import Step
from grid_app.services.typed import whole_of
from grid_app.vocabulary.categories import name_of
from grid_app.web.wording import local_date
from grid_app.wiring import wired

FIELD = "village_"


def add_routes(bp: Blueprint) -> None:
    """Register the list."""
    bp.get("/places/moved")(moved)
    bp.post("/places/moved")(settle_moved)


@requires(Action.HANDLE_DISPUTE)
def moved() -> str:
    """Show the disputes that a change of boundaries put somewhere without a point."""
    with reading() as session:
        rows = moved_disputes(session, the_actor(), scope=the_scope())
    return render_template("pages/places_moved.html", rows=[_row(row) for row in rows], most=MOST)


@requires(Action.HANDLE_DISPUTE)
def settle_moved() -> Response:
    """Record what was chosen, each dispute for itself; what somebody changed meanwhile stays."""
    with reading() as session:
        rows = {str(row.id): row for row in moved_disputes(session, the_actor(), scope=the_scope())}
    chosen = {
        rows[key[len(FIELD) :]]: value
        for key, value in request.form.items()
        if key.startswith(FIELD) and value and key[len(FIELD) :] in rows
    }
    done = [row for row, village in chosen.items() if _settled(row, village)]
    left = len(chosen) - len(done)
    flash(
        f"已核定 {len(done)} 件。" + (f"有 {left} 件没有改:别人刚刚改过,或者选的村不在您的辖区。" if left else ""),
        "warning" if left else "success",
    )
    return redirect(url_for("places.moved"))


def _settled(row: MovedDispute, village: str) -> bool:
    wiring = wired()
    step = Step(row.id, the_actor(), _version(row), wiring.clock.now())
    try:
        with transaction() as session:
            settle_place(session, step, village_code=village, places=wiring.places)
    except (InvalidError, ConflictError, NotFoundError):
        return False
    return True


def _version(row: MovedDispute) -> int:
    """Return the version that stood on the page, so that what somebody changed since stays."""
    seen = whole_of(request.form.get(f"version_{row.id}", ""))
    return row.version if seen is None else seen


def _row(row: MovedDispute) -> dict[str, object]:
    return {
        "field": f"{FIELD}{row.id}",
        "version_field": f"version_{row.id}",
        "version": row.version,
        "code": row.case_code,
        "url": url_for("disputes.detail", dispute_id=row.id),
        "category": name_of(row.category),
        "excerpt": row.excerpt,
        "before": row.before,
        "now_at": row.now_at,
        "since": local_date(row.moved_at),
        "choices": row.choices,
    }
