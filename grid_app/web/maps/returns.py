"""The layer of round returns: which villages have answered a round, and, close by, which of their grids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from geo.codes import CODE_LENGTH
from grid_app.queries.map_facts import RETURNS, MapFacts
from grid_app.queries.map_layers import RETURN_WORDS, RETURNED
from grid_app.web.maps.coverage import VILLAGES, legend_of, states_row
from grid_app.web.maps.layers import Class, Column, LayerView, rows_of, total_of
from grid_app.web.wording import local_time, remaining

RETURN_CLASSES: Final = tuple(
    Class(key, word, fill) for (key, word), fill in zip(RETURN_WORDS.items(), ("full", "dots", "stripe"), strict=True)
)
GRIDS, GRIDS_RETURNED, GRIDS_MISSING = "grids", "grids_returned", "grids_missing"
COLUMNS: Final = (
    VILLAGES,
    *(Column(key, word) for key, word in RETURN_WORDS.items()),
    Column(GRIDS, "网格"),
    Column(GRIDS_RETURNED, "已回执的网格"),
    Column(GRIDS_MISSING, "没回执的网格"),
)
NOTE: Final = (
    "一个村的网格都交了,村的回执就算交了;整村交的,每个网格都算。没有发现纠纷也要交零报告。放大到网格,按网格涂色。"
)


def returns_view(facts: MapFacts) -> LayerView:
    """Return which villages and grids have answered the chosen round, now or by the end of a past week."""
    asked: Counter[str] = Counter(code[: CODE_LENGTH["village"]] for code in facts.grid_returns)
    came: Counter[str] = Counter(
        code[: CODE_LENGTH["village"]] for code, state in facts.grid_returns.items() if state == RETURNED
    )

    def _row(codes: Sequence[str]) -> dict[str, int | str]:
        grids, back = (sum(counts[code] for code in codes) for counts in (asked, came))
        counted = {GRIDS: grids, GRIDS_RETURNED: back, GRIDS_MISSING: grids - back}
        return states_row(facts.returns, codes, RETURN_WORDS) | counted

    rows = rows_of(facts.area, facts.returns.keys() & facts.area.villages.keys(), _row)
    sums = Counter(facts.returns.values())
    return LayerView(
        key=RETURNS,
        headline=_headline(facts, sums),
        note=NOTE,
        legend=legend_of(RETURN_CLASSES, sums),
        columns=COLUMNS,
        rows=tuple(rows),
        foot=total_of(COLUMNS, rows),
        lines={code: RETURN_WORDS[state] for code, state in facts.returns.items()},
        states=facts.returns,
        classes=RETURN_CLASSES,
        grid_states=facts.grid_returns,
    )


def _headline(facts: MapFacts, sums: Counter[str]) -> str:
    if facts.chosen is None:
        return "现在没有进行中的排查。" if facts.week is None else "那一周没有进行中的排查。"
    done = f"{sums.total()} 个村(社区)中 {sums[RETURNED]} 个已回执"
    if facts.week is not None:
        return f"{facts.chosen.name}:到那一周结束时,{done}。{local_time(facts.chosen.due_at)} 截止。"
    left = remaining(facts.chosen.due_at, facts.as_of)
    return f"{facts.chosen.name}:{done}。{local_time(facts.chosen.due_at)} 截止,{left}。"
