"""Delegation: a leader lends named actions to a colleague for some days, and takes them back."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grid_app.clock import local_date as day_of_moment
from grid_app.database.transaction import reading, transaction
from grid_app.errors import Refusal
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action
from grid_app.queries.delegations import colleagues, given_by
from grid_app.services.accounts.delegations import delegate, lendable, revoke_delegation, wanted_delegation
from grid_app.vocabulary.actions import DELEGABLE_WORDS
from grid_app.vocabulary.words import ROLE_WORDS
from grid_app.web.accounts.forms import sentences_of
from grid_app.web.wording import local_time
from grid_app.wiring import wired


def add_routes(bp: Blueprint) -> None:
    """Hang the pages on the blueprint of accounts."""
    bp.add_url_rule("/delegations", "delegations", delegations, methods=["GET"])
    bp.add_url_rule("/delegations", "lend", lend, methods=["POST"])
    bp.add_url_rule("/delegations/<uuid:delegation_id>/revoke", "take_back", take_back, methods=["POST"])


@requires(Action.DELEGATE)
def delegations() -> str:
    """Show what the leader has lent, and the form to lend."""
    return _page({}, "")


def _page(errors: dict[str, str], sentence: str) -> str:
    actor, now = the_actor(), wired().clock.now()
    with reading() as session:
        given, people = given_by(session, actor, now=now), colleagues(session, actor, now=now)
    return render_template(
        "pages/delegation.html",
        given=given,
        people=[(str(row.assignment_id), f"{row.display_name}({ROLE_WORDS[row.role]})") for row in people],
        actions=[(str(action), DELEGABLE_WORDS[action]) for action in lendable(actor)],
        words=DELEGABLE_WORDS,
        today=day_of_moment(now).isoformat(),
        form=request.form,
        chosen=request.form.getlist("actions"),
        errors=errors,
        sentence=sentence,
        local_time=local_time,
    )


@requires(Action.DELEGATE)
def lend() -> Response:
    """Lend actions to a colleague."""
    form, now = request.form, wired().clock.now()
    try:
        wanted = wanted_delegation(
            to=form.get("to", ""),
            actions=form.getlist("actions"),
            first_day=form.get("first_day", ""),
            last_day=form.get("last_day", ""),
            today=day_of_moment(now),
        )
        with transaction() as session:
            delegate(session, wanted=wanted, actor=the_actor(), now=now)
    except Refusal as refusal:
        return make_response(_page(*sentences_of(refusal)), 422)
    flash("授权已保存,已通知对方。记录里会写上两个人的名字。", "success")
    return redirect(url_for("accounts.delegations"))


@requires(Action.DELEGATE)
def take_back(delegation_id: UUID) -> Response:
    """Take a delegation back."""
    with transaction() as session:
        revoke_delegation(session, delegation_id=delegation_id, actor=the_actor(), now=wired().clock.now())
    flash("授权已收回,马上生效。", "success")
    return redirect(url_for("accounts.delegations"))
