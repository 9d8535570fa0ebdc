"""Tables as files: every form is read back by a program other than its writer, and no cell is ever a formula."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from datetime import UTC, date, datetime
from xml.etree import ElementTree

import pyogrio
import pytest
import shapely
from openpyxl import load_workbook
from pyogrio import raw
from python_calamine import CalamineWorkbook

from grid_app.documents.tables.content import Column, MapClass, Row, Table
from grid_app.documents.tables.delimited import harmless, write_csv
from grid_app.documents.tables.geojson import write_geojson
from grid_app.documents.tables.geopackage import write_geopackage
from grid_app.documents.tables.xlsx import write_xlsx

EVIL = (
    "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1+1", "=HYPERLINK(\"x\")", "|calc", "%0A=1",
    "用水,\"引号\"\n换行", "\x00\x0b控制符", "😀",
)  # fmt: skip
COLUMNS = (
    Column("name", "名称"), Column("code", "区划代码", "code"), Column("on", "日期", "date"),
    Column("at", "时间", "moment"), Column("count", "件数", "number"), Column("grade", "等级"),
)  # fmt: skip
CLASSES = (MapClass("红", "红", "#b42318"), MapClass('<5 & "x"', "少", "#2b6cb0", hatch=True))
DAY_AND_MOMENT = (datetime.fromisoformat("2026-11-20"), datetime.fromisoformat("2026-11-21T00:30"))
SQUARE = shapely.MultiPolygon([shapely.box(111, 29, 111.1, 29.1)])


def table(*, geometry="", classes=CLASSES):
    shape = {"MultiPolygon": SQUARE.wkb, "Point": shapely.Point(111, 29).wkb, "": None}[geometry]
    rows = [
        Row((text, "009901012", date(2026, 11, 20), datetime(2026, 11, 20, 16, 30, tzinfo=UTC), 3, "红"), shape)
        for text in EVIL
    ]
    return Table(
        "villages", "村", COLUMNS, (*rows, Row(("", None, None, None, None, ""), None)), geometry, classes, "grade"
    )


def test_a_workbook_holds_days_as_days_codes_as_text_and_no_formula(tmp_path):
    path, heard = tmp_path / "a.xlsx", []

    written = write_xlsx(path, [table()], about=[("内容", "=1+1")], tell=heard.append)

    sheet = load_workbook(path)["村"]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    first = sheet[2]
    read = CalamineWorkbook.from_path(path).get_sheet_by_name("村").to_python()
    assert written == len(EVIL) + 1
    assert {cell.data_type for cell in cells} == {"s", "d", "n"}
    assert [first[at].value for at in (1, 2, 3, 4)] == [
        "009901012", *DAY_AND_MOMENT, 3,
    ]  # fmt: skip
    assert {cell.number_format for cell in cells if cell.data_type == "s" and cell.row > 1} == {"@"}
    assert read[0] == [column.label for column in COLUMNS]
    assert [row[0].replace("\r", "") for row in read[1 : len(EVIL) + 1]] == [
        text.replace("\x00", "").replace("\x0b", "").replace("\r", "") for text in EVIL
    ]


def test_csv_has_its_mark_and_no_cell_that_begins_like_a_formula(tmp_path):
    marked, plain = tmp_path / "a.csv", tmp_path / "b.csv"

    assert write_csv(marked, table(), with_mark=True, tell=None) == len(EVIL) + 1
    write_csv(plain, table(), with_mark=False, tell=None)

    rows = list(csv.reader(io.StringIO(plain.read_bytes().decode(), newline="")))
    assert marked.read_bytes() == b"\xef\xbb\xbf" + plain.read_bytes()
    assert rows[1][1:] == ["009901012", "2026-11-20", "2026-11-21 00:30", "3", "红"]
    assert not [row[0] for row in rows[1:] if row[0].lstrip()[:1] in ("=", "+", "-", "@", "|", "%")]
    assert [harmless(text) for text in ("＝1", "-5", "第1组")] == ["'＝1", "'-5", "第1组"]


def test_gdal_reads_the_same_from_geojson(tmp_path):
    path = tmp_path / "a.geojson"

    write_geojson(path, table(geometry="MultiPolygon"), about={"description": "说明"}, tell=None)

    told = json.loads(path.read_text("utf-8"))
    meta, _, shapes, values = raw.read(path)
    assert told["description"] == "说明"
    assert told["features"][0]["properties"]["at"] == "2026-11-21T00:30+08:00"
    assert told["features"][-1]["geometry"] is None
    assert shapely.from_wkb(shapes[0]).equals(SQUARE)
    assert (meta["crs"], len(shapes), values[1][0]) == ("EPSG:4326", len(EVIL) + 1, "009901012")


@pytest.mark.parametrize("geometry", ["MultiPolygon", "Point"])
def test_a_geopackage_brings_a_rule_for_every_class(tmp_path, geometry):
    path = tmp_path / "a.gpkg"
    empty = Table("none", "空", COLUMNS, (), geometry, CLASSES, "grade")

    write_geopackage(path, [table(geometry=geometry), empty], about="说明", tell=None)

    with sqlite3.connect(path) as file:
        styles = file.execute(
            "SELECT f_table_name, f_geometry_column, useAsDefault, styleQML, styleSLD FROM layer_styles"
        ).fetchall()
        listed = dict(file.execute("SELECT table_name, data_type FROM gpkg_contents"))
        when = file.execute('SELECT "at", "on" FROM villages').fetchone()
    file.close()
    info = pyogrio.read_info(path, layer="villages")
    assert (info["features"], info["crs"], info["geometry_type"]) == (len(EVIL) + 1, "EPSG:4490", geometry)
    assert pyogrio.read_info(path, layer="none")["features"] == 0
    assert listed == {"villages": "features", "none": "features", "layer_styles": "attributes"}
    assert (when[0][:19], when[1]) == ("2026-11-20T16:30:00", "2026-11-20")
    assert [style[:3] for style in styles] == [("villages", "geom", 1), ("none", "geom", 1)]
    qml, sld = (ElementTree.fromstring(text) for text in styles[0][3:])  # noqa: S314 - we wrote it ourselves
    rules = {rule.get("filter"): rule.get("symbol") for rule in qml.iter("rule")}
    symbols = {one.get("name") for one in qml.find("renderer-v2/symbols")}
    literals = [one.text for one in sld.iter("{http://www.opengis.net/ogc}Literal")]
    assert list(rules) == [f"\"grade\" = '{one.value}'" for one in CLASSES]
    assert set(rules.values()) == symbols
    assert literals == [one.value for one in CLASSES]
    assert {one.get("name") for one in qml.iter("alias")} == {column.label for column in COLUMNS}
