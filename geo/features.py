"""What a boundary file holds once it is read: plain values that need neither GDAL nor PROJ to be used."""

from dataclasses import dataclass

from shapely import MultiPolygon

from geo.codes import Level
from geo.coordinates import Crs


@dataclass(frozen=True, slots=True)
class BoundaryFeature:
    """One division and its boundary.

    Attributes
    ----------
    code : str
        Normalised code of its level.
    name : str
        Name as in the file; may be empty for a grid.
    parent_code : str or None
        Code of the division above; None for a county.
    polygon : MultiPolygon
        Boundary in WGS84 degrees, valid.
    area_km2 : float
        True area in square kilometres.
    label_lon, label_lat : float
        A point inside the polygon.
    kind : str or None
        ``community``, ``village`` or ``other`` for a village; ``basic`` or ``dedicated`` for a grid; else None.
    """

    code: str
    name: str
    parent_code: str | None
    polygon: MultiPolygon
    area_km2: float
    label_lon: float
    label_lat: float
    kind: str | None

    @property
    def title(self) -> str:
        """Name with code, or the code alone when there is no name."""
        return f"{self.name}（{self.code}）" if self.name else self.code


@dataclass(frozen=True, slots=True)
class BoundarySet:
    """All divisions of one level read from one file.

    Attributes
    ----------
    level : Level
        Their level.
    source_crs : Crs
        The reference system the file was said to be in; the polygons are WGS84 already.
    features : tuple of BoundaryFeature
        In the order of the file.
    repairs : tuple of str
        One zh-CN sentence for each polygon that was repaired, with the area lost or gained.
    warnings : tuple of str
        zh-CN sentences on what the reader should know, such as further layers that were not read.
    """

    level: Level
    source_crs: Crs
    features: tuple[BoundaryFeature, ...]
    repairs: tuple[str, ...]
    warnings: tuple[str, ...]
