"""Boundary files of counties, townships, villages and grids, read, checked, shifted to WGS84 and repaired."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.codes import LEVELS, Level, kind_of, normalise_code, parent_code
from geo.coordinates import CRS_NAMES, Crs, Floats, in_china, to_wgs84
from geo.errors import DatumError, FileError, GeometryError
from geo.features import BoundaryFeature, BoundarySet
from geo.measure import area_m2
from geo.projection import is_projected, to_degrees
from geo.reading import Layer, read_layer
from geo.repair import repair_polygons

__all__ = ["CODE_FIELDS", "NAME_FIELDS", "BoundaryFeature", "BoundarySet", "read_boundaries"]

CODE_FIELDS: Final = ("code", "adcode", "代码", "编码", "区划代码", "XZQDM", "DM")
NAME_FIELDS: Final = ("name", "名称", "区划名称", "XZQMC", "MC")
_DEGREE_SYSTEMS: Final = (None, "EPSG:4326", "EPSG:4490", "OGC:CRS84")
_CRS_HINT: Final = f"请核对 --source-crs（可以用：{'、'.join(CRS_NAMES)}）"


def read_boundaries(
    path: Path,
    *,
    level: Level,
    source_crs: Crs,
    code_field: str | None = None,
    name_field: str | None = None,
    parent_field: str | None = None,
) -> BoundarySet:
    """Return every division in a boundary file, valid and in WGS84.

    Parameters
    ----------
    path : Path
        A GeoJSON, GeoPackage or Shapefile.
    level : Level
        The level of the divisions in it.
    source_crs : Crs
        What the coordinates really are; a GeoJSON from a map service is often GCJ-02 although its format says
        WGS84. A file that names a projected system itself is converted from that.
    code_field, name_field : str, optional
        Fields to take; without them the first of `CODE_FIELDS` and `NAME_FIELDS` that is there, in any case.
    parent_field : str, optional
        Field with the code of the division above; without it the parent comes from the code.

    Raises
    ------
    GeometryError
        When anything is wrong with the file or a feature in it; nothing is returned in part.
    """
    layer = read_layer(path)
    codes = _codes(layer, level, code_field)
    names = _names(layer, level, name_field, codes)
    titles = [_title(number, name, code) for number, (code, name) in enumerate(zip(codes, names, strict=True), 1)]
    parents = _parents(layer, level, parent_field, codes, titles)
    _check_shapes(layer, titles)
    shapes = _in_wgs84(layer, source_crs)
    _check_place(shapes, titles)
    repaired = repair_polygons(shapes, titles)
    polygons = np.array([*repaired.polygons, None], dtype=object)[:-1]
    areas = (area_m2(polygons) / 1e6).tolist()
    labels = shapely.get_coordinates(shapely.point_on_surface(polygons)).tolist()
    features = tuple(
        BoundaryFeature(code, name, parent, polygon, area, lon, lat, _kind(code, level))
        for code, name, parent, polygon, area, (lon, lat) in zip(
            codes, names, parents, repaired.polygons, areas, labels, strict=True
        )
    )
    return BoundarySet(level, source_crs, features, repaired.repairs, layer.remarks)


def _kind(code: str, level: Level) -> str | None:
    if level == "village":
        return kind_of(code)
    if level == "grid":
        return "basic" if code[12] == "J" else "dedicated"
    return None


def _field(layer: Layer, wanted: str | None, usual: Sequence[str]) -> str | None:
    there = ", ".join(layer.columns) or "（没有字段）"
    if wanted is not None:
        if wanted not in layer.columns:
            raise FileError(f"文件里没有字段“{wanted}”，文件里有的字段是：{there}。")
        return wanted
    by_lower = {name.lower(): name for name in reversed(list(layer.columns))}
    return next((by_lower[name.lower()] for name in usual if name.lower() in by_lower), None)


def _text(value: object) -> str:
    """Return a field's value as text: empty for a missing one, and no decimals for a whole number."""
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _codes(layer: Layer, level: Level, wanted: str | None) -> list[str]:
    field = _field(layer, wanted, CODE_FIELDS)
    if field is None:
        there = ", ".join(layer.columns) or "（没有字段）"
        raise FileError(f"找不到代码字段，文件里有的字段是：{there}；请用 --code-field 指明。")
    codes: list[str] = []
    first: dict[str, int] = {}
    for number, value in enumerate(layer.columns[field], 1):
        try:
            code = normalise_code(_text(value), level)
        except GeometryError as error:
            raise GeometryError(f"第 {number} 个图形：{error.message}", feature=str(number)) from error
        if code in first:
            raise GeometryError(
                f"代码 {code} 出现了两次：第 {first[code]} 个和第 {number} 个图形，请改掉其中一个。", feature=code
            )
        first[code] = number
        codes.append(code)
    return codes


