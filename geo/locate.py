"""Which village (or grid, or township) holds a point: vectorised, in memory, exact.

A `Locator` is built once per boundary generation and then only read, so threads may share it. It answers most
points from a table of cells and compares only points near a border with the polygons there; both ways give what
comparing each point with each polygon would give. A point on a shared border belongs to the smallest code.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely import MultiPolygon, Polygon, STRtree

from geo.borders import Borders
from geo.cells import NONE, CellTable, build_cells, frame_for
from geo.coordinates import Floats
from geo.errors import GeometryError
from geo.segments import segments_of

Ints = NDArray[np.int64]

HOW: Final = ("inside", "near", "outside", "invalid")
_INSIDE, _NEAR, _OUTSIDE, _INVALID = range(len(HOW))
_CELLS_PER_POLYGON = 512
_FEWEST_CELLS, _MOST_CELLS = 4_096, 1_000_000
_BLOCK = 65_536


@dataclass(frozen=True, slots=True)
class Located:
    """Where points lie, one entry per point.

    Attributes
    ----------
    index : ndarray of int
        Position of the division in the lists the locator was built from; -1 for none.
    how : ndarray of str
        ``inside``, ``near`` (outside all, but within the metres asked for), ``outside`` or ``invalid``
        (NaN, infinite, or no longitude and latitude on earth).
    border_distance_m : ndarray of float
        Metres to the nearest edge of any division; NaN for invalid points or when not asked for.
    """

    index: Ints
    how: NDArray[np.str_]
    border_distance_m: Floats
    _codes: NDArray[np.str_]
    _names: NDArray[np.str_]

    def __len__(self) -> int:
        """Return the number of points."""
        return len(self.index)

    def codes(self) -> list[str]:
        """Return the code of the division of each point; an empty string for none."""
        return [str(code) for code in self._codes[self.index]]

    def names(self) -> list[str]:
        """Return the name of the division of each point; an empty string for none."""
        return [str(name) for name in self._names[self.index]]


@dataclass(frozen=True, slots=True)
class Nearest:
    """The division nearest to a point: 0 metres when the point lies in it."""

    code: str
    name: str
    metres: float


class Locator:
    """Finds the division of any number of points.

    Parameters
    ----------
    codes, names : sequence of str
        Code and name of each division.
    polygons : sequence of Polygon or MultiPolygon
        Their boundaries in WGS84 degrees; they may leave gaps and may overlap.

    Raises
    ------
    GeometryError
        When the three lists differ in length or something else than polygons is in the third.

    Examples
    --------
    >>> from shapely import box
    >>> locator = Locator(["1", "2"], ["west", "east"], [box(110, 29, 111, 30), box(111, 29, 112, 30)])
    >>> locator.locate([110.5, 111.0, 113.0], [29.5, 29.5, 29.5]).codes()
    ['1', '1', '']
    """

    def __init__(self, codes: Sequence[str], names: Sequence[str], polygons: Sequence[Polygon | MultiPolygon]) -> None:
        if not len(codes) == len(names) == len(polygons):
            raise GeometryError("代码、名称和边界的个数不一致，请重新导入这一代边界。")
        self._codes = np.array([*codes, ""], dtype=np.str_)
        self._names = np.array([*names, ""], dtype=np.str_)
        self._order = np.argsort(self._codes[:-1], kind="stable")
        self._polygons = _own_copies(polygons)[self._order]
        self._tree = STRtree(self._polygons)
        self._borders = Borders(self._polygons)
        self._cells = _cells_over(self._polygons, self._tree)
        _warm_up(self._polygons)

    def __len__(self) -> int:
        """Return the number of divisions."""
        return len(self._order)

    def locate(self, lon: ArrayLike, lat: ArrayLike, *, near_metres: float = 0.0, distances: bool = True) -> Located:
        """Return where each point lies.

        Parameters
        ----------
        lon, lat : array_like of float
            WGS84 degrees, of one length; a single number counts as one point.
        near_metres : float
            A point outside all divisions gets the nearest one within so many metres (the smallest code when
            several are equally near) and is called ``near``.
        distances : bool
            False leaves ``border_distance_m`` NaN, which is some ten times faster.

        Raises
        ------
        GeometryError
            When the two differ in length.
        """
        x, y = (np.atleast_1d(np.asarray(values, dtype=np.float64)) for values in (lon, lat))
        if x.shape != y.shape or x.ndim != 1:
            raise GeometryError("经度和纬度的个数不一致，请核对两列数据。")
        found, state, metres = _nothing_for(len(x))
        for start in range(0, len(x), _BLOCK):
            block = slice(start, start + _BLOCK)
            found[block], state[block], metres[block] = self._block(x[block], y[block], near_metres, distances)
        places = np.append(self._order, NONE)[found]
        return Located(places, np.array(HOW)[state], metres, self._codes, self._names)

    def candidates(self, lon: float, lat: float, radius_m: float) -> list[str]:
        """Return the codes of all divisions within a radius of a point, nearest first, then by code.

        The division the point lies in counts as 0 metres away. A point that is none on earth gives an empty list.
        """
        return self.candidates_of_all([lon], [lat], [radius_m])[0]

    def candidates_of_all(self, lon: ArrayLike, lat: ArrayLike, radius_m: ArrayLike) -> list[list[str]]:
        """Return for each of many points what `candidates` gives; the three are of one length."""
        x, y, radius = (np.asarray(values, dtype=np.float64) for values in (lon, lat, radius_m))
        answers: list[list[str]] = [[] for _ in x]
        real = np.flatnonzero(_on_earth(x, y))
        x, y = x[real], y[real]
        found = self._borders.within(x, y, radius[real])
        for point, position in zip(
            *self._tree.query(shapely.points(x, y), predicate="intersects").tolist(), strict=True
        ):
            found[point][position] = 0.0
        for point, away in zip(real.tolist(), found, strict=True):
            nearest_first = sorted(away.items(), key=lambda one: (one[1], one[0]))
            answers[point] = [str(self._codes[self._order[position]]) for position, _ in nearest_first]
        return answers

    def nearest(self, lon: float, lat: float) -> Nearest | None:
        """Return the division a point lies in, or else the nearest one; None without divisions or a real point."""
        found = self.locate(lon, lat, near_metres=np.inf)
        if found.index[0] == NONE:
            return None
        metres = 0.0 if found.how[0] == HOW[_INSIDE] else float(found.border_distance_m[0])
        return Nearest(found.codes()[0], found.names()[0], metres)

    @property
    def index_bytes(self) -> int:
        """Bytes of the cell table (the polygons and their search trees come on top)."""
        return self._cells.nbytes if self._cells else 0

    def _block(
        self,
        x: Floats,
        y: Floats,
        near_metres: float,
        distances: bool,  # noqa: FBT001  private, passed on
    ) -> tuple[Ints, NDArray[np.int8], Floats]:
        found, state, metres = _nothing_for(len(x))
        valid = _on_earth(x, y)
        real = slice(None) if valid.all() else np.flatnonzero(valid)
        found[real] = self._inside(x[real], y[real])
        state[real] = _OUTSIDE
        state[found != NONE] = _INSIDE
        if not (distances or near_metres > 0):
            return found, state, metres
        asked = np.flatnonzero(valid) if distances else np.flatnonzero(state == _OUTSIDE)
        away, owner = self._borders.nearest(x[asked], y[asked])
        close = (state[asked] == _OUTSIDE) & (away <= near_metres) & (near_metres > 0)
        found[asked[close]], state[asked[close]] = owner[close], _NEAR
        if distances:
            metres[asked] = away
        return found, state, metres

    def _inside(self, x: Floats, y: Floats) -> Ints:
        """Return the first polygon, by code, that holds or touches each point."""
        if self._cells is None:
            return np.full(len(x), NONE, dtype=np.int64)
        found = self._cells.answers[self._cells.frame.cell_of(x, y)].astype(np.int64)
        open_points = np.flatnonzero(found < NONE)
        place = -2 - found[open_points]
        found[open_points] = NONE
        start, stop = self._cells.starts[place], self._cells.starts[place + 1]
        while len(open_points):
            polygon = self._cells.candidates[start]
            hit = shapely.intersects_xy(self._polygons[polygon], x[open_points], y[open_points])
            found[open_points[hit]] = polygon[hit]
            more = ~hit & (start + 1 < stop)
            open_points, start, stop = open_points[more], start[more] + 1, stop[more]
        return found


def _own_copies(polygons: Sequence[Polygon | MultiPolygon]) -> NDArray[np.object_]:
    """Return flat copies, so that preparing them does not touch the caller's polygons."""
    given = np.empty(len(polygons), dtype=object)
    given[:] = polygons
    kinds = shapely.get_type_id(given)
    if not np.isin(kinds, (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)).all():
        raise GeometryError("边界里有不是面的图形，请重新导入这一代边界。")
    copies = shapely.force_2d(given)
    shapely.prepare(copies)
    return np.asarray(copies, dtype=object)


