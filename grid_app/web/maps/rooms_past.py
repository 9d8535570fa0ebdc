"""The layer of mediation rooms at the end of a past week: only where it was recorded then, else it says so."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from grid_app.queries.map_facts import MapFacts
from grid_app.web.maps.coverage import NO_ROOM, ROOM_CLASSES, ROOM_WORDS, legend_of, rooms_view, states_row
from grid_app.web.maps.layers import Class, Column, LayerView, Row, rows_of, total_of

UNRECORDED: Final = Class("unrecorded", "那一周没有记录", "back")
NOT_KEPT: Final = "调解室的开放时间、调解员、使用情况改了就没有旧的,所以以前的情况只有每周记下来的才知道。"


def rooms_at(facts: MapFacts) -> LayerView:
    """Return the layer of rooms, of the present or of a past week."""
    return rooms_view(facts) if facts.week is None else _past(facts)


def _past(facts: MapFacts) -> LayerView:
    """Return what was recorded; a village that is not in the record is never shown as one without a room."""
    area = facts.area
    states = {code: str(facts.coverage.get(code, UNRECORDED.key)) for code in area.villages}
    words = {**ROOM_WORDS, UNRECORDED.key: UNRECORDED.word}
    classes = (*ROOM_CLASSES, UNRECORDED)
    usual = rooms_view(replace(facts, coverage={code: facts.coverage.get(code, "none") for code in area.villages}))
    rooms = {row.label: row.values["rooms"] for row in usual.rows}
    columns = (usual.columns[0], *(Column(key, word) for key, word in words.items()))
    columns += (usual.columns[-1],) if facts.rooms_known else ()
    rows = [
        Row(row.label, {**row.values, "rooms": rooms[row.label]}, row.place)
        for row in rows_of(area, area.villages, lambda codes: states_row(states, codes, words))
    ]
    rows += [row for row in usual.rows if row.place is None]
    sums = {key: sum(state == key for state in states.values()) for key in words}
    return replace(
        usual,
        headline=_headline(facts, sums),
        note=NOT_KEPT,
        legend=(*legend_of(classes, sums), *((usual.legend[-1],) if facts.rooms_known else ())),
        columns=columns,
        rows=tuple(rows),
        foot=total_of(columns, rows),
        lines={code: words[state] for code, state in states.items()},
        states=states,
        classes=classes,
    )


def _headline(facts: MapFacts, sums: dict[str, int]) -> str:
    if facts.rooms_known:
        missing = f"没有记录的 {sums[UNRECORDED.key]} 个村," if sums[UNRECORDED.key] else ""
        return (
            f"到那一周结束时:有有效调解室的 {sums['effective']} 个村(社区),还不够有效的 {sums['nominal']} 个,"
            f"缺少数据的 {sums['unknown']} 个,没有的 {sums[NO_ROOM]} 个,{missing}"
            f"开放的调解室共 {len(facts.rooms)} 个。"
        )
    since = facts.rooms_since
    first = f"从 {since:%Y年%m月%d日} 那一周起有记录" if since else "从现在起每周记一次,下周一起可以回看"
    return f"那一周调解室的情况没有记录,不能回看;{first}。看现在的情况,请把时间拖到“现在”。"