def _names(layer: Layer, level: Level, wanted: str | None, codes: Sequence[str]) -> list[str]:
    field = _field(layer, wanted, NAME_FIELDS)
    names = [_text(value) for value in layer.columns[field]] if field else [""] * len(codes)
    if level == "grid":
        return names
    if field is None:
        raise FileError(f"找不到名称字段，文件里有的字段是：{', '.join(layer.columns)}；请用 --name-field 指明。")
    for number, (code, name) in enumerate(zip(codes, names, strict=True), 1):
        if not name:
            raise GeometryError(f"第 {number} 个图形（代码 {code}）没有名称，请补上。", feature=code)
    return names


def _parents(
    layer: Layer, level: Level, wanted: str | None, codes: Sequence[str], titles: Sequence[str]
) -> list[str | None]:
    field = _field(layer, wanted, ())
    if field is None or level == "county":
        return [parent_code(code) for code in codes]
    above = LEVELS[LEVELS.index(level) - 1]
    parents: list[str | None] = []
    for value, title in zip(layer.columns[field], titles, strict=True):
        try:
            parents.append(normalise_code(_text(value), above))
        except GeometryError as error:
            message = f"{title}的上级代码（字段“{field}”）不对：{error.message}"
            raise GeometryError(message, feature=title) from error
    return parents


def _title(number: int, name: str, code: str) -> str:
    return f"第 {number} 个图形（{name + '，' if name else ''}{code}）"


def _check_shapes(layer: Layer, titles: Sequence[str]) -> None:
    kinds = shapely.get_type_id(layer.shapes)
    if not layer.is_missing.all() and np.isin(kinds, (0, 1, 2, 4, 5)).all():
        raise FileError("文件里只有点或线，没有面，请换一个带边界面的文件。")
    sums = np.array([shapely.get_coordinates(shape).sum() for shape in layer.shapes.tolist()])
    absent = layer.is_missing | shapely.is_empty(layer.shapes)
    for title, is_absent, kind, total in zip(titles, absent, kinds, sums, strict=True):
        if is_absent:
            raise GeometryError(f"{title}没有图形，请补上它的边界再导入。", feature=title)
        if kind < 0 or not np.isfinite(total):
            raise GeometryError(f"{title}的坐标里有不是数字的值，或图形残缺，请改好再导入。", feature=title)


def _in_wgs84(layer: Layer, source_crs: Crs) -> NDArray[np.object_]:
    system = None if layer.crs in _DEGREE_SYSTEMS else layer.crs
    if system is not None and source_crs not in ("wgs84", "cgcs2000") and is_projected(system):
        raise DatumError(
            f"文件自带的坐标系是投影坐标（{system[:40]}），与 --source-crs {source_crs} 不符，"
            "请改用 --source-crs cgcs2000。"
        )

    def shift(points: Floats) -> Floats:
        lon, lat = points[:, 0], points[:, 1]
        if system is not None:
            lon, lat = to_degrees(lon, lat, system)
        return np.column_stack(to_wgs84(lon, lat, source_crs))

    if layer.crs in _DEGREE_SYSTEMS:
        bounds = shapely.total_bounds(layer.shapes)
        if np.abs(bounds).max() > 360:
            raise DatumError(
                f"坐标大到 {np.abs(bounds).max():.0f}，是以米为单位的投影坐标，不是经纬度；请在文件里注明投影"
                f"（如 EPSG:4546）或先转成经纬度，并{_CRS_HINT}。"
            )
    return np.asarray(shapely.transform(layer.shapes, shift), dtype=object)


def _check_place(shapes: NDArray[np.object_], titles: Sequence[str]) -> None:
    bounds = shapely.bounds(shapes)
    inside = in_china(bounds[:, 0], bounds[:, 1]) & in_china(bounds[:, 2], bounds[:, 3])
    if inside.all():
        return
    worst = int(np.flatnonzero(~inside)[0])
    west, south = bounds[worst, :2].tolist()
    is_swapped = bool(in_china(south, west))
    advice = "看起来经度和纬度写反了，请对调后再导入" if is_swapped else f"坐标系多半不对，{_CRS_HINT}"
    raise DatumError(
        f"{titles[worst]}在中国范围以外（左下角 {west:.4f}, {south:.4f}），{advice}。什么也没有导入。",
        feature=titles[worst],
    )
