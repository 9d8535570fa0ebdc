"""The layers of disputes and of confirmed findings: counts by grade, never single places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from grid_app.queries.map_counts import GradeCounts
from grid_app.queries.map_facts import DISPUTES, FINDINGS, MapFacts
from grid_app.queries.map_layers import FindingRow, by_grade
from grid_app.vocabulary.words import GRADE_ORDER
from grid_app.web.maps.layers import (
    Column,
    LayerView,
    LegendItem,
    Marks,
    Row,
    group_of,
    is_by_township,
    rows_of,
    total_of,
)
from grid_app.web.wording import GRADES, grade_sign, grade_word, number

SERIOUS_FIRST: Final = tuple(reversed(GRADE_ORDER))
_KINDS: Final = tuple((grade, grade_sign(grade), grade_word(grade)) for grade in SERIOUS_FIRST)
_GRADE_COLUMNS: Final = tuple(Column(grade, f"{sign} {GRADES[grade][1]}") for grade, sign, _ in _KINDS)
NOWHERE = "没有定位到村"
WITHHELD = "按规定不上图"


def disputes_view(facts: MapFacts, *, only: str = "") -> LayerView:
    """Return open disputes by grade; ``only`` limits the marks (not the table) to one grade."""
    placed, area = facts.placed, facts.area
    columns = (*_GRADE_COLUMNS, Column("open", "未办结"), Column("finished", "已办结"), Column("total", "共登记"))
    rows = rows_of(area, area.on_map, lambda codes: _values(_sum(placed.villages, codes)))
    if placed.not_located.total:
        rows.append(Row(NOWHERE, _values(placed.not_located)))
    if placed.withheld:
        rows.append(Row(WITHHELD, {"total": placed.withheld}))
    foot = total_of(columns, rows)
    shown = _sum(placed.villages, placed.villages)
    grades = (only,) if only in GRADES else SERIOUS_FIRST
    return LayerView(
        key=DISPUTES,
        headline=_headline(facts, shown),
        note="圆圈写的是一个村(社区)未办结的件数,不是具体位置。登记得多,说明发现得早,不是坏事。",
        legend=tuple(
            LegendItem(word, f"{number(shown.open.get(grade, 0))} 件", sign=sign, grade=grade, filter_key=grade)
            for grade, sign, word in _KINDS
        ),
        columns=columns,
        rows=tuple(rows),
        foot=foot,
        fills={},
        lines={code: _line(counts) for code, counts in placed.villages.items()},
        marks=Marks(
            kinds=_KINDS,
            values={
                code: tuple(counts.open.get(grade, 0) if grade in grades else 0 for grade in SERIOUS_FIRST)
                for code, counts in placed.villages.items()
                if any(counts.open.get(grade) for grade in grades)
            },
        ),
    )


def findings_view(facts: MapFacts) -> LayerView:
    """Return confirmed findings by grade and place; one that spans several villages stands at its township."""
    area = facts.area
    columns = (*_GRADE_COLUMNS, Column("total", "苗头提示"))
    grouped: dict[str, list[FindingRow]] = {}
    for finding in facts.findings:
        grouped.setdefault(group_of(area, finding.path), []).append(finding)
    places = area.townships if is_by_township(area) else area.villages
    rows = [
        Row(places[code].name if code in places else code, _finding_values(found), places.get(code))
        for code, found in sorted(grouped.items())
        if code
    ]
    if "" in grouped:
        rows.append(Row(f"{area.root.name}(跨几处)", _finding_values(grouped[""])))
    counts = by_grade(facts.findings)
    drawn = Counter(f.grade for f in facts.findings if group_of(area, f.path))
    return LayerView(
        key=FINDINGS,
        headline=_findings_headline(len(facts.findings), len(grouped.get("", ()))),
        note="苗头提示说的是几户遇到了同一个没解决的问题,要早答复、早协调;不针对任何人。",
        legend=tuple(
            LegendItem(word, f"{number(drawn[grade])} 条", sign=sign, grade=grade) for grade, sign, word in _KINDS
        ),
        columns=columns,
        rows=tuple(rows),
        foot=total_of(columns, rows),
        fills={finding.division_code: "stripe" for finding in facts.findings if finding.division_code in area.on_map},
        lines={code: f"已确认的苗头提示 {sum(found.values())} 条" for code, found in counts.items()},
        marks=Marks(
            unit="条",
            kinds=_KINDS,
            values={code: tuple(found.get(grade, 0) for grade in SERIOUS_FIRST) for code, found in counts.items()},
        ),
    )


def _findings_headline(total: int, wide: int) -> str:
    spread = f"其中 {number(wide)} 条跨几处,只列在表里,图上不画。" if wide else ""
    return f"已确认、还没有消退的苗头提示 {number(total)} 条。{spread}"


def _headline(facts: MapFacts, shown: GradeCounts) -> str:
    counts = facts.placed.counts
    open_total = shown.open_total + facts.placed.not_located.open_total
    withheld = f",按规定不上图 {number(counts.withheld)} 件" if counts.withheld else ""
    apart = "(不含不上图的)" if counts.withheld else ""
    return (
        f"共登记 {number(counts.total)} 件:在图上 {number(counts.on_map)} 件,"
        f"没有定位到村 {number(counts.not_located)} 件{withheld}。"
        f"未办结的有 {number(open_total)} 件{apart}。"
    )


def _sum(villages: Mapping[str, GradeCounts], codes: Sequence[str] | Mapping[str, GradeCounts]) -> GradeCounts:
    total = GradeCounts()
    for code in codes:
        total = total.plus(villages.get(code, GradeCounts()))
    return total


def _values(counts: GradeCounts) -> dict[str, int | str]:
    return {
        **{grade: counts.open.get(grade, 0) for grade in SERIOUS_FIRST},
        "open": counts.open_total,
        "finished": counts.finished,
        "total": counts.total,
    }


def _line(counts: GradeCounts) -> str:
    if not counts.open_total:
        return f"没有未办结的,已办结 {counts.finished} 件"
    grades = "、".join(f"{sign}{word} {counts.open[grade]}" for grade, sign, word in _KINDS if counts.open.get(grade))
    return f"未办结 {counts.open_total} 件:{grades}"


def _finding_values(findings: Sequence[FindingRow]) -> dict[str, int | str]:
    sums = Counter(finding.grade for finding in findings)
    return {**{grade: sums[grade] for grade in SERIOUS_FIRST}, "total": len(findings)}
