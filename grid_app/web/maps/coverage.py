"""The layers of mediation rooms and recorded namings: one state per village."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from grid_app.queries.coverage_needs import NO_NEEDS
from grid_app.queries.map_area import village_of
from grid_app.queries.map_facts import NAMINGS, ROOMS, MapFacts
from grid_app.queries.map_layers import (
    EXPIRED,
    NAMED,
    NAMING_WORDS,
    NOT_NAMED,
    WITHDRAWN,
    naming_status,
)
from grid_app.queries.rooms import RoomRow
from grid_app.web.maps.layers import Class, Column, LayerView, LegendItem, Marks, Row, group_of, rows_of, total_of
from grid_app.web.room_needs import needs_words
from grid_app.web.wording import number

EFFECTIVE, NOMINAL, UNKNOWN, NO_ROOM = "effective", "nominal", "unknown", "none"
ROOM_CLASSES: Final = (
    Class(EFFECTIVE, "有有效的调解室", "full"),
    Class(NOMINAL, "有调解室,还不够有效", "stripe"),
    Class(UNKNOWN, "有调解室,缺少数据", "dots"),
    Class(NO_ROOM, "没有登记开放的调解室", "empty"),
)
ROOM_WORDS: Final = {one.key: one.word for one in ROOM_CLASSES}
_NAMING_FILLS: Final = {NAMED: "full", EXPIRED: "stripe", WITHDRAWN: "dots"}
NAMING_CLASSES: Final = tuple(Class(key, word, _NAMING_FILLS.get(key, "empty")) for key, word in NAMING_WORDS.items())
VILLAGES = Column("villages", "村(社区)")


def rooms_view(facts: MapFacts) -> LayerView:
    """Return which villages have an effective mediation room, one in name only, or none, and where the rooms are."""
    area = facts.area
    states = {code: facts.coverage.get(code, NO_ROOM) for code in area.villages}
    columns = (VILLAGES, *(Column(key, word) for key, word in ROOM_WORDS.items()), Column("rooms", "调解室(个)"))
    in_groups = Counter(group_of(area, room.division_path) for room in facts.rooms)
    rows = [
        Row(row.label, {**row.values, "rooms": in_groups[row.place.code] if row.place else 0}, row.place)
        for row in rows_of(area, area.villages, lambda c: states_row(states, c, ROOM_WORDS))
    ]
    elsewhere = len(facts.rooms) - sum(int(row.values["rooms"]) for row in rows)
    if elsewhere:
        rows.append(Row("不属于某个村的", {"rooms": elsewhere}))
    sums = Counter(states.values())
    return LayerView(
        key=ROOMS,
        headline=_only_some(facts) + _rooms_headline(len(area.villages), sums, len(facts.rooms)),
        note="有效:每周开放半天以上、两名以上任期内的调解员、近 90 天用过或试开过。群众也可以到邻村的调解室。",
        legend=(*legend_of(ROOM_CLASSES, sums), LegendItem("调解室", f"{len(facts.rooms)} 个", sign="调")),
        columns=columns,
        rows=tuple(rows),
        foot=total_of(columns, rows),
        lines={code: ROOM_WORDS[state] for code, state in states.items()},
        marks=_room_marks(facts.rooms),
        states=states,
        classes=ROOM_CLASSES,
    )


def namings_view(facts: MapFacts) -> LayerView:
    """Return what is recorded about official namings; nothing else enters here."""
    area = facts.area
    found = naming_status(facts.namings)
    states = {code: found.get(code, NOT_NAMED) for code in area.villages}
    columns = (VILLAGES, *(Column(key, word) for key, word in NAMING_WORDS.items()))
    rows = rows_of(area, area.villages, lambda codes: states_row(states, codes, NAMING_WORDS))
    sums = Counter(states.values())
    return LayerView(
        key=NAMINGS,
        headline=f"登记在案的命名:有效 {sums[NAMED]} 个,已到期 {sums[EXPIRED]} 个,已撤销 {sums[WITHDRAWN]} 个。",
        note="按县里的命名文件登记。系统不计算、不评价,群众来访、投诉、打官司都不影响这里。",
        legend=legend_of(NAMING_CLASSES, sums),
        columns=columns,
        rows=tuple(rows),
        foot=total_of(columns, rows),
        lines={code: NAMING_WORDS[state] for code, state in states.items()},
        states=states,
        classes=NAMING_CLASSES,
    )


def _only_some(facts: MapFacts) -> str:
    return f"只看{needs_words(facts.needs)}的调解室。" if facts.needs != NO_NEEDS else ""


def _rooms_headline(villages: int, sums: Counter[str], rooms: int) -> str:
    share = f",占 {sums[EFFECTIVE] / villages:.0%}" if villages else ""
    return (
        f"{number(villages)} 个村(社区)中 {number(sums[EFFECTIVE])} 个有有效的调解室{share};"
        f"有调解室还不够有效的 {number(sums[NOMINAL])} 个村,缺少数据的 {number(sums[UNKNOWN])} 个村,"
        f"没有的 {number(sums[NO_ROOM])} 个村;"
        f"开放的调解室共 {number(rooms)} 个。"
    )


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


def states_row(states: Mapping[str, str], codes: Sequence[str], words: Mapping[str, str]) -> dict[str, int | str]:
    """Return how many of some villages are in each state."""
    sums = Counter(states[code] for code in codes)
    return {"villages": len(codes), **{key: sums[key] for key in words}}


def legend_of(classes: Sequence[Class], sums: Mapping[str, int]) -> tuple[LegendItem, ...]:
    """Return a line of the legend for each class, with how many villages it has."""
    return tuple(LegendItem(one.word, f"{number(sums.get(one.key, 0))} 个村", swatch=one.fill) for one in classes)
