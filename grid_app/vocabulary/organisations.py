"""What names of organisations end with, what names of people begin with, and the words of projects and duties."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any, Final

_TOLD: Final[dict[str, Any]] = tomllib.loads(
    files("grid_app.vocabulary").joinpath("organisation_names.toml").read_text("utf-8")
)
ORGANISATION_ENDINGS: Final[tuple[str, ...]] = tuple(_TOLD["endings"])
SURE_ENDINGS: Final[tuple[str, ...]] = tuple(_TOLD["sure_endings"])
SURNAMES: Final[frozenset[str]] = frozenset("".join(_TOLD["surnames"].split()))
DOUBLE_SURNAMES: Final[tuple[str, ...]] = tuple(_TOLD["double_surnames"])
TITLES_OF_PEOPLE: Final[tuple[str, ...]] = tuple(_TOLD["titles"])
FAMILIAR: Final[tuple[str, ...]] = tuple(_TOLD["familiar"])

PROJECT_KIND_WORDS: Final = {"works": "工程项目", "section": "标段", "estate": "楼盘、小区", "market": "市场"}
DUTY_ROLE_WORDS: Final = {
    "client": "建设单位",
    "developer": "开发单位",
    "contractor": "总包单位",
    "subcontractor": "分包单位",
    "supervisor": "监理单位",
    "manager": "物业、管理单位",
    "operator": "经营单位",
    "authority": "主管部门",
}
ENTRY_STATE_WORDS: Final = {
    "unconfirmed": "等确认",
    "confirmed": "已登记",
    "merged": "已并入别的名称",
    "rejected": "已退回",
}
