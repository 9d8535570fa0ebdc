"""A search for the next rooms in words: what was asked, how far it is, what was found and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from flask import url_for

from grid_app.queries.siting import SitingRow
from grid_app.services.siting.asking import EXISTING_WORDS, KIND_WORDS
from grid_app.web.coverage.shown import share
from grid_app.web.wording import local_time, number

STATES: Final = {
    "running": ("正在测算", "active"),
    "done": ("已完成", "done"),
    "failed": ("没有做完", "attention"),
    "cancelled": ("已取消", "neutral"),
}
USUAL_SECONDS: Final = 10
FILLS_BEFORE: Final = {"b": "full", "p": "stripe", "n": "empty", "o": "empty"}
FILLS_AFTER: Final = {"b": "full", "p": "stripe", "n": "dots", "o": "empty"}


def unit_of(row: SitingRow) -> str:
    """Return what the sums count."""
    return "户" if row.result.get("basis") == "households" else "个村"


def figures_of(row: SitingRow) -> list[tuple[str, str]]:
    """Return what was asked as pairs."""
    asked = row.asked
    among = KIND_WORDS[asked["kind"]]
    if asked["kind"] == "file":
        among += f"({number(len(asked['sites']))} 个)"
    return [
        ("范围", row.place),
        ("新设几个", f"{asked['number']} 个"),
        ("候选地点", among),
        ("现有的算哪些", EXISTING_WORDS[asked["existing"]]),
        ("多远算走得到", f"农村 {asked['rural_m']} 米,城区 {asked['urban_m']} 米,直线距离"),
        ("什么时候", f"{local_time(row.started_at)}{',' + row.started_by if row.started_by else ''}"),
    ]


def told_of(row: SitingRow) -> list[tuple[str, str]]:
    """Return the sums of a result: before, after, what stays out of reach, and the proof."""
    found, unit = row.result, unit_of(row)
    whole = found["total"]
    proof = "已证明没有更好的选法" if found["proof"] == "optimal" else f"没有证明;最多还可能好 {found['gap']:.1%}"
    return [
        ("现在走得到", f"{found['before']:,.0f} {unit}({share(found['before'], whole)})"),
        ("新设之后走得到", f"{found['after']:,.0f} {unit}({share(found['after'], whole)})"),
        ("选哪里都走不到", f"{found['out_of_reach']:,.0f} {unit}"),
        ("把握", proof),
    ]


def site_lines(row: SitingRow) -> list[dict[str, str]]:
    """Return the sites in the order of what each adds to those before it."""
    return [
        {
            "order": str(order),
            "name": name,
            "url": url_for("maps.village", code=code) if code else "",
            "gain": f"{gain:,.0f} {unit_of(row)}",
            "point": f"{lon:.5f}, {lat:.5f}",
        }
        for order, (name, lon, lat, code, gain) in enumerate(row.result["sites"], start=1)
    ]


def fills_of(row: SitingRow, *, after: bool) -> dict[str, str]:
    """Return how each village is filled before or after."""
    fills = FILLS_AFTER if after else FILLS_BEFORE
    return {code: fills[mark] for code, mark in row.result["villages"]}


def percent_of(row: SitingRow, now: datetime) -> int:
    """Return how much of the usual time is over; never whole before the end."""
    if row.state != "running":
        return 100
    return max(1, min(95, round(100 * (now - row.started_at).total_seconds() / USUAL_SECONDS)))


def waiting_word(row: SitingRow, now: datetime) -> str:
    """Say how long it takes."""
    if row.state != "running":
        return STATES[row.state][0]
    return f"已用 {max(0, int((now - row.started_at).total_seconds()))} 秒,一般不超过 {USUAL_SECONDS} 秒"


def run_lines(rows: Sequence[SitingRow]) -> list[dict[str, str]]:
    """Return the searches of an area, the newest first."""
    return [
        {
            "when": local_time(row.started_at),
            "url": url_for("coverage.siting_run", run_id=row.id),
            "place": row.place,
            "asked": f"{row.asked['number']} 个,{KIND_WORDS[row.asked['kind']]}",
            "state": STATES[row.state][0],
            "sentence": row.sentence,
        }
        for row in rows
    ]