def _cells_over(polygons: NDArray[np.object_], tree: STRtree) -> CellTable | None:
    segments = segments_of(polygons)
    if not len(segments.owner):
        return None
    west, south, east, north = shapely.total_bounds(polygons).tolist()
    cells = int(np.clip(len(polygons) * _CELLS_PER_POLYGON, _FEWEST_CELLS, _MOST_CELLS))
    return build_cells(polygons, segments, tree, frame_for((west, south, east, north), cells=cells))


def _warm_up(polygons: NDArray[np.object_]) -> None:
    """Ask each polygon until its own search index exists, before threads share it.

    GEOS builds that index at the second question and does not guard the building (libgeos/geos issue 825).
    """
    filled = polygons[~shapely.is_empty(polygons)]
    bounds = shapely.bounds(filled)
    for _ in range(3):
        shapely.intersects_xy(filled, (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2)


def _on_earth(x: Floats, y: Floats) -> NDArray[np.bool_]:
    return np.asarray((np.abs(x) <= 180.0) & (np.abs(y) <= 90.0), dtype=np.bool_)


def _nothing_for(count: int) -> tuple[Ints, NDArray[np.int8], Floats]:
    nothing = np.full(count, NONE, dtype=np.int64)
    return nothing, np.full(count, _INVALID, dtype=np.int8), np.full(count, np.nan)
