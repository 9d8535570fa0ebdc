"""What the map knows about one village, as its own page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app, url_for

from grid_app.http.guard import the_actor, the_scope
from grid_app.policy import Action, allows
from grid_app.queries.disputes import DisputeLine
from grid_app.queries.map_counts import GradeCounts
from grid_app.queries.map_facts import DISPUTES, FINDINGS, RETURNS, MapFacts
from grid_app.queries.map_layers import NAMING_WORDS, RETURN_WORDS, FindingRow, NamingRow
from grid_app.queries.rooms import ROOM_KIND_WORDS, RoomRow
from grid_app.queries.small_numbers import shown
from grid_app.vocabulary.categories import name_of
from grid_app.vocabulary.words import STATE_WORDS
from grid_app.web.maps.layers import LAYER_WORDS
from grid_app.web.wording import local_date, local_time, remaining

KIND_WORDS = {"community": "社区", "village": "村", "other": "其他村级单位"}
Cell = dict[str, object]


@dataclass(frozen=True)
class VillagePanel:
    """Everything one village's page shows; a part that the actor has no right to is ``None``."""

    code: str
    name: str
    township: str
    township_url: str
    facts: tuple[tuple[str, str], ...]
    bounded: bool
    as_of: str
    counts: str | None
    disputes: tuple[Cell, ...]
    only_some: bool
    findings: tuple[Cell, ...] | None
    returns: str | None
    rooms: tuple[Cell, ...]
    namings: tuple[Cell, ...]
    naming_url: str
    refused: tuple[str, ...]
    """The layers of the map that the actor has no right to, in words."""


def panel_of(facts: MapFacts, lines: Sequence[DisputeLine], layers: frozenset[str]) -> VillagePanel:
    """Return the panel of the village that is the root of ``facts``; ``layers`` are those the actor may see."""
    area = facts.area
    village = area.villages.get(area.root.code, area.root)
    township = area.above[-1]
    in_reach = township.path.startswith(the_scope().paths[0])
    facts_known = (
        ("代码", village.code),
        ("类别", KIND_WORDS.get(village.kind, "")),
        ("户数", f"{village.households:,} 户" if village.households is not None else ""),
    )
    return VillagePanel(
        code=village.code,
        name=village.name,
        township=township.name,
        township_url=url_for("maps.index", root=township.code) if in_reach else "",
        facts=tuple((term, text) for term, text in facts_known if text),
        bounded=village.bounded,
        as_of=local_time(facts.as_of),
        counts=_counts(facts.placed.villages.get(village.code, GradeCounts())) if DISPUTES in layers else None,
        only_some=facts.placed.villages.get(village.code, GradeCounts()).open_total > len(lines),
        disputes=tuple(_dispute(line) for line in lines),
        findings=tuple(_finding(row) for row in facts.findings) if FINDINGS in layers else None,
        returns=_returns(facts, village.code) if RETURNS in layers else None,
        rooms=tuple(_room(row) for row in facts.rooms),
        namings=tuple(_naming(row) for row in facts.namings),
        naming_url=url_for("maps.namings", village=village.code) if allows(the_actor(), Action.RECORD_NAMING) else "",
        refused=tuple(word for layer, word in LAYER_WORDS.items() if layer not in layers),
    )


def _counts(counts: GradeCounts) -> str:
    return f"未办结 {shown(counts.open_total)} 件,已办结 {shown(counts.finished)} 件"


def _dispute(line: DisputeLine) -> Cell:
    return {
        "code": line.case_code,
        "url": _url("disputes.detail", dispute_id=line.id),
        "category": name_of(line.category),
        "grade": line.grade,
        "state": STATE_WORDS[line.state],
        "received": local_date(line.received_at),
    }


def _finding(row: FindingRow) -> Cell:
    return {
        "code": row.code,
        "url": _url("findings.detail", finding_id=row.id),
        "grade": row.grade,
        "reason": row.reason,
        "since": local_date(row.since),
    }


def _returns(facts: MapFacts, village: str) -> str:
    if facts.chosen is None:
        return "现在没有进行中的排查。"
    word = RETURN_WORDS.get(facts.returns.get(village, ""), "这一轮不用回执")
    return f"{facts.chosen.name}:{word}({local_time(facts.chosen.due_at)} 截止,{_left(facts)})。"


def _left(facts: MapFacts) -> str:
    return remaining(facts.chosen.due_at, facts.as_of) if facts.chosen else ""


def _room(row: RoomRow) -> Cell:
    return {
        "name": row.name,
        "kind": ROOM_KIND_WORDS.get(row.kind, row.kind),
        "brand": row.brand,
        "hours": row.opening_hours or "开放时间没有登记",
        "mediators": f"调解员 {row.mediators} 名" if row.mediators else "",
        "phone": row.phone,
    }


def _naming(row: NamingRow) -> Cell:
    expires = f",有效期到 {row.expires_on:%Y-%m-%d}" if row.expires_on else ""
    withdrawn = f";{row.withdrawn_on:%Y-%m-%d} 撤销:{row.withdrawn_reason}" if row.withdrawn_on else ""
    return {
        "document": row.document_number,
        "status": row.status,
        "word": NAMING_WORDS[row.status],
        "text": f"{row.named_on:%Y-%m-%d} 命名{expires}{withdrawn}",
    }


def _url(endpoint: str, **values: object) -> str:
    """Return the address of another family's page, or nothing where that page is not installed."""
    if endpoint not in current_app.view_functions:
        return ""
    return url_for(endpoint, **values)  # type: ignore[arg-type]  # identifiers, whatever url_for calls them
