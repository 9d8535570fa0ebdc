"""Who asks: a program by an application password (HTTP Basic), or a browser by its cookie; reading only."""

from __future__ import annotations

from flask import Blueprint, Response, g, request
from werkzeug.datastructures import Authorization
from werkzeug.exceptions import HTTPException

from grid_app.database.transaction import reading, transaction
from grid_app.errors import ForbiddenError, Refusal
from grid_app.http.guard import NotSignedInError, action_of, cookie_presence
from grid_app.http.problems import problem, problem_of_http, problem_of_refusal
from grid_app.policy import Actor, allows
from grid_app.services.accounts.application_passwords import actor_of_program, note_use
from grid_app.wiring import wired

ASK = 'Basic realm="grid", charset="UTF-8"'
SIGN_IN = "请用登录账号和程序密码连接。程序密码在平台“首页 - 程序密码”里生成;过期或收回的要换新的。"


def guard_ogc(blueprint: Blueprint) -> None:
    """Put the guard before every route of ``blueprint``, and answer its errors as problem+json."""
    blueprint.before_request(check)
    blueprint.register_error_handler(Refusal, problem_of_refusal)
    blueprint.register_error_handler(NotSignedInError, ask_to_sign_in)
    blueprint.register_error_handler(HTTPException, problem_of_http)


def check() -> None:
    """Refuse the request unless its view's action is allowed to the program's or cookie's actor.

    Raises
    ------
    NotSignedInError, ForbiddenError
        As their names say.
    """
    action = action_of(request.endpoint or "")
    if action is None:
        raise ForbiddenError("这个接口没有登记权限,已拒绝访问。")
    actor = _program() if "Authorization" in request.headers else _reader()
    if actor is None:
        raise NotSignedInError
    if not allows(actor, action):
        raise ForbiddenError("这个身份不能读取地图图层。")
    g.actor = actor


def ask_to_sign_in(_error: NotSignedInError) -> Response:
    """Ask a program for name and password."""
    answer = problem(401, "not_signed_in", SIGN_IN)
    answer.headers["WWW-Authenticate"] = ASK
    return answer


def _program() -> Actor | None:
    given = _given()
    if given is None or given.type != "basic":
        return None
    now = wired().clock.now()
    login, password = given.username or "", given.password or ""
    with reading() as session:
        found = actor_of_program(session, login=login, password=password, now=now)
    if found is None:
        return None
    if found.is_first_today:
        with transaction() as session:
            note_use(session, program=found, now=now)
    return found.actor


def _given() -> Authorization | None:
    """Return name and password; ``None`` for what is none (werkzeug 3.1 raises on signs beyond ASCII)."""
    try:
        return request.authorization
    except ValueError:
        return None


def _reader() -> Actor | None:
    g.presence = presence = cookie_presence()
    return None if presence is None or presence.must_change_password else presence.actor
