"""Villages and mediation rooms as rows of a file, with the classes by which a map draws them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import shapely
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.documents.tables.content import Column, Geometry, MapClass, Row, Table, Value
from grid_app.queries.coverage import CoverageFacts, VillageCoverage, coverage_in
from grid_app.queries.coverage_rooms import RoomFacts
from grid_app.queries.exports.places import VillageRow, late_by_village, open_by_village, villages_with_shapes
from grid_app.queries.map_area import narrowed, village_of
from grid_app.queries.map_layers import (
    NAMING_WORDS,
    NOT_NAMED,
    NamingRow,
    confirmed_findings,
    naming_status,
    namings_in,
)
from grid_app.queries.rooms import ROOM_KIND_WORDS
from grid_app.queries.small_numbers import shown
from grid_app.queries.village_status import VillageStatus, statuses_in
from grid_app.services.exports.desk import Desk
from grid_app.standing.criteria import NAMES, RESULT_WORDS
from grid_app.standing.states import STATE_WORDS

COVERAGE_WORDS: Final = {
    "effective": "有有效的调解室",
    "nominal": "有调解室,还不够有效",
    "none": "没有登记开放的调解室",
    "unknown": "有调解室,缺少数据",
}
ROOM_WORDS: Final = {"effective": "有效", "nominal": "未达有效", "unknown": "待补登记", "closed": "已关闭"}
YES_NO: Final = {True: "是", False: "否", None: "不清楚"}
VILLAGE_COLUMNS: Final = (
    Column("code", "区划代码", "code", 16),
    Column("name", "村(社区)", "text", 16),
    Column("township", "乡镇(街道)", "text", 16),
    Column("households", "户数", "number", 8),
    Column("open", "未办结纠纷", "text", 10),
    Column("late", "超期未办", "text", 10),
    Column("findings", "已确认的苗头提示", "text", 12),
    Column("rooms", "开放的调解室", "number", 10),
    Column("coverage", "调解室覆盖", "text", 22),
    Column("reach", "2公里(城区1公里)内有调解室", "text", 14),
    Column("second", "有第二个可选", "text", 12),
    Column("naming", "无上访村(社区)命名", "text", 16),
    Column("status", "源头治理服务达标", "text", 14),
)
STATUS_COLUMNS: Final = (
    Column("code", "区划代码", "code", 16),
    Column("name", "村(社区)", "text", 16),
    Column("township", "乡镇(街道)", "text", 16),
    Column("naming", "无上访村(社区)命名", "text", 16),
    Column("document", "命名文号", "text", 22),
    Column("named_on", "命名日期", "date", 12),
    Column("expires_on", "到期日期", "date", 12),
    Column("withdrawn_on", "撤销日期", "date", 12),
    Column("status", "源头治理服务达标", "text", 14),
    Column("since", "从何时起", "date", 12),
    Column("why", "为什么", "text", 40),
    *(Column(key.lower(), f"{key} {name}", "text", 12) for key, name in NAMES.items()),
    Column("look", "需要看一看", "text", 30),
    Column("month", "评估月份", "date", 12),
)
ROOM_COLUMNS: Final = (
    Column("code", "编号", "code", 20),
    Column("name", "调解室", "text", 24),
    Column("kind", "种类", "text", 18),
    Column("place_code", "区划代码", "code", 16),
    Column("place", "所在地", "text", 16),
    Column("hours", "开放时间", "text", 24),
    Column("mediators", "调解员人数", "number", 10),
    Column("in_term", "任期内的调解员", "number", 12),
    Column("last_use", "最近一次使用", "date", 12),
    Column("accessible", "无障碍", "text", 8),
    Column("woman", "有女调解员", "text", 10),
    Column("phone", "公开电话", "text", 16),
    Column("state", "是否有效", "text", 10),
    Column("why", "为什么", "text", 50),
    Column("lon", "经度", "decimal", 12),
    Column("lat", "纬度", "decimal", 12),
)
COVERED: Final = (
    MapClass(COVERAGE_WORDS["effective"], COVERAGE_WORDS["effective"], "#5aae9d"),
    MapClass(COVERAGE_WORDS["nominal"], COVERAGE_WORDS["nominal"], "#5aae9d", hatch=True),
    MapClass(COVERAGE_WORDS["unknown"], COVERAGE_WORDS["unknown"], "#9aa5b1", hatch=True),
    MapClass(COVERAGE_WORDS["none"], COVERAGE_WORDS["none"], "#ffffff"),
)
STATUSES: Final = (
    MapClass(STATE_WORDS["met"], STATE_WORDS["met"], "#5aae9d"),
    MapClass(STATE_WORDS["on_track"], STATE_WORDS["on_track"], "#c7e5df"),
    MapClass(STATE_WORDS["under_review"], STATE_WORDS["under_review"], "#c4910a", hatch=True),
    MapClass(STATE_WORDS["lapsed"], STATE_WORDS["lapsed"], "#8d6e97", hatch=True),
    MapClass(STATE_WORDS["not_assessed"], STATE_WORDS["not_assessed"], "#ffffff"),
)
ROOMS: Final = (
    MapClass(ROOM_WORDS["effective"], ROOM_WORDS["effective"], "#1f7a68", sign="circle"),
    MapClass(ROOM_WORDS["nominal"], ROOM_WORDS["nominal"], "#c7e5df", sign="square"),
    MapClass(ROOM_WORDS["unknown"], ROOM_WORDS["unknown"], "#9aa5b1", sign="diamond"),
    MapClass(ROOM_WORDS["closed"], ROOM_WORDS["closed"], "#ffffff", sign="triangle"),
)


def villages_table(desk: Desk, *, on_map: bool) -> tuple[Table, int]:
    """Return a row per village: what is open there, rooms, naming and status; counts of 1 to 4 are not told."""
    with desk.reading() as session:
        villages = villages_with_shapes(session, scope=desk.scope)
        rows = list(_village_rows(session, desk, villages, on_map=on_map))
    geometry: Geometry = "MultiPolygon" if on_map else ""
    table = Table("villages", "村(社区)情况", VILLAGE_COLUMNS, rows, geometry, COVERED, "coverage")
    return table, len(rows)


def statuses_table(desk: Desk, *, on_map: bool) -> tuple[Table, int]:
    """Return a row per village: the official naming and the status by service, which are never mixed."""
    with desk.reading() as session:
        villages = villages_with_shapes(session, scope=desk.scope)
        today = local_date(desk.now)
        namings = _newest(namings_in(session, scope=desk.scope, on=today))
        statuses = statuses_in(session, scope=desk.scope, on=today)
    rows = [
        Row(_status_values(one, namings.get(one.code), statuses.get(one.code)), one.shape if on_map else None)
        for one in villages
    ]
    geometry: Geometry = "MultiPolygon" if on_map else ""
    return Table("statuses", "命名和服务达标", STATUS_COLUMNS, rows, geometry, STATUSES, "status"), len(rows)


def rooms_table(desk: Desk, *, on_map: bool) -> tuple[Table, int]:
    """Return a row per mediation room of the area; where a room is, is public (人民调解法 8)."""
    with desk.reading() as session:
        path = desk.actor.division_path
        found = _coverage(session, desk)
        rooms = [room for code, room in sorted(found.rooms.items()) if room.path.startswith(path)]
    rows = [Row(_room_values(room), _point(room) if on_map else None) for room in rooms]
    return Table("rooms", "调解室", ROOM_COLUMNS, rows, "Point" if on_map else "", ROOMS, "state"), len(rows)


def _coverage(session: Session, desk: Desk) -> CoverageFacts:
    path = desk.actor.division_path
    return coverage_in(session, scope=narrowed(desk.scope, path), root_path=path, now=desk.now)


def _village_rows(session: Session, desk: Desk, villages: list[VillageRow], *, on_map: bool) -> Iterator[Row]:
    here, today = narrowed(desk.scope, desk.actor.division_path), local_date(desk.now)
    opened = open_by_village(session, scope=here)
    late = late_by_village(session, scope=here, now=desk.now)
    findings: dict[str, int] = {}
    for finding in confirmed_findings(session, scope=here):
        findings[village_of(finding.path)] = findings.get(village_of(finding.path), 0) + 1
    namings = naming_status(namings_in(session, scope=here, on=today))
    statuses = statuses_in(session, scope=desk.scope, on=today)
    coverage = _coverage(session, desk).villages
    for one in villages:
        status = statuses.get(one.code)
        values: tuple[Value, ...] = (
            one.code, one.name, one.township, one.households, shown(opened.get(one.code, 0)),
            shown(late.get(one.code, 0)), shown(findings.get(one.code, 0)), *_covered(coverage.get(one.code)),
            NAMING_WORDS[namings.get(one.code, NOT_NAMED)],
            STATE_WORDS[status.state if status else "not_assessed"],
        )  # fmt: skip
        yield Row(values, one.shape if on_map else None)


def _covered(found: VillageCoverage | None) -> tuple[Value, ...]:
    if found is None:
        return (None, "", "", "")
    return (len(found.rooms), COVERAGE_WORDS[found.state], YES_NO[found.access], YES_NO[found.second])


def _newest(namings: list[NamingRow]) -> Mapping[str, NamingRow]:
    """Return by village the naming in force, else the newest; the rows come with the newest first."""
    found: dict[str, NamingRow] = {}
    for row in namings:
        village = village_of(row.path)
        if village not in found or (row.status == "named" and found[village].status != "named"):
            found[village] = row
    return found


def _status_values(one: VillageRow, naming: NamingRow | None, status: VillageStatus | None) -> tuple[Value, ...]:
    results = {result.key: RESULT_WORDS[result.state] for result in status.criteria} if status else {}
    return (
        one.code, one.name, one.township, NAMING_WORDS[naming.status if naming else NOT_NAMED],
        naming.document_number if naming else "", naming.named_on if naming else None,
        naming.expires_on if naming else None, naming.withdrawn_on if naming else None,
        STATE_WORDS[status.state if status else "not_assessed"], status.since if status else None,
        status.why if status else "", *(results.get(key, RESULT_WORDS["no_data"]) for key in NAMES),
        ";".join(status.needs_a_look) if status else "", status.month if status else None,
    )  # fmt: skip


def _room_values(room: RoomFacts) -> tuple[Value, ...]:
    why = ";".join(check.sentence for check in room.checks)
    return (
        room.code, room.name, ROOM_KIND_WORDS.get(room.kind, room.kind), room.division_code, room.division_name,
        room.opening_hours, room.mediators, room.valid_mediators, room.last_use, YES_NO[room.accessible],
        YES_NO[room.woman_mediator], room.phone, ROOM_WORDS[room.state], why, room.lon, room.lat,
    )  # fmt: skip


def _point(room: RoomFacts) -> bytes | None:
    if room.lon is None or room.lat is None:
        return None
    return bytes(shapely.to_wkb(shapely.Point(room.lon, room.lat)))
