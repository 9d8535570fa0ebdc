"""The table beside the map: the same numbers, in the order that was asked for, on the page and as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from flask import Blueprint, Response, make_response, url_for

from grid_app.documents.spreadsheet import csv_text
from grid_app.http.guard import requires
from grid_app.policy import Action
from grid_app.queries.map_facts import MapFacts
from grid_app.queries.small_numbers import FEW, LEAST_SHOWN
from grid_app.web.maps.asked import Asked, asked, seen
from grid_app.web.maps.layers import LAYER_WORDS, LayerView, Row, is_by_township
from grid_app.web.maps.look import Look, address, looked
from grid_app.web.maps.taken import note_taken
from grid_app.web.wording import local_time
from grid_app.wiring import wired

PLACE: Final = "place"
UP, DOWN = "ascending", "descending"


@requires(Action.READ_MAP)
def table_file() -> Response:
    """Give the table as the page shows it as a CSV file."""
    ask, look = asked(), looked()
    facts, view = seen(ask)
    labels = {PLACE: first_label(facts), **{column.key: column.label for column in view.columns}}
    rows = [{PLACE: row.label, **row.values} for row in (*sorted_rows(view, look), view.foot)]
    about = f"{facts.area.root.name} {LAYER_WORDS[ask.layer]} 数据时间 {local_time(facts.as_of)} 内部使用"
    lines = [[str(row.get(key, "")) for key in labels] for row in rows]
    note_taken("map.table_taken", ask, facts, rows=len(lines))
    answer = make_response(csv_text(list(labels.values()), [*lines, [about]]))
    answer.content_type = "text/csv; charset=utf-8"
    name = f"map-{ask.layer}-{facts.area.root.code}-{wired().clock.now():%Y%m%d}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def add_routes(bp: Blueprint) -> None:
    """Register the table as a file on the map's blueprint."""
    bp.add_url_rule("/map/table.csv", "table_file", table_file, methods=["GET"])


def first_label(facts: MapFacts) -> str:
    """Return what the first column names."""
    return "乡镇(街道)" if is_by_township(facts.area) else "村(社区)"


def columns_of(ask: Asked, look: Look, facts: MapFacts, view: LayerView) -> list[dict[str, object]]:
    """Return the table's columns as its macro takes them, each with the link that sorts by it."""
    first: dict[str, object] = {"key": PLACE, "label": first_label(facts), "href": "url"}
    others = [{"key": column.key, "label": column.label, "numeric": column.numeric} for column in view.columns]
    return [{**column, **_sorting(ask, look, str(column["key"]))} for column in (first, *others)]


def sorted_rows(view: LayerView, look: Look) -> list[Row]:
    """Return the rows as asked: usually by code; sums of what has no place stay below."""
    places = [row for row in view.rows if row.place is not None]
    if look.sort in {column.key for column in view.columns}:
        places.sort(key=lambda row: _weight(row.values.get(look.sort, "")), reverse=look.down)
    elif look.sort == PLACE and look.down:
        places.reverse()
    return [*places, *(row for row in view.rows if row.place is None)]


def cells_of(ask: Asked, rows: Sequence[Row]) -> list[dict[str, object]]:
    """Return rows as the table's macro takes them, each place with the link to its map or page."""
    return [{PLACE: row.label, "url": _url(ask, row), **row.values} for row in rows]


def _url(ask: Asked, row: Row) -> str:
    if row.place is None:
        return ""
    if row.place.level == "village":
        return url_for("maps.village", code=row.place.code)
    return replace(ask, root=row.place.code).url("maps.index")


def _sorting(ask: Asked, look: Look, key: str) -> dict[str, object]:
    """Return the link that sorts by a column (the first time from the top down), and how it is sorted now."""
    is_current = look.sort == key or (not look.sort and key == PLACE)
    down = not look.down if is_current else key != PLACE
    return {
        "sort_url": address(ask, replace(look, sort=key, down=down), "maps.index"),
        "sorted": (DOWN if look.down else UP) if is_current else None,
    }


def _weight(value: int | str) -> tuple[int, float, str]:
    """Order a cell: numbers by size, "<5" between 0 and 5, words after them."""
    if value == FEW:
        return (0, LEAST_SHOWN / 2, "")
    text = str(value).rstrip("%")
    try:
        return (0, float(text), "")
    except ValueError:
        return (1, 0.0, text)
