"""What can be exported, and as which files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

FORM_WORDS: Final = {
    "xlsx": "Excel 表格(.xlsx)",
    "csv": "CSV 文本(.csv)",
    "geojson": "GeoJSON 地图数据(.geojson)",
    "gpkg": "GeoPackage 地图(.gpkg,QGIS 打开就有图例)",
}
BULLETIN_FORMS: Final = {"docx": "Word 文档(.docx)", "pdf": "PDF 文件(.pdf)"}
QUARTER, ROUND = "bulletin_quarter", "bulletin_round"
BULLETINS: Final = {QUARTER: "季度分析", ROUND: "集中排查通报"}
"""Bulletins are asked for on the pages of what they tell of."""
MEDIA: Final = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
}
PLAIN: Final = ("xlsx", "csv")
PLACED: Final = (*PLAIN, "geojson", "gpkg")
SHEET: Final = "sheet"
"""A superior's sheet: asked for on its own page."""


@dataclass(frozen=True)
class Kind:
    """One thing to export: its name, what is in it, its forms, and whether the filters of disputes apply."""

    code: str
    word: str
    hint: str
    forms: tuple[str, ...]
    is_filtered: bool = False


KINDS: Final = {
    kind.code: kind
    for kind in (
        Kind(
            "disputes", "纠纷台账", "一件一行。姓名、电话、身份证号不导出;具体点位只给办理单位。", PLACED,
            is_filtered=True,
        ),
        Kind(
            "gbt31000", "纠纷(GB/T 31000 数据项)", "按国家标准的数据项排列;平台不收集的项留空。", PLAIN,
            is_filtered=True,
        ),
        Kind("villages", "村(社区)情况", "一村一行:未办结、超期、苗头提示、调解室。1 到 4 写成“<5”。", PLACED),
        Kind("statuses", "命名和源头治理服务达标", "一村一行:正式命名和服务达标,两列分开。", PLACED),
        Kind("rooms", "调解室和覆盖", "一室一行:开放时间、是否有效。", PLACED),
        Kind("returns", "排查回执", "一轮一村一行:应答几个网格、是否已回执。", PLAIN),
        Kind("findings", "苗头提示", "一条一行:在哪里、为什么、到哪一步。", PLAIN),
        Kind("map", "整套地图", "村(社区)和调解室两个图层,带图例。", ("gpkg",)),
    )
}  # fmt: skip
