"""The points of a close map: own matters exactly, everything else by square or village."""

from __future__ import annotations

import math
from typing import Final

from flask import Blueprint, Response, jsonify, request, url_for

from grid_app.database.transaction import reading
from grid_app.errors import InvalidError
from grid_app.http.guard import in_background, requires, the_scope
from grid_app.policy import Action
from grid_app.queries.points import Box, Points, points_in
from grid_app.web.maps.layers import number_shown

WIDEST_DEGREES: Final = 0.3
NO_BOX: Final = "要看的范围不对:请写成 西,南,东,北 四个经纬度,每边不超过 0.3 度。请把地图放大后再试。"
NOTE: Final = "只有承办单位看得到准确位置;其他的按 500 米方格或村显示,家庭、邻里和可能伤人的事不标位置。"


@requires(Action.READ_MAP)
@in_background
def points() -> Response:
    """Give what a close map shows of the disputes in a box."""
    typed = request.args.get("bbox", "")
    with reading() as session:
        found = points_in(session, scope=the_scope(), box=_box(typed)) if typed else Points((), (), ())
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
