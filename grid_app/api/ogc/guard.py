"""Who asks: a program by an application password (HTTP Basic), or a browser by its cookie; reading only."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from flask import Blueprint, Response, g, request
from werkzeug.datastructures import Authorization
from werkzeug.exceptions import HTTPException

from grid_app.database.transaction import reading, transaction
from grid_app.errors import ForbiddenError, Refusal
from grid_app.http.guard import NotSignedInError, action_of, cookie_presence
from grid_app.http.problems import problem, problem_of_http, problem_of_refusal
from grid_app.policy import Actor, allows
from grid_app.security.keys import Keys
from grid_app.security.marks import Marks
from grid_app.services.accounts.application_passwords import ProgramActor, actor_of_program, note_use
from grid_app.services.accounts.program_guesses import SPAN, Guesser, count_guess, has_guessed_enough
from grid_app.wiring import wired

ASK = 'Basic realm="grid", charset="UTF-8"'
SIGN_IN = "请用登录账号和程序密码连接。程序密码在平台“首页 - 程序密码”里生成;过期或收回的要换新的。"
TOO_MANY: Final = (
    "程序密码错得太多,先停 15 分钟。请检查程序里填的登录账号和程序密码(不是登录密码),改对后过一刻钟再连;"
    "密码丢了就在平台上收回再生成一个。"
)


class TooManyGuessesError(Exception):
    """The address or the account has given too many wrong passwords."""


def guard_ogc(blueprint: Blueprint) -> None:
    """Put the guard before every route of ``blueprint``, and answer its errors as problem+json."""
    blueprint.before_request(check)
    blueprint.register_error_handler(Refusal, problem_of_refusal)
    blueprint.register_error_handler(NotSignedInError, ask_to_sign_in)
    blueprint.register_error_handler(TooManyGuessesError, ask_to_wait)
    blueprint.register_error_handler(HTTPException, problem_of_http)


def check() -> None:
    """Refuse the request unless its view's action is allowed to the program's or cookie's actor.

    Raises
    ------
    NotSignedInError, ForbiddenError, TooManyGuessesError
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


def ask_to_wait(_error: TooManyGuessesError) -> Response:
    """Say that the password is not even looked at for a while."""
    answer = problem(429, "too_many", TOO_MANY)
    answer.headers["Retry-After"] = str(int(SPAN.total_seconds()))
    return answer


def _program() -> Actor | None:
    given = _given()
    if given is None or given.type != "basic":
        return None
    now = wired().clock.now()
    login, password = given.username or "", given.password or ""
    guesser = _guesser(login)
    with reading() as session:
        if has_guessed_enough(session, guesser, now=now):
            raise TooManyGuessesError
        found = actor_of_program(session, login=login, password=password, now=now)
    if found is None:
        with transaction() as session:
            count_guess(session, guesser, now=now)
    if not isinstance(found, ProgramActor):
        return None
    if found.is_first_today:
        with transaction() as session:
            note_use(session, program=found, now=now)
    return found.actor


def _guesser(login: str) -> Guesser:
    marks = _marks(wired().keys)
    return Guesser(
        address=marks.blind("address", request.remote_addr or ""), account=marks.blind("account", login.strip().lower())
    )


@lru_cache(maxsize=8)
def _marks(keys: Keys) -> Marks:
    return Marks(receipt=keys.receipt, session=keys.session)


def _given() -> Authorization | None:
    """Return name and password; ``None`` for what is none (werkzeug 3.1 raises on signs beyond ASCII)."""
    try:
        return request.authorization
    except ValueError:
        return None


def _reader() -> Actor | None:
    g.presence = presence = cookie_presence()
    return None if presence is None or presence.must_change_password else presence.actor
