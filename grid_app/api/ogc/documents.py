"""The documents of the interface: links, collections, features; plain values, as JSON takes them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from flask import url_for
from shapely.geometry.base import BaseGeometry

from grid_app.queries.layers import LayerFeature

JSON: Final = "application/json"
HTML: Final = "text/html"
GEOJSON: Final = "application/geo+json"
OPENAPI: Final = "application/vnd.oai.openapi+json;version=3.0"
CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
DECIMALS: Final = 7
CONFORMS_TO: Final = (
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
)
TITLES: Final = {
    "villages": ("村(社区)", "边界、命名记录、源头治理服务达标、调解室覆盖;未办结纠纷数不满 5 件写“<5”。"),
    "townships": ("乡镇(街道)", "边界和名称。"),
    "grids": ("网格", "边界和名称。"),
    "rooms": ("调解室", "位置、类别、开放时间。"),
    "findings": ("已确认的苗头提示", "所在村(社区)或乡镇的边界;不含纠纷和人员。"),
}
Document = dict[str, object]


def link(endpoint: str, rel: str, media: str, title: str, **values: str | int) -> Document:
    """Return a link with an absolute address; ``values`` fill the route and the query."""
    href = url_for(f"ogc.{endpoint}", _external=True, **values)  # type: ignore[arg-type]  # its own options are named
    return {"href": href, "rel": rel, "type": media, "title": title}


def landing_document() -> Document:
    """Return the landing page."""
    return {
        "title": "地图图层",
        "description": "自己辖区的边界、调解室和已确认的苗头提示。内部使用,不作划界依据。",
        "links": [
            link("landing", "self", JSON, "本页"),
            link("landing", "alternate", HTML, "给人看的说明", f="html"),
            link("definition", "service-desc", OPENAPI, "接口定义"),
            link("conformance", "conformance", JSON, "符合的标准"),
            link("collections", "data", JSON, "图层"),
        ],
    }


def collections_document(names: Sequence[str], extent: Sequence[float] | None) -> Document:
    """Return the list of layers."""
    return {
        "links": [link("collections", "self", JSON, "图层")],
        "collections": [collection_document(name, extent) for name in names],
    }


def collection_document(name: str, extent: Sequence[float] | None) -> Document:
    """Return what there is to know of one layer."""
    title, about = TITLES[name]
    document: Document = {
        "id": name,
        "title": title,
        "description": about,
        "itemType": "feature",
        "crs": [CRS84],
        "links": [
            link("collection", "self", JSON, title, name=name),
            link("items", "items", GEOJSON, f"{title}的要素", name=name),
        ],
    }
    if extent is not None:
        document["extent"] = {"spatial": {"bbox": [[round(side, 6) for side in extent]], "crs": CRS84}}
    return document


def items_text(features: Sequence[LayerFeature], *, matched: int, at: str, links: Sequence[Document]) -> str:
    """Return a page of features as JSON; geometries are written once, by the library that holds them."""
    page: Document = {
        "type": "FeatureCollection",
        "timeStamp": at,
        "numberMatched": matched,
        "numberReturned": len(features),
        "links": list(links),
    }
    drawn = _geometries([feature.shape for feature in features])
    found = (
        f'{{"type":"Feature","id":{as_json(one.id)},"geometry":{shape},"properties":{as_json(dict(one.properties))}}}'
        for one, shape in zip(features, drawn, strict=True)
    )
    return f'{as_json(page)[:-1]},"features":[{",".join(found)}]}}'


def as_json(document: object) -> str:
    """Return a document as JSON text, Chinese as it is."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _geometries(shapes: Sequence[BaseGeometry]) -> list[str]:
    """Return geometries as GeoJSON (RFC 7946): rings turned as it asks, seven decimals, about a centimetre."""
    turned = shapely.orient_polygons(np.array(shapes, dtype=object))
    rounded = shapely.transform(turned, lambda points: points.round(DECIMALS))
    return [str(one) for one in shapely.to_geojson(rounded)]


def feature_document(feature: LayerFeature, links: Sequence[Document] = ()) -> Document:
    """Return one feature as GeoJSON."""
    document: Document = {
        "type": "Feature",
        "id": feature.id,
        "geometry": json.loads(_geometries([feature.shape])[0]),
        "properties": dict(feature.properties),
    }
    if links:
        document["links"] = list(links)
    return document
