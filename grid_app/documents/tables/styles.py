"""The style of a layer as QGIS reads it (QML) and as other programs do (SLD 1.1, OGC 05-078r4): a rule per class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from grid_app.documents.tables.content import MapClass, Table

BORDER: Final = "#ffffff"
INK: Final = "#33414d"
LABEL_FONT: Final = "Noto Sans CJK SC"
_MARKS: Final = {"circle": "circle", "triangle": "triangle", "square": "square", "diamond": "diamond"}
_SLD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<StyledLayerDescriptor version="1.1.0" '
    'xmlns="http://www.opengis.net/sld" xmlns:se="http://www.opengis.net/se" xmlns:ogc="http://www.opengis.net/ogc">'
)


def qml_of(table: Table) -> str:
    """Return the style of a layer as QML: rules by the value of ``table.class_of``, and the headings as aliases."""
    symbols = "".join(_symbol(table, one, at) for at, one in enumerate(table.classes))
    rules = "".join(
        f'<rule key="class-{at}" symbol="{at}" label={quoteattr(one.word)} filter={quoteattr(_condition(table, one))}/>'
        for at, one in enumerate(table.classes)
    )
    aliases = "".join(
        f'<alias index="{at}" field={quoteattr(column.key)} name={quoteattr(column.label)}/>'
        for at, column in enumerate(table.columns, 1)
    )
    return (
        '<!DOCTYPE qgis PUBLIC "http://mrcc.com/qgis.dtd" "SYSTEM">\n'
        '<qgis version="3.22.0" styleCategories="Symbology|Labeling|Fields" labelsEnabled="1">'
        '<renderer-v2 type="RuleRenderer" symbollevels="0" enableorderby="0" forceraster="0">'
        f'<rules key="classes">{rules}</rules><symbols>{symbols}</symbols></renderer-v2>'
        f"{_labels()}<aliases>{aliases}</aliases></qgis>"
    )


def sld_of(table: Table) -> str:
    """Return the same rules as SLD; a hatch is a graphic fill of slanted strokes."""
    rules = "".join(
        f"<se:Rule><se:Name>class-{at}</se:Name><se:Description><se:Title>{escape(one.word)}</se:Title>"
        f"</se:Description><ogc:Filter><ogc:PropertyIsEqualTo><ogc:PropertyName>{table.class_of}</ogc:PropertyName>"
        f"<ogc:Literal>{escape(one.value)}</ogc:Literal></ogc:PropertyIsEqualTo></ogc:Filter>"
        f"{_sld_point(one) if table.geometry == 'Point' else _sld_fill(one)}</se:Rule>"
        for at, one in enumerate(table.classes)
    )
    return (
        f"{_SLD}<NamedLayer><se:Name>{table.name}</se:Name><UserStyle><se:Name>{table.name}</se:Name>"
        f"<se:FeatureTypeStyle>{rules}</se:FeatureTypeStyle></UserStyle></NamedLayer></StyledLayerDescriptor>"
    )


def _condition(table: Table, one: MapClass) -> str:
    value = one.value.replace("'", "''")
    return f"\"{table.class_of}\" = '{value}'"


def _symbol(table: Table, one: MapClass, at: int) -> str:
    if table.geometry == "Point":
        marker = {
            "name": _MARKS.get(one.sign, "circle"), "color": _rgb(one.fill), "size": "3.2", "size_unit": "MM",
            "outline_color": _rgb(INK), "outline_width": "0.2", "outline_style": "solid",
        }  # fmt: skip
        return _wrapped("marker", str(at), _layer("SimpleMarker", marker))
    plain = {
        "color": _rgb("#ffffff" if one.hatch else one.fill), "style": "solid", "outline_color": _rgb(INK),
        "outline_width": "0.16", "outline_style": "solid",
    }  # fmt: skip
    drawn = _layer("SimpleFill", plain)
    if one.hatch:
        stroke = {"line_color": _rgb(one.fill), "line_width": "0.7", "line_style": "solid"}
        line = _wrapped("line", f"@{at}@1", _layer("SimpleLine", stroke))
        pattern = {"angle": "45", "distance": "2", "distance_unit": "MM", "line_width": "0.7", "offset": "0"}
        drawn += _layer("LinePatternFill", {**pattern, "color": _rgb(one.fill)}, line)
    return _wrapped("fill", str(at), drawn)


def _wrapped(kind: str, name: str, layers: str) -> str:
    return f'<symbol type="{kind}" name="{name}" alpha="1" clip_to_extent="1" force_rhr="0">{layers}</symbol>'


def _layer(kind: str, given: Mapping[str, str], inner: str = "") -> str:
    """Return a layer of a symbol; its properties stand there twice, as older and newer QGIS look for them."""
    new = "".join(f'<Option name="{key}" type="QString" value="{value}"/>' for key, value in given.items())
    old = "".join(f'<prop k="{key}" v="{value}"/>' for key, value in given.items())
    return (
        f'<layer class="{kind}" enabled="1" locked="0" pass="0"><Option type="Map">{new}</Option>{old}{inner}</layer>'
    )


def _labels() -> str:
    return (
        '<labeling type="simple"><settings calloutType="simple"><text-style fieldName="name" isExpression="0" '
        f'fontFamily="{LABEL_FONT}" fontSize="8" fontSizeUnit="Point" textColor="{_rgb(INK)}" textOpacity="1">'
        f'<text-buffer bufferDraw="1" bufferSize="0.8" bufferSizeUnits="MM" bufferColor="{_rgb(BORDER)}" '
        'bufferOpacity="1"/></text-style><rendering drawLabels="1" obstacle="1"/></settings></labeling>'
    )


def _rgb(fill: str) -> str:
    red, green, blue = (int(fill[at : at + 2], 16) for at in (1, 3, 5))
    return f"{red},{green},{blue},255"


def _parameter(name: str, value: str) -> str:
    return f'<se:SvgParameter name="{name}">{value}</se:SvgParameter>'


def _sld_fill(one: MapClass) -> str:
    inner = _parameter("fill", one.fill)
    if one.hatch:
        inner = (
            "<se:GraphicFill><se:Graphic><se:Mark><se:WellKnownName>slash</se:WellKnownName><se:Stroke>"
            f"{_parameter('stroke', one.fill)}</se:Stroke></se:Mark><se:Size>6</se:Size></se:Graphic></se:GraphicFill>"
        )
    return (
        f"<se:PolygonSymbolizer><se:Fill>{inner}</se:Fill><se:Stroke>{_parameter('stroke', INK)}"
        f"{_parameter('stroke-width', '0.5')}</se:Stroke></se:PolygonSymbolizer>"
    )


def _sld_point(one: MapClass) -> str:
    return (
        f"<se:PointSymbolizer><se:Graphic><se:Mark><se:WellKnownName>{_MARKS.get(one.sign, 'circle')}"
        f"</se:WellKnownName><se:Fill>{_parameter('fill', one.fill)}</se:Fill></se:Mark><se:Size>9</se:Size>"
        "</se:Graphic></se:PointSymbolizer>"
    )
