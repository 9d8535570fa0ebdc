"""Open disputes by squares of 500 metres: the table says by village how many are shown at which fineness."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from grid_app.queries.map_area import Area
from grid_app.queries.map_facts import DISPUTES, MapFacts
from grid_app.queries.map_standing import GRADES
from grid_app.queries.points import Points, Shares
from grid_app.web.maps.disputes import NOWHERE, WITHHELD, apart_shown, disputes_view, foot_of, hidden, said
from grid_app.web.maps.layers import Column, LayerView, LegendItem, Row, rows_of, total_of
from grid_app.web.wording import grade_word, number

EXACT, SQUARES, VILLAGE, WITHOUT = "exact", "squares", "village", "without"
WORDS: Final = {
    SQUARES: "格子里",
    VILLAGE: "归到村",
    EXACT: "准确位置",
    WITHOUT: "不标位置",
}
COLUMNS: Final = (*(Column(key, word) for key, word in WORDS.items()), Column("open", "未办结"))
NOTE: Final = (
    "格子里写的是未办结的件数,1 到 4 件写“<5”,不写准确位置;格子里不到 10 户或者不知道户数的,归到村。"
    "准确位置只有承办单位看得到。"
    "家庭、邻里和可能伤到孩子或家人的事,以及没有定位点的,不标位置,只在表里。"
)


def squares_view(facts: MapFacts, points: Points, *, only: str = "") -> LayerView:
    """Return the layer of open disputes by squares; the rows add up to the same numbers as by village.

    ``only`` limits what is drawn (not the table) to one grade, as in the layer by villages.
    """
    usual, area = disputes_view(facts, only=only), facts.area
    open_by_village = {code: sum(tally[: len(GRADES)]) for code, tally in facts.standing.areas.items()}
    exact = rows_of(area, area.on_map, lambda codes: _values(points, open_by_village, codes))
    apart = [
        Row(label, {WITHOUT: count, "open": count})
        for label, count in (
            (NOWHERE, facts.placed.not_located.open_total),
            (WITHHELD, sum(facts.standing.withheld[: len(GRADES)])),
        )
        if count
    ]
    foot = total_of(COLUMNS, [*exact, *apart])
    return LayerView(
        key=DISPUTES,
        headline=_headline(area, foot, len(points.cells)),
        note=NOTE,
        legend=_legend(area, foot, only),
        columns=COLUMNS,
        rows=(*hidden(area, exact), *apart_shown(area, apart)),
        foot=foot_of(area, COLUMNS, [*exact, *apart]),
        lines=usual.lines,
        marks=usual.marks,
    )


def _values(points: Points, open_by_village: dict[str, int], codes: Sequence[str]) -> dict[str, int | str]:
    found = [points.shares.get(code, Shares()) for code in codes]
    total = sum(open_by_village.get(code, 0) for code in codes)
    return {
        SQUARES: sum(one.squares for one in found),
        VILLAGE: sum(one.village for one in found),
        EXACT: sum(one.exact for one in found),
        WITHOUT: total - sum(one.total for one in found),
        "open": total,
    }


def _headline(area: Area, foot: Row, squares: int) -> str:
    values = {key: said(area, int(count)) for key, count in foot.values.items()}
    where = "500 米格子里" if area.root.level == "village" else f"{number(squares)} 个 500 米格子里"
    own = f"本单位承办、标准确位置的 {values[EXACT]} 件(别的单位看不到它们的准确位置)," if foot.values[EXACT] else ""
    return (
        f"未办结 {values['open']} 件:在{where}的 {values[SQUARES]} 件,"
        f"归到村的 {values[VILLAGE]} 件,{own}不标位置的 {values[WITHOUT]} 件。"
    )


def _legend(area: Area, foot: Row, only: str) -> tuple[LegendItem, ...]:
    signs = {SQUARES: ("□", "500 米格子"), VILLAGE: ("村", "归到村的"), EXACT: ("◎", "本单位承办的,准确位置")}
    items = tuple(
        LegendItem(word, f"{said(area, int(foot.values[key]))} 件", sign=sign) for key, (sign, word) in signs.items()
    )
    drawn = (LegendItem(f"图上只画{grade_word(only)}", "", sign="!"),) if only else ()
    return (*items, *drawn)
