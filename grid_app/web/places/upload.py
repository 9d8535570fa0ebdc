"""An uploaded boundary file: saved while the request lasts, read, checked, loaded into the pending generation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, cast

from werkzeug.datastructures import FileStorage

from geo.boundaries import read_boundaries
from geo.codes import LEVELS, Level
from geo.coordinates import CRS_NAMES, Crs
from geo.coverage_check import CoverageReport, check_coverage
from geo.errors import GeometryError
from geo.features import BoundarySet
from geo.reading import SUFFIXES, ZIP
from grid_app.database.transaction import transaction
from grid_app.errors import InvalidError
from grid_app.http.boundary_work import alone
from grid_app.policy import Actor
from grid_app.services.places.boundaries import Imported, import_boundaries
from grid_app.wiring import wired

PARTS: Final = (".shx", ".dbf", ".prj", ".cpg")
CHOOSE: Final = (
    "请选择边界文件:GeoJSON、GeoPackage,或一个 Shapefile 的全部文件(.shp、.shx、.dbf、.prj,也可以打成一个 zip)。"
)
NOT_TAKEN: Final = "没有导入,正在使用的边界没有变。请改好再传。"


@dataclass(frozen=True)
class Upload:
    """What the form says about the file; an empty field name means the usual one."""

    level: str
    crs: str
    code_field: str
    name_field: str
    parent_field: str


@dataclass(frozen=True)
class Loaded:
    """An upload that was taken: what it did, what was read, and what does not fit in it."""

    imported: Imported
    boundary_set: BoundarySet
    coverage: CoverageReport


def load_upload(files: Sequence[FileStorage], upload: Upload, *, actor: Actor) -> Loaded:
    """Read the files and load them into the pending generation.

    Raises
    ------
    InvalidError
        Naming the fields that are wrong; nothing was changed then.
    ConflictError
        When somebody else is at the boundaries.
    """
    _check(upload)
    with alone():
        return _load(files, upload, actor)


def _load(files: Sequence[FileStorage], upload: Upload, actor: Actor) -> Loaded:
    with TemporaryDirectory(prefix="boundary-") as folder:
        path = _save(files, Path(folder))
        try:
            boundary_set = read_boundaries(
                path,
                level=cast("Level", upload.level),  # checked above
                source_crs=cast("Crs", upload.crs),  # checked above
                code_field=upload.code_field or None,
                name_field=upload.name_field or None,
                parent_field=upload.parent_field or None,
            )
        except GeometryError as error:
            raise InvalidError(NOT_TAKEN, fields={"file": error.message}) from error
    coverage = check_coverage(boundary_set.features, neighbours_of_same_parent=upload.level == "grid")
    with transaction() as session:
        imported = import_boundaries(
            session, boundary_set=boundary_set, source=path.name, actor=actor, now=wired().clock.now()
        )
    return Loaded(imported, boundary_set, coverage)


def _check(upload: Upload) -> None:
    fields = {}
    if upload.level not in LEVELS:
        fields["level"] = "请选择文件里是哪一级。"
    if upload.crs not in CRS_NAMES:
        fields["crs"] = "请选择坐标系;不清楚就问提供文件的单位。"
    if fields:
        raise InvalidError(NOT_TAKEN, fields=fields)


def _save(files: Sequence[FileStorage], folder: Path) -> Path:
    """Save the files under harmless names and return the one to open."""
    names = [re.sub(r"[^\w.-]", "_", Path(file.filename or "").name) for file in files]
    main = [name for name in names if Path(name).suffix.lower() in (*SUFFIXES, ZIP)]
    strange = [name for name in names if Path(name).suffix.lower() not in (*SUFFIXES, ZIP, *PARTS)]
    if len(main) != 1 or strange or len(set(names)) != len(names):
        raise InvalidError(NOT_TAKEN, fields={"file": CHOOSE})
    for file, name in zip(files, names, strict=True):
        file.save(folder / name)
        file.close()
    return folder / main[0]
