"""Households of villages from a file, for the system administrator: a trial first, then taking it over."""

from __future__ import annotations

from contextlib import closing

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from grid_app.database.transaction import transaction
from grid_app.errors import InvalidError
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action
from grid_app.services.intake.sheet import read_sheet
from grid_app.services.places.households import import_households
from grid_app.wiring import wired

Answer = str | tuple[str, int] | Response


@requires(Action.MANAGE_PLACES)
def form() -> str:
    """Show the form."""
    return render_template("pages/households.html", done=None, is_trial=False, errors={})


@requires(Action.MANAGE_PLACES)
def upload() -> Answer:
    """Take an uploaded file over, or show only what it would do."""
    is_trial = request.form.get("mode") == "preview"
    file = request.files.get("file")
    content, name = b"", ""
    if file is not None:
        with closing(file.stream):
            content, name = file.stream.read(), file.filename or ""
    try:
        sheet = read_sheet(content, name)  # before anything is locked: it may take a while
        with transaction() as session:
            done = import_households(
                session, sheet=sheet, actor=the_actor(), now=wired().clock.now(), write=not is_trial
            )
    except InvalidError as error:
        return render_template("pages/households.html", done=None, is_trial=False, errors={"file": error.sentence}), 422
    return render_template("pages/households.html", done=done, is_trial=is_trial, errors={})


def add_routes(bp: Blueprint) -> None:
    """Register these pages on the blueprint of coverage."""
    bp.add_url_rule("/places/households", "households", form, methods=["GET"])
    bp.add_url_rule("/places/households", "upload_households", upload, methods=["POST"])
