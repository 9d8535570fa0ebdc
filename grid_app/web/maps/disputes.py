"""The layers of disputes, of late ones and of confirmed findings: counts by place, never single places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from grid_app.queries.map_area import Area
from grid_app.queries.map_counts import GradeCounts
from grid_app.queries.map_facts import CLOCKS, DISPUTES, FINDINGS, MapFacts
from grid_app.queries.map_layers import FindingRow, by_grade
from grid_app.queries.map_standing import SERVICE, STATUTORY, LevelCounts, Tally
from grid_app.queries.small_numbers import shown
from grid_app.vocabulary.words import GRADE_ORDER
from grid_app.web.maps.layers import (
    Class,
    Column,
    LayerView,
    LegendItem,
    Marks,
    Row,
    few,
    group_of,
    is_by_township,
    number_shown,
    rows_of,
    total_of,
)
from grid_app.web.wording import GRADES, grade_sign, grade_word, number

SERIOUS_FIRST: Final = tuple(reversed(GRADE_ORDER))
GRADE_KINDS: Final = tuple((grade, grade_sign(grade), grade_word(grade)) for grade in SERIOUS_FIRST)
_GRADE_COLUMNS: Final = tuple(Column(grade, f"{sign} {GRADES[grade][1]}") for grade, sign, _ in GRADE_KINDS)
_REGISTERED: Final = (Column("finished", "已办结"), Column("total", "共登记"))
LATE_WORDS: Final = {"statutory": "超过法定时限", "service": "超过服务目标"}
LATE_KINDS: Final = (("red", "!", LATE_WORDS["statutory"]), ("orange", "○", LATE_WORDS["service"]))
HERE: Final = "here"
NOWHERE = "没有定位到村"
WITHHELD = "按规定不上图"


def disputes_view(facts: MapFacts, *, only: str = "") -> LayerView:
    """Return open disputes by grade; ``only`` limits the marks (not the table) to one grade."""
    placed, area = facts.placed, facts.area
    past = facts.week is not None
    columns = (*_GRADE_COLUMNS, Column("open", "未办结"), *(() if past else _REGISTERED))
    exact = rows_of(area, area.on_map, lambda codes: _values(_sum(placed.villages, codes)))
    apart = [Row(NOWHERE, _values(placed.not_located))] if placed.not_located.total else []
    if placed.withheld:
        apart.append(Row(WITHHELD, {"open" if past else "total": placed.withheld}))
    on_map = _sum(placed.villages, placed.villages)
    grades = (only,) if only in GRADES else SERIOUS_FIRST
    wanted = [SERIOUS_FIRST.index(grade) for grade in grades]
    return LayerView(
        key=DISPUTES,
        headline=_past_headline(facts, on_map) if past else _headline(facts, on_map),
        note="圆圈写的是一个村(社区)未办结的件数,不是具体位置。登记得多,说明发现得早,不是坏事。",
        legend=tuple(
            LegendItem(word, f"{said(area, on_map.open.get(grade, 0))} 件", sign=sign, grade=grade, filter_key=grade)
            for grade, sign, word in GRADE_KINDS
        ),
        columns=columns,
        rows=(*hidden(area, exact), *apart_shown(area, apart)),
        foot=foot_of(area, columns, [*exact, *apart]),
        lines={code: _line(counts, past=past) for code, counts in placed.villages.items()},
        marks=marks_of(_parents(area), facts.standing, GRADE_KINDS, wanted),
    )


def clocks_view(facts: MapFacts) -> LayerView:
    """Return the open disputes that are late, by what was missed: a limit of the law, or else a service target."""
    standing, area = facts.standing, facts.area
    columns = (*(Column(key, word) for key, word in LATE_WORDS.items()), Column("late", "超期合计"))
    exact = rows_of(
        area, area.on_map, lambda codes: _late([standing.areas[code] for code in codes if code in standing.areas])
    )
    apart = [Row(NOWHERE, _late([standing.not_located]))] if any(standing.not_located[SERVICE:]) else []
    if any(standing.withheld[SERVICE:]):
        apart.append(Row(WITHHELD, _late([standing.withheld])))
    sums = [standing.column(STATUTORY), standing.column(SERVICE)]
    withheld = sum(standing.withheld[SERVICE:])
    told = f",另有按规定不上图的 {said(area, withheld)} 件" if withheld else ""
    return LayerView(
        key=CLOCKS,
        headline=f"超过法定时限没有办的 {said(area, sums[0])} 件,超过服务目标的 {said(area, sums[1])} 件{told}。",
        note="一件只算一次:已经超过法定时限的,不再算进服务目标。数字说的是单位的时限,不是哪个人。",
        legend=tuple(
            LegendItem(word, f"{said(area, count)} 件", sign=sign)
            for (_, sign, word), count in zip(LATE_KINDS, sums, strict=True)
        ),
        columns=columns,
        rows=(*hidden(area, exact), *apart_shown(area, apart)),
        foot=foot_of(area, columns, [*exact, *apart]),
        lines={code: _late_line(tally) for code, tally in standing.areas.items()},
        marks=marks_of(_parents(area), standing, LATE_KINDS, (STATUTORY, SERVICE)),
    )


def marks_of(
    parents: Mapping[str, str], standing: LevelCounts, kinds: tuple[tuple[str, str, str], ...], wanted: Sequence[int]
) -> Marks:
    """Return numbered marks: of villages with small counts hidden, of whole townships exact.

    ``parents`` are the townships of the villages to mark; ``wanted`` are the places in a tally that count.
    """
    places = range(len(SERIOUS_FIRST)) if len(kinds) == len(SERIOUS_FIRST) else wanted
    found = {
        code: tuple(tally[at] if at in wanted else 0 for at in places)
        for code, tally in standing.areas.items()
        if code in parents and any(tally[at] for at in wanted)
    }
    townships: dict[str, tuple[int, ...]] = {}
    for code, counts in found.items():
        above = parents[code]
        townships[above] = tuple(map(sum, zip(counts, townships.get(above, [0] * len(counts)), strict=True)))
    shown = {code: tuple(number_shown(count) for count in counts) for code, counts in found.items()}
    return Marks(kinds=kinds, values=shown, townships=dict(sorted(townships.items())))


def _parents(area: Area) -> dict[str, str]:
    return {code: village.parent_code or "" for code, village in area.villages.items()}


def hidden(area: Area, rows: Sequence[Row]) -> list[Row]:
    """Return rows with small counts hidden where each is a village."""
    return [Row(row.label, few(row.values), row.place) for row in rows] if area.root.level != "county" else [*rows]


def said(area: Area, count: int) -> str:
    """Return a sum of the whole area in words; of one village alone a small one is hidden too."""
    return shown(count) if area.root.level == "village" else number(count)


def foot_of(area: Area, columns: Sequence[Column], rows: Sequence[Row]) -> Row:
    """Return the sum of the rows as it may be shown: of one village alone with small counts hidden."""
    foot = total_of(columns, rows)
    return Row(foot.label, few(foot.values)) if area.root.level == "village" else foot


def apart_shown(area: Area, rows: Sequence[Row]) -> list[Row]:
    """Return the sums of what has no place; of one village alone with small counts hidden."""
    return [Row(row.label, few(row.values)) for row in rows] if area.root.level == "village" else [*rows]


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
            LegendItem(word, f"{number(drawn[grade])} 条", sign=sign, grade=grade) for grade, sign, word in GRADE_KINDS
        ),
        columns=columns,
        rows=tuple(rows),
        foot=total_of(columns, rows),
        lines={code: f"已确认的苗头提示 {sum(found.values())} 条" for code, found in counts.items()},
        marks=Marks(
            unit="条",
            kinds=GRADE_KINDS,
            values={code: tuple(found.get(grade, 0) for grade in SERIOUS_FIRST) for code, found in counts.items()},
        ),
        states={code: HERE for code in counts if code in area.on_map},
        classes=(Class(HERE, "有已确认的苗头提示", "stripe"),),
    )


def _findings_headline(total: int, wide: int) -> str:
    spread = f"其中 {number(wide)} 条跨几处,只列在表里,图上不画。" if wide else ""
    return f"已确认、还没有消退的苗头提示 {number(total)} 条。{spread}"


def _headline(facts: MapFacts, shown: GradeCounts) -> str:
    counts, area = facts.placed.counts, facts.area
    open_total = shown.open_total + facts.placed.not_located.open_total
    withheld = f",按规定不上图 {said(area, counts.withheld)} 件" if counts.withheld else ""
    apart = "(不含不上图的)" if counts.withheld else ""
    return (
        f"共登记 {said(area, counts.total)} 件:在图上 {said(area, counts.on_map)} 件,"
        f"没有定位到村 {said(area, counts.not_located)} 件{withheld}。"
        f"未办结的有 {said(area, open_total)} 件{apart}。"
    )


def _past_headline(facts: MapFacts, shown: GradeCounts) -> str:
    placed, area = facts.placed, facts.area
    withheld = f",按规定不上图 {said(area, placed.withheld)} 件" if placed.withheld else ""
    open_total = shown.open_total + placed.not_located.open_total + placed.withheld
    return (
        f"到那一周结束时未办结 {said(area, open_total)} 件:在图上 {said(area, shown.open_total)} 件,"
        f"没有定位到村 {said(area, placed.not_located.open_total)} 件{withheld}。"
    )


def _late(tallies: Sequence[Tally]) -> dict[str, int | str]:
    service, statutory = (sum(tally[at] for tally in tallies) for at in (SERVICE, STATUTORY))
    return {"statutory": statutory, "service": service, "late": service + statutory}


def _late_line(tally: Tally) -> str:
    parts = [
        f"{word} {shown(tally[at])} 件"
        for at, (_, _, word) in zip((STATUTORY, SERVICE), LATE_KINDS, strict=True)
        if tally[at]
    ]
    return ",".join(parts) or "没有超期的"


def _sum(villages: Mapping[str, GradeCounts], codes: Iterable[str]) -> GradeCounts:
    counted: Counter[str] = Counter()
    finished = 0
    for code in codes:
        if code in villages:
            counted.update(villages[code].open)
            finished += villages[code].finished
    return GradeCounts(dict(counted), finished)


def _values(counts: GradeCounts) -> dict[str, int | str]:
    return {
        **{grade: counts.open.get(grade, 0) for grade in SERIOUS_FIRST},
        "open": counts.open_total,
        "finished": counts.finished,
        "total": counts.total,
    }


def _line(counts: GradeCounts, *, past: bool) -> str:
    if not counts.open_total:
        return "没有未办结的" if past else f"没有未办结的,已办结 {shown(counts.finished)} 件"
    grades = [
        f"{sign}{word} {shown(counts.open[grade])}" for grade, sign, word in GRADE_KINDS if counts.open.get(grade)
    ]
    return f"未办结 {shown(counts.open_total)} 件:{'、'.join(grades)}"


def _finding_values(findings: Sequence[FindingRow]) -> dict[str, int | str]:
    sums = Counter(finding.grade for finding in findings)
    return {**{grade: sums[grade] for grade in SERIOUS_FIRST}, "total": len(findings)}
