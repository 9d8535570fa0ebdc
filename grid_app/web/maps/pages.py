"""The map of the own area with its table, and the panel of one village."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, get_template_attribute, make_response, render_template, url_for
from markupsafe import Markup

from grid_app.database.transaction import reading
from grid_app.errors import NotFoundError
from grid_app.http.guard import guard_pages, requires, the_actor, the_scope
from grid_app.policy import Action, allows
from grid_app.queries.disputes import lines_by_id
from grid_app.queries.map_area import narrowed
from grid_app.queries.map_counts import open_on_map
from grid_app.queries.map_facts import DISPUTES, MapFacts
from grid_app.web.maps import frame as maps_frame
from grid_app.web.maps import links
from grid_app.web.maps import live as maps_live
from grid_app.web.maps import namings as maps_namings
from grid_app.web.maps import points as maps_points
from grid_app.web.maps import printed as maps_printed
from grid_app.web.maps import search as maps_search
from grid_app.web.maps import table as maps_table
from grid_app.web.maps.asked import NOT_YOURS, Asked, asked, facts_for, layers_of, seen
from grid_app.web.maps.ended import ended_notice
from grid_app.web.maps.kept import one_answer
from grid_app.web.maps.layers import LAYER_WORDS, LayerView
from grid_app.web.maps.living import living
from grid_app.web.maps.look import Look, address, looked
from grid_app.web.maps.offers import offers
from grid_app.web.maps.village import panel_of
from grid_app.web.maps.village_more import more_of
from grid_app.web.wording import local_time
from grid_app.wiring import wired

bp = Blueprint("maps", __name__)
guard_pages(bp)
maps_frame.add_routes(bp)
maps_live.add_routes(bp)
maps_search.add_routes(bp)
maps_points.add_routes(bp)
maps_namings.add_routes(bp)
maps_printed.add_routes(bp)
maps_table.add_routes(bp)


@bp.get("/map")
@requires(Action.READ_MAP)
def index() -> str:
    """Show the map of an area with one layer, its legend and the same facts as a table."""
    ask, look, ended = living(asked(), looked())
    facts, view = seen(ask)
    return render_template(
        "pages/map.html",
        area=facts.area,
        view=view,
        ask=ask,
        ended=ended,
        as_of=local_time(facts.as_of),
        layer_word=LAYER_WORDS[ask.layer],
        refused_word=LAYER_WORDS.get(ask.refused, ""),
        chosen=facts.area.villages.get(look.place),
        may_record=allows(the_actor(), Action.RECORD_NAMING),
        table=one_answer(("table", ask, look), lambda: _table(ask, look, facts, view), layer=ask.layer),
        file_url=address(ask, replace(look, at="", place=""), "maps.table_file"),
        **_steering(ask, look, facts, view),
    )


@bp.get("/map/village/<code>")
@requires(Action.READ_MAP)
def village(code: str) -> str | Response:
    """Show everything the map knows about one village; of one that has ended, what continues it."""
    ended = ended_notice(code)
    if ended is not None:
        return make_response(render_template("pages/map_ended.html", ended=ended), 410)
    layers = frozenset(layers_of(the_actor()))
    now = wired().clock.now()
    facts = facts_for(layers, root=code, round_id=None, now=now)
    if facts.area.root.level != "village":
        raise NotFoundError(NOT_YOURS)
    here = narrowed(the_scope(), facts.area.root.path)
    with reading() as session:
        lines = lines_by_id(session, scope=here, ids=open_on_map(session, scope=here)) if DISPUTES in layers else []
        more = more_of(session, facts, here=here, layers=layers)
    return render_template("pages/map_village.html", panel=panel_of(facts, lines, layers), more=more)


def _table(ask: Asked, look: Look, facts: MapFacts, view: LayerView) -> Markup:
    """Return the table as it stands on the page, which nobody's name or right changes."""
    data_table = get_template_attribute("components/tables.html", "data_table")
    return Markup(  # noqa: S704 - made by a template that escapes
        data_table(
            maps_table.columns_of(ask, look, facts, view),
            maps_table.cells_of(ask, maps_table.sorted_rows(view, look)),
            f"{LAYER_WORDS[ask.layer]}(与地图相同的数字)",
            empty="没有内容:这里没有,不是没有权限。",
            foot=maps_table.cells_of(ask, [view.foot])[0],
        )
    )


def _steering(ask: Asked, look: Look, facts: MapFacts, view: LayerView) -> dict[str, object]:
    """Return where the page leads to, and what its script needs to know."""
    return {
        "trail": links.trail(ask, facts),
        "tabs": links.tabs(ask, look),
        "grades": links.grades(ask, look, view),
        "rounds": links.rounds(ask, look, facts),
        "needs": offers(ask, look, facts),
        "frame_url": address(ask, replace(look, sort="", down=False), "maps.frame"),
        "script_files": maps_frame.script_files("map_page"),
        "facts_url": maps_frame.facts_address(ask, facts.area),
        "village_url": url_for("maps.village", code="CODE"),
        "events_url": links.url_if_there("maps.events"),
        "version_url": links.url_if_there("maps.version"),
        "places_url": links.url_if_there("maps.places"),
        "search_url": links.url_if_there("maps.search"),
        **links.weeks(ask, look),
        "comparison": links.comparison(ask, look),
        "squares": links.squares(ask, replace(look, sort="", down=False)),
        "papers": links.papers(ask),
        "picture_url": ask.url("maps.picture") if links.url_if_there("maps.picture") else "",
    }
