"""Tables of the pending generation: what does not fit, who could continue what, and which records go where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from grid_app.queries.boundaries_touched import KIND_WORDS
from grid_app.services.places.boundaries_attached import NAMED_ONLY, Destination
from grid_app.services.places.boundaries_changes import suggested_successors
from grid_app.services.places.boundaries_check import CheckReport
from grid_app.vocabulary.words import LEVEL_WORDS

MOST_FIELDS = 100
MOST_ROWS = 500
HOW_WORDS = {
    "point": "按位置",
    "default": "由接续的村接着办",
    "chosen": "您选的",
    "parent": "先放到上级,由乡镇核定",
    "stays": "没有写明由谁接续,留在原代码下",
}
UNHEARD_WORD = "没有写明由谁接续,写明了才能启用"
Cell = dict[str, object]


def unfitting_rows(report: CheckReport) -> list[Cell]:
    """Return every gap and overlap with its size and place; the numbers of villages' ones are those of the picture."""
    rows: list[Cell] = []
    for level, coverage in report.coverage.items():
        shown = "" if level == "village" else LEVEL_WORDS[level]
        rows += [
            _unfitting(f"{shown}空{at}", "空隙", "、".join(one.near), one.area_m2, (one.lon, one.lat))
            for at, one in enumerate(coverage.gaps, 1)
        ]
        rows += [
            _unfitting(f"{shown}叠{at}", "重叠", f"{one.first}、{one.second}", one.area_m2, (one.lon, one.lat))
            for at, one in enumerate(coverage.overlaps, 1)
        ]
    return rows[:MOST_ROWS]


def _unfitting(mark: str, kind: str, where: str, area: float, place: tuple[float, float]) -> Cell:
    return {
        "mark": mark,
        "kind": kind,
        "where": where,
        "area": f"{area:,.0f}",
        "place": f"{place[0]:.5f}, {place[1]:.5f}",
    }


def heir_fields(report: CheckReport, names: Mapping[str, str]) -> list[Cell]:
    """Return a field for each ended village: named successors first, then the villages on its ground."""
    future = report.future
    suggested = suggested_successors(future)
    ended = [code for code in future.pending.plan.ended if len(code) == 12]
    fields: list[Cell] = []
    for code in ended[:MOST_FIELDS]:
        named = [one for one in future.named if one.old == code]
        options = [(one.new, _titled(one.new, names)) for one in named]
        options += [
            (new, f"{_titled(new, names)},占原村 {share:.0%}")
            for new, share in suggested.get(code, ())
            if new not in {one.new for one in named}
        ]
        default = next((one.new for one in named if one.is_default), "")
        advised = "" if named else next((new for new, _ in suggested.get(code, ())), "")
        fields.append(
            {
                "code": code,
                "title": _titled(code, names),
                "options": options,
                "value": default or advised,
                "is_named": bool(default),
                "parts": len(options),
            }
        )
    return fields


def record_rows(report: CheckReport, names: Mapping[str, str]) -> list[Cell]:
    """Return every touched record with where it goes; those that follow only what somebody named can be chosen."""
    heirs: dict[str, list[str]] = {}
    for one in report.future.successions:
        heirs.setdefault(one.old, []).append(one.new)
    return [_record(one, heirs, names, report.listening) for one in report.destinations[:MOST_ROWS]]


def _record(
    one: Destination, heirs: Mapping[str, Sequence[str]], names: Mapping[str, str], listening: Mapping[UUID, int]
) -> Cell:
    record = one.record
    devices = listening.get(record.id, 0)
    near = dict.fromkeys([*heirs.get(record.code, ()), *heirs.get(record.code[:12], ())])
    goes = "、".join(_titled(code, names) for code in one.codes) if one.how != "stays" else ""
    may_choose = record.kind in NAMED_ONLY[:3] and len(near) > 1
    return {
        "kind": KIND_WORDS[record.kind],
        "title": f"{record.title},{devices} 台设备接收提醒" if devices else record.title,
        "from": _titled(record.code, names),
        "to": goes,
        "how": UNHEARD_WORD if devices and one.how == "stays" else HOW_WORDS.get(one.how, one.how),
        "field": f"choice_{record.key}" if may_choose else "",
        "options": [(code, _titled(code, names)) for code in near],
        "value": one.codes[0] if one.how == "chosen" else "",
    }


def _titled(code: str, names: Mapping[str, str]) -> str:
    return f"{names.get(code, '')} {code}".strip()
