"""Deciding the place of a report: the point first, the worker's choice where the point cannot decide.

A point inside a village is that village's. Inside an accuracy circle that touches several villages the worker's
choice among them stands, and without one the place is uncertain. A point outside every village never overrules a
choice. A township without a point is a place that is not located more finely.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from geo.coordinates import to_wgs84
from grid_app.errors import InvalidError
from grid_app.policy import Actor
from grid_app.ports import Fix, PlaceAnswer, PlaceFinder
from grid_app.services.reports.draft import Caution, DraftReport
from grid_app.services.reports.lookups import Lookups, Node

NOT_TAKEN = "地点不清楚,没有接收。请改好后再发,手机上的内容不会丢。"
POINT_OUTSIDE = Caution("point_outside", "定位点不在任何一个村里,已按您选的村登记。如果村也选错了,请告诉乡镇更正。")
VILLAGE_DIFFERS = Caution("village_differs", "定位点在另一个村,已按定位点登记。如果不对,请告诉乡镇更正。")
VILLAGE_REPLACED = Caution("village_replaced", "选的村已经并入别的村,已按现在的村登记。")
VILLAGE_ENDED = Caution("village_ended", "选的村已经没有了,已先登记在乡镇,由乡镇核定现在是哪个村。不用再报。")
MOVED = (VILLAGE_REPLACED, VILLAGE_ENDED)


@dataclass(frozen=True)
class DecidedPlace:
    """Where a report belongs.

    ``code`` is the grid (16 signs) when a point lies in one, else the village or what is above it. ``lon`` and
    ``lat`` are WGS84 and empty when no point was given or the point was of no use.
    """

    code: str
    path: str
    kind: str
    generation_id: UUID | None = None
    lon: float | None = None
    lat: float | None = None
    cautions: tuple[Caution, ...] = ()


@dataclass(frozen=True)
class _Chosen:
    division: Node | None
    cautions: tuple[Caution, ...] = ()

    @property
    def village(self) -> str:
        """The chosen village's code, empty when a township or nothing was chosen."""
        code = self.division.code if self.division else ""
        return code[:12] if len(code) >= 12 else ""


@dataclass(frozen=True)
class Point:
    """A report's point in WGS84 degrees, and where the active boundaries say it lies."""

    lon: float
    lat: float
    answer: PlaceAnswer


def find_points(session: Session, *, drafts: Sequence[DraftReport], places: PlaceFinder) -> dict[UUID, Point | None]:
    """Return by report id where the point of each report lies, ``None`` for those that have none."""
    fixes = {draft.id: fix for draft in drafts if (fix := _fix_of(draft)) is not None}
    answers = dict(zip(fixes, places.find_all(session, list(fixes.values())), strict=True))
    return {draft.id: _point(fixes[draft.id], answers[draft.id]) if draft.id in fixes else None for draft in drafts}


def _fix_of(draft: DraftReport) -> Fix | None:
    if draft.lon is None or draft.lat is None:
        return None
    lon, lat = (float(value) for value in to_wgs84(draft.lon, draft.lat, draft.crs))
    return Fix(lon, lat, draft.accuracy_m)


def _point(fix: Fix, answer: PlaceAnswer) -> Point:
    if not fix.accuracy_m:
        answer = replace(answer, candidates=())  # without a circle a shared border belongs to the smallest code
    return Point(fix.lon, fix.lat, answer)


def decide_place(
    *, draft: DraftReport, point: Point | None, generation_id: UUID | None, county: str, lookups: Lookups, today: date
) -> DecidedPlace:
    """Return where ``draft`` belongs.

    Parameters
    ----------
    draft : DraftReport
        The report, with what its writer chose.
    point : Point or None
        Its point as ``find_points`` found it.
    generation_id : UUID or None
        The active boundary generation.
    county : str
        The code of the county that takes in the report.
    lookups : Lookups
        The division tree and the grids.
    today : date
        The server's day, for divisions that have ended.

    Raises
    ------
    InvalidError
        The place is unknown, missing, or lies in another county.
    """
    chosen = _chosen(lookups, draft.village_code, today)
    if point is None:
        decided = _without_point(chosen, generation_id)
    else:
        decided = _with_point(chosen, point.answer, generation_id)
        if point.answer.code is not None:
            decided = _refined(replace(decided, lon=point.lon, lat=point.lat), lookups)
    return _in_county(_on_the_tree(decided, lookups), county)


