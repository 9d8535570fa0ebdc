"""A static map as SVG: for paper, for documents, and for a page without script.

The fillings are the interactive map's: told apart by hatch and dots, so that a grey print says the same. The same
input gives the same bytes; nothing is loaded from anywhere, and no style attribute stands in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal
from xml.sax.saxutils import escape, quoteattr

from shapely import MultiPolygon, Polygon

from geo.map_labels import LINE, MapLabel, placed_labels, width_of
from geo.map_paths import paths_of
from geo.map_sheet import Box, MapSheet, bounds_of, fitted

Fill = Literal["plain", "empty", "full", "soft", "stripe", "back", "dots", "cross", "dense", "lines"]
Size = Literal["point", "small", "few", "some", "many"]

PAPER: Final = "#ffffff"
INK: Final = "#1a2224"
EDGE: Final = "#7a8588"
TOWNSHIP_EDGE: Final = "#4d5a5d"
ACCENT: Final = "#0b6466"
FULL: Final = "#7fb8b6"
SOFT: Final = "#e3f0f0"
FONT: Final = "'Noto Sans SC', system-ui, 'PingFang SC', 'Microsoft YaHei', sans-serif"
MARK_COLOURS: Final = {
    "red": "#b3261e",
    "orange": "#9a4500",
    "yellow": "#6b5600",
    "blue": "#1b5aa8",
    "green": "#1e6a3a",
    "room": "#084b4d",
    "chosen": "#9a4500",
}
HALF: Final[dict[Size, float]] = {"point": 7.0, "small": 9.0, "few": 11.0, "some": 13.5, "many": 16.0}
FINENESS: Final = 10  # borders are written in whole tenths of a point
BORDER, TOWNSHIP_BORDER = 0.6, 1.5
NOTHING: Final = "没有可画的边界"

_HATCHES: Final[dict[str, str]] = {
    "stripe": f'<path d="M-2 2l4-4M0 8l8-8M6 10l4-4" stroke="{ACCENT}" stroke-width="1.3"/>',
    "back": f'<path d="M-2 6l4 4M0 0l8 8M6-2l4 4" stroke="{EDGE}" stroke-width="1"/>',
    "dots": f'<circle cx="2" cy="2" r="1.2" fill="{ACCENT}"/><circle cx="6" cy="6" r="1.2" fill="{ACCENT}"/>',
    "cross": f'<path d="M0 0l8 8M0 8l8-8" stroke="{ACCENT}" stroke-width="1"/>',
    "dense": f'<path d="M0 0l8 8M0 8l8-8" stroke="{PAPER}" stroke-width="1.2"/>',
    "lines": f'<path d="M0 2h8M0 6h8" stroke="{ACCENT}" stroke-width="1.1"/>',
}
_GROUNDS: Final[dict[str, str]] = {"dots": SOFT, "full": FULL, "soft": SOFT, "dense": ACCENT}


@dataclass(frozen=True, slots=True)
class MapArea:
    """A division's boundary in degrees, with holes and parts as it has them, and how it is filled."""

    polygon: Polygon | MultiPolygon
    fill: Fill = "plain"


@dataclass(frozen=True, slots=True)
class MapPoint:
    """A mark with few signs in it, and a second, smaller line; ``kind`` is a key of `MARK_COLOURS`.

    Rooms are square (``size`` "point" or kind "room"), numbers round.
    """

    lon: float
    lat: float
    text: str = ""
    below: str = ""
    kind: str = "blue"
    size: Size = "small"


def map_svg(
    areas: Sequence[MapArea],
    *,
    points: Sequence[MapPoint] = (),
    labels: Sequence[MapLabel] = (),
    outlines: Sequence[Polygon | MultiPolygon] = (),
    bounds: Box | None = None,
    width: float,
    height: float,
    title: str = "",
    text_size: float = 11.0,
    ids: str = "map",
) -> str:
    """Return the drawing as one ``svg`` element of ``width`` times ``height`` points.

    Parameters
    ----------
    areas : sequence of MapArea
        What is filled; borders are thin.
    points : sequence of MapPoint
        Marks, drawn over everything in their order.
    labels : sequence of MapLabel
        Names; those that would cover a mark or another name are left out.
    outlines : sequence of Polygon or MultiPolygon
        Thicker borders over the areas, such as those of townships.
    bounds : Box or None
        West, south, east, north of what is shown; without it, what the areas, outlines and points need.
    title : str
        What the picture shows, for those who do not see it.
    text_size : float
        Of the names of villages.
    ids : str
        What the names of hatches begin with; two drawings on one page need two.
    """
    box = bounds or _all_bounds(areas, outlines, points)
    if box is None:
        return _framed([_words(width / 2, height / 2, NOTHING, text_size + 2)], width, height, title)
    sheet = fitted(box, width=width, height=height)
    marks, taken = _marks(points, sheet)
    bar, bar_box = _scale_bar(sheet, text_size)
    lines = [
        *_hatches({area.fill for area in areas}, ids, scale=FINENESS),
        *_areas(areas, sheet, ids),
        *_outlines(outlines, sheet),
        *_names(labels, sheet, [*taken, bar_box], text_size),
        *marks,
        *bar,
    ]
    return _framed(lines, width, height, title)


def swatch_svg(fill: Fill, *, width: float = 30, height: float = 18, ids: str = "swatch") -> str:
    """Return a small box with a filling, for a legend."""
    lines = _hatches({fill}, ids, scale=1)
    lines.append(
        f'<rect x="0.5" y="0.5" width="{width - 1:g}" height="{height - 1:g}" fill="{_paint(fill, ids)}"'
        f' stroke="{EDGE}"/>'
    )
    return _framed(lines, width, height, "")


