"""One mediation room: what makes it effective or not, its form, an opening on trial, closing with a preview."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grid_app.clock import local_date
from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.http.guard import requires, the_actor, the_scope
from grid_app.policy import Action, allows, covers
from grid_app.queries.coverage_closing import ClosingEffect, closing_effect
from grid_app.queries.coverage_rooms import RoomFacts, room_by_id
from grid_app.queries.coverage_villages import VillagePoint
from grid_app.queries.map_facts import area_in_scope
from grid_app.queries.rooms import ROOM_KIND_WORDS
from grid_app.services.places import room_edit
from grid_app.services.places.room_place import lies_elsewhere
from grid_app.services.typed import day_of
from grid_app.web.coverage import room_words
from grid_app.web.coverage.shown import ROOM_STATES
from grid_app.web.step_forms import STATUS
from grid_app.wiring import wired

SEEN: Final = "/coverage/room/<uuid:room_id>"
NO_ERRORS: Final[Mapping[str, str]] = {}


@requires(Action.READ_MAP)
def room(room_id: UUID) -> Response:
    """Show one room with each of the three questions answered."""
    return _page(room_id)


@requires(Action.EDIT_ROOMS)
def edit(room_id: UUID) -> Response:
    """Show the form of a room."""
    found = _found(room_id)
    return _form(found, room_words.form_values(found), NO_ERRORS, "", 200)


@requires(Action.EDIT_ROOMS)
def save(room_id: UUID) -> Response:
    """Keep what the form says, or show it again with what is to be changed."""
    typed = {name: request.form.get(name, "") for name in room_edit.FORM}
    version = request.form.get("version", type=int) or 0
    try:
        with transaction() as session:
            room_edit.save_room(
                session, room_id=room_id, version=version, given=typed, actor=the_actor(), now=wired().clock.now()
            )
    except (InvalidError, ConflictError) as refusal:
        errors = refusal.fields if isinstance(refusal, InvalidError) else NO_ERRORS
        return _form(_found(room_id), typed, errors, refusal.sentence, STATUS[refusal.default_code])
    flash("已保存。", "success")
    return _back(room_id)


@requires(Action.EDIT_ROOMS)
def trial(room_id: UUID) -> Response:
    """Record an opening on trial."""
    text = request.form.get("tested_on", "")
    return _done(room_id, partial(room_edit.record_trial, day=day_of(text)), "已登记试开。", {"tested_on": text})


@requires(Action.EDIT_ROOMS)
def place(room_id: UUID) -> Response:
    """Record that the point is right, or give the room to the village it lies in."""
    code = request.form.get("division_code", "")
    if code:
        return _done(room_id, partial(room_edit.move_to, division_code=code), "已改到位置所在的村(社区)。")
    return _done(room_id, room_edit.confirm_place, "已记下:位置没错。")


@requires(Action.EDIT_ROOMS)
def ask_closing(room_id: UUID) -> Response:
    """Show what changes when the room closes, before anything is done."""
    return _closing_page(room_id, "", NO_ERRORS, 200)


@requires(Action.EDIT_ROOMS)
def close(room_id: UUID) -> Response:
    """Close the room."""
    reason = request.form.get("reason", "")
    try:
        with transaction() as session:
            room_edit.close_room(session, room_id=room_id, reason=reason, actor=the_actor(), now=wired().clock.now())
    except InvalidError as error:
        return _closing_page(room_id, reason, error.fields, 422)
    except ConflictError as error:
        flash(error.sentence, "info")
        return _back(room_id)
    flash("已关闭。登记和以前的调解记录都还在,需要时可以重新开放。", "success")
    return _back(room_id)


@requires(Action.EDIT_ROOMS)
def reopen(room_id: UUID) -> Response:
    """Open the room again."""
    return _done(room_id, room_edit.reopen_room, "已重新开放。")


def add_routes(bp: Blueprint) -> None:
    """Register these pages on the blueprint of coverage."""
    for rule, name, view, method in (
        (SEEN, "room", room, "GET"),
        (f"{SEEN}/edit", "edit_room", edit, "GET"),
        (f"{SEEN}/edit", "save_room", save, "POST"),
        (f"{SEEN}/trial", "trial", trial, "POST"),
        (f"{SEEN}/place", "room_place", place, "POST"),
        (f"{SEEN}/close", "ask_closing", ask_closing, "GET"),
        (f"{SEEN}/close", "close_room", close, "POST"),
        (f"{SEEN}/reopen", "reopen_room", reopen, "POST"),
    ):
        bp.add_url_rule(rule, name, view, methods=[method])


def _back(room_id: UUID) -> Response:
    return redirect(url_for("coverage.room", room_id=room_id))


def _done(room_id: UUID, step: Callable[..., None], said: str, typed: Mapping[str, str] = NO_ERRORS) -> Response:
    """Take one step and go back to the room, or show its page with what is to be changed."""
    try:
        with transaction() as session:
            step(session, room_id=room_id, actor=the_actor(), now=wired().clock.now())
    except InvalidError as error:
        return _page(room_id, typed=typed, errors=error.fields or {"place": error.sentence}, status=422)
    except ConflictError as error:
        flash(error.sentence, "info")
        return _back(room_id)
    flash(said, "success")
    return _back(room_id)


def _found(room_id: UUID) -> RoomFacts:
    with reading() as session:
        found = room_by_id(session, room_id=room_id, now=wired().clock.now())
    if found is None or not covers(the_actor(), found.path):
        raise NotFoundError(room_edit.MISSING)
    return found


def _page(
    room_id: UUID, *, typed: Mapping[str, str] = NO_ERRORS, errors: Mapping[str, str] = NO_ERRORS, status: int = 200
) -> Response:
    found = _found(room_id)
    with reading() as session:
        elsewhere = lies_elsewhere(session, found, wired().places)
    word, tone = ROOM_STATES[found.state]
    page = render_template(
        "pages/coverage_room.html",
        room=found,
        word=word,
        tone=tone,
        kind=ROOM_KIND_WORDS.get(found.kind, found.kind),
        facts=room_words.facts_of(found),
        elsewhere=elsewhere,
        today=local_date(wired().clock.now()).isoformat(),
        typed=typed,
        errors=errors,
        may_edit=allows(the_actor(), Action.EDIT_ROOMS),
    )
    return make_response(page, status)


def _form(
    found: RoomFacts, values: Mapping[str, str], errors: Mapping[str, str], sentence: str, status: int
) -> Response:
    with reading() as session:
        area = area_in_scope(session, scope=the_scope(), root=None)
    page = render_template(
        "pages/coverage_room_edit.html",
        room=found,
        values=values,
        errors=errors,
        sentence=sentence,
        kinds=list(ROOM_KIND_WORDS.items()),
        places=room_words.places_of(area) if area else [],
        yes_no=(("", "不清楚"), ("是", "有"), ("否", "没有")),
    )
    return make_response(page, status)


def _closing_page(room_id: UUID, reason: str, errors: Mapping[str, str], status: int) -> Response:
    found = _found(room_id)
    if found.status != "active":
        flash("这个调解室已经关闭了。", "info")
        return _back(room_id)
    with reading() as session:
        effect = closing_effect(session, room=found, now=wired().clock.now())
    own = frozenset(one.code for one in _touched(effect) if covers(the_actor(), one.path))
    page = render_template(
        "pages/coverage_close.html",
        room=found,
        reason=reason,
        errors=errors,
        planned=effect.planned,
        lines=room_words.closing_lines(effect),
        villages=room_words.closing_villages(effect, own),
        elsewhere=len({one.code for one in _touched(effect)} - own),
    )
    return make_response(page, status)


def _touched(effect: ClosingEffect) -> tuple[VillagePoint, ...]:
    return (*effect.lose_room, *effect.lose_access, *effect.lose_second)
