"""The printed map: exactly the view that the address asks for, with its legend, its date, and the table behind it."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, make_response, request

from grid_app.database.transaction import reading
from grid_app.documents.reports.blocks import Block, Grid, NewPage, Paper, Picture, Report, Words
from grid_app.documents.reports.pdf import report_pdf
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action
from grid_app.queries.map_facts import ROOMS, MapFacts
from grid_app.queries.map_shapes import shapes_of
from grid_app.web.maps.asked import DISAGREE, Asked, asked, facts_of, view_of
from grid_app.web.maps.layers import LAYER_WORDS, LayerView, Row
from grid_app.web.maps.look import looked
from grid_app.web.maps.picture import key_of, picture_of
from grid_app.web.maps.table import first_label, sorted_rows
from grid_app.web.maps.taken import note_taken
from grid_app.web.room_needs import needs_words
from grid_app.web.wording import grade_word, local_time
from grid_app.wiring import wired

INTERNAL: Final = "内部使用,不作划界依据"
DRAWINGS: Final[dict[tuple[Paper, bool], tuple[int, int]]] = {
    ("a4", False): (515, 570),
    ("a4", True): (600, 405),
    ("a3", False): (762, 890),
    ("a3", True): (895, 620),
}
"""How large the drawing is, in points, by paper and whether the area is wide."""
PICTURE_WIDTH, PICTURE_HEIGHT = 900, 640


@requires(Action.READ_MAP)
def printed() -> Response:
    """Give the view as a PDF on A4 or A3, upright or across as the area is shaped."""
    ask = asked()
    facts = facts_of(ask)
    view = view_of(ask, facts)
    with reading() as session:
        drawn = shapes_of(session, facts.area)
    paper: Paper = "a3" if request.args.get("paper") == "a3" else "a4"
    width, height = DRAWINGS[paper, drawn.is_wide]
    report = Report(
        title=f"{facts.area.root.name} {LAYER_WORDS[ask.layer]}",
        line=_line(ask, facts),
        blocks=(
            Words(view.headline),
            Picture(
                picture_of(facts, view, drawn, width=width, height=height),
                f"{facts.area.root.name}:{view.headline}",
                key_of(view),
                is_beside=drawn.is_wide,
            ),
            *_notes(view),
            NewPage(),
            _table(facts, view),
        ),
        foot=_foot(facts),
        author=the_actor().unit_name,
        paper=paper,
        is_wide=drawn.is_wide,
    )
    note_taken("map.printed", ask, facts, rows=len(view.rows))
    answer = make_response(report_pdf(report, at=facts.as_of))
    answer.content_type = "application/pdf"
    name = f"map-{ask.layer}-{facts.area.root.code}-{wired().clock.now():%Y%m%d}.pdf"
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@requires(Action.READ_MAP)
def picture() -> Response:
    """Give the view as a drawing, for a page without script."""
    ask = asked()
    facts = facts_of(ask)
    with reading() as session:
        drawn = shapes_of(session, facts.area)
    view = view_of(ask, facts)
    answer = make_response(picture_of(facts, view, drawn, width=PICTURE_WIDTH, height=PICTURE_HEIGHT))
    answer.content_type = "image/svg+xml; charset=utf-8"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def add_routes(bp: Blueprint) -> None:
    """Register the printed map and the drawing on the map's blueprint."""
    bp.add_url_rule("/map/print", "printed", printed, methods=["GET"])
    bp.add_url_rule("/map/picture.svg", "picture", picture, methods=["GET"])


def _line(ask: Asked, facts: MapFacts) -> str:
    """Return when the facts are from, and everything that narrows them."""
    parts = [f"数据时间 {local_time(facts.as_of)}", f"第 {facts.area.generation_number} 代边界"]
    if ask.week:
        parts.insert(0, f"{ask.week.year}年{ask.week.month}月{ask.week.day}日起那一周结束时")
    if ask.grade:
        parts.append(f"图上只画{grade_word(ask.grade)}")
    if ask.only == DISAGREE:
        parts.append("只看命名与达标是否一致")
    elif ask.layer == ROOMS and ask.only:
        parts.append(f"只算{needs_words(facts.needs)}的调解室")
    if facts.chosen is not None:
        parts.append(f"排查:{facts.chosen.name}")
    return " · ".join(parts)


def _foot(facts: MapFacts) -> str:
    settings = wired().settings
    base = f" · 底图:{settings.base_map_attribution}" if settings.base_map_urls else ""
    return f"{INTERNAL} · 第 {facts.area.generation_number} 代边界 · {facts.as_of.year} 年{base}"


def _notes(view: LayerView) -> tuple[Block, ...]:
    return (Words(view.note, is_small=True),) if view.note else ()


def _table(facts: MapFacts, view: LayerView) -> Grid:
    columns = ((first_label(facts), False), *((column.label, column.numeric) for column in view.columns))
    return Grid(
        caption=f"{facts.area.root.name} {LAYER_WORDS[view.key]}(与图同一份数据)",
        columns=columns,
        rows=tuple(_cells(view, row) for row in sorted_rows(view, looked())),
        foot=_cells(view, view.foot),
    )


def _cells(view: LayerView, row: Row) -> tuple[str, ...]:
    return (row.label, *(str(row.values.get(column.key, "")) for column in view.columns))
