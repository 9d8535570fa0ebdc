"""What a page about coverage has to admit: what is counted, what is missing, what on record cannot be right."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for

from grid_app.database.transaction import reading
from grid_app.queries.coverage import CoverageFacts
from grid_app.queries.coverage_rooms import RoomFacts
from grid_app.queries.map_area import Area
from grid_app.services.places.room_place import lie_elsewhere
from grid_app.web.coverage.area import ELSEWHERE
from grid_app.web.wording import number
from grid_app.wiring import wired

Notice = dict[str, str]


def notices_of(facts: CoverageFacts, area: Area) -> list[Notice]:
    """Return sentences with, where there is one, the page that helps."""
    own = [room for room in facts.rooms.values() if room.path.startswith(area.root.path)]
    told = [_notice(_basis(facts)), _notice(_by_grids(facts)), _notice(_missing(facts))]
    elsewhere = elsewhere_in(own)
    if elsewhere:
        told.append(
            _notice(
                f"{number(len(elsewhere))} 个调解室的位置不在所属的村(社区)里。有没有调解室,算给登记的村;"
                "远近按位置算。请逐个看一看:",
                url_for("coverage.rooms", root=area.root.code, state=ELSEWHERE),
                "看是哪几个",
            )
        )
    never = sum(room.status == "active" and room.opening.state == "never" for room in own)
    if never:
        told.append(
            _notice(
                f"{number(never)} 个开放的调解室按登记的时间一分钟也不开放,不算有效,按时间算时当作没开。请改好时间:",
                url_for("coverage.rooms", root=area.root.code, state="nominal"),
                "看未达有效的",
            )
        )
    return [one for one in told if one["sentence"]]


def elsewhere_in(rooms: Sequence[RoomFacts]) -> frozenset[str]:
    """Return the codes of open rooms whose point does not lie in their own division."""
    with reading() as session:
        return lie_elsewhere(session, [room for room in rooms if room.status == "active"], wired().places)


def _notice(sentence: str, url: str = "", label: str = "") -> Notice:
    return {"sentence": sentence, "url": url, "label": label}


def _basis(facts: CoverageFacts) -> str:
    if facts.basis == "households" or not facts.villages:
        zero = facts.villages and not facts.totals.weight
        return "这里登记的户数都是 0,没有可以算的比例。" if zero and len(facts.unplaced) < len(facts.villages) else ""
    return (
        f"有 {number(facts.totals.unknown_households)} 个村(社区)没有户数,所以这里的比例按村数算,不按户数算。"
        "户数由系统管理员在“边界与调解室”里导入。"
    )


def _by_grids(facts: CoverageFacts) -> str:
    """Say where the households are counted: at grids, or at one point of each village."""
    if not facts.by_grids:
        return ""
    whole = facts.totals.villages
    rest = "" if facts.by_grids == whole else f",其余 {number(whole - facts.by_grids)} 个村按村的一个点算"
    return f"{number(facts.by_grids)} 个村(社区)的远近按网格算(每个网格都有户数){rest}。"


def _missing(facts: CoverageFacts) -> str:
    told = []
    if facts.unplaced:
        told.append(f"{number(len(facts.unplaced))} 个村(社区)没有启用的边界,不知道远近,没有算进比例。")
    if facts.totals.rooms_without_point:
        told.append(f"全县有 {number(facts.totals.rooms_without_point)} 个开放的调解室没有登记位置,谁也算不上能到。")
    if facts.totals.rooms_without_hours:
        told.append(
            f"全县有 {number(facts.totals.rooms_without_hours)} 个开放的调解室没有读得懂的开放时间,按时间算时当作没开。"
        )
    return "".join(told)
