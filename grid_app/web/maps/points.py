"""The points of a close map: own matters exactly, everything else by square or village."""

from __future__ import annotations

import math
from typing import Final

from flask import Blueprint, Response, jsonify, request, url_for

from grid_app.errors import InvalidError
from grid_app.http.guard import in_background, requires
from grid_app.policy import Action
from grid_app.queries.points import Box
from grid_app.web.maps.asked import asked, is_of_one_village, points_for
from grid_app.web.maps.layers import number_shown

WIDEST_DEGREES: Final = 0.9
NO_BOX: Final = "要看的范围不对:请写成 西,南,东,北 四个经纬度,每边不超过 0.9 度。请把地图放大后再试。"
NOWHERE: Final = (0.0, 0.0, 0.0, 0.0)
NOTE: Final = "只有承办单位看得到准确位置;其他的按 500 米方格或村显示,家庭、邻里和可能伤人的事不标位置。"


@requires(Action.READ_MAP)
@in_background
def points() -> Response:
    """Give what a close map shows of the asked area's disputes: whole squares that touch a box, and exact sums.

    The sums are those of the whole area and stand in its table, too (``squares.py``).
    """
    typed = request.args.get("bbox", "")
    box = _box(typed) if typed else NOWHERE
    ask = asked()
    whole = points_for(ask)
    found, is_alone = whole.seen_in(box), is_of_one_village(ask)
    shares = whole.shares.values()
    answer = jsonify(
        {
            "points": [
                {
                    "lon": round(one.lon, 6),
                    "lat": round(one.lat, 6),
                    "grade": one.grade,
                    "code": one.case_code,
                    "url": url_for("disputes.detail", dispute_id=one.id),
                }
                for one in found.exact
            ],
            "cells": [{"box": [round(x, 6) for x in cell], "count": number_shown(n)} for cell, n in found.cells],
            "villages": [{"code": code, "count": number_shown(count)} for code, count in found.villages],
            "totals": {
                kind: number_shown(count) if is_alone else count
                for kind, count in (
                    ("exact", sum(one.exact for one in shares)),
                    ("squares", sum(one.squares for one in shares)),
                    ("villages", sum(one.village for one in shares)),
                )
            },
            "note": NOTE,
        }
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def add_routes(bp: Blueprint) -> None:
    """Register the points on the map's blueprint."""
    bp.add_url_rule("/map/points.json", "points", points, methods=["GET"])


def _box(typed: str) -> Box:
    try:
        west, south, east, north = (float(part) for part in typed.split(","))
    except ValueError:
        raise InvalidError(NO_BOX, fields={"bbox": NO_BOX}) from None
    sides = (east - west, north - south)
    if not all(math.isfinite(side) and 0 < side <= WIDEST_DEGREES for side in sides):
        raise InvalidError(NO_BOX, fields={"bbox": NO_BOX})
    return (west, south, east, north)
