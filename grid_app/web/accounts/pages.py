"""Accounts, for the security administrator; phones, delegations and handover hang on the same blueprint."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grid_app.database.transaction import reading, transaction
from grid_app.errors import NotFoundError, Refusal
from grid_app.http.guard import guard_pages, requires, the_actor
from grid_app.policy import Action, Role
from grid_app.queries.account_lists import PER_PAGE, AccountRow, account_row, accounts_page
from grid_app.security.passwords import hash_password, new_password
from grid_app.services.accounts import staff as service
from grid_app.services.accounts.assignments import NO_ACCOUNT, assign, end_assignment, wanted_assignment
from grid_app.vocabulary.words import ROLE_WORDS
from grid_app.web.accounts import delegations as accounts_delegations
from grid_app.web.accounts import devices as accounts_devices
from grid_app.web.accounts import handover as accounts_handover
from grid_app.web.accounts import offices as accounts_offices
from grid_app.web.accounts.forms import place_form, sentences_of
from grid_app.web.wording import local_date
from grid_app.wiring import wired

bp = Blueprint("accounts", __name__)
guard_pages(bp)
accounts_devices.add_routes(bp)
accounts_delegations.add_routes(bp)
accounts_handover.add_routes(bp)
accounts_offices.add_routes(bp)


@bp.get("/accounts")
@requires(Action.MANAGE_ACCOUNTS)
def index() -> str:
    """List the accounts of the administrator's area, found by name and role."""
    actor, words = the_actor(), request.args.get("q", "").strip()
    role = next((known for known in Role if known == request.args.get("role")), None)
    page = max(request.args.get("page", 1, type=int), 1)
    with reading() as session:
        found = accounts_page(
            session, path=actor.division_path, words=words, role=role, page=page, now=wired().clock.now()
        )
    return render_template(
        "pages/accounts.html",
        rows=found.rows,
        total=found.total,
        first=(page - 1) * PER_PAGE + 1,
        page=page,
        pages=max(-(-found.total // PER_PAGE), 1),
        words=words,
        role=role or "",
        roles=list(ROLE_WORDS.items()),
        role_words=ROLE_WORDS,
    )


@bp.get("/accounts/new")
@requires(Action.MANAGE_ACCOUNTS)
def new() -> str:
    """Show the form for a new account, after its place was chosen."""
    return _new_page({}, "")


def _new_page(errors: dict[str, str], sentence: str) -> str:
    form = place_form(the_actor(), request.values)
    return render_template("pages/accounts_new.html", form=form, given=request.values, errors=errors, sentence=sentence)


@bp.post("/accounts/new")
@requires(Action.MANAGE_ACCOUNTS)
def add() -> Response:
    """Add an account and show its generated password once."""
    form, password = request.form, new_password()
    hashed = hash_password(password)
    try:
        place = wanted_assignment(
            role=form.get("role", ""), unit=form.get("unit", ""), division=form.get("division", "")
        )
        wanted = service.new_account(
            login=form.get("login", ""), display_name=form.get("display_name", ""), assignment=place
        )
        with transaction() as session:
            made = service.add_account(
                session, wanted=wanted, password_hash=hashed, actor=the_actor(), now=wired().clock.now()
            )
    except Refusal as refusal:
        return make_response(_new_page(*sentences_of(refusal)), 422)
    return _password_page(made, password, "账号已添加")


@bp.get("/accounts/<uuid:account_id>")
@requires(Action.MANAGE_ACCOUNTS)
def show(account_id: UUID) -> str:
    """Show one account: what it acts as, and what can be done about it."""
    account = _account(account_id)
    return render_template(
        "pages/accounts_account.html",
        account=account,
        is_own=account_id == the_actor().account_id,
        role_words=ROLE_WORDS,
        local_date=local_date,
    )


@bp.get("/accounts/<uuid:account_id>/roles/new")
@requires(Action.MANAGE_ACCOUNTS)
def new_role(account_id: UUID) -> str:
    """Show the form that gives an account another role, after its place was chosen."""
    return _role_page(account_id, {}, "")


def _role_page(account_id: UUID, errors: dict[str, str], sentence: str) -> str:
    account = _account(account_id)
    form = place_form(the_actor(), request.values)
    return render_template(
        "pages/accounts_role.html", account=account, form=form, given=request.values, errors=errors, sentence=sentence
    )


@bp.post("/accounts/<uuid:account_id>/roles/new")
@requires(Action.MANAGE_ACCOUNTS)
def add_role(account_id: UUID) -> Response:
    """Give an account another role."""
    form = request.form
    try:
        wanted = wanted_assignment(
            role=form.get("role", ""), unit=form.get("unit", ""), division=form.get("division", "")
        )
        with transaction() as session:
            assign(session, account_id=account_id, wanted=wanted, actor=the_actor(), now=wired().clock.now())
    except NotFoundError:
        raise
    except Refusal as refusal:
        return make_response(_role_page(account_id, *sentences_of(refusal)), 422)
    flash("身份已添加。", "success")
    return redirect(url_for("accounts.show", account_id=account_id))


@bp.post("/accounts/<uuid:account_id>/roles/<uuid:assignment_id>/end")
@requires(Action.MANAGE_ACCOUNTS)
def end_role(account_id: UUID, assignment_id: UUID) -> Response:
    """End one assignment, with its phones, delegations and subscriptions."""
    with transaction() as session:
        end_assignment(session, assignment_id=assignment_id, actor=the_actor(), now=wired().clock.now())
    flash("身份已结束,登记的手机和提醒订阅也已收回。", "success")
    return redirect(url_for("accounts.show", account_id=account_id))


@bp.post("/accounts/<uuid:account_id>/disable")
@requires(Action.MANAGE_ACCOUNTS)
def disable(account_id: UUID) -> Response:
    """Disable an account at once."""
    with transaction() as session:
        service.disable_account(session, account_id=account_id, actor=the_actor(), now=wired().clock.now())
    flash("账号已停用,已登录的电脑和手机都已退出。", "success")
    return redirect(url_for("accounts.show", account_id=account_id))


@bp.post("/accounts/<uuid:account_id>/enable")
@requires(Action.MANAGE_ACCOUNTS)
def enable(account_id: UUID) -> Response:
    """Take a disabled account back into use."""
    with transaction() as session:
        service.enable_account(session, account_id=account_id, actor=the_actor(), now=wired().clock.now())
    flash("账号已启用。手机要重新登记,提醒要重新打开。", "success")
    return redirect(url_for("accounts.show", account_id=account_id))


@bp.post("/accounts/<uuid:account_id>/password")
@requires(Action.MANAGE_ACCOUNTS)
def reset_password(account_id: UUID) -> Response:
    """Give an account a new password and show it once."""
    password = new_password()
    hashed = hash_password(password)
    with transaction() as session:
        service.reset_password(
            session, account_id=account_id, password_hash=hashed, actor=the_actor(), now=wired().clock.now()
        )
    return _password_page(account_id, password, "密码已重设")


def _password_page(account_id: UUID, password: str, title: str) -> Response:
    # Shown in the answer itself: a redirect would have to keep the password somewhere.
    page = render_template("pages/accounts_password.html", account=_account(account_id), password=password, done=title)
    return make_response(page)


def _account(account_id: UUID) -> AccountRow:
    with reading() as session:
        found = account_row(session, account_id, path=the_actor().division_path, now=wired().clock.now())
    if found is None:
        raise NotFoundError(NO_ACCOUNT)
    return found