def _framed(lines: Sequence[str], width: float, height: float, title: str) -> str:
    told = f'role="img" aria-label={quoteattr(title)}' if title else 'aria-hidden="true"'
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}"'
        f' height="{height:g}" font-family="{FONT}" {told}>'
    )
    name = [f"<title>{escape(title)}</title>"] if title else []
    return "\n".join([head, *name, f'<rect width="{width:g}" height="{height:g}" fill="{PAPER}"/>', *lines, "</svg>"])


def _all_bounds(
    areas: Sequence[MapArea], outlines: Sequence[Polygon | MultiPolygon], points: Sequence[MapPoint]
) -> Box | None:
    drawn = bounds_of([*(area.polygon for area in areas), *outlines])
    if drawn is not None or not points:
        return drawn
    lons, lats = [point.lon for point in points], [point.lat for point in points]
    return min(lons), min(lats), max(lons), max(lats)


def _paint(fill: Fill, ids: str) -> str:
    return f"url(#{ids}-{fill})" if fill in _HATCHES else _GROUNDS.get(fill, PAPER)


def _hatches(fills: set[Fill], ids: str, *, scale: int) -> list[str]:
    made = [
        f'<pattern id="{ids}-{fill}" width="8" height="8" patternUnits="userSpaceOnUse"'
        f' patternTransform="scale({scale})"><rect width="8" height="8" fill="{_GROUNDS.get(fill, PAPER)}"/>'
        f"{hatch}</pattern>"
        for fill, hatch in _HATCHES.items()
        if fill in fills
    ]
    return [f"<defs>{''.join(made)}</defs>"] if made else []


def _areas(areas: Sequence[MapArea], sheet: MapSheet, ids: str) -> list[str]:
    paths = paths_of([area.polygon for area in areas], sheet, fineness=FINENESS)
    drawn = [
        f'<path d="{path}" fill="{_paint(area.fill, ids)}"/>' for area, path in zip(areas, paths, strict=True) if path
    ]
    return [_group(EDGE, BORDER, 'fill-rule="evenodd"'), *drawn, "</g>"]


def _outlines(outlines: Sequence[Polygon | MultiPolygon], sheet: MapSheet) -> list[str]:
    drawn = [f'<path d="{path}"/>' for path in paths_of(outlines, sheet, fineness=FINENESS) if path]
    return [_group(TOWNSHIP_EDGE, TOWNSHIP_BORDER, 'fill="none"'), *drawn, "</g>"] if drawn else []


def _group(colour: str, thick: float, more: str) -> str:
    return (
        f'<g transform="scale({1 / FINENESS:g})" stroke="{colour}" stroke-width="{thick * FINENESS:g}"'
        f' stroke-linejoin="round" {more}>'
    )


def _marks(points: Sequence[MapPoint], sheet: MapSheet) -> tuple[list[str], list[Box]]:
    """Return the marks and the boxes they stand in; a mark grows with its words."""
    drawn: list[str] = []
    taken: list[Box] = []
    for point in points:
        x, y = (float(one) for one in sheet.place(point.lon, point.lat))
        high = HALF[point.size]
        wide = max(high, width_of(point.text, high) / 2 + high * 0.45)
        box = (x - wide, y - high, x + wide, y + high)
        taken.append(box)
        drawn.append(_mark(point, box))
    return drawn, taken


def _mark(point: MapPoint, box: Box) -> str:
    left, top, right, bottom = box
    high = (bottom - top) / 2
    colour = MARK_COLOURS[point.kind]
    round_by = 2.0 if point.kind == "room" else high
    written = high * (0.95 if point.below else 1.05)
    middle = (left + right) / 2
    first = _words(middle, top + high * (0.7 if point.below else 1.0), point.text, written, colour, bold=True)
    second = [_words(middle, top + high * 1.45, point.below, high * 0.68)] if point.below else []
    shape = (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{2 * high:.1f}" rx="{round_by:.1f}"'
        f' fill="{PAPER}" stroke="{colour}" stroke-width="1.6"/>'
    )
    return "".join([shape, first, *second])


def _names(labels: Sequence[MapLabel], sheet: MapSheet, taken: Sequence[Box], size: float) -> list[str]:
    return [
        _words(label.x, label.y, label.text, label.size, bold=label.level > 0, halo=True)
        for label in placed_labels(labels, sheet=sheet, taken=taken, size=size)
    ]


def _scale_bar(sheet: MapSheet, size: float) -> tuple[list[str], Box]:
    long, words = sheet.scale_bar()
    left, bottom = 8.0, sheet.height - 8.0
    line = f"M{left:.1f} {bottom - 5:.1f}v5h{long:.1f}v-5"
    drawn = [
        f'<path d="{line}" fill="none" stroke="{PAPER}" stroke-width="4"/>',
        f'<path d="{line}" fill="none" stroke="{INK}" stroke-width="1.4"/>',
        _words(left + long / 2, bottom - 5 - size * LINE / 2, words, size, halo=True),
    ]
    return drawn, (left - 2, bottom - 8 - size * LINE, left + max(long, width_of(words, size)) + 2, bottom + 2)


def _words(
    x: float, y: float, text: str, size: float, colour: str = INK, *, bold: bool = False, halo: bool = False
) -> str:
    """Return words around a point; the base line is set, as renderers differ in middles."""
    weight = ' font-weight="700"' if bold else ""
    around = f' stroke="{PAPER}" stroke-width="2.6" stroke-linejoin="round" paint-order="stroke"' if halo else ""
    return (
        f'<text x="{x:.1f}" y="{y + size * 0.36:.1f}" font-size="{size:.1f}" text-anchor="middle" fill="{colour}"'
        f"{weight}{around}>{escape(text)}</text>"
    )
