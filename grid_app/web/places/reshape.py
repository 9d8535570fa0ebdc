"""Splitting and merging villages step by step: choose, name, see what would change, then activate as any generation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, InvalidError
from grid_app.http.boundary_work import alone
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action
from grid_app.queries.boundaries_choices import VillageChoice, free_code, village_choices
from grid_app.services.places.boundaries_base import base_of
from grid_app.services.places.boundaries_reshape import MergeWish, Part, SplitWish, merge_villages, split_village
from grid_app.services.typed import whole_of, without_null
from grid_app.web.places.picture import Drawn, village_picture
from grid_app.wiring import wired

Answer = str | tuple[str, int] | Response
PARTS: Final = 2
MOST_PARTS: Final = 4
READY = "已经放进待启用的一代。请核对下面的变化,再启用;启用以前什么也没有变。"


def add_routes(bp: Blueprint) -> None:
    """Register the pages for splitting and merging."""
    bp.get("/places/merge")(merge)
    bp.post("/places/merge")(do_merge)
    bp.get("/places/split")(split)
    bp.post("/places/split")(do_split)


@requires(Action.MANAGE_PLACES)
def merge() -> str:
    """Show the form for merging villages of one township; the township comes first."""
    return _merge_page({"code": "", "name": ""}, [], {})


@requires(Action.MANAGE_PLACES)
def do_merge() -> Answer:
    """Put the merged village into the pending generation."""
    codes = [without_null(code) for code in request.form.getlist("codes")]
    values = {name: "".join(without_null(request.form.get(name, "")).split()) for name in ("code", "name")}
    wish = MergeWish(tuple(codes), Part(values["code"], values["name"]))
    try:
        with alone(), transaction() as session:
            merge_villages(session, wish=wish, actor=the_actor(), now=wired().clock.now())
    except InvalidError as error:
        return _merge_page(values, codes, error.fields), 422
    except ConflictError as error:
        return _merge_page(values, codes, {"codes": error.sentence}), 409
    flash(READY, "success")
    return redirect(url_for("places.pending"))


@requires(Action.MANAGE_PLACES)
def split() -> str:
    """Show the form for splitting a village; the village comes first."""
    return _split_page({}, {})


@requires(Action.MANAGE_PLACES)
def do_split() -> Answer:
    """Put the parts into the pending generation."""
    values = {key: without_null(value).strip() for key, value in request.form.items()}
    try:
        wish = _split_wish(values)
        with alone(), transaction() as session:
            split_village(session, wish=wish, actor=the_actor(), now=wired().clock.now())
    except InvalidError as error:
        return _split_page(values, error.fields or {"line": error.sentence}), 422
    except ConflictError as error:
        return _split_page(values, {"line": error.sentence}), 409
    flash(READY, "success")
    return redirect(url_for("places.pending"))


def _split_wish(values: Mapping[str, str]) -> SplitWish:
    by_line = values.get("way", "line") == "line"
    wanted = PARTS if by_line else MOST_PARTS
    parts = [
        Part("".join(values.get(f"code_{at}", "").split()), values.get(f"name_{at}", ""))
        for at in range(wanted)
        if at < PARTS or values.get(f"code_{at}") or values.get(f"name_{at}")
    ]
    position = whole_of(values.get("default", ""))
    grids = {
        key.removeprefix("grid_"): part
        for key, value in values.items()
        if key.startswith("grid_") and (part := whole_of(value)) is not None
    }
    return SplitWish(
        code=values.get("village", ""),
        parts=tuple(parts),
        line=_line(values.get("line", "")) if by_line else (),
        grids=None if by_line else grids,
        default=parts[position].code if position is not None and position < len(parts) else "",
    )


def _line(text: str) -> tuple[tuple[float, float], ...]:
    points = []
    for line in text.splitlines():
        if not line.strip():
            continue
        numbers = re.findall(r"-?\d+(?:\.\d+)?", line)
        if len(numbers) != 2:
            raise InvalidError("", fields={"line": f"“{line.strip()[:30]}”看不懂,一行要写一个点:经度,纬度。"})
        lon, lat = (float(number) for number in numbers)
        if not (abs(lon) <= 180 and abs(lat) <= 90):
            raise InvalidError("", fields={"line": f"经度 {lon:g}、纬度 {lat:g} 不是地球上的位置,请核对顺序。"})
        points.append((lon, lat))
    if not points:
        raise InvalidError("", fields={"line": "请写分界线上的点,至少两个。"})
    return tuple(points)


def _merge_page(values: Mapping[str, str], codes: list[str], errors: Mapping[str, str]) -> str:
    township = without_null(request.values.get("township", "")) or (codes[0][:9] if codes else "")
    with reading() as session:
        choices = village_choices(session)
        mine = [one for one in choices if one.township_code == township]
        offered = free_code(session, township) if township else ""
    return render_template(
        "pages/places_merge.html",
        townships=_townships(choices),
        township=township,
        villages=[(one.code, f"{one.name} {one.code}") for one in mine],
        values={**values, "code": values["code"] or offered},
        chosen=codes,
        errors=errors,
    )


def _split_page(values: Mapping[str, str], errors: Mapping[str, str]) -> str:
    township = without_null(request.values.get("township", ""))
    village = request.values.get("village", "")
    drawn: Drawn | None = None
    grids: list[tuple[str, str]] = []
    offered = ""
    with reading() as session:
        choices = village_choices(session)
        chosen = next((one for one in choices if one.code == village), None)
        if chosen is not None:
            township = chosen.township_code
            base = base_of(session)
            drawn = village_picture(base, village)
            grids = [(one.code, one.title) for one in base.grids_of([village]).values()]
            offered = free_code(session, township)
    return render_template(
        "pages/places_split.html",
        townships=_townships(choices),
        township=township,
        villages=[(one.code, f"{one.name} {one.code}") for one in choices if one.township_code == township],
        village=chosen,
        drawn=drawn,
        picture=Markup(drawn.svg if drawn else ""),  # noqa: S704 - geo.map_svg escapes every word it draws
        grids=sorted(grids),
        part_fields=[
            {"at": at, "code": values.get(f"code_{at}", _offered(at, village, offered)),
             "name": values.get(f"name_{at}", chosen.name if chosen and at == 0 else "")}
            for at in range(MOST_PARTS)
        ],
        values=values,
        errors=errors,
    )  # fmt: skip


def _offered(at: int, village: str, free: str) -> str:
    """Offer the old code for the first part, the next free one for the second."""
    return {0: village, 1: free}.get(at, "")


def _townships(choices: list[VillageChoice]) -> list[tuple[str, str]]:
    return sorted({(one.township_code, f"{one.township} {one.township_code}") for one in choices})
