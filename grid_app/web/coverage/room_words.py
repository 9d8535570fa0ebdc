"""One room in words: its facts, its form, and what its closing changes."""

from __future__ import annotations

from flask import url_for

from grid_app.queries.coverage_closing import ClosingEffect
from grid_app.queries.coverage_rooms import RoomFacts
from grid_app.queries.coverage_villages import VillagePoint
from grid_app.queries.map_area import Area
from grid_app.web.coverage.shown import YES_NO, share, way
from grid_app.web.wording import number

NO_MORE = "走得到的一个也没有了"
TINY = 1e-9


def facts_of(room: RoomFacts) -> list[tuple[str, str]]:
    """Return what is on record of a room as pairs; what nobody recorded says so."""
    placed = "" if room.lon is None else f"{room.lon:.5f}, {room.lat:.5f}"
    return [
        ("代码", room.code),
        ("所在区划", room.division_name),
        ("开放时间", room.opening_hours or "没有登记"),
        ("统计怎么读开放时间", _read(room)),
        ("在任调解员", "没有登记" if room.mediators is None else f"{room.mediators} 名"),
        ("任期到", str(room.term_until) if room.term_until else "没有登记"),
        ("最近一次调解(平台记录)", str(room.use_on_record) if room.use_on_record else "没有记录"),
        ("最近一次试开", str(room.tested_on) if room.tested_on else "没有记录"),
        ("女调解员", YES_NO[room.woman_mediator]),
        ("无障碍", YES_NO[room.accessible]),
        ("普通话以外会说", room.languages or "没有登记"),
        ("能坐", "没有登记" if room.seats is None else f"{room.seats} 人"),
        ("电话", room.phone),
        ("位置(WGS84)", placed or "没有登记"),
    ]


def _read(room: RoomFacts) -> str:
    opening = room.opening
    if opening.state in {"unknown", "unreadable"}:
        return "读不出来,按没有登记算" if opening.state == "unreadable" else "没有登记"
    if opening.state == "never":
        return "一分钟也不开放"
    told = f"每周 {number(opening.minutes() / 60)} 小时,{opening.half_days()} 天有半天以上"
    if opening.assumed:
        told += f";按惯例补的:{'、'.join(opening.assumed)}"
    return told + (f";没有读进去:{'、'.join(opening.rest)}" if opening.rest else "")


def form_values(room: RoomFacts) -> dict[str, str]:
    """Return what is on record as the form takes it."""
    flags = {True: "是", False: "否", None: ""}
    return {
        "name": room.name,
        "division_code": room.division_code,
        "kind": room.kind,
        "brand": room.brand,
        "lon": "" if room.lon is None else repr(round(room.lon, 7)),
        "lat": "" if room.lat is None else repr(round(room.lat, 7)),
        "opening_hours": room.opening_hours,
        "mediators": "" if room.mediators is None else str(room.mediators),
        "term_until": room.term_told.isoformat() if room.term_told else "",
        "phone": room.phone,
        "accessible": flags[room.accessible],
        "woman_mediator": flags[room.woman_mediator],
        "languages": room.languages,
        "seats": "" if room.seats is None else str(room.seats),
    }


def places_of(area: Area) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the divisions to choose from: the area itself, then each township with its villages."""
    groups = [("本级", [(area.root.code, area.root.name)])]
    for township in area.townships.values():
        below = [(one.code, one.name) for one in area.villages.values() if one.parent_code == township.code]
        groups.append((township.name, [(township.code, f"{township.name}(乡镇)"), *below]))
    if not area.townships:
        groups += [("村(社区)", [(one.code, one.name) for one in area.villages.values()])]
    return groups


def closing_lines(effect: ClosingEffect) -> list[dict[str, str]]:
    """Return the county's sums before and after."""
    unit = "户" if effect.before.basis == "households" else "个村"
    before, after = effect.before, effect.after
    return [
        _line("走得到一个开放的调解室", before.within, after.within, before.weight, unit),
        _line("有第二个可以选", before.second, after.second, before.weight, unit),
        {
            "what": "有开放调解室的村",
            "before": f"{number(before.with_room)} 个",
            "after": f"{number(after.with_room)} 个",
        },
        {
            "what": "有有效调解室的村",
            "before": f"{number(before.with_effective)} 个",
            "after": f"{number(after.with_effective)} 个",
        },
    ]


def _line(what: str, before: float, after: float, whole: float, unit: str) -> dict[str, str]:
    return {
        "what": what,
        "before": f"{number(round(before))} {unit}({share(before, whole)})",
        "after": f"{number(round(after))} {unit}({share(after, whole)})",
    }


def _of_some(effect: ClosingEffect, place: VillagePoint) -> str:
    """Say that nobody there reaches a room any more, or which part of the village does not."""
    part = effect.lost_share[place.code]
    if part >= 1 - TINY:
        return NO_MORE
    if not place.households:
        return f"{part:.0%}的住户{NO_MORE}"
    return f"约 {number(round(part * place.households))} 户{NO_MORE}"


def closing_villages(effect: ClosingEffect, own: frozenset[str]) -> list[dict[str, str]]:
    """Return a row for every touched village of the actor's area, in the order of codes."""
    farther = {place.code: more for place, more in effect.farther}
    said: dict[str, list[str]] = {}
    names = {}
    for word, places in (
        ("不再有自己的调解室", effect.lose_room),
        (NO_MORE, effect.lose_access),
        ("没有第二个可以选了", effect.lose_second),
    ):
        for place in places:
            said.setdefault(place.code, []).append(_of_some(effect, place) if word is NO_MORE else word)
            names[place.code] = place
    return [
        {
            "village": f"{place.township_name} {place.name}".strip(),
            "url": url_for("maps.village", code=code),
            "households": "–" if place.households is None else f"{number(place.households)} 户",
            "what": ",".join(said[code]),
            "farther": f"远了 {way(farther[code])}" if code in farther and farther[code] < 1e7 else "–",
        }
        for code, place in sorted(names.items())
        if code in own
    ]
