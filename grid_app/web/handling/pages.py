"""Handling by the law on one page: talks, transfers, the opinion and its delivery, reviews, the closing, seals."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.http.guard import guard_pages, requires, the_actor, the_scope
from grid_app.policy import Action, allows
from grid_app.queries.danger import danger_reports_of
from grid_app.queries.disputes_detail import unit_choices
from grid_app.queries.disputes_units import units_over
from grid_app.services.control_words import WRITE_THE_MATTER, words_in_all
from grid_app.services.handling.board import board_of, unit_figures
from grid_app.services.matters.step import NO_SUCH, AlreadyDoneError
from grid_app.web.danger_words import police_line
from grid_app.web.handling.forms import FORMS
from grid_app.web.handling.shown import shown
from grid_app.web.step_forms import NO_TROUBLE, STATUS, Trouble, Typed, step_on
from grid_app.web.without_names import shown_detail
from grid_app.wiring import wired

bp = Blueprint("handling", __name__)
guard_pages(bp)


@bp.get("/disputes/<uuid:dispute_id>/handling")
@requires(Action.READ_DISPUTES)
def page(dispute_id: UUID) -> Response:
    """Show where handling by the law stands, and the one thing that comes next for this actor."""
    return _page(dispute_id, NO_TROUBLE)


def _page(dispute_id: UUID, trouble: Trouble, *, status: int = 200) -> Response:
    actor, now = the_actor(), wired().clock.now()
    with reading() as session:
        detail = shown_detail(session, scope=the_scope(), dispute_id=dispute_id)
        board = board_of(session, dispute_id, actor=actor, now=now)
        if detail is None or board is None:
            raise NotFoundError(NO_SUCH)
        handles = allows(actor, Action.HANDLE_DISPUTE)
        units = unit_choices(session, scope=the_scope(), dispute_id=dispute_id) if handles else []
        over = [(one.id, one.name) for one in units_over(session, dispute_id=dispute_id)]
        facts = shown(board, detail, actor=actor, now=now)
        dangers = danger_reports_of(session, scope=the_scope(), dispute_id=dispute_id)
        figures = unit_figures(session, actor.unit_id) if handles else None
    words = render_template(
        "pages/dispute_handling.html",
        detail=detail,
        trouble=trouble,
        units=[(one.id, one.name) for one in units],
        complained_of=over,
        figures=figures,
        police=police_line(dangers),
        sorts=handles,
        **facts,
    )
    return make_response(words, status)


def _take(dispute_id: UUID, name: str) -> Response | WerkzeugResponse:
    """Take the step of a form and show the page again; when it is refused, with what was typed."""
    form, typed = FORMS[name], Typed(name)
    try:
        change = form.read(typed)
        with transaction() as session:
            change(session, step_on(dispute_id))
    except AlreadyDoneError as twice:
        flash(twice.sentence, "info")
    except (ConflictError, InvalidError, ForbiddenError) as refusal:
        fields = refusal.fields if isinstance(refusal, InvalidError) else {}
        told = {f"{name}_{field}": sentence for field, sentence in fields.items()}
        trouble = Trouble(name, refusal.sentence, told, typed.values)
        return _page(dispute_id, trouble, status=STATUS[refusal.default_code])
    else:
        flash(form.done, "success")
        if words := words_in_all(typed.values.values()):
            flash(f"文字里有“{'、'.join(words)}”。{WRITE_THE_MATTER}", "warning")
    return redirect(_after(dispute_id))


def _after(dispute_id: UUID) -> str:
    """Return the page again, or the list when the step took the matter out of the actor's sight."""
    with reading() as session:
        still = shown_detail(session, scope=the_scope(), dispute_id=dispute_id) is not None
    return url_for("handling.page", dispute_id=dispute_id) if still else url_for("disputes.index", tab="all")


def _view(name: str) -> Callable[[UUID], Response | WerkzeugResponse]:
    @requires(FORMS[name].action)
    def view(dispute_id: UUID) -> Response | WerkzeugResponse:
        return _take(dispute_id, name)

    view.__doc__ = f"Take the step of the form ``{name}``."
    return view


for _name, _form in FORMS.items():
    bp.add_url_rule(f"/disputes/<uuid:dispute_id>/handling/{_form.ending}", _name, _view(_name), methods=["POST"])
