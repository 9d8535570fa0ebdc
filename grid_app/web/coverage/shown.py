"""Coverage in words: states, shares, bands of small numbers, and the rows of its tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, isnan
from typing import Final

from flask import url_for

from grid_app.queries.coverage import CoverageFacts, VillageCoverage
from grid_app.queries.coverage_rooms import RoomFacts
from grid_app.queries.coverage_villages import Load
from grid_app.queries.map_area import Area
from grid_app.queries.small_numbers import LEAST_FOR_RATE, TOO_FEW, shown
from grid_app.web.wording import number

STATES: Final = {
    "effective": ("有效", "每周开放半天以上、在任调解员两名以上、90 天内用过或试开过", "full", "done"),
    "nominal": ("未达有效", "有开放的调解室,但至少有一条不够", "stripe", "attention"),
    "unknown": ("待补登记", "有开放的调解室,缺少登记,说不准是不是有效", "dots", "active"),
    "none": ("没有", "没有登记开放的调解室;可能到邻村的调解室", "empty", "neutral"),
}
ROOM_STATES: Final = {
    **{key: (word, tone) for key, (word, _, _, tone) in STATES.items()},
    "closed": ("已关闭", "neutral"),
}
FILLS: Final = {key: fill for key, (_, _, fill, _) in STATES.items()}
WEEKDAYS: Final = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
HOURS: Final = tuple(range(24))
TELLING_HOURS: Final = ((10, "上午 10 点"), (15, "下午 3 点"), (19, "晚上 7 点"))
YES_NO: Final = {True: "有", False: "没有", None: "没有登记"}
FAR_METRES: Final = 1000


@dataclass(frozen=True)
class Line:
    """A row of the table: cells by column, the state's tag and sentence where it is one village."""

    label: str
    url: str
    cells: Mapping[str, str]
    state: str = ""
    why: str = ""


def share(part: float, whole: float) -> str:
    """Return a share in per cent; a dash when there is nothing to count."""
    return "–" if isnan(part) or whole <= 0 else f"{part / whole:.0%}"


def way(metres: float | None) -> str:
    """Return a way as people say it."""
    if metres is None:
        return "–"
    return f"{metres / FAR_METRES:.1f} 公里" if metres >= FAR_METRES else f"{round(metres / 10) * 10:.0f} 米"


def hour_word(at: tuple[int, int]) -> str:
    """Return a weekday and an hour in words."""
    return f"{WEEKDAYS[at[0]]} {at[1]}:00"


def weights_of(facts: CoverageFacts, villages: Sequence[VillageCoverage]) -> list[float]:
    """Return what each village counts for on the basis of the whole area; villages without a point count nothing."""
    by_household = facts.basis == "households"
    return [
        0.0 if one.reached is None else float(one.place.households or 0) if by_household else 1.0 for one in villages
    ]


def shares_of(facts: CoverageFacts, villages: Sequence[VillageCoverage]) -> dict[str, str]:
    """Return the shares of some villages that reach a room, a second one, and an open one at the asked hour."""
    weights = weights_of(facts, villages)
    whole = sum(weights)
    pairs = list(zip(villages, weights, strict=True))
    return {
        "access": share(sum(weight * (one.share or 0) for one, weight in pairs), whole),
        "second": share(sum(weight * (one.share_second or 0) for one, weight in pairs), whole),
        "at": share(sum(weight * (one.share_at or 0) for one, weight in pairs), whole),
    }


def township_lines(area: Area, facts: CoverageFacts) -> list[Line]:
    """Return one row per township in the order of codes."""
    below: dict[str, list[VillageCoverage]] = {code: [] for code in area.townships}
    for one in facts.villages.values():
        below.setdefault(one.place.township, []).append(one)
    return [
        _sum_line(area.townships[code].name if code in area.townships else code, code, facts, villages)
        for code, villages in sorted(below.items())
        if villages
    ]


def total_line(facts: CoverageFacts) -> Line:
    """Return the sums of all villages."""
    return _sum_line("合计", "", facts, list(facts.villages.values()))


def _sum_line(label: str, code: str, facts: CoverageFacts, villages: Sequence[VillageCoverage]) -> Line:
    states: Counter[str] = Counter(one.state for one in villages)
    counts = {"villages": number(len(villages)), **{key: number(states[key]) for key in STATES}}
    url = url_for("coverage.index", root=code) if code else ""
    return Line(label, url, counts | shares_of(facts, villages))


