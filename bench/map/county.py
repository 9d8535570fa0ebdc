"""A made county of villages and grids in a database of its own, and plain folium pages of the same shapes."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from pathlib import Path
from uuid import UUID

import folium
import shapely
from shapely import STRtree
from sqlalchemy import Engine, insert
from sqlalchemy.orm import Session

from bench.tiles.county import made_county
from grid_app.database.base import new_id
from grid_app.database.migrate import upgrade
from grid_app.database.transaction import transaction
from grid_app.models.accounts import Account, Assignment, Unit
from grid_app.models.places import Boundary, BoundaryGeneration, Division
from grid_app.policy import Role
from grid_app.queries.tiles import TileShape
from grid_app.security.passwords import hash_password
from tests.dispute_rows import add_dispute

COUNTY, LOGIN, PASSWORD = "990101", "leader", "Correct-Horse-9"
DISPUTES = 1_500
Placed = tuple[str, str, TileShape]
"""A code, the code above it, and the shape."""


def placed_shapes(villages: int, grids: int) -> dict[str, list[Placed]]:
    """Return the shapes of each level with codes that hang together: each lies where its middle lies."""
    shapes: dict[str, list[TileShape]] = defaultdict(list)
    for shape in made_county(villages, grids):
        shapes[shape.level].append(shape)
    found = {"township": [(f"{COUNTY}{at:03}", COUNTY, one) for at, one in enumerate(shapes["township"], start=1)]}
    for level, above, form in (("village", "township", "{}{:03}"), ("grid", "village", "{}J{:03}")):
        tree = STRtree([one.polygon for _, _, one in found[above]])
        seen: dict[str, int] = defaultdict(int)
        found[level] = []
        for shape in shapes[level]:
            parent = found[above][int(tree.nearest(shapely.Point(shape.lon, shape.lat)))][0]
            seen[parent] += 1
            found[level].append((form.format(parent, seen[parent]), parent, shape))
    return found


def fill(engine: Engine, shapes: dict[str, list[Placed]], *, now: datetime) -> UUID:
    """Make the county with one leader and some disputes; return its generation."""
    generation = new_id()
    upgrade(engine)
    with transaction(engine) as session:
        session.add(Division(code=COUNTY, level="county", name="青溪县", path=f"/{COUNTY}/", valid_from=now.date()))
        session.add(BoundaryGeneration(id=generation, number=1, state="active", created_at=now, activated_at=now))
        session.flush()  # the rows below name them
        paths = {COUNTY: f"/{COUNTY}/"}
        for level, placed in shapes.items():
            paths |= {code: f"{paths[parent]}{code}/" for code, parent, _ in placed}
            rows = [_division(level, code, parent, paths[code], now) for code, parent, _ in placed]
            session.execute(insert(Division), rows)
            session.execute(insert(Boundary), [_boundary(generation, level, *one) for one in placed])
        _leader(session, now)
        for number, (code, _, _) in enumerate(shapes["village"][:DISPUTES]):
            add_dispute(session, number, village=code, kind="chosen", grade=("blue", "yellow", "red")[number % 3])
    return generation


def folium_page(placed: list[Placed], path: Path) -> None:
    """Write the page that folium makes of the shapes by itself: everything in it, a style and a tooltip for each."""
    drawn = folium.Map(location=(29.0, 111.7), zoom_start=10, tiles=None, prefer_canvas=True)
    drawn.default_js, drawn.default_css = [("leaflet", "/leaflet.js")], [("leaflet_css", "/leaflet.css")]
    features = [
        {"type": "Feature", "id": code, "properties": {"name": code}, "geometry": shapely.geometry.mapping(one.polygon)}
        for code, _, one in placed
    ]
    style = {"weight": 0.6, "fillOpacity": 0.6}
    folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        style_function=lambda feature: {**style, "fillColor": ("#fff", "#7fb8b6")[int(feature["id"][-1]) % 2]},
        tooltip=folium.GeoJsonTooltip(["name"]),
    ).add_to(drawn)
    drawn.save(str(path))


def _division(level: str, code: str, parent: str, path: str, now: datetime) -> dict[str, object]:
    kind = "village" if level == "village" else ""
    return {"code": code, "level": level, "name": f"云岭{code[-4:]}", "kind": kind, "parent_code": parent, "path": path,
            "valid_from": now.date(), "households": 300 if level == "village" else None}  # fmt: skip


def _boundary(generation: UUID, level: str, code: str, parent: str, shape: TileShape) -> dict[str, object]:
    parts = shapely.get_parts(shape.polygon)
    return {"id": new_id(), "generation_id": generation, "level": level, "code": code, "name": f"云岭{code[-4:]}",
            "kind": "", "parent_code": parent, "area_km2": 1.0, "label_lon": shape.lon, "label_lat": shape.lat,
            "source_crs": "wgs84", "polygon": f"SRID=4326;{shapely.MultiPolygon(list(parts)).wkt}"}  # fmt: skip


def _leader(session: Session, now: datetime) -> None:
    unit = Unit(id=new_id(), name="青溪县", kind="county_lead", division_code=COUNTY)
    account = Account(
        id=new_id(), login=LOGIN, display_name="周", password_hash=hash_password(PASSWORD), must_change_password=False,
        created_at=now,
    )  # fmt: skip
    session.add_all([unit, account])
    session.flush()  # the role names them
    role = {"role": str(Role.COUNTY_LEAD), "division_code": COUNTY, "valid_from": now}
    session.add(Assignment(account_id=account.id, unit_id=unit.id, **role))
