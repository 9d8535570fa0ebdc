"""What a page about coverage is asked for: the area within the actor's own, the hour, and the facts that answer it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flask import request, url_for

from grid_app.clock import local
from grid_app.database.transaction import reading
from grid_app.errors import NotFoundError
from grid_app.http.guard import the_scope
from grid_app.queries.coverage import NO_LOADS, CoverageFacts, VillageCoverage, coverage_in
from grid_app.queries.coverage_needs import LANGUAGE, NO_NEEDS, Needs
from grid_app.queries.coverage_roots import area_around
from grid_app.queries.coverage_villages import Load, loads_in
from grid_app.queries.map_area import Area, narrowed
from grid_app.web.coverage.shown import HOURS, ROOM_STATES, WEEKDAYS
from grid_app.web.maps.ended import ended_notice
from grid_app.wiring import wired

NOT_YOURS: Final = "没有这个区划,或者它不在您的辖区内。这里只显示自己的辖区。"
PAGE: Final = 100
USUAL_HOUR: Final = 10
ELSEWHERE: Final = "elsewhere"
"""Asks for rooms whose point does not lie in their own division."""


@dataclass(frozen=True)
class Asked:
    """What the address asks for; unknown values fall back to this weekday at ten, all states and the first page.

    ``needs`` are what a room has to offer to be counted.
    """

    root: str | None
    at: tuple[int, int]
    state: str
    page: int
    needs: Needs = NO_NEEDS


def asked() -> Asked:
    """Return what this request asks for."""
    now = local(wired().clock.now())
    day = request.args.get("day", type=int)
    hour = request.args.get("hour", type=int)
    state = request.args.get("state", "")
    return Asked(
        root=request.args.get("root") or None,
        at=(
            day if day is not None and 0 <= day < len(WEEKDAYS) else now.weekday(),
            hour if hour is not None and hour in HOURS else USUAL_HOUR,
        ),
        state=state if state in (*ROOM_STATES, ELSEWHERE) else "",
        page=max(request.args.get("page", 1, type=int), 1),
        needs=needs_asked(),
    )


def now_asked() -> dict[str, int]:
    """Return the weekday and hour it is now."""
    now = local(wired().clock.now())
    return {"day": now.weekday(), "hour": now.hour}


def needs_asked() -> Needs:
    """Return what a room has to offer, as ticks and the chosen language tell it."""
    language = request.args.get("language", "")
    return Needs.of((*request.args.getlist("need"), *((LANGUAGE + language,) if language else ())))


def area_asked(root: str | None, *, also_ended: bool = False) -> Area:
    """Return the area with that root within the actor's own.

    Raises
    ------
    NotFoundError
        When it is not the actor's to see; and when it has ended, with what continues it, unless ``also_ended``.
    """
    with reading() as session:
        area = area_around(session, scope=the_scope(), code=root)
    if area is None:
        raise NotFoundError(NOT_YOURS)
    ended = None if also_ended else ended_notice(root)
    if ended is not None:
        raise NotFoundError(ended.sentence)
    return area


def facts_of(area: Area, at: tuple[int, int] | None = None, needs: Needs = NO_NEEDS) -> CoverageFacts:
    """Return the coverage of an area as it is now, without the loads of its villages."""
    path = area.root.path
    with reading() as session:
        return coverage_in(
            session,
            scope=narrowed(the_scope(), path),
            root_path=path,
            now=wired().clock.now(),
            at=at,
            loads=NO_LOADS,
            needs=needs,
        )


def loads_of(area: Area, villages: Sequence[VillageCoverage]) -> Mapping[str, Load]:
    """Return the loads of some villages of an area as they are now."""
    path = area.root.path
    with reading() as session:
        return loads_in(
            session,
            scope=narrowed(the_scope(), path),
            root_path=path,
            now=wired().clock.now(),
            villages=[one.place.code for one in villages],
        )


def trail_of(area: Area, endpoint: str) -> list[dict[str, str]]:
    """Return the way up from an area, as far as the actor's own reaches."""
    own = the_scope().paths[0]
    return [
        {"label": place.name, "url": url_for(endpoint, root=place.code)}
        for place in area.above
        if place.path.startswith(own)
    ]
