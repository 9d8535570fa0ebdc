"""The layers of the map as people read them: headline, legend, table, and what the drawing module is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from grid_app.queries.map_area import Area, Place
from grid_app.queries.map_facts import CLOCKS, DISPUTES, FINDINGS, NAMINGS, RETURNS, ROOMS, STATUS
from grid_app.queries.small_numbers import FEW, shown

LAYER_WORDS: Final = {
    DISPUTES: "未办结纠纷",
    CLOCKS: "超期事项",
    FINDINGS: "已确认的苗头提示",
    RETURNS: "排查回执",
    ROOMS: "调解室",
    STATUS: "源头治理服务达标",
    NAMINGS: "无上访村(社区)命名",
}
TOTAL = "合计"


@dataclass(frozen=True)
class LegendItem:
    """One line of the legend: what a sign or filling means, and how many there are."""

    label: str
    count: str
    swatch: str = ""
    sign: str = ""
    grade: str = ""
    filter_key: str = ""


@dataclass(frozen=True)
class Column:
    """A column of the table beside the map."""

    key: str
    label: str
    numeric: bool = True


@dataclass(frozen=True)
class Row:
    """A row of the table: a township or village (``place``), or a sum of what has none (``place`` is ``None``)."""

    label: str
    values: Mapping[str, int | str]
    place: Place | None = None


@dataclass(frozen=True)
class Marks:
    """Numbered marks: ``kinds`` are (key, sign, word), ``values`` the counts of each kind by division code.

    Small counts of villages stand as people may see them; ``townships`` are then the exact sums of whole townships.
    """

    unit: str = "件"
    kinds: tuple[tuple[str, str, str], ...] = ()
    values: Mapping[str, tuple[int | str, ...]] = field(default_factory=dict)
    points: tuple[tuple[float, float, str], ...] = ()
    townships: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Class:
    """One way to paint a place: a word and a filling (see `static/office/map_paint.js`)."""

    key: str
    word: str
    fill: str


@dataclass(frozen=True)
class LayerView:
    """One layer, ready for page and frame.

    ``lines`` is what a tap on a village says; ``states`` names the class of each village, ``classes`` all of them in
    order. A layer of counts has no states. ``grid_states`` are those of grids where they have their own, by code.
    """

    key: str
    headline: str
    note: str
    legend: tuple[LegendItem, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    foot: Row
    lines: Mapping[str, str]
    marks: Marks = field(default_factory=Marks)
    states: Mapping[str, str] = field(default_factory=dict)
    classes: tuple[Class, ...] = ()
    grid_states: Mapping[str, str] = field(default_factory=dict)


Count = Callable[[Sequence[str]], Mapping[str, int | str]]


def is_by_township(area: Area) -> bool:
    """Say whether the table beside this area's map has a row per township; otherwise it has one per village."""
    return area.root.level == "county"


def rows_of(area: Area, villages: Iterable[str], count: Count) -> list[Row]:
    """Return one row per township or village; ``count`` gives the values of some villages."""
    wanted = sorted(villages)
    if not is_by_township(area):
        return [Row(area.villages[code].name, count([code]), area.villages[code]) for code in wanted]
    below: dict[str, list[str]] = {code: [] for code in area.townships}
    for code in wanted:
        below.setdefault(area.villages[code].parent_code or "", []).append(code)
    places = area.townships
    return [
        Row(places[code].name if code in places else code, count(codes), places.get(code))
        for code, codes in sorted(below.items())
        if codes
    ]


def group_of(area: Area, path: str) -> str:
    """Return the code of the row that something at ``path`` belongs to; empty when it lies at the root itself."""
    steps = path.strip("/").split("/")
    step = 1 if is_by_township(area) else 2
    return steps[step] if len(steps) > step else ""


def total_of(columns: Sequence[Column], rows: Sequence[Row]) -> Row:
    """Return the sum of the numeric columns."""
    return Row(
        TOTAL,
        {column.key: sum(int(row.values.get(column.key, 0)) for row in rows) for column in columns if column.numeric},
    )


def few(values: Mapping[str, int | str]) -> dict[str, int | str]:
    """Return the cells of one village with small counts hidden; see ``queries/small_numbers.py``."""
    return {key: number_shown(value) if isinstance(value, int) else value for key, value in values.items()}


def number_shown(count: int) -> int | str:
    """Return a count of one village as it may stand on the map: the number itself, or "<5"."""
    return FEW if shown(count) == FEW else count
