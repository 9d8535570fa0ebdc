"""The risk map of the own area with its table, and the panel of one village."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for

from grid_app.database.transaction import reading
from grid_app.errors import NotFoundError
from grid_app.http.guard import guard_pages, requires, the_actor, the_scope
from grid_app.policy import Action, allows
from grid_app.queries.disputes import lines_by_id
from grid_app.queries.map_area import narrowed
from grid_app.queries.map_counts import open_on_map
from grid_app.queries.map_facts import DISPUTES, RETURNS, MapFacts
from grid_app.web.maps import frame as maps_frame
from grid_app.web.maps import namings as maps_namings
from grid_app.web.maps.asked import NOT_YOURS, Asked, asked, facts_for, facts_of, layers_of, view_of
from grid_app.web.maps.layers import LAYER_WORDS, LayerView, Row, is_by_township
from grid_app.web.maps.village import panel_of
from grid_app.web.wording import local_time
from grid_app.wiring import wired

bp = Blueprint("maps", __name__)
guard_pages(bp)
maps_frame.add_routes(bp)
maps_namings.add_routes(bp)


@bp.get("/map")
@requires(Action.READ_MAP)
def index() -> str:
    """Show the map of an area with one layer, its legend and the same facts as a table."""
    ask = asked()
    facts = facts_of(ask)
    view = view_of(ask, facts)
    return render_template(
        "pages/map.html",
        area=facts.area,
        view=view,
        ask=ask,
        as_of=local_time(facts.as_of),
        layer_word=LAYER_WORDS[ask.layer],
        refused_word=LAYER_WORDS.get(ask.refused, ""),
        trail=_trail(ask, facts),
        tabs=_tabs(ask),
        grades=_grade_links(ask, view),
        rounds=_round_links(ask, facts),
        frame_url=ask.url("maps.frame"),
        columns=_columns(facts, view),
        rows=[_cells(ask, row) for row in view.rows],
        foot=_cells(ask, view.foot),
        may_record=allows(the_actor(), Action.RECORD_NAMING),
    )


@bp.get("/map/village/<code>")
@requires(Action.READ_MAP)
def village(code: str) -> str:
    """Show everything the map knows about one village."""
    layers = frozenset(layers_of(the_actor()))
    now = wired().clock.now()
    facts = facts_for(layers, root=code, round_id=None, now=now)
    if facts.area.root.level != "village":
        raise NotFoundError(NOT_YOURS)
    here = narrowed(the_scope(), facts.area.root.path)
    with reading() as session:
        lines = lines_by_id(session, scope=here, ids=open_on_map(session, scope=here)) if DISPUTES in layers else []
    return render_template("pages/map_village.html", panel=panel_of(facts, lines, layers))


def _trail(ask: Asked, facts: MapFacts) -> list[dict[str, str]]:
    """Return the way up from the area shown, as far as the actor's own area reaches."""
    own = the_scope().paths[0]
    return [
        {"label": place.name, "url": url_for("maps.index", layer=ask.layer, root=place.code)}
        for place in facts.area.above
        if place.path.startswith(own)
    ]


def _tabs(ask: Asked) -> list[dict[str, object]]:
    return [
        {
            "label": LAYER_WORDS[layer],
            "url": url_for("maps.index", layer=layer, root=ask.root),
            "current": layer == ask.layer,
        }
        for layer in layers_of(the_actor())
    ]


def _grade_links(ask: Asked, view: LayerView) -> dict[str, str]:
    """Return for each grade of the legend the address that shows its marks alone, or all when it is chosen."""
    return {
        item.filter_key: url_for(
            "maps.index",
            layer=ask.layer,
            root=ask.root,
            grade=None if item.filter_key == ask.grade else item.filter_key,
        )
        for item in view.legend
        if item.filter_key
    }


def _round_links(ask: Asked, facts: MapFacts) -> list[dict[str, object]]:
    """Return the open rounds to choose from, when there are several."""
    if len(facts.rounds) < 2:
        return []
    return [
        {
            "label": row.name,
            "url": url_for("maps.index", layer=RETURNS, root=ask.root, round=row.id),
            "current": row == facts.chosen,
        }
        for row in facts.rounds
    ]


def _columns(facts: MapFacts, view: LayerView) -> list[dict[str, object]]:
    """Return the table's columns as its macro takes them."""
    first = "乡镇(街道)" if is_by_township(facts.area) else "村(社区)"
    others = [{"key": column.key, "label": column.label, "numeric": column.numeric} for column in view.columns]
    return [{"key": "place", "label": first, "href": "url"}, *others]


def _cells(ask: Asked, row: Row) -> dict[str, object]:
    url = ""
    if row.place is not None and row.place.level == "village":
        url = url_for("maps.village", code=row.place.code)
    elif row.place is not None:
        url = url_for("maps.index", layer=ask.layer, root=row.place.code)
    return {"place": row.label, "url": url, **row.values}
