"""The static map: true to shape, readable in grey, the same bytes each time."""

import re
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

import pytest
import shapely
from pyproj import Geod
from shapely import MultiPolygon, Polygon

from geo.boundaries import read_boundaries
from geo.map_labels import MapLabel, placed_labels, width_of
from geo.map_sheet import fitted, typical_size
from geo.map_svg import NOTHING, Fill, MapArea, MapPoint, map_svg, swatch_svg

SVG = "{http://www.w3.org/2000/svg}"
SQUARE = shapely.box(111.0, 29.0, 111.4, 29.4)
LAKE = Polygon(SQUARE.exterior.coords, [shapely.box(111.1, 29.1, 111.3, 29.3).exterior.coords])
ISLANDS = MultiPolygon([shapely.box(111.5, 29.0, 111.6, 29.1), shapely.box(111.7, 29.0, 111.8, 29.1)])


def drawn(**options: object) -> ElementTree.Element:
    return ElementTree.fromstring(map_svg(**{"width": 800, "height": 500, **options}))  # noqa: S314 (our own bytes)


def test_parts_and_holes_are_drawn_each_and_nothing_leaves_the_sheet():
    svg = drawn(areas=[MapArea(LAKE, "stripe"), MapArea(ISLANDS, "full")], title="示范<县>")
    paths = [path.get("d", "") for path in svg.iterfind(f"{SVG}g/{SVG}path")]

    assert [path.count("M") for path in paths] == [2, 2]
    assert svg.find(f"{SVG}g").get("fill-rule") == "evenodd"
    assert svg.find(f"{SVG}title").text == "示范<县>"
    for path in paths:
        for ring in path.split("z")[:-1]:
            x = y = 0
            for dx, dy in re.findall(r"(-?\d+) (-?\d+)", ring.replace("M", "").replace("l", " ")):
                x, y = x + int(dx), y + int(dy)
                assert 0 <= x <= 8000
                assert 0 <= y <= 5000


def test_every_filling_but_plain_and_empty_is_told_apart_by_its_own_hatch_or_ground():
    looks = {fill: re.sub(r"swatch-\w+", "", swatch_svg(fill)) for fill in get_args(Fill)}

    assert looks.pop("plain") == looks["empty"]
    assert len(set(looks.values())) == len(looks)


def test_the_scale_bar_is_as_long_as_the_ground_it_names():
    sheet = fitted(SQUARE.bounds, width=800, height=500)
    long, words = sheet.scale_bar()
    along = Geod(ellps="WGS84").inv(111.2, sheet.middle, 111.2 + long / sheet.scale, sheet.middle)[2]

    assert words == "10 公里"
    assert along == pytest.approx(10_000, rel=0.005)


def test_names_stand_free_of_marks_of_each_other_and_of_the_edge():
    sheet = fitted(SQUARE.bounds, width=300, height=300)
    labels = [MapLabel(111.2 + n / 500, 29.2 + n / 900, f"第{n}村") for n in range(40)]
    labels += [MapLabel(111.4, 29.4, "在边上的一个很长的名字"), MapLabel(111.1, 29.1, "示范镇", level=1)]
    mark = (140.0, 140.0, 160.0, 160.0)

    placed = placed_labels(labels, sheet=sheet, taken=[mark], size=11)

    boxes = [
        shapely.box(
            one.x - width_of(one.text, one.size) / 2, one.y - 6, one.x + width_of(one.text, one.size) / 2, one.y + 6
        )
        for one in placed
    ]
    assert placed[0].text == "示范镇"
    assert 2 < len(placed) < 42
    assert not any(one.overlaps(other) for n, one in enumerate(boxes) for other in boxes[:n])
    assert not any(one.intersects(shapely.box(*mark)) and not one.touches(shapely.box(*mark)) for one in boxes)
    assert "在边上的一个很长的名字" not in {one.text for one in placed}


def test_an_empty_map_says_so_and_a_single_room_still_has_ground_around_it():
    assert NOTHING in map_svg([], width=300, height=200)
    svg = map_svg([], points=[MapPoint(111.2, 29.2, "调", kind="room")], width=300, height=200)
    assert "100 米" in svg or "50 米" in svg
    assert 'rx="2.0"' in svg


def test_a_whole_prefecture_gives_the_same_bytes_without_style_or_script(test_data: Path):
    villages = read_boundaries(test_data / "changde" / "villages.geojson", level="village", source_crs="wgs84").features
    areas = [MapArea(one.polygon, "dots" if n % 2 else "full") for n, one in enumerate(villages)]
    labels = [MapLabel(one.label_lon, one.label_lat, one.name, box=one.polygon.bounds) for one in villages]

    first, again = (map_svg(areas, labels=labels, width=1100, height=760) for _ in range(2))

    assert first == again
    assert first.count("<path d=") > len(villages) * 0.99
    assert not re.search(r"style=|<script|https?://(?!www\.w3\.org/2000/svg)", first)
    assert (
        5
        < typical_size([one.polygon for one in villages], fitted((110.5, 28.4, 112.3, 30.2), width=1100, height=760))
        < 30
    )