def _chosen(lookups: Lookups, code: str | None, today: date) -> _Chosen:
    if code is None:
        return _Chosen(None)
    division = lookups.division(code)
    if division is None:
        raise InvalidError(NOT_TAKEN, fields={"village_code": f"没有代码是 {code} 的村或乡镇。请重新选择。"})
    living = _living(lookups, division, today)
    if living is None:
        raise InvalidError(NOT_TAKEN, fields={"village_code": f"{code} 已经撤销,也没有接续的区划。请重新选择。"})
    if living.code[:12] == code[:12]:
        return _Chosen(living)  # of a grid that has ended, its village
    return _Chosen(living, (VILLAGE_REPLACED if len(living.code) >= len(code[:12]) else VILLAGE_ENDED,))


def _living(lookups: Lookups, division: Node, today: date) -> Node | None:
    """Return what a division is today: itself, what took its place, or what it lay in when nothing single did.

    A village may have been merged several times while its report waited on a phone; a split one has no one successor.
    """
    seen: set[str] = set()
    found: Node | None = division
    while found is not None and found.valid_to is not None and found.valid_to <= today:
        if found.code in seen:
            return None
        seen.add(found.code)
        above = found.path.strip("/").split("/")[:-1]
        following = found.successor_code or (above[-1] if above else None)
        found = lookups.division(following) if following else None
    return found


def _without_point(chosen: _Chosen, generation_id: UUID | None) -> DecidedPlace:
    if chosen.division is None:
        raise InvalidError(NOT_TAKEN, fields={"village_code": "没有定位,也没有选村。请选一个村。"})
    if not chosen.village:
        return DecidedPlace(chosen.division.code, "", "not_located", cautions=chosen.cautions)
    return DecidedPlace(chosen.division.code, "", "chosen", generation_id, cautions=chosen.cautions)


def _with_point(chosen: _Chosen, answer: PlaceAnswer, generation_id: UUID | None) -> DecidedPlace:
    if answer.code is None:
        if chosen.division is None:
            raise InvalidError(
                NOT_TAKEN, fields={"lon": "定位点不在任何一个村里。请核对坐标系,在地图上重新点选,或者选一个村。"}
            )
        placed = _without_point(chosen, generation_id)
        return replace(placed, cautions=(*placed.cautions, POINT_OUTSIDE))
    if len(answer.candidates) > 1:
        if chosen.village in answer.candidates:
            return DecidedPlace(chosen.village, "", "chosen", answer.generation_id)
        return DecidedPlace(answer.code, "", "uncertain", answer.generation_id)
    if chosen.cautions:  # where a village was split, the point says which part it is
        return DecidedPlace(answer.code, "", answer.how, answer.generation_id, cautions=(VILLAGE_REPLACED,))
    differs = chosen.village not in ("", answer.code)
    return DecidedPlace(
        answer.code, "", answer.how, answer.generation_id, cautions=(VILLAGE_DIFFERS,) if differs else ()
    )


def _refined(place: DecidedPlace, lookups: Lookups) -> DecidedPlace:
    if place.kind == "uncertain" or place.generation_id is None or place.lon is None or place.lat is None:
        return place
    grid = lookups.grid(place.code, place.generation_id, lon=place.lon, lat=place.lat)
    return replace(place, code=grid) if grid and lookups.division(grid) else place


def _on_the_tree(place: DecidedPlace, lookups: Lookups) -> DecidedPlace:
    division = lookups.division(place.code)
    if division is None:
        raise InvalidError(NOT_TAKEN, fields={"village_code": f"区划里没有 {place.code}。请告诉系统管理员。"})
    return replace(place, path=division.path)


def _in_county(place: DecidedPlace, county: str) -> DecidedPlace:
    if not place.path.startswith(f"/{county}/"):
        raise InvalidError(
            "这个地点不在本县范围内,没有接收。请核对位置;如果确实在外县,请向当地反映。",
            fields={"village_code": "不在本县。"},
        )
    return place


def county_of(actor: Actor) -> str:
    """Return the code of the county an actor works in."""
    return actor.division_path.strip("/").partition("/")[0]
