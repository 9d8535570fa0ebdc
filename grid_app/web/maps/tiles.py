"""Vector tiles of the map, and the codes by which facts name their areas: cached for good, scoped like all else."""

from __future__ import annotations

import gzip
import hashlib
import json
from functools import lru_cache
from math import ceil, floor
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, make_response, request

from geo.tiles.encoding import narrowed
from geo.tiles.features import LAYERS, Layer, zooms_of
from grid_app.adapters.tile_cutting import share_cut
from grid_app.adapters.tile_files import TileFiles
from grid_app.database.transaction import reading
from grid_app.errors import NotFoundError
from grid_app.http.guard import guard_pages, requires, the_scope
from grid_app.http.problems import problem
from grid_app.http.tiles import are_ready, tile_files
from grid_app.policy import Action
from grid_app.queries.map_area import root_in_scope
from grid_app.queries.tiles import served_generations
from grid_app.web.maps.asked import NOT_YOURS
from grid_app.web.maps.kept import one_answer

FOR_GOOD: Final = "private, max-age=31536000, immutable"
STALE: Final = "这一代边界已经换了。请刷新页面。"
NO_TILE: Final = "没有这一块底图。"
BEING_CUT: Final = "正在准备底图,请稍候。数据都在,没有丢。"
STEPS: Final = 10_000
"""Steps of a degree in a list of codes."""
TILES_REMEMBERED, LISTS_REMEMBERED = 1_000, 300
"""Some ten kilobytes each."""
BOTH: Final = "both"
"""Name in addresses of what maps draw together at most zooms: townships and villages in one tile."""
TOGETHER: Final[dict[str, tuple[Layer, ...]]] = {BOTH: ("villages", "townships"), **{one: (one,) for one in LAYERS}}
TILE_TYPE: Final = "application/vnd.mapbox-vector-tile"


bp = Blueprint("map_tiles", __name__)
guard_pages(bp)


@bp.get("/map/tiles/<uuid:generation>/<root>/<layer>/<int:zoom>/<int:column>/<int:row>.mvt")
@requires(Action.READ_MAP)
def tile(*, generation: UUID, root: str, layer: str, zoom: int, column: int, row: int) -> Response:
    """Give the part of one tile that lies under ``root``; the same address always gives the same bytes."""
    drawn = TOGETHER.get(layer, ())
    if not all(zoom in zooms_of(one) for one in drawn) or not drawn or max(column, row) >= 2**zoom:
        raise NotFoundError(NO_TILE)
    path = _path_in_scope(generation, root)
    if not are_ready(generation):
        return _being_cut()
    packed = _tile_under(tile_files(), generation, drawn, (zoom, column, row), path)
    if packed is None:
        answer = make_response(b"", 204)
        answer.headers["Cache-Control"] = FOR_GOOD
        return answer
    return _kept(packed, TILE_TYPE)


@bp.get("/map/codes/<uuid:generation>/<root>/<layer>.json")
@requires(Action.READ_MAP)
def codes(*, generation: UUID, root: str, layer: str) -> Response:
    """Give the codes under ``root`` in the order in which facts name them, with names, boxes and label points.

    A county's list is most of what its map fetches besides tiles, so places are whole numbers, counted in steps of some
    ten metres from the first: ``labels`` in steps from the label before, ``boxes`` in steps from the own label to west,
    south, east and north. ``i`` is left out where it only counts up.
    """
    listed, path = _known(layer), _path_in_scope(generation, root)
    if not are_ready(generation):
        return _being_cut()
    return _kept(_codes_under(tile_files(), generation, listed, path), "application/json")


@lru_cache(maxsize=TILES_REMEMBERED)
def _tile_under(
    files: TileFiles, generation: UUID, drawn: tuple[Layer, ...], square: tuple[int, int, int], path: str
) -> bytes | None:
    """Return what of a tile lies under a path, compressed; many ask for the same at nine in the morning."""
    found = [part for one in drawn if (part := _part_under(files, generation, one, square, path)) is not None]
    if len(found) <= 1:
        return found[0] if found else None
    # layers are a repeated field of a tile, so that tiles one after the other are one tile of all their layers
    return gzip.compress(b"".join(map(gzip.decompress, found)), 6, mtime=0)


def _part_under(
    files: TileFiles, generation: UUID, drawn: Layer, square: tuple[int, int, int], path: str
) -> bytes | None:
    zoom, column, row = square
    packed = files.tile(generation, drawn, zoom=zoom, column=column, row=row)
    places = files.places(generation, drawn, path)
    if packed is None or len(places) == files.count(generation, drawn):
        return packed
    rest = narrowed(gzip.decompress(packed), frozenset(place.code for place in places))
    return gzip.compress(rest, 6, mtime=0) if rest else None


@lru_cache(maxsize=LISTS_REMEMBERED)
def _codes_under(files: TileFiles, generation: UUID, listed: Layer, path: str) -> bytes:
    places = files.places(generation, listed, path)
    labels = [tuple(round(degrees * STEPS) for degrees in place.label) for place in places]
    document: dict[str, object] = {
        "steps": STEPS,
        "codes": [place.code for place in places],
        "names": [place.name for place in places],
        "parents": [place.parent for place in places],
        "boxes": [step for place, label in zip(places, labels, strict=True) for step in _reach(place.box, label)],
        "labels": [
            degrees for one, before in zip(labels, [(0, 0), *labels], strict=False) for degrees in _from(one, before)
        ],
    }
    if [place.index for place in places] != list(range(len(places))):
        document["i"] = [place.index for place in places]
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return gzip.compress(body, 6, mtime=0)


def _reach(box: tuple[float, float, float, float], label: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Return how many steps a box reaches from its label to each side; it is never smaller than what it holds."""
    west, south, east, north = (side * STEPS for side in box)
    return label[0] - floor(west), label[1] - floor(south), ceil(east) - label[0], ceil(north) - label[1]


def _from(one: tuple[int, ...], before: tuple[int, ...]) -> tuple[int, int]:
    return one[0] - before[0], one[1] - before[1]


def _known(layer: str) -> Layer:
    if layer not in LAYERS:
        raise NotFoundError(NO_TILE)
    return layer


def _path_in_scope(generation: UUID, root: str) -> str:
    """Return the path of ``root`` when the asker may see it and the generation is one that is still served."""

    def _asked() -> str:
        with reading() as session:
            division = root_in_scope(session, scope=the_scope(), code=root)
            if division is None:
                raise NotFoundError(NOT_YOURS)
            if generation not in served_generations(session):
                raise NotFoundError(STALE)
            return division.path

    return one_answer(("tiles", generation, root), _asked)


def _being_cut() -> Response:
    answer = problem(503, "tiles_being_cut", BEING_CUT, more={"done": share_cut(tile_files())})
    answer.headers["Retry-After"] = "1"
    return answer


def _kept(packed: bytes, content_type: str) -> Response:
    """Return gzipped bytes that may be kept for good, unpacked for the rare client that does not take them."""
    takes_gzip = request.accept_encodings["gzip"] > 0
    answer = make_response(packed if takes_gzip else gzip.decompress(packed))
    answer.content_type = content_type
    answer.vary.add("Accept-Encoding")
    if takes_gzip:
        answer.content_encoding = "gzip"
    answer.headers["Cache-Control"] = FOR_GOOD
    answer.set_etag(hashlib.sha256(packed).hexdigest()[:20])
    answer.make_conditional(request)  # becomes 304 in place
    return answer
