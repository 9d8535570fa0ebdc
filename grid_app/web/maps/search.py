"""Finding a place on the map: while somebody types, and as a page that works without script."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, render_template, request, url_for

from grid_app.database.transaction import reading
from grid_app.http.guard import requires, the_scope
from grid_app.policy import Action
from grid_app.queries.map_area import root_in_scope
from grid_app.queries.map_places import FoundPlace, places_named


@requires(Action.READ_MAP)
def places() -> Response:
    """Give the places of the own area that fit what was typed, at most 20."""
    rows = [
        {"code": one.code, "name": one.name, "level": one.level, "township": _told(one), "url": _url(one)}
        for one in _found()
    ]
    answer = jsonify({"places": rows})
    answer.headers["Cache-Control"] = "no-store"
    return answer


@requires(Action.READ_MAP)
def search() -> str:
    """Show the same places as links."""
    rows = [{"label": one.name, "about": _told(one), "code": one.code, "url": _url(one)} for one in _found()]
    return render_template("pages/map_search.html", typed=request.args.get("q", "").strip(), places=rows)


def add_routes(bp: Blueprint) -> None:
    """Register the search on the map's blueprint."""
    bp.add_url_rule("/map/places.json", "places", places, methods=["GET"])
    bp.add_url_rule("/map/search", "search", search, methods=["GET"])


def _found() -> list[FoundPlace]:
    root = request.args.get("root")
    with reading() as session:
        division = root_in_scope(session, scope=the_scope(), code=root) if root else None
        return places_named(
            session,
            scope=the_scope(),
            typed=request.args.get("q", ""),
            root_path=division.path if division else "",
        )


def _told(one: FoundPlace) -> str:
    """Return what tells equal names apart: the township, and of a grid its village too."""
    return f"{one.township}{one.village}" if one.level == "grid" else one.township


def _url(one: FoundPlace) -> str:
    if one.level == "township":
        return url_for("maps.index", root=one.code)
    return url_for("maps.village", code=one.village_code)
