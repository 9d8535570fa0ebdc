"""交接: one page that moves what a leaver has open to a successor."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError, Refusal
from grid_app.http.guard import requires, the_actor
from grid_app.policy import ADMIN_ROLES, Action
from grid_app.queries.account_lists import units_answering_for
from grid_app.queries.accounts import AssignmentRow
from grid_app.queries.handover import leavers, open_work, successors
from grid_app.services.handover import WantedHandover, hand_over
from grid_app.services.typed import uuid_of
from grid_app.vocabulary.words import ROLE_WORDS
from grid_app.web.accounts.forms import sentences_of
from grid_app.wiring import wired


def add_routes(bp: Blueprint) -> None:
    """Hang the page on the blueprint of accounts."""
    bp.add_url_rule("/handover", "handover", handover, methods=["GET"])
    bp.add_url_rule("/handover", "do_handover", do_handover, methods=["POST"])


@requires(Action.HAND_OVER)
def handover() -> str:
    """Choose who leaves, see what is open, choose who follows."""
    return _page({}, "")


def _page(errors: dict[str, str], sentence: str) -> str:
    actor, now = the_actor(), wired().clock.now()
    chosen = uuid_of(request.values.get("leaver", ""))
    with reading() as session:
        people = leavers(session, actor, now=now)
        known = chosen is not None and any(row.assignment_id == chosen for row in people)
        work = open_work(session, chosen, now=now) if known and chosen else None
        place = work.assignment.division_code if work else ""
        units = units_answering_for(session, place, path=actor.division_path)
        following = successors(session, actor, work, now=now) if work else []
    return render_template(
        "pages/handover.html",
        people=[(str(row.assignment_id), _label(row)) for row in people],
        work=work,
        devices=[(str(key), label) for key, label in work.subscriptions] if work else [],
        shows_disputes=actor.role not in ADMIN_ROLES,
        units=[(str(row.unit_id), row.name) for row in units],
        successors=[(str(account), name) for account, name in following],
        role_words=ROLE_WORDS,
        form=request.values,
        kept=request.form.getlist("kept"),
        errors=errors,
        sentence=sentence,
    )


def _label(row: AssignmentRow) -> str:
    return f"{row.display_name}({ROLE_WORDS[row.role]} · {row.unit_name} · {row.division_name})"


@requires(Action.HAND_OVER)
def do_handover() -> Response:
    """Hand over, all or nothing."""
    try:
        wanted = _wanted()
        with transaction() as session:
            done = hand_over(session, wanted=wanted, actor=the_actor(), now=wired().clock.now())
    except Refusal as refusal:
        return make_response(_page(*sentences_of(refusal)), 422)
    flash(
        f"交接已办好:调解室 {done.rooms} 间,提醒设备 {done.subscriptions} 台,授权 {done.delegations} 项,"
        f"待回访的事 {done.follow_ups} 件,包案的事 {done.led} 件。"
        "已通知双方。纠纷仍由原单位办理。",
        "success",
    )
    return redirect(url_for("accounts.handover"))


def _wanted() -> WantedHandover:
    form = request.form
    leaver, successor = uuid_of(form.get("leaver", "")), uuid_of(form.get("successor", ""))
    unit = uuid_of(form.get("unit", ""))
    asked = {"leaver": "请选择谁离任。", "successor": "请选择谁接任。", "unit": "请选择接任者的单位。"}
    fields = {
        name: asked[name] for name, value in (("leaver", leaver), ("successor", successor), ("unit", unit)) if not value
    }
    if leaver is None or successor is None or unit is None:
        raise InvalidError("交接没有办成,请看标出的地方;已选的都还在。", fields=fields)
    kept = frozenset(found for text in form.getlist("kept") if (found := uuid_of(text)))
    return WantedHandover(leaver, successor, unit, kept)
