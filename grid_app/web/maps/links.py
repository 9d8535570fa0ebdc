"""Where the map's page leads: up, to another layer, grade, round or week, each keeping the rest of what is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from flask import current_app, url_for

from grid_app.http.guard import the_actor, the_scope
from grid_app.queries.map_facts import DISPUTES, NAMINGS, RETURNS, STATUS, MapFacts
from grid_app.queries.map_past import past_weeks
from grid_app.web.maps.asked import DISAGREE, Asked, layers_of
from grid_app.web.maps.layers import LAYER_WORDS, LayerView
from grid_app.web.maps.look import Look, address, joined
from grid_app.web.maps.picked import STATES
from grid_app.wiring import wired

Link = dict[str, object]


def trail(ask: Asked, facts: MapFacts) -> list[Link]:
    """Return the way up from the area shown, as far as the actor's own area reaches."""
    own = the_scope().paths[0]
    return [
        {"label": place.name, "url": replace(ask, root=place.code).url("maps.index")}
        for place in facts.area.above
        if place.path.startswith(own)
    ]


def tabs(ask: Asked, look: Look) -> list[Link]:
    """Return the layers to choose from; the look stays, the grade does not."""
    plain = replace(look, sort="", down=False)
    return [
        {
            "label": LAYER_WORDS[layer],
            "url": address(_of_layer(ask, layer), plain, "maps.index"),
            "current": layer == ask.layer,
        }
        for layer in layers_of(the_actor())
    ]


def _of_layer(ask: Asked, layer: str) -> Asked:
    """Return the same area and week in another layer, without what only this one is filtered by."""
    return replace(ask, layer=layer, grade="", round_id=None, only="", squares=False)


def comparison(ask: Asked, look: Look) -> Link | None:
    """Return the link that shows where naming and status disagree, or all again; only in those two layers."""
    if ask.layer not in (NAMINGS, STATUS) or STATUS not in layers_of(the_actor()):
        return None
    if ask.only == DISAGREE:
        return {"label": "看全部村(社区)", "url": address(replace(ask, only=""), look, "maps.index")}
    return {"label": "只看命名和服务达标不一致的", "url": address(replace(ask, only=DISAGREE), look, "maps.index")}


def squares(ask: Asked, look: Look) -> Link | None:
    """Return the switch between villages and squares of 500 metres; only of open disputes, and of the present."""
    if ask.layer != DISPUTES or ask.week is not None:
        return None
    label = "按村(社区)看" if ask.squares else "按 500 米格子看"
    return {"label": label, "url": address(replace(ask, squares=not ask.squares), look, "maps.index")}


def papers(ask: Asked) -> list[Link]:
    """Return the printed map of the same facts on A4 and A3, where it is installed."""
    if "maps.printed" not in current_app.view_functions:
        return []
    url = replace(ask, squares=False).url("maps.printed")  # paper shows villages
    return [{"label": f"打印 {paper.upper()}(PDF)", "url": joined(url, {"paper": paper})} for paper in ("a4", "a3")]


def grades(ask: Asked, look: Look, view: LayerView) -> dict[str, str]:
    """Return for each grade or state of the legend the address that shows it alone, or all when it is chosen."""
    keys = [item.filter_key for item in view.legend if item.filter_key]
    if ask.layer in STATES:
        alone = {key: replace(ask, only="" if key == ask.only else key) for key in keys}
    else:
        alone = {key: replace(ask, grade="" if key == ask.grade else key) for key in keys}
    return {key: address(one, look, "maps.index") for key, one in alone.items()}


def rounds(ask: Asked, look: Look, facts: MapFacts) -> list[Link]:
    """Return the open rounds to choose from, when there are several."""
    if len(facts.rounds) < 2:
        return []
    return [
        {
            "label": row.name,
            "url": address(replace(ask, layer=RETURNS, round_id=row.id), look, "maps.index"),
            "current": row == facts.chosen,
        }
        for row in facts.rounds
    ]


def weeks(ask: Asked, look: Look) -> Link:
    """Return the weeks that can be looked back at, and what their form has to keep."""
    mondays = past_weeks(wired().clock.now())
    named = {"layer": ask.layer, "root": ask.root, "grade": ask.grade, "filter": ask.only, "round": ask.round_id}
    return {
        "weeks": (("", "现在"), *((f"{day:%Y-%m-%d}", _week(day)) for day in mondays)),
        "week": f"{ask.week:%Y-%m-%d}" if ask.week else "",
        "kept": tuple((name, value) for name, value in {**named, **look.parameters()}.items() if value),
    }


def _week(monday: date) -> str:
    sunday = monday + timedelta(days=6)
    return f"{monday.month}月{monday.day}日—{sunday.month}月{sunday.day}日"


def url_if_there(endpoint: str, **values: object) -> str:
    """Return the address of another family's page, or nothing where that page is not installed."""
    if endpoint not in current_app.view_functions:
        return ""
    return url_for(endpoint, **values)  # type: ignore[arg-type]  # identifiers, whatever url_for calls them
