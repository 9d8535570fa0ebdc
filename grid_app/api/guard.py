"""The guard of the API: a bearer device token, or the cookie of a signed-in page for its own live parts."""

from __future__ import annotations

from flask import Blueprint, g, request

from grid_app.database.transaction import reading
from grid_app.errors import ForbiddenError
from grid_app.http.guard import NotSignedInError, action_of, cookie_presence
from grid_app.policy import Action, Actor, allows
from grid_app.services.accounts.devices import actor_of_token
from grid_app.wiring import wired


def guard_api(blueprint: Blueprint) -> None:
    """Put the token guard before every route of ``blueprint``."""
    blueprint.before_request(check_api)


def check_api() -> None:
    """Refuse the request unless its view's action is allowed to the token's or cookie's actor.

    Raises
    ------
    NotSignedInError, ForbiddenError
        As their names say.
    """
    action = action_of(request.endpoint or "")
    if action is None:
        raise ForbiddenError("这个接口没有登记权限,已拒绝访问。")
    if action is Action.PUBLIC:
        return
    actor = _token_actor() or _cookie_actor()
    if actor is None:
        raise NotSignedInError
    if not allows(actor, action):
        raise ForbiddenError("这个身份不能使用这个接口。")
    g.actor = actor


def bearer_token() -> str:
    """Return the token that this request brings, empty without one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _token_actor() -> Actor | None:
    token = bearer_token()
    if not token:
        return None
    with reading() as session:
        return actor_of_token(session, token, now=wired().clock.now())


def _cookie_actor() -> Actor | None:
    # A cookie is sent by the browser unasked, so it may only ask questions here; whoever writes brings a token.
    if request.method not in ("GET", "HEAD"):
        return None
    presence = cookie_presence()
    return presence.actor if presence else None
