"""Shapes and columns of a GeoJSON, GeoPackage or Shapefile, read through GDAL, with its refusals in plain words."""

import logging
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, cast

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio import raw

from geo.archives import unpack
from geo.errors import FileError

SUFFIXES: Final = (".geojson", ".json", ".gpkg", ".shp")
ZIP: Final = ".zip"
_SHAPEFILE_ENCODINGS: Final = ("UTF-8", "GB18030")
# RuntimeError is the base of all pyogrio errors; the others come from damaged text and numbers inside a file.
_READ_ERRORS: Final = (RuntimeError, ValueError, OSError, KeyError, TypeError, MemoryError)
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a file.

    Attributes
    ----------
    crs : str or None
        Reference system the file itself names, as EPSG code or WKT.
    columns : mapping of str to list
        Values of each field, one per feature; None where the file has none.
    shapes : ndarray of object
        Shapes in the file's own coordinates, flat, rings closed; None where missing or beyond reading.
    is_missing : ndarray of bool
        True where the file has no shape at all.
    remarks : tuple of str
        zh-CN sentences on what was passed over.
    """

    crs: str | None
    columns: Mapping[str, list[object]]
    shapes: NDArray[np.object_]
    is_missing: NDArray[np.bool_]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Raw:
    crs: str | None
    columns: Mapping[str, list[object]]
    wkb: NDArray[np.object_]


def read_layer(path: Path) -> Layer:
    """Return the first layer of a file.

    Raises
    ------
    FileError
        When the file is absent, of another kind, damaged, or holds no features.
    """
    _check_file(path)
    if path.suffix.lower() == ZIP:
        with TemporaryDirectory(prefix="boundary-") as folder:
            return read_layer(unpack(path, Path(folder), wanted=SUFFIXES))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what GDAL mumbles about rings is told by the repairs
        found = _read_raw(path)
        if not len(found.wkb):
            raise FileError(f"文件 {path.name} 里没有任何图形，什么也没有导入，请换一个文件。")
        shapes = _shapes_of(found.wkb, path)
        remarks = (*_other_layers(path), *_without_system(path))
    is_missing = np.array([value is None for value in found.wkb], dtype=np.bool_)
    return Layer(found.crs, found.columns, shapes, is_missing, remarks)


def _check_file(path: Path) -> None:
    if path.suffix.lower() not in (*SUFFIXES, ZIP):
        raise FileError(
            f"文件 {path.name} 不是边界文件，请用 GeoJSON、GeoPackage（.gpkg）、Shapefile（.shp）或装着其中一个的 zip。"
        )
    if not path.is_file():
        raise FileError(f"找不到文件 {path.name}，请核对路径。")


def _read_raw(path: Path) -> _Raw:
    encodings: tuple[str | None, ...] = (None,)
    if path.suffix.lower() == ".shp" and not _says_encoding(path):
        encodings = _SHAPEFILE_ENCODINGS
    for encoding in encodings:
        try:
            return _read_with(path, encoding)
        except UnicodeDecodeError:
            continue
        except _READ_ERRORS as error:
            _LOG.info("A boundary file could not be read: %s", type(error).__name__)
            raise FileError(_unreadable(path)) from error
    raise FileError(f"文件 {path.name} 的文字编码看不懂，请另存为 UTF-8 或 GBK 编码再导入。")


def _says_encoding(path: Path) -> bool:
    return any(path.with_suffix(suffix).exists() for suffix in (".cpg", ".CPG"))


def _read_with(path: Path, encoding: str | None) -> _Raw:
    meta, _, wkb, values = raw.read(path, layer=0, force_2d=True, encoding=encoding, datetime_as_string=True)
    names = [str(name) for name in meta["fields"]]
    columns: dict[str, list[object]] = {
        name: cast("list[object]", column.tolist()) for name, column in zip(names, values, strict=True)
    }
    shapes = np.empty(0, dtype=object) if wkb is None else np.asarray(wkb, dtype=object)
    return _Raw(meta["crs"], columns, shapes)


def _unreadable(path: Path) -> str:
    if path.suffix.lower() == ".shp":
        return (
            f"文件 {path.name} 打不开：Shapefile 要把 .shp、.shx、.dbf（和 .prj）放在同一个文件夹里，"
            "请补齐或重新导出。什么也没有导入。"
        )
    return f"文件 {path.name} 打不开：内容不完整或已损坏，请重新导出或重新下载。什么也没有导入。"


def _shapes_of(wkb: NDArray[np.object_], path: Path) -> NDArray[np.object_]:
    try:
        return np.asarray(shapely.from_wkb(wkb, on_invalid="fix"), dtype=object)
    except (shapely.errors.ShapelyError, ValueError, TypeError) as error:
        raise FileError(_unreadable(path)) from error


def _without_system(path: Path) -> tuple[str, ...]:
    if path.suffix.lower() != ".shp" or any(path.with_suffix(suffix).exists() for suffix in (".prj", ".PRJ")):
        return ()
    return (f"{path.name} 没有 .prj，只能按选的坐标系读；请在图上核对位置有没有偏。",)


def _other_layers(path: Path) -> tuple[str, ...]:
    if path.suffix.lower() != ".gpkg":
        return ()
    names = [str(name) for name, _ in pyogrio.list_layers(path)]
    if len(names) < 2:
        return ()
    return (f"文件里有 {len(names)} 个图层，只读了第一个“{names[0]}”；要读别的图层，请单独导出。",)
