import json
import random
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyogrio import raw
from shapely import MultiPolygon, Polygon

from geo.boundaries import read_boundaries
from geo.coordinates import from_wgs84
from geo.errors import GeometryError
from geo.projection import gauss_kruger
from tests import shapes

CODE, OTHER = "430702001004", "430702001007"
SQUARE = shapely.get_coordinates(shapes.square(0, 0)).tolist()


def polygon(*rings) -> dict:
    return {"type": "Polygon", "coordinates": list(rings)}


def collection(*features: tuple[dict, dict | None], **extra) -> str:
    rows = [{"type": "Feature", "properties": properties, "geometry": shape} for properties, shape in features]
    return json.dumps({"type": "FeatureCollection", "features": rows, **extra}, ensure_ascii=False)


def village(code: object = CODE, name: object = "甲村") -> dict:
    return {"code": code, "name": name}


def read(folder: Path, text: str, **options):
    path = folder / "villages.geojson"
    path.write_text(text, encoding="utf-8")
    return read_boundaries(path, **{"level": "village", "source_crs": "wgs84", **options})


GOOD = collection((village(), polygon(SQUARE)))
METRES = [[568040, 3212981], [569040, 3212981], [569040, 3213981], [568040, 3212981]]
HOUSTON = [[-95, 29], [-94, 29], [-94, 30], [-95, 29]]
NAN = GOOD.replace("111.7,", "NaN,").replace("111.7]", "NaN]")
REFUSED = {
    "an empty file": ("", "打不开"),
    "no JSON": ("hello", "打不开"),
    "another JSON": ('{"a": 1}', "打不开"),
    "a truncated file": (GOOD[: len(GOOD) // 2], "打不开"),
    "no features": (collection(), "没有任何图形"),
    "points": (collection((village(), {"type": "Point", "coordinates": [111.7, 29]})), "没有面"),
    "no shape": (collection((village(), polygon(SQUARE)), (village(OTHER, "乙村"), None)), "乙村.*没有图形"),
    "an empty shape": (collection((village(), polygon())), "没有图形"),
    "no code": (collection((village(None), polygon(SQUARE))), "第 1 个图形.*空"),
    "a short code": (collection((village("4307"), polygon(SQUARE))), "第 1 个图形.*12 位"),
    "no name": (collection((village(CODE, None), polygon(SQUARE))), "没有名称"),
    "the same code twice": (
        collection((village(), polygon(SQUARE)), (village(), polygon(SQUARE))),
        "第 1 个和第 2 个",
    ),
    "no code field": (collection(({"id": 1, "name": "甲村"}, polygon(SQUARE))), "id, name.*--code-field"),
    "no name field": (collection(({"code": CODE, "title": "甲"}, polygon(SQUARE))), "code, title.*--name-field"),
    "NaN": (NAN, "不是数字"),
    "words for numbers": (GOOD.replace("111.7,", '"x",'), "第 1 个图形"),
    "endless numbers": (GOOD.replace("111.7,", "1e999,"), "打不开|不是数字"),
    "no area": (collection((village(), polygon([[111.7, 29], [111.8, 29], [111.7, 29]]))), "没有面积"),
    "metres": (collection((village(), polygon(METRES))), "以米为单位.*--source-crs.*gcj02"),
    "Houston": (collection((village(), polygon(HOUSTON))), "中国范围以外.*--source-crs.*bd09"),
    "swapped axes": (collection((village(), polygon([[y, x] for x, y in SQUARE]))), "写反"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_a_bad_file_is_refused_with_a_sentence_that_names_it(tmp_path: Path, what: str):
    text, sentence = REFUSED[what]

    with pytest.raises(GeometryError, match=sentence):
        read(tmp_path, text)


def test_a_file_that_is_absent_or_of_another_kind_is_refused(tmp_path: Path):
    (tmp_path / "villages.csv").write_text("code,name\n")

    with pytest.raises(GeometryError, match="找不到文件"):
        read_boundaries(tmp_path / "no.geojson", level="village", source_crs="wgs84")
    with pytest.raises(GeometryError, match="不是边界文件"):
        read_boundaries(tmp_path / "villages.csv", level="village", source_crs="wgs84")


def test_a_field_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path):
    for option in ("code_field", "name_field", "parent_field"):
        with pytest.raises(GeometryError, match=r"“zzz”.*code, name"):
            read(tmp_path, GOOD, **{option: "zzz"})


def test_a_parent_code_of_the_wrong_form_is_refused_by_name(tmp_path: Path):
    with pytest.raises(GeometryError, match=r"甲村.*上级代码"):
        read(tmp_path, GOOD, parent_field="name")


def test_a_refusal_says_which_feature(tmp_path: Path):
    with pytest.raises(GeometryError) as refusal:
        read(tmp_path, REFUSED["no shape"][0])

    assert refusal.value.feature == f"第 2 个图形（乙村，{OTHER}）"


def test_a_damaged_file_never_gets_further_than_a_sentence(tmp_path: Path):
    rng = random.Random(7)  # noqa: S311  which bytes are damaged is no secret
    raw.write(
        tmp_path / "good.gpkg", geometry=shapely.to_wkb(np.array([shapes.ISLAND])), crs="EPSG:4490",
        field_data=[np.array([CODE], dtype=object), np.array(["甲村"], dtype=object)], fields=["code", "name"],
        geometry_type="Polygon",
    )  # fmt: skip
    sources = {"bad.geojson": GOOD.encode(), "bad.gpkg": (tmp_path / "good.gpkg").read_bytes()}
    outcomes = set()

    for round_number in range(60):
        for name, content in sources.items():
            damaged = bytearray(content)
            for _ in range(1 + round_number % 7):
                damaged[rng.randrange(len(damaged))] = rng.randrange(256)
            (tmp_path / name).write_bytes(damaged[: rng.randrange(len(damaged))] if round_number % 3 else damaged)
            try:
                outcomes.add(len(read_boundaries(tmp_path / name, level="village", source_crs="wgs84").features))
            except GeometryError as error:
                outcomes.add(error.message[-1])

    assert outcomes <= {1, "。"}
    assert "。" in outcomes


def test_a_village_is_read_with_all_that_is_derived(tmp_path: Path):
    found = read(tmp_path, GOOD)

    feature = found.features[0]
    assert (feature.code, feature.name, feature.parent_code, feature.kind) == (CODE, "甲村", "430702001", "community")
    assert isinstance(feature.polygon, MultiPolygon)
    assert feature.polygon.contains(shapely.Point(feature.label_lon, feature.label_lat))
    assert feature.area_km2 == pytest.approx(0.9744 * 1.1085, rel=1e-3)  # a hundredth of a degree each way at 29 N
    assert found.repairs == found.warnings == ()


@pytest.mark.parametrize("field", ["CODE", "adcode", "代码"])
def test_usual_field_names_and_numeric_codes_are_understood(tmp_path: Path, field: str):
    found = read(tmp_path, collection(({field: int(CODE), "名称": "甲村", "x": 1.5}, polygon(SQUARE))))

    assert found.features[0].code == CODE


def test_a_parent_may_come_from_a_field(tmp_path: Path):
    properties = {"code": "430771100", "name": "甲镇", "host": "430703000000"}

    found = read(tmp_path, collection((properties, polygon(SQUARE))), level="township", parent_field="host")

    assert found.features[0].parent_code == "430703"


def test_grids_may_have_no_names_and_tell_their_kind_by_the_letter(tmp_path: Path):
    features = [({"code": f"{CODE}{kind}001"}, polygon(SQUARE)) for kind in "JZ"]

    found = read(tmp_path, collection(*features), level="grid")

    assert [(f.name, f.kind, f.parent_code) for f in found.features] == [("", "basic", CODE), ("", "dedicated", CODE)]
    assert found.features[0].title == f"{CODE}J001"


@pytest.mark.parametrize("crs", ["gcj02", "bd09", "cgcs2000"])
def test_shifted_coordinates_come_back_to_wgs84(tmp_path: Path, crs):
    shifted = np.column_stack(from_wgs84(*np.array(SQUARE).T, crs)).tolist()

    found = read(tmp_path, collection((village(), polygon(shifted))), source_crs=crs)

    assert found.features[0].polygon.equals_exact(MultiPolygon([Polygon(SQUARE)]), 1e-9)


def projected(**extra) -> str:
    metres = np.column_stack(gauss_kruger(*np.array(SQUARE).T, 4546)).tolist()
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4546"}}
    return collection((village(), polygon(metres)), crs=crs, **extra)


def test_a_file_that_names_a_projected_system_is_converted(tmp_path: Path):
    found = read(tmp_path, projected(), source_crs="cgcs2000")

    assert found.features[0].polygon.equals_exact(MultiPolygon([Polygon(SQUARE)]), 1e-8)


def test_a_projected_file_cannot_be_gcj02(tmp_path: Path):
    with pytest.raises(GeometryError, match=r"投影坐标.*cgcs2000"):
        read(tmp_path, projected(), source_crs="gcj02")


def test_an_unclosed_ring_and_a_loop_are_repaired_and_reported_by_name(tmp_path: Path):
    loop = shapely.get_coordinates(shapes.BOWTIE).tolist()
    text = collection((village(), polygon(SQUARE[:-1])), (village(OTHER, "乙村"), polygon(loop)))

    found = read(tmp_path, text)

    assert shapely.is_valid([feature.polygon for feature in found.features]).all()
    assert found.features[0].polygon.equals(Polygon(SQUARE))
    assert len(found.repairs) == 1
    assert "乙村" in found.repairs[0]
    assert "平方米" in found.repairs[0]


def write(path: Path, **options) -> None:
    values = [np.array([CODE], dtype=object), np.array(["启明街道"], dtype=object)]
    wkb = shapely.to_wkb(np.array([shapes.ISLAND]))
    raw.write(
        path, geometry=wkb, field_data=values, fields=["code", "名称"], geometry_type="Polygon",
        crs="EPSG:4490", **options,
    )  # fmt: skip


@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030"])
def test_a_shapefile_without_its_encoding_is_still_read_in_chinese(tmp_path: Path, encoding: str):
    path = tmp_path / "villages.shp"
    write(path, encoding=encoding)
    path.with_suffix(".cpg").unlink()

    found = read_boundaries(path, level="village", source_crs="cgcs2000")

    assert found.features[0].name == "启明街道"


def test_a_shapefile_of_garbled_text_is_refused(tmp_path: Path):
    path = tmp_path / "villages.shp"
    write(path, encoding="UTF-8")
    path.with_suffix(".cpg").unlink()
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes().replace("启明街道".encode(), b"\xff" * 12))

    with pytest.raises(GeometryError, match=r"编码|名称字段"):
        read_boundaries(path, level="village", source_crs="cgcs2000")


def test_a_shapefile_without_its_companions_is_refused(tmp_path: Path):
    path = tmp_path / "villages.shp"
    write(path)
    path.with_suffix(".shx").unlink()

    with pytest.raises(GeometryError, match=r"\.dbf"):
        read_boundaries(path, level="village", source_crs="cgcs2000")


def test_a_geopackage_with_more_layers_says_which_one_was_read(tmp_path: Path):
    path = tmp_path / "villages.gpkg"
    write(path, layer="first")
    write(path, layer="second", append=True)

    found = read_boundaries(path, level="village", source_crs="cgcs2000")

    assert len(found.features) == 1
    assert "first" in found.warnings[0]


def test_real_files_are_read_whole_with_their_own_areas(test_data: Path):
    path = test_data / "changde" / "villages.geojson"
    listed = [row["properties"] for row in json.loads(path.read_text(encoding="utf-8"))["features"]]

    found = read_boundaries(path, level="village", source_crs="wgs84")

    areas = np.array([feature.area_km2 for feature in found.features])
    assert [feature.code for feature in found.features] == [row["code"] for row in listed]
    assert areas == pytest.approx([row["area_km2"] for row in listed], rel=0.001, abs=0.001)
    assert found.repairs == ()


def test_gcj02_counties_come_to_lie_on_their_wgs84_twins(test_data: Path):
    shifted, plain = (
        read_boundaries(test_data / "geo_hunan" / f"hunan_counties_{crs}.geojson", level="county", source_crs=crs)
        for crs in ("gcj02", "wgs84")
    )

    distances = [a.polygon.hausdorff_distance(b.polygon) for a, b in zip(shifted.features, plain.features, strict=True)]

    assert max(distances) < 2e-6  # the twin is rounded to six decimals
