"""The own passwords for programs that read the map's layers: make one, see them, revoke one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grid_app.clock import local
from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, InvalidError
from grid_app.http.guard import guard_pages, requires, the_actor
from grid_app.policy import Action
from grid_app.queries.application_passwords import application_passwords_of
from grid_app.services.accounts.application_passwords import (
    DAYS,
    MadePassword,
    make_application_password,
    prepared_password,
    revoke_application_password,
)
from grid_app.services.typed import whole_of
from grid_app.wiring import wired

bp = Blueprint("application_passwords", __name__)
guard_pages(bp)


@bp.get("/application-passwords")
@requires(Action.READ_MAP)
def index() -> str:
    """Show the passwords that can be used, and the form for a new one."""
    return _page({}, {})


@bp.post("/application-passwords")
@requires(Action.READ_MAP)
def make() -> str | Response:
    """Make one and show it this once."""
    form = {"label": request.form.get("label", ""), "days": request.form.get("days", "")}
    prepared = prepared_password()
    days = whole_of(form["days"]) or 0
    try:
        with transaction() as session:
            made = make_application_password(
                session, actor=the_actor(), label=form["label"], days=days, prepared=prepared, now=wired().clock.now()
            )
    except InvalidError as error:
        return make_response(_page(form, error.fields), 422)
    except ConflictError as error:
        return make_response(_page(form, {"label": error.sentence}), 409)
    return _page({}, {}, made)


@bp.post("/application-passwords/<uuid:password_id>/revoke")
@requires(Action.READ_MAP)
def revoke(password_id: UUID) -> Response:
    """Let one be used no more."""
    with transaction() as session:
        revoke_application_password(session, actor=the_actor(), password_id=password_id, now=wired().clock.now())
    flash("已收回。用这个密码的程序从现在起读不到了。", "success")
    return redirect(url_for("application_passwords.index"))


def _day(moment: datetime) -> str:
    """Return a day with its year: a password may last into the next one."""
    day = local(moment)
    return f"{day.year}年{day.month}月{day.day}日"


def _page(form: dict[str, str], errors: dict[str, str], made: MadePassword | None = None) -> str:
    with reading() as session:
        rows = application_passwords_of(session, account_id=the_actor().account_id, now=wired().clock.now())
    return render_template(
        "pages/application_passwords.html",
        rows=rows,
        form=form,
        errors=errors,
        made=made,
        days=[(str(days), f"{days} 天") for days in DAYS],
        local_date=_day,
        address=url_for("ogc.landing", _external=True),
    )
