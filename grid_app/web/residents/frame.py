"""What the pages of residents share: marks instead of sessions, their size limit, the place of a code."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from flask import Blueprint, render_template, request

from grid_app.clock import local_date
from grid_app.database.transaction import reading
from grid_app.errors import NotFoundError
from grid_app.queries.residents import Entrance, entrance_of
from grid_app.security.keys import Keys
from grid_app.security.marks import Marks, PlaceMark
from grid_app.wiring import wired

MOST_BYTES: Final = 256 * 1024
TRAP: Final = "website"
"""A field that no person sees; a program that fills in everything fills it too."""

NO_PLACE: Final = "这个码认不出来,可能印错了或者没有扫全。请到村(社区)、乡镇的窗口,或者用查询码查进度。"


def marks() -> Marks:
    """Return what makes and reads the marks of this installation."""
    return _marks(wired().keys)


@lru_cache(maxsize=8)
def _marks(keys: Keys) -> Marks:
    return Marks(receipt=keys.receipt, session=keys.session)


def limit_size() -> None:
    """Keep what a stranger may post small."""
    request.max_content_length = MOST_BYTES


def guard_residents(blueprint: Blueprint) -> None:
    """Limit the size of what is posted to ``blueprint``."""
    blueprint.before_request(limit_size)


def address_key() -> str:
    """Return the blind key under which the tries of this address are counted."""
    return marks().blind("address", request.remote_addr or "")


def form_mark(form: str) -> str:
    """Return the mark for a form shown now."""
    return marks().form_mark(form, now=wired().clock.now())


def is_own_form(form: str) -> bool:
    """Say whether what was posted comes from a form that we showed."""
    return marks().is_own_form(request.form.get("mark", ""), form, now=wired().clock.now())


def fell_into_trap() -> bool:
    """Say whether the field that nobody sees was filled in."""
    return bool(request.form.get(TRAP, ""))


def place_of(code: str) -> Entrance:
    """Return where the code of an address leads.

    Raises
    ------
    NotFoundError
        Nobody here made it, or there is nothing in its place any more.
    """
    mark = marks().read_place(code)
    found = None
    if mark is not None:
        with reading() as session:
            found = entrance_of(session, division=mark.division, room=mark.room, today=local_date(wired().clock.now()))
    if found is None:
        raise NotFoundError(NO_PLACE)
    return found


def code_of(division: str) -> str:
    """Return the code of a division's own entrance."""
    return marks().place_code(PlaceMark(division=division))


def page(template: str, **values: object) -> str:
    """Return a page of residents, with how its forms are marked."""
    return render_template(f"pages/{template}", form_mark=form_mark, trap=TRAP, **values)
