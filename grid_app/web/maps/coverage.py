"""The layers of round returns, mediation rooms and recorded namings: one state per village."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from grid_app.queries.map_area import village_of
from grid_app.queries.map_facts import NAMINGS, RETURNS, ROOMS, MapFacts
from grid_app.queries.map_layers import (
    EXPIRED,
    MISSING,
    NAMED,
    NAMING_WORDS,
    NOT_NAMED,
    PARTLY,
    RETURN_WORDS,
    RETURNED,
    WITHDRAWN,
    naming_status,
)
from grid_app.queries.rooms import RoomRow
from grid_app.web.maps.layers import Column, LayerView, LegendItem, Marks, Row, group_of, rows_of, total_of
from grid_app.web.wording import local_time, number, remaining

HAS_ROOM, NO_ROOM = "has_room", "no_room"
_FILLS = {
    RETURNED: "full",
    PARTLY: "dots",
    MISSING: "stripe",
    HAS_ROOM: "full",
    NO_ROOM: "empty",
    NAMED: "full",
    EXPIRED: "stripe",
    WITHDRAWN: "dots",
    NOT_NAMED: "empty",
}
_VILLAGES = Column("villages", "村(社区)")


def returns_view(facts: MapFacts) -> LayerView:
    """Return which villages have answered the chosen open round."""
    columns = (_VILLAGES, *(Column(key, word) for key, word in RETURN_WORDS.items()))
    rows = rows_of(
        facts.area, facts.returns.keys() & facts.area.villages.keys(), lambda c: _states(facts.returns, c, RETURN_WORDS)
    )
    sums = Counter(facts.returns.values())
    return LayerView(
        key=RETURNS,
        headline=_returns_headline(facts, sums),
        note="一个村的网格都交了,村的回执就算交了。没有发现纠纷也要交零报告。",
        legend=_legend(RETURN_WORDS, sums),
        columns=columns,
        rows=tuple(rows),
        foot=total_of(columns, rows),
        fills=_fills(facts, facts.returns),
        lines={code: RETURN_WORDS[state] for code, state in facts.returns.items()},
    )


def rooms_view(facts: MapFacts) -> LayerView:
    """Return where the open mediation rooms are, and which villages have one."""
    area = facts.area
    with_room = {village_of(room.division_path) for room in facts.rooms} & area.villages.keys()
    columns = (_VILLAGES, Column("with_room", "有调解室的村"), Column("rooms", "调解室(个)"))
    in_groups = Counter(group_of(area, room.division_path) for room in facts.rooms)
    rows = [
        Row(row.label, {**row.values, "rooms": in_groups[row.place.code] if row.place else 0}, row.place)
        for row in rows_of(area, area.villages, lambda c: {"villages": len(c), "with_room": len(with_room & {*c})})
    ]
    elsewhere = len(facts.rooms) - sum(int(row.values["rooms"]) for row in rows)
    if elsewhere:
        rows.append(Row("不属于某个村的", {"rooms": elsewhere}))
    foot = total_of(columns, rows)
    states = {code: HAS_ROOM if code in with_room else NO_ROOM for code in area.villages}
    words = {HAS_ROOM: "有开放的调解室", NO_ROOM: "没有登记开放的调解室"}
    return LayerView(
        key=ROOMS,
        headline=_rooms_headline(len(area.villages), len(with_room), len(facts.rooms)),
        note="只看登记为开放的调解室;离得近的群众也可以到邻村的调解室。",
        legend=(*_legend(words, Counter(states.values())), LegendItem("调解室", f"{len(facts.rooms)} 个", sign="调")),
        columns=columns,
        rows=tuple(rows),
        foot=foot,
        fills=_fills(facts, states),
        lines={code: words[state] for code, state in states.items()},
        marks=_room_marks(facts.rooms),
    )


def namings_view(facts: MapFacts) -> LayerView:
    """Return what is recorded about official namings; nothing else enters here."""
    area = facts.area
    found = naming_status(facts.namings)
    states = {code: found.get(code, NOT_NAMED) for code in area.villages}
    columns = (_VILLAGES, *(Column(key, word) for key, word in NAMING_WORDS.items()))
    rows = rows_of(area, area.villages, lambda codes: _states(states, codes, NAMING_WORDS))
    sums = Counter(states.values())
    return LayerView(
        key=NAMINGS,
        headline=f"登记在案的命名:有效 {sums[NAMED]} 个,已到期 {sums[EXPIRED]} 个,已撤销 {sums[WITHDRAWN]} 个。",
        note="按县里的命名文件登记。系统不计算、不评价,群众来访、投诉、打官司都不影响这里。",
        legend=_legend(NAMING_WORDS, sums),
        columns=columns,
        rows=tuple(rows),
        foot=total_of(columns, rows),
        fills=_fills(facts, states),
        lines={code: NAMING_WORDS[state] for code, state in states.items()},
    )


def _returns_headline(facts: MapFacts, sums: Counter[str]) -> str:
    if facts.chosen is None:
        return "现在没有进行中的排查。"
    due = f"{local_time(facts.chosen.due_at)} 截止,{remaining(facts.chosen.due_at, facts.as_of)}"
    return f"{facts.chosen.name}:{sums.total()} 个村(社区)中 {sums[RETURNED]} 个已回执。{due}。"


def _rooms_headline(villages: int, with_room: int, rooms: int) -> str:
    share = f",占 {with_room / villages:.0%}" if villages else ""
    return f"{number(villages)} 个村(社区)中 {number(with_room)} 个有调解室{share};开放的调解室共 {number(rooms)} 个。"


def _room_marks(rooms: Sequence[RoomRow]) -> Marks:
    """Count rooms by village (or township), and give the place of those that have one."""
    counts = Counter(village_of(room.division_path) or room.division_code for room in rooms)
    return Marks(
        unit="个",
        kinds=(("room", "调", "调解室"),),
        values={code: (count,) for code, count in sorted(counts.items())},
        points=tuple(
            (round(room.lon, 5), round(room.lat, 5), room.name)
            for room in rooms
            if room.lon is not None and room.lat is not None
        ),
    )


def _states(states: Mapping[str, str], codes: Sequence[str], words: Mapping[str, str]) -> dict[str, int | str]:
    sums = Counter(states[code] for code in codes)
    return {"villages": len(codes), **{key: sums[key] for key in words}}


def _legend(words: Mapping[str, str], sums: Counter[str]) -> tuple[LegendItem, ...]:
    return tuple(LegendItem(word, f"{number(sums[key])} 个村", swatch=_FILLS[key]) for key, word in words.items())


def _fills(facts: MapFacts, states: Mapping[str, str]) -> dict[str, str]:
    return {code: _FILLS[state] for code, state in states.items() if code in facts.area.on_map}
