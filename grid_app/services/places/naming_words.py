"""What no naming takes: counts of petitions, lawsuits or complaints, in words or in columns."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from grid_app.errors import InvalidError
from grid_app.vocabulary.namings import COUNTED, FIELD_OF_COUNTS

NOT_SAVED: Final = "没有保存,已填的都还在。"
NO_COUNTS: Final = "命名不看来访、投诉、打官司的件数,这里不填也不存。请写做了哪些服务、依据哪份文件。"


def refuse_counts(texts: Mapping[str, str], names: Collection[str] = ()) -> None:
    """Refuse words that count petitions, lawsuits or complaints, and fields whose name asks for such a count.

    Raises
    ------
    InvalidError
        At the field that holds it.
    """
    fields = {name: f"“{hit.group()}”:{NO_COUNTS}" for name, text in texts.items() if (hit := COUNTED.search(text))}
    fields |= {name: NO_COUNTS for name in names if FIELD_OF_COUNTS.search(name.lower())}
    if fields:
        raise InvalidError(NOT_SAVED, fields=fields, code="petition_count")


def refuse_columns(content: bytes) -> None:
    """Refuse a file whose header names a column that counts petitions, lawsuits or complaints.

    Raises
    ------
    InvalidError
        Naming the column.
    """
    header = content.partition(b"\n")[0]
    text = header.decode("utf-8", "ignore") + header.decode("gb18030", "ignore")
    if hit := FIELD_OF_COUNTS.search(text.lower()):
        raise InvalidError(f"文件里有“{hit.group()}”这样的列。{NO_COUNTS}请删掉这一列再导入;什么也没有导入。")
