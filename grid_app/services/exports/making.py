"""Making a file: the tables that were asked for, written in the form that was asked for, and its digest."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from grid_app.clock import local
from grid_app.documents.tables.content import Table, Tell
from grid_app.errors import InvalidError
from grid_app.services.exports.asking import STATE_CHOICES, Asked
from grid_app.services.exports.desk import Desk
from grid_app.services.exports.disputes import disputes_table
from grid_app.services.exports.gbt31000 import gbt31000_table
from grid_app.services.exports.jobs import Made
from grid_app.services.exports.kinds import KINDS
from grid_app.services.exports.places import rooms_table, statuses_table, villages_table
from grid_app.services.exports.rounds import findings_table, returns_table
from grid_app.vocabulary.words import ROLE_WORDS

MOST_ROWS: Final = {"xlsx": 500_000, "csv": 2_000_000, "geojson": 500_000, "gpkg": 1_000_000}
ON_MAP: Final = ("geojson", "gpkg")
NOT_INSIDE: Final = "姓名、电话、身份证号;别的单位办理的具体点位;检举控告类;按规定保密的内容。"
INTERNAL: Final = "内部使用,按规定保管,不得外传。"
PORTION: Final = 1 << 20
Heard = Callable[[int, int], None]
"""Told how many rows there are by now, and of how many (0: nobody knows yet)."""


@dataclass(frozen=True)
class _Contents:
    """The tables of a file and how many rows they have together."""

    tables: tuple[Table, ...]
    total: int


def make_file(path: Path, asked: Asked, *, desk: Desk, heard: Heard) -> Made:
    """Write the file that was asked for to ``path`` and return what it is.

    Raises
    ------
    InvalidError
        There are more rows than such a file may hold; nothing was written.
    """
    contents = _contents(asked, desk)
    most = MOST_ROWS[asked.form]
    if contents.total > most:
        raise InvalidError(
            f"一共 {contents.total:,} 行,这种文件一次最多 {most:,} 行,没有导出。请缩短起止日期,分几次导出。",
            code="too_many_rows",
        )
    heard(0, contents.total)
    rows = _write(path, asked, contents, desk=desk, tell=lambda done: heard(done, contents.total))
    return Made(rows, path.stat().st_size, digest_of(path), file_name_of(asked, desk), f"做好了:{rows:,} 行。")


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while portion := file.read(PORTION):
            found.update(portion)
    return found.hexdigest()


def file_name_of(asked: Asked, desk: Desk) -> str:
    """Return the name under which a browser saves the file."""
    return f"{KINDS[asked.kind].word}-{local(desk.now):%Y%m%d-%H%M}.{asked.form}"


def _contents(asked: Asked, desk: Desk) -> _Contents:
    on_map = asked.form in ON_MAP
    if asked.kind == "map":
        made = [villages_table(desk, on_map=True), rooms_table(desk, on_map=True)]
    elif asked.kind == "disputes":
        made = [disputes_table(desk, asked.wanted, on_map=on_map)]
    elif asked.kind == "gbt31000":
        made = [gbt31000_table(desk, asked.wanted)]
    elif asked.kind in ("villages", "statuses", "rooms"):
        one = {"villages": villages_table, "statuses": statuses_table, "rooms": rooms_table}[asked.kind]
        made = [one(desk, on_map=on_map)]
    else:
        made = [{"returns": returns_table, "findings": findings_table}[asked.kind](desk)]
    return _Contents(tuple(table for table, _ in made), sum(total for _, total in made))


def _write(path: Path, asked: Asked, contents: _Contents, *, desk: Desk, tell: Tell) -> int:
    told = about(asked, desk)
    if asked.form == "xlsx":
        from grid_app.documents.tables.xlsx import write_xlsx  # noqa: PLC0415 - a start need not wait for the writers

        return write_xlsx(path, contents.tables, about=told, tell=tell)
    if asked.form == "csv":
        from grid_app.documents.tables.delimited import write_csv  # noqa: PLC0415 - as above

        return write_csv(path, contents.tables[0], with_mark=asked.with_mark, tell=tell)
    words = ";".join(f"{label}:{text}" for label, text in told)
    if asked.form == "geojson":
        from grid_app.documents.tables.geojson import write_geojson  # noqa: PLC0415 - as above

        return write_geojson(path, contents.tables[0], about={"description": words}, tell=tell)
    from grid_app.documents.tables.geopackage import write_geopackage  # noqa: PLC0415 - as above

    return write_geopackage(path, contents.tables, about=words, tell=tell)


def about(asked: Asked, desk: Desk) -> list[tuple[str, str]]:
    """Return what the file says of itself: what, of which area, when, by which unit and role, and its limits."""
    wanted, actor = asked.wanted, desk.actor
    period = f"{wanted.first or '最早'} 至 {wanted.last or '现在'}"
    told = [("内容", KINDS[asked.kind].word), ("辖区代码", actor.division_code)]
    if KINDS[asked.kind].is_filtered:
        told += [("登记日期", period), ("状态", STATE_CHOICES[wanted.state])]
        told += [("地点", wanted.place)] if wanted.place else []
    return [
        *told,
        ("导出时间", f"{local(desk.now):%Y-%m-%d %H:%M}"),
        ("导出单位", f"{actor.unit_name}({ROLE_WORDS[actor.role]})"),
        ("不含", NOT_INSIDE if KINDS[asked.kind].is_filtered else "任何人的姓名、电话;“<5”是 1 到 4。"),
        ("使用", INTERNAL),
    ]
