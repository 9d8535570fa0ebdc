"""Signing in and out, choosing a role, changing the password."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from grid_app.database.transaction import reading, transaction
from grid_app.http.guard import COOKIE_SECRET, NotSignedInError, guard_pages, requires, the_presence
from grid_app.policy import Action
from grid_app.services.accounts import sign_in as sessions
from grid_app.services.accounts.own_password import change_password as record_password
from grid_app.services.accounts.own_password import prepare_password
from grid_app.services.accounts.sign_in import Presence, SignInRefused
from grid_app.services.typed import uuid_of
from grid_app.vocabulary.words import ROLE_WORDS
from grid_app.wiring import wired

bp = Blueprint("sign_in", __name__)
guard_pages(bp)


def local_path(target: str) -> str:
    """Return ``target`` when it is a path on this server, else an empty string."""
    parts = urlsplit(target)
    foreign = bool(parts.scheme or parts.netloc) or not target.startswith("/") or target.startswith("//")
    odd = "\\" in target or any(ord(sign) < 33 for sign in target)
    return "" if foreign or odd else target


def carried_fields() -> list[tuple[str, str]]:
    """Return the fields of the form that was interrupted, in their order."""
    return list(zip(request.form.getlist("carried_name"), request.form.getlist("carried_value"), strict=False))


@bp.get("/sign-in")
@requires(Action.PUBLIC)
def page() -> str | Response:
    """Show the sign-in form; whoever is signed in goes on to the page asked for, else to the start page."""
    next_page = local_path(request.args.get("next", ""))
    if the_presence() is not None:
        return redirect(next_page or url_for("home.index"))
    return render_template("pages/sign_in.html", next_page=next_page, login="", carried=[], carried_to="")


@bp.post("/sign-in", endpoint="enter")
@requires(Action.PUBLIC)
def enter() -> Response:
    """Open a session and go on: to the page asked for, or to the interrupted form, whose fields are kept."""
    login, password = request.form.get("login", ""), request.form.get("password", "")
    with reading() as session:
        checked = sessions.check_credentials(session, login=login, password=password)
    with transaction() as session:
        outcome = sessions.sign_in(session, checked=checked, now=wired().clock.now())
    if isinstance(outcome, SignInRefused):
        return _ask_again(login, outcome.sentence)
    cookie.clear()  # nothing of a session from before signing in lives on (session fixation)
    cookie[COOKIE_SECRET] = outcome.secret
    carried_to = local_path(request.form.get("carried_to", ""))
    if carried_to and carried_fields():
        return make_response(render_template("pages/go_on.html", carried=carried_fields(), carried_to=carried_to))
    if outcome.must_change_password:
        return redirect(url_for("sign_in.change_password"))
    return redirect(local_path(request.form.get("next", "")) or url_for("home.index"))


def _ask_again(login: str, sentence: str) -> Response:
    page = render_template(
        "pages/sign_in.html",
        sentence=sentence,
        next_page=local_path(request.form.get("next", "")),
        login=login[: sessions.LONGEST_LOGIN],
        carried=carried_fields(),
        carried_to=local_path(request.form.get("carried_to", "")),
    )
    return make_response(page, 401)


@bp.post("/sign-out")
@requires(Action.PUBLIC)
def leave() -> Response:
    """End the session; somebody whose session is over already lands on the same page."""
    secret = cookie.get(COOKIE_SECRET)
    if isinstance(secret, str):
        with transaction() as session:
            sessions.sign_out(session, secret, now=wired().clock.now())
    cookie.clear()
    flash("已退出。", "success")
    return redirect(url_for("sign_in.page"))


@bp.get("/password")
@requires(Action.SIGNED_IN)
def change_password() -> str:
    """Show the form in which the account chooses its own password."""
    return render_template("pages/password.html", forced=_presence().must_change_password, errors={})


@bp.post("/password")
@requires(Action.SIGNED_IN)
def save_password() -> Response:
    """Record the new password, or show what is wrong with it."""
    presence, form = _presence(), request.form
    with reading() as session:
        prepared = prepare_password(
            session,
            account_id=presence.account_id,
            current=form.get("current", ""),
            new=form.get("new", ""),
            again=form.get("again", ""),
        )
    if "current" in prepared.fields and _is_locked_now(presence):
        flash(sessions.LOCKED, "warning")
        return redirect(url_for("sign_in.page"))
    if prepared.fields:
        page = render_template("pages/password.html", forced=presence.must_change_password, errors=prepared.fields)
        return make_response(page, 422)
    with transaction() as session:
        now = wired().clock.now()
        record_password(session, prepared=prepared, actor=presence.actor, keep=str(cookie[COOKIE_SECRET]), now=now)
    flash("密码已修改。别的电脑上的登录已退出。", "success")
    return redirect(url_for("home.index"))


def _is_locked_now(presence: Presence) -> bool:
    with transaction() as session:
        return sessions.count_wrong_password(session, account_id=presence.account_id, now=wired().clock.now())


@bp.get("/role")
@requires(Action.SIGNED_IN)
def choose_role() -> str:
    """Show every role of the account and which one it acts in."""
    presence = _presence()
    return render_template("pages/role.html", choices=presence.choices, present=presence.actor, role_words=ROLE_WORDS)


@bp.post("/role")
@requires(Action.SIGNED_IN)
def switch_role() -> Response:
    """Act in another role of the same account from now on."""
    chosen = uuid_of(request.form.get("assignment", ""))
    actor = None
    if chosen is not None:
        with transaction() as session:
            secret = str(cookie[COOKIE_SECRET])
            actor = sessions.act_as(session, secret, assignment_id=chosen, now=wired().clock.now())
    if actor is None:
        flash("没有这个身份,或者它已经结束。请从下面重新选。", "warning")
        return redirect(url_for("sign_in.choose_role"))
    flash(f"现在的身份:{ROLE_WORDS[actor.role]} · {actor.unit_name}。", "success")
    return redirect(url_for("home.index"))


def _presence() -> Presence:
    presence = the_presence()
    if presence is None:
        raise NotSignedInError
    return presence
