"""Which column of a file is which item of a report, which columns are dropped, and what a file must have."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from grid_app.errors import InvalidError
from grid_app.queries.masking import ID_NUMBER, mask_text
from grid_app.services.intake.file import CsvFile

ITEMS = (
    "id", "noted_at", "category", "type", "text", "reporter", "division", "district", "lon", "lat", "crs",
    "organisation", "project", "place_text", "channel", "band", "band_status", "danger",
    "state", "closed_on", "outcome",
)  # fmt: skip
ID_COLUMN = re.compile(r"身份证|证件号|公民身份|(^|[_\W])(id_?card|id_?(number|no)|identity)", re.IGNORECASE)
SAMPLE_ROWS = 200


@dataclass(frozen=True)
class Columns:
    """How a file's columns are read.

    ``sources`` names the file's columns of an item (several are joined with a full stop), ``fixed`` gives items one
    value for every row, ``dropped`` are columns with identity numbers, which nothing reads.
    """

    sources: Mapping[str, tuple[str, ...]]
    fixed: Mapping[str, str] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()

    def value(self, row: Mapping[str, str], item: str) -> str:
        """Return the trimmed value of an item in a row; empty when the file does not have it."""
        if item in self.fixed:
            return self.fixed[item]
        parts = [row.get(name, "").strip() for name in self.sources.get(item, ())]
        return "。".join(part for part in parts if part)

    def has(self, item: str) -> bool:
        """Say whether the file tells this item at all."""
        return item in self.fixed or bool(self.sources.get(item))


def columns_of(file: CsvFile, mapping: Mapping[str, object] | None = None) -> Columns:
    """Return how ``file`` is read: by the names of ``ITEMS``, or by a mapping from item to column.

    Parameters
    ----------
    file : CsvFile
        The file.
    mapping : mapping or None
        ``{"text": ["title", "body"], "noted_at": "created_at", "category": {"value": "99"}}``.

    Raises
    ------
    InvalidError
        The mapping names an unknown item or column, or something a report needs is missing.
    """
    dropped = tuple(name for name in file.columns if holds_id_numbers(file, name))
    sources, fixed = _from_mapping(mapping or {}, file)
    for item in ITEMS:
        if item not in sources and item not in fixed and item in file.columns:
            sources[item] = (item,)
    kept = {item: tuple(name for name in names if name not in dropped) for item, names in sources.items()}
    columns = Columns(kept, fixed, dropped)
    _check_complete(columns, file)
    return columns


def read_mapping(text: str) -> dict[str, object]:
    """Return a column mapping from its JSON text.

    Raises
    ------
    InvalidError
        It is no JSON object.
    """
    try:
        mapping = json.loads(text)
    except ValueError as error:
        raise InvalidError("列对照文件不是 JSON,没有导入。请按 docs/imports.md 的例子写。") from error
    if not isinstance(mapping, dict):
        raise InvalidError("列对照文件应是一个 JSON 对象,没有导入。请按 docs/imports.md 的例子写。")
    return mapping


def pairs_of(file: CsvFile, *, key: str, value: str) -> dict[str, str]:
    """Return a two-column table (type to category, district to code) as a mapping.

    Raises
    ------
    InvalidError
        A column is missing or a key stands twice with different values.
    """
    missing = [name for name in (key, value) if name not in file.columns]
    if missing:
        raise InvalidError(f"对照表缺少列 {'、'.join(missing)},没有导入。请补上表头 {key},{value}。")
    pairs: dict[str, str] = {}
    for row in file.rows:
        name, code = row.values.get(key, "").strip(), row.values.get(value, "").strip()
        if row.problem or pairs.setdefault(name, code) != code:
            raise InvalidError(f"对照表第 {row.line} 行不对:{row.problem or '同一个名称有两个代码'}。没有导入,请改正。")
    return pairs


def _from_mapping(mapping: Mapping[str, object], file: CsvFile) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    sources: dict[str, tuple[str, ...]] = {}
    fixed: dict[str, str] = {}
    problems: dict[str, str] = {}
    for item, told in mapping.items():
        names = (told,) if isinstance(told, str) else tuple(told) if isinstance(told, list) else ()
        if item not in ITEMS:
            problems[item[:40]] = f"没有这一项,可以用:{'、'.join(ITEMS)}。"
        elif isinstance(told, dict) and isinstance(told.get("value"), str):
            fixed[item] = told["value"]
        elif not names or any(name not in file.columns for name in names):
            problems[item] = f"文件里没有这样的列,文件的列是:{'、'.join(file.columns)}。"
        else:
            sources[item] = names
    if problems:
        raise InvalidError("列对照不对,没有导入。", fields=problems)
    return sources, fixed


def _check_complete(columns: Columns, file: CsvFile) -> None:
    needed: Iterable[tuple[str, tuple[str, ...]]] = (
        ("时间", ("noted_at",)),
        ("文字", ("text",)),
        ("类别", ("category", "type")),
        ("地点", ("division", "district", "lon")),
    )
    missing = [f"{what}({' 或 '.join(items)})" for what, items in needed if not any(map(columns.has, items))]
    if missing:
        raise InvalidError(
            f"文件缺少:{'、'.join(missing)},没有导入。"
            f"文件的列是:{'、'.join(file.columns)}。请改列名,或用 --mapping 对照。"
        )


def holds_id_numbers(file: CsvFile, name: str) -> bool:
    """Say whether a column holds identity numbers, by its name or by what half of its first rows hold."""
    if ID_COLUMN.search(name):
        return True
    sample = [value for row in file.rows[:SAMPLE_ROWS] if 15 <= len(value := row.values.get(name, "").strip()) <= 20]
    found = sum(mask_text(value).kinds == (ID_NUMBER,) for value in sample)
    return found * 2 > len(sample)
