"""The ledger of disputes as rows of a file: names and personal numbers hidden, no person, no point of a house."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

import shapely
from sqlalchemy.orm import Session

from grid_app.documents.tables.content import Column, MapClass, Row, Table, Value
from grid_app.queries.chunks import chunks
from grid_app.queries.disputes_places import place_names
from grid_app.queries.exports.disputes import DisputeFacts, Outcome, Wanted, dispute_facts, dispute_ids, outcomes_of
from grid_app.queries.exports.places import village_points
from grid_app.queries.masking import mask_text
from grid_app.services.exports.desk import Desk
from grid_app.services.matters.names import Names, hide_names, party_names
from grid_app.vocabulary.categories import name_of
from grid_app.vocabulary.words import CHANNEL_WORDS, CLOSURE_WORDS, GRADE_WORDS, PLACE_WORDS, STATE_WORDS, VOICE_ONLY

SEALED_WORDS: Final = "按规定保密,不写内容"
BY_VILLAGE: Final = "村(社区)标注点,不是事发地点"
EXACT: Final = "事发地点(本单位办理)"
COLUMNS: Final = (
    Column("number", "编号", "code", 20),
    Column("received", "登记时间", "moment", 17),
    Column("since", "从何时起", "date", 12),
    Column("place_code", "区划代码", "code", 18),
    Column("place", "地点", "text", 22),
    Column("category", "类别代码", "code", 10),
    Column("kind", "类别", "text", 26),
    Column("summary", "主要内容", "text", 60),
    Column("households", "涉及户数", "text", 10),
    Column("grade", "等级", "text", 8),
    Column("state", "状态", "text", 12),
    Column("channel", "来源", "text", 12),
    Column("organisation", "涉及单位或企业", "text", 24),
    Column("project", "涉及项目", "text", 20),
    Column("unit", "责任单位", "text", 26),
    Column("accepted", "受理时间", "moment", 17),
    Column("due", "下一时限", "moment", 17),
    Column("closed", "办结时间", "moment", 17),
    Column("ground", "办结方式", "text", 16),
    Column("basis", "办结依据", "text", 40),
    Column("located", "地点怎么定的", "text", 14),
)
ON_MAPS: Final = Column("point_is", "点的含义", "text", 24)
GRADES: Final = (
    MapClass("红", "红", "#b42318", sign="circle"),
    MapClass("橙", "橙", "#c4660a", sign="triangle"),
    MapClass("黄", "黄", "#d9a400", sign="square"),
    MapClass("蓝", "蓝", "#2b6cb0", sign="diamond"),
    MapClass("绿", "绿", "#2f855a", sign="circle"),
)


@dataclass(frozen=True)
class Told:
    """A dispute in words: its facts, where it is, its free texts without names, and what came of it."""

    facts: DisputeFacts
    place: str
    summary: str
    basis: str
    note: str
    outcome: Outcome


def disputes_table(desk: Desk, wanted: Wanted, *, on_map: bool) -> tuple[Table, int]:
    """Return the table of disputes and how many rows it has; with ``on_map`` each has a point.

    The exact one for the unit that handles the matter (``queries/points.py``), else the label point of its village.
    Matters that no map shows (16xx) stay in lists and are left out of maps.
    """
    if on_map:
        desk = replace(desk, scope=replace(desk.scope, sees_county_only=False))
    with desk.reading() as session:
        ids = dispute_ids(session, scope=desk.scope, wanted=wanted)
        points = _points(session) if on_map else {}
    columns = (*COLUMNS, ON_MAPS) if on_map else COLUMNS

    def shaped(one: Told) -> Row:
        if not on_map:
            return Row(_values(one))
        if one.facts.point is not None:
            return Row((*_values(one), EXACT), shapely.to_wkb(shapely.Point(*one.facts.point)))
        return Row((*_values(one), BY_VILLAGE), points.get(one.facts.division_code))

    table = Table(
        "disputes",
        "纠纷台账",
        columns,
        map(shaped, told_disputes(desk, ids)),
        geometry="Point" if on_map else "",
        classes=GRADES,
        class_of="grade",
    )
    return table, len(ids)


def told_disputes(desk: Desk, ids: Sequence[UUID]) -> Iterator[Told]:
    """Give the disputes in words, portion by portion; what left the scope meanwhile is left out."""
    for some in chunks(ids):
        with desk.reading() as session:
            portion = _told(session, desk, some)
        yield from portion


def hidden(text: str, names: Names) -> str:
    """Return a text without names of parties and personal numbers."""
    return mask_text(hide_names(text, names)).text


def _told(session: Session, desk: Desk, ids: Sequence[UUID]) -> list[Told]:
    facts = dispute_facts(session, scope=desk.scope, ids=ids)
    places = place_names(session, {one.division_code for one in facts})
    names = party_names(session, [one.id for one in facts], cipher=desk.cipher)
    outcomes = outcomes_of(session, [one.id for one in facts])
    return [_one(one, places[one.division_code], names[one.id], outcomes[one.id]) for one in facts]


def _one(facts: DisputeFacts, place: str, names: Names, outcome: Outcome) -> Told:
    if facts.is_sealed:
        return Told(facts, place, SEALED_WORDS, SEALED_WORDS if facts.basis else "", "", outcome)
    summary = hidden(facts.summary, names) or VOICE_ONLY
    return Told(facts, place, summary, hidden(facts.basis, names), hidden(outcome.note, names), outcome)


def _values(one: Told) -> tuple[Value, ...]:
    facts = one.facts
    return (
        facts.number, facts.received_at, facts.since, facts.division_code, one.place, facts.category,
        name_of(facts.category), one.summary, facts.band, GRADE_WORDS.get(facts.grade, facts.grade),
        STATE_WORDS.get(facts.state, facts.state), CHANNEL_WORDS.get(facts.channel, facts.channel),
        "" if facts.is_sealed else facts.organisation, "" if facts.is_sealed else facts.project, facts.unit,
        facts.accepted_at, facts.due_at, facts.closed_at, CLOSURE_WORDS.get(facts.ground, facts.ground), one.basis,
        PLACE_WORDS.get(facts.place_kind, facts.place_kind),
    )  # fmt: skip


def _points(session: Session) -> Mapping[str, bytes]:
    """Return by division the label point of its village as WKB."""
    return {code: shapely.to_wkb(shapely.Point(*point)) for code, point in village_points(session).items()}
