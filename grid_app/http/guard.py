"""The guard on every route: a view names its action with ``requires``; a view without one is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from flask import Blueprint, current_app, g, request
from flask import session as cookie

from grid_app.database.transaction import reading, transaction
from grid_app.errors import ForbiddenError
from grid_app.policy import Action, Actor, Scope, allows, as_used, dispute_scope
from grid_app.services.accounts.sign_in import Presence, note_presence, presence_of
from grid_app.wiring import Wiring, wired

View = TypeVar("View", bound=Callable[..., object])
ACTION = "guarded_action"
BACKGROUND = "asked_by_the_page_itself"
COOKIE_SECRET = "secret"  # noqa: S105 - the name of a cookie entry


class NotSignedInError(Exception):
    """Nobody is signed in, or the session is over; pages ask to sign in and keep what was typed."""


class PasswordChangeDueError(Exception):
    """The account must choose its own password first."""


def requires(action: Action) -> Callable[[View], View]:
    """Name the one action that a view performs; the guard refuses whoever may not do it."""

    def mark(view: View) -> View:
        setattr(view, ACTION, action)
        return view

    return mark


def in_background(view: View) -> View:
    """Mark a view that a page asks by itself: it does not count as somebody being at the desk."""
    setattr(view, BACKGROUND, True)
    return view


def action_of(endpoint: str) -> Action | None:
    """Return the action of an endpoint's view, or ``None`` when it names none."""
    found = getattr(current_app.view_functions.get(endpoint), ACTION, None)
    return found if isinstance(found, Action) else None


def guard_pages(blueprint: Blueprint) -> None:
    """Put the guard of cookie sessions before every page of ``blueprint``."""
    blueprint.before_request(check_page)


def check_page() -> None:
    """Refuse the request unless its view's action is allowed to whoever is signed in.

    Raises
    ------
    NotSignedInError, PasswordChangeDueError, ForbiddenError
        As their names say.
    """
    g.presence = cookie_presence()
    action = action_of(request.endpoint or "")
    if action is None:
        raise ForbiddenError("这个页面没有登记权限,已拒绝访问。")
    if action is Action.PUBLIC:
        return
    if g.presence is None:
        raise NotSignedInError
    if g.presence.must_change_password and action is not Action.SIGNED_IN:
        raise PasswordChangeDueError
    if action is not Action.SIGNED_IN and not allows(g.presence.actor, action):
        raise ForbiddenError("您现在的身份不能做这件事。如果您有别的身份,请先切换;没有的话,请联系安全管理员。")


def cookie_presence() -> Presence | None:
    """Return who is behind the session cookie, pushing the idle limit forward."""
    secret = cookie.get(COOKIE_SECRET)
    if not isinstance(secret, str):
        return None
    now = wired().clock.now()
    presence = _presence_behind(secret, wired())
    counts = not hasattr(current_app.view_functions.get(request.endpoint or ""), BACKGROUND)
    due = presence is not None and counts and presence.is_due_for_note(now)
    if due:
        with transaction() as session:
            note_presence(session, secret, now=now)
    return presence


def still_there() -> Callable[[], bool]:
    """Return a question that a long answer may ask, when the request is over: whether its asker is still there.

    The answer is no once the session has ended, the account is disabled, or it acts in another capacity.
    """
    wiring, secret, before = wired(), cookie.get(COOKIE_SECRET, ""), the_presence()

    def _asked() -> bool:
        found = _presence_behind(secret, wiring)
        return found is not None and before is not None and found.actor == before.actor

    return _asked


def _presence_behind(secret: str, wiring: Wiring) -> Presence | None:
    with reading(wiring.engine) as session:
        return presence_of(
            session,
            secret,
            now=wiring.clock.now(),
            idle=timedelta(minutes=wiring.settings.idle_minutes),
            absolute=timedelta(hours=wiring.settings.absolute_hours),
        )


def the_presence() -> Presence | None:
    """Return who is signed in on this request, or ``None``."""
    found = g.get("presence")
    return found if isinstance(found, Presence) else None


def the_actor() -> Actor:
    """Return the actor of this request (page or API), with both names when the view's action was lent to it.

    Raises
    ------
    NotSignedInError
        Nobody acts here.
    """
    found = g.get("actor")  # set by the API's guard
    if not isinstance(found, Actor):
        presence = the_presence()
        found = presence.actor if presence else None
    if found is None:
        raise NotSignedInError
    action = action_of(request.endpoint or "")
    return as_used(found, action) if action else found


def the_scope() -> Scope:
    """Return the disputes that this request's actor may see."""
    return dispute_scope(the_actor())
