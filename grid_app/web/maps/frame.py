"""The framed map; geometry comes as tiles (``tiles.py``), facts apart from it (``live.py``)."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, current_app, make_response, url_for

from grid_app.adapters.folium_map import MapAssets, MapFrame, render_map
from grid_app.adapters.tile_files import FORMAT
from grid_app.http.guard import requires, the_scope
from grid_app.http.headers import csp_nonce, policy
from grid_app.http.tiles import tile_files
from grid_app.policy import Action
from grid_app.queries.map_area import VILLAGE_STEP, Area
from grid_app.queries.tiles import county_of
from grid_app.settings import Settings
from grid_app.web.built import scripts_of
from grid_app.web.maps.asked import Asked, area_for, asked
from grid_app.web.maps.kept import one_answer
from grid_app.web.maps.layers import LAYER_WORDS
from grid_app.web.maps.look import Look, looked
from grid_app.web.maps.tiles import BOTH
from grid_app.wiring import wired

GRIDS_FROM: Final = 11.5
"""Zoom from which maps show the facts of grids, as `map_store.js` rounds it."""
INTERNAL: Final = "内部使用,不作划界依据"
NONCE_HERE: Final = "nonce-of-this-answer"


@requires(Action.READ_MAP)
def frame() -> Response:
    """Give the page that stands in the map's frame."""
    ask, look, base = asked(), looked(), base_addresses(wired().settings)
    page = one_answer(("frame", ask, look), lambda: _page(ask, look, base))
    answer = make_response(page.replace(NONCE_HERE, csp_nonce()))
    answer.headers["Content-Security-Policy"] = policy(images_from=base)
    return answer


def _page(ask: Asked, look: Look, base: tuple[str, ...]) -> str:
    """Return the page with a word where the nonce of each answer stands."""
    area, settings = area_for(ask.root), wired().settings
    config = _config(ask, look, area, clear=bool(base))
    return render_map(
        MapFrame(
            title=f"{area.root.name}地图:{LAYER_WORDS[ask.layer]}",
            attribution=f"第 {area.generation_number} 代边界 · {INTERNAL}",
            config=config,
            nonce=NONCE_HERE,
            base=base,
            base_attribution=settings.base_map_attribution,
            fetched=_fetched(config, ask, look, area),
        ),
        assets=_assets(),
    )


def add_routes(bp: Blueprint) -> None:
    """Register the frame on the map's blueprint."""
    bp.add_url_rule("/map/frame", "frame", frame, methods=["GET"])


def base_addresses(settings: Settings) -> tuple[str, ...]:
    """Return the addresses of the base map's tiles with key and matrix set filled in."""
    known = {"{key}": settings.base_map_key, "{matrix}": settings.base_map_matrix}
    addresses = settings.base_map_urls
    for mark, value in known.items():
        addresses = tuple(address.replace(mark, value) for address in addresses)
    return addresses


def tiles_root(area: Area) -> str:
    """Return whose tiles an area's map draws: the actor's whole own area, so that zooming fetches nothing twice."""
    own = [path for path in the_scope().paths if area.root.path.startswith(path)]
    return own[0].strip("/").split("/")[:VILLAGE_STEP][-1] if own else area.root.code


def _config(ask: Asked, look: Look, area: Area, *, clear: bool) -> dict[str, object]:
    """Return what the drawing module is told; without boundaries nothing can be fetched."""
    if area.generation_id is None or not area.on_map:
        return {}
    root = tiles_root(area)
    generation = area.generation_id
    # browsers keep both for a year: tiles that are cut in another way need another address
    kept = partial(url_for, generation=generation, layer="villages", f=FORMAT)
    tile = kept("map_tiles.tile", root=root, zoom=0, column=0, row=0)
    codes = kept("map_tiles.codes", root="ROOT")
    return {
        "tiles": {
            level: tile.replace("/villages/0/0/0.", f"/{level}/{{z}}/{{x}}/{{y}}.")
            for level in ("townships", BOTH, "grids")
        },
        "codes": codes.replace("/villages.", "/LEVEL."),
        "county": county_of(area.root.path),
        "root": root,
        "area": area.root.code,
        "facts": facts_address(ask, area),
        "village": url_for("maps.village", code="CODE"),
        "view": look.at,
        "place": look.place,
        "clear": clear,
        "boxes": _boxes(generation, root, area),
    }


def _boxes(generation: UUID, root: str, area: Area) -> dict[str, object] | None:
    """Return where the tiles and the area lie, so that the map waits for no codes; ``None`` before tiles are cut."""
    files, path = tile_files(), area.root.path
    if not files.is_ready(generation):
        return None
    whole = path[: path.index(f"/{root}/") + len(root) + 2]
    boxes: dict[str, object] = {"whole": files.box(generation, whole), "area": files.box(generation, path)}
    return boxes if all(boxes.values()) else None


def _fetched(config: dict[str, object], ask: Asked, look: Look, area: Area) -> tuple[str, ...]:
    """Return what the drawing module asks for first: the lists of codes, and facts whose level is sure."""
    codes = str(config.get("codes", "")).replace("ROOT", str(config.get("root")))
    if not codes:
        return ()
    listed = tuple(codes.replace("LEVEL", level) for level in ("townships", "villages"))
    zoom = float(look.at.rsplit(",", 1)[1]) if look.at else None
    if zoom is None and area.root.level != "county":
        return listed  # how near a smaller area is looked at depends on the screen
    level = "grids" if zoom is not None and zoom >= GRIDS_FROM else "villages"
    return (*listed, f"{facts_address(ask, area)}&level={level}")


def facts_address(ask: Asked, area: Area) -> str:
    """Return the address of the asked facts, which always names the root."""
    url = ask.url("maps.facts")
    return url if "root=" in url else f"{url}&root={area.root.code}"


def _assets() -> MapAssets:
    static = partial(url_for, "static")
    module, *parts = (static(filename=name) for name in script_files("map_frame"))
    return MapAssets(
        leaflet_js=static(filename="vendor/leaflet/leaflet.js"),
        leaflet_css=static(filename="vendor/leaflet/leaflet.css"),
        sheets=(static(filename="css/tokens.css"), static(filename="office/map_frame.css")),
        module=module,
        parts=tuple(parts),
    )


def script_files(name: str) -> tuple[str, ...]:
    """Return the files of one of the map's scripts, the one to start with first."""
    return scripts_of(Path(str(current_app.static_folder)), name, f"office/{name}.js")
