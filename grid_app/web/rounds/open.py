"""Opening a round by hand: the form for an area and its days."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grid_app.clock import local_date
from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, InvalidError
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action
from grid_app.queries.rounds import areas_to_open_in
from grid_app.services.rounds.calendar import chosen_period
from grid_app.services.rounds.steps import open_round
from grid_app.services.typed import day_of
from grid_app.wiring import wired

USUAL_LENGTH = timedelta(days=7)
SPECIAL = "special"


@requires(Action.RUN_ROUND)
def new_round() -> str:
    """Show the form of a special round, filled for a week from today over the own area."""
    today = local_date(wired().clock.now())
    form = {
        "name": "",
        "division": the_actor().division_code,
        "opens": today.isoformat(),
        "due": (today + USUAL_LENGTH).isoformat(),
    }
    return _form(form, {})


def _form(form: dict[str, str], errors: dict[str, str]) -> str:
    with reading() as session:
        areas = areas_to_open_in(session, the_actor())
    return render_template("pages/round_new.html", form=form, errors=errors, areas=areas)


@requires(Action.RUN_ROUND)
def open_special() -> Response:
    """Open the round, or show the form again with what is to be changed."""
    form = {name: request.form.get(name, "").strip() for name in ("name", "division", "opens", "due")}
    opens, due = day_of(form["opens"]), day_of(form["due"])
    if opens is None or due is None:
        errors = {
            name: "请写成 2026-11-20 这样的日期。" for name, day in (("opens", opens), ("due", due)) if day is None
        }
        return make_response(_form(form, errors), 422)
    wiring = wired()
    try:
        with transaction() as session:
            round_id = open_round(
                session,
                actor=the_actor(),
                template_code=SPECIAL,
                division_code=form["division"],
                period=chosen_period(opens, due),
                name=form["name"],
                now=wiring.clock.now(),
            )
    except InvalidError as refusal:
        return make_response(_form(form, refusal.fields), 422)
    except ConflictError as refusal:
        return make_response(_form(form, {"opens": refusal.sentence}), 409)
    flash("专项排查已开展,各村(社区)可以回执了。", "success")
    return redirect(url_for("rounds.detail", round_id=round_id))


def add_routes(bp: Blueprint) -> None:
    """Hang the form for opening a round on the blueprint of rounds."""
    bp.add_url_rule("/rounds/new", "new", new_round, methods=["GET"])
    bp.add_url_rule("/rounds/new", "open_special", open_special, methods=["POST"])
