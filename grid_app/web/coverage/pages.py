"""Coverage by mediation rooms: the figures of the own area, its picture, and the list of rooms."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Blueprint, Response, make_response, render_template, url_for

from grid_app.database.transaction import reading
from grid_app.http.guard import guard_pages, requires, the_actor
from grid_app.policy import Action, allows
from grid_app.queries.coverage import CoverageFacts
from grid_app.queries.coverage_needs import NO_NEEDS
from grid_app.queries.coverage_rooms import room_facts
from grid_app.queries.map_area import Area
from grid_app.web.coverage import households, one_room, searching, shown
from grid_app.web.coverage.area import (
    ELSEWHERE,
    PAGE,
    Asked,
    area_asked,
    asked,
    facts_of,
    loads_of,
    now_asked,
    trail_of,
)
from grid_app.web.coverage.notices import elsewhere_in, notices_of
from grid_app.web.coverage.pictures import MARKS_UP_TO, picture_of, room_marks
from grid_app.web.maps.layers import is_by_township
from grid_app.web.room_needs import TICKS, need_parameters, needs_told, needs_words
from grid_app.web.wording import local_time, number
from grid_app.wiring import wired

bp = Blueprint("coverage", __name__)
guard_pages(bp)
one_room.add_routes(bp)
searching.add_routes(bp)
households.add_routes(bp)


@bp.get("/coverage")
@requires(Action.READ_MAP)
def index() -> str:
    """Show who reaches an effective room: sums, the picture, and a row per township or village."""
    ask = asked()
    area = area_asked(ask.root)
    facts = facts_of(area, ask.at, ask.needs)
    listed = [one for one in facts.villages.values() if not ask.state or one.state == ask.state]
    by_township = is_by_township(area) and not ask.state
    first = (ask.page - 1) * PAGE
    total = shown.total_line(facts)
    if by_township:
        lines = shown.township_lines(area, facts)
    else:
        on_page = listed[first:][:PAGE]
        lines = shown.village_lines(facts, on_page, loads_of(area, on_page))
    return render_template(
        "pages/coverage.html",
        area=area,
        facts=facts,
        ask=ask,
        trail=trail_of(area, "coverage.index"),
        headline=_headline(facts),
        figures=_figures(facts),
        states=shown.state_counts(facts),
        state_words=shown.STATES,
        by_township=by_township,
        lines=lines,
        rows_of_lines=[{"label": one.label, "url": one.url, **one.cells} for one in lines],
        total=total,
        foot={"label": total.label, **total.cells},
        pages=None if by_township else _pages("coverage.index", ask, len(listed)),
        hour_word=shown.hour_word(ask.at),
        week=shown.week_table(facts),
        telling=["这天任何时候", *(word for _, word in shown.TELLING_HOURS)],
        hours=[(hour, f"{hour}:00") for hour in shown.HOURS],
        days=list(enumerate(shown.WEEKDAYS)),
        filters=_filters(ask, facts),
        marks=len(facts.villages) <= MARKS_UP_TO,
        as_of=local_time(facts.as_of),
        may_plan=allows(the_actor(), Action.EDIT_ROOMS),
        **_choice(ask, area, facts),
    )


def _choice(ask: Asked, area: Area, facts: CoverageFacts) -> dict[str, Any]:
    """Return what can be chosen on the page, where it leads, and what has to be said first."""
    here = area.root.code
    return {
        "notices": notices_of(facts, area),
        "needs_told": needs_told(facts),
        "ticks": TICKS,
        "languages": [(one, f"会说{one}") for one in facts.languages],
        "plain_url": url_for("coverage.index", root=here, day=ask.at[0], hour=ask.at[1]),
        "now_url": _url("coverage.index", ask, root=here, **now_asked()),
        "map_url": url_for("maps.index", layer="rooms", root=here, filter=",".join(ask.needs.named()) or None),
        "picture_url": url_for("coverage.picture", root=here, **need_parameters(ask.needs)),
    }


@bp.get("/coverage/map.svg")
@requires(Action.READ_MAP)
def picture() -> Response:
    """Draw the area: filled is effective, hatched is not, dotted is not known, empty is none."""
    ask = asked()
    area = area_asked(ask.root)
    facts = facts_of(area, needs=ask.needs)
    fills = {code: shown.FILLS[state] for code, state in facts.states.items()}
    points = room_marks(facts) if len(facts.villages) <= MARKS_UP_TO else []
    drawn = picture_of(area, fills, points, title=f"{area.root.name}:各村有没有有效调解室")
    return svg_answer(drawn)


@bp.get("/coverage/rooms")
@requires(Action.READ_MAP)
def rooms() -> str:
    """List the rooms of the own area with their state and what each lacks."""
    ask = asked()
    area = area_asked(ask.root)
    now = wired().clock.now()
    with reading() as session:
        here = room_facts(session, root_path=area.root.path, now=now)
    elsewhere = elsewhere_in(here)
    listed = [
        room
        for room in here
        if (room.code in elsewhere if ask.state == ELSEWHERE else not ask.state or room.state == ask.state)
        and (ask.needs == NO_NEEDS or ask.needs.met_by(room))
    ]
    first = (ask.page - 1) * PAGE
    return render_template(
        "pages/coverage_rooms.html",
        area=area,
        count=len(listed),
        rows=shown.room_lines(listed[first:][:PAGE]),
        filters=_room_filters(ask, Counter(room.state for room in here), len(elsewhere)),
        needs=needs_words(ask.needs),
        pages=_pages("coverage.rooms", ask, len(listed)),
        trail=trail_of(area, "coverage.rooms"),
        as_of=local_time(now),
    )


def svg_answer(drawn: str) -> Response:
    """Return a drawing as an answer that is never kept."""
    answer = make_response(drawn)
    answer.mimetype = "image/svg+xml"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _headline(facts: CoverageFacts) -> str:
    totals, villages = facts.totals, len(facts.villages)
    effective = sum(state == "effective" for state in facts.states.values())
    reach = shown.share(totals.within, totals.weight)
    whose = "住户" if facts.basis == "households" else "村(社区)"
    return (
        f"{number(villages)} 个村(社区)中,{number(effective)} 个有有效的调解室;"
        f"{reach}的{whose}在 2 公里(城区 1 公里)内能到一个开放的调解室。"
    )


def _figures(facts: CoverageFacts) -> list[tuple[str, str]]:
    every = list(facts.villages.values())
    shares = shown.shares_of(facts, every)
    with_room = sum(state != "none" for state in facts.states.values())
    return [
        ("有开放的调解室", f"{number(with_room)} 个村"),
        ("其中有效", f"{number(sum(state == 'effective' for state in facts.states.values()))} 个村"),
        ("走得到", shares["access"]),
        ("有第二个可选", shares["second"]),
    ]


def _filters(ask: Asked, facts: CoverageFacts) -> list[dict[str, Any]]:
    counts: Counter[str] = Counter(facts.states.values())
    return [
        _tab("coverage.index", ask, "", "全部", len(facts.villages)),
        *(_tab("coverage.index", ask, key, value[0], counts[key]) for key, value in shown.STATES.items()),
    ]


def _room_filters(ask: Asked, counts: Counter[str], elsewhere: int) -> list[dict[str, Any]]:
    words = {key: word for key, (word, _) in shown.ROOM_STATES.items() if key != "none"}
    return [
        _tab("coverage.rooms", ask, "", "全部", counts.total()),
        *(_tab("coverage.rooms", ask, key, word, counts[key]) for key, word in words.items()),
        _tab("coverage.rooms", ask, ELSEWHERE, "位置不在本村", elsewhere),
    ]


def _tab(endpoint: str, ask: Asked, state: str, word: str, count: int) -> dict[str, Any]:
    return {
        "label": word,
        "url": _url(endpoint, ask, state=state or None),
        "current": state == ask.state,
        "count": count,
    }


def _pages(endpoint: str, ask: Asked, count: int) -> dict[str, str | None] | None:
    if count <= PAGE:
        return None
    first = (ask.page - 1) * PAGE
    return {
        "text": f"第 {first + 1}-{min(first + PAGE, count)} 个,共 {count} 个",
        "before": _url(endpoint, ask, page=ask.page - 1) if ask.page > 1 else None,
        "after": _url(endpoint, ask, page=ask.page + 1) if first + PAGE < count else None,
    }


def _url(endpoint: str, ask: Asked, **changes: object) -> str:
    told: dict[str, Any] = {"root": ask.root, "day": ask.at[0], "hour": ask.at[1], "state": ask.state or None}
    told |= need_parameters(ask.needs)
    return url_for(endpoint, **(told | changes))