def village_lines(facts: CoverageFacts, villages: Sequence[VillageCoverage], loads: Mapping[str, Load]) -> list[Line]:
    """Return one row per village in the order of codes."""
    several = len({one.place.township for one in villages}) > 1
    return [
        _village_line(
            facts,
            one,
            loads.get(one.place.code, Load()),
            f"{one.place.township_name} {one.place.name}" if several else one.place.name,
        )
        for one in villages
    ]


def _village_line(facts: CoverageFacts, one: VillageCoverage, load: Load, name: str) -> Line:
    nearest = facts.rooms.get(one.nearest)
    return Line(
        name,
        url_for("maps.village", code=one.place.code),
        {
            "nearest": f"{nearest.name},{way(one.metres)}" if nearest else "–",
            "access": _access_word(one),
            "at": _at_word(one),
            "load": load_word(load, one.place.households),
            "wait": wait_word(load),
            "good": "、".join(_good(facts, one)) or "–",
        },
        one.state,
        one.why,
    )


def _at_word(one: VillageCoverage) -> str:
    if one.share_at is None:
        return "–"
    if 0 < one.share_at < 1:
        return f"{one.share_at:.0%}的住户有"
    return "有" if one.share_at else "没有"


def _access_word(one: VillageCoverage) -> str:
    if one.reached is None or one.share is None:
        return "没有边界,不知道远近"
    limit = "1 公里" if one.place.urban else "2 公里"
    if one.grids and 0 < one.share < 1:
        return f"按 {one.grids} 个网格算,{one.share:.0%}的住户 {limit}内有"
    if not one.reached:
        return f"{limit}内没有"
    return f"{limit}内有 {len(one.reached)} 个" + (",可以选" if one.second else ",没有第二个")


def _good(facts: CoverageFacts, one: VillageCoverage) -> list[str]:
    """Return what the rooms within reach offer; what nobody recorded is not claimed."""
    rooms = [facts.rooms[code] for code in one.reached or ()]
    words = []
    if any(room.accessible for room in rooms):
        words.append("无障碍")
    if any(room.woman_mediator for room in rooms):
        words.append("女调解员")
    return words + sorted({room.languages for room in rooms if room.languages})


def load_word(load: Load, households: int | None) -> str:
    """Return the mediations of a quarter: under ten as a band, from ten on per thousand households."""
    if load.cases < LEAST_FOR_RATE:
        return {True: "0 件", False: f"{shown(load.cases)} 件" if load.cases < 5 else "5-9 件"}[load.cases == 0]
    if not households:
        return f"{load.cases} 件"
    return f"{load.cases} 件,每千户 {load.cases / households * 1000:.1f}"


def wait_word(load: Load) -> str:
    """Return the median days until the parties first met; under ten mediations it says nothing."""
    if not load.cases:
        return "–"
    if load.cases < LEAST_FOR_RATE or load.median_days is None:
        return TOO_FEW
    return f"{load.median_days:.0f} 天" if isfinite(load.median_days) else "一半以上还在等"


def state_counts(facts: CoverageFacts) -> list[tuple[str, str, str, int]]:
    """Return word, sentence, filling and number of villages of each state."""
    sums: Counter[str] = Counter(facts.states.values())
    return [(word, sentence, fill, sums[key]) for key, (word, sentence, fill, _) in STATES.items()]


def week_table(facts: CoverageFacts) -> list[tuple[str, list[str]]]:
    """Return for each weekday the share that reaches an open room at any hour of it, then at three telling hours."""
    hours, days = facts.measured.reached.by_hour, facts.measured.reached.by_day
    shares = [(days[at], *(hours[at, hour] for hour, _ in TELLING_HOURS)) for at in range(len(WEEKDAYS))]
    return [
        (day, ["–" if isnan(one) else f"{one:.0%}" for one in row]) for day, row in zip(WEEKDAYS, shares, strict=True)
    ]


def room_lines(rooms: Sequence[RoomFacts]) -> list[dict[str, str]]:
    """Return rooms as the table of rooms shows them."""
    return [
        {
            "name": room.name,
            "url": url_for("coverage.room", room_id=room.id),
            "place": room.division_name,
            "state": room.state,
            "word": ROOM_STATES[room.state][0],
            "tone": ROOM_STATES[room.state][1],
            "hours": room.opening_hours,
            "why": room.why if room.state != "closed" else "",
        }
        for room in rooms
    ]
