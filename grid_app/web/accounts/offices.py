"""Offices of an area and their duty phones, which every worker's phone shows to whoever is in danger."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action
from grid_app.services.accounts.offices import offices_under, set_duty_phone
from grid_app.wiring import wired


def add_routes(bp: Blueprint) -> None:
    """Hang the pages on the blueprint of accounts."""
    bp.add_url_rule("/offices", "offices", offices, methods=["GET"])
    bp.add_url_rule("/offices/<uuid:unit_id>/duty-phone", "save_duty_phone", save_duty_phone, methods=["POST"])


@requires(Action.EDIT_OFFICE)
def offices() -> str:
    """List the offices of the area with a form for each duty phone."""
    return _page()


@requires(Action.EDIT_OFFICE)
def save_duty_phone(unit_id: UUID) -> Response:
    """Keep the duty phone of one office."""
    phone = request.form.get("duty_phone", "")
    try:
        with transaction() as session:
            set_duty_phone(session, unit_id=unit_id, phone=phone, actor=the_actor(), now=wired().clock.now())
    except InvalidError as refusal:
        return make_response(_page(unit_id, phone, refusal.fields["duty_phone"]), 422)
    flash("值班电话已保存。网格员的手机下次联网时就会换上。", "success")
    return redirect(url_for("accounts.offices"))


def _page(wrong: UUID | None = None, phone: str = "", error: str = "") -> str:
    with reading() as session:
        rows = offices_under(session, path=the_actor().division_path)
    return render_template("pages/offices.html", rows=rows, wrong=wrong, phone=phone, error=error)
