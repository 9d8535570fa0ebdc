"""grid-app disputes: import, and export beside it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path

import click
from sqlalchemy.orm import Session

from grid_app.cli.context import in_app, print_json
from grid_app.cli.exports import export_command
from grid_app.cli.progress import Advance, progress
from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError
from grid_app.policy import Actor
from grid_app.services.intake.columns import Columns, columns_of, pairs_of, read_mapping
from grid_app.services.intake.file import CsvFile, read_csv
from grid_app.services.intake.importing import (
    RowAnswer,
    Tally,
    examine_rows,
    import_rows,
    importer,
    record_import,
    row_answer,
    tally,
)
from grid_app.services.intake.matching import kind_words, matched, place_words
from grid_app.services.intake.proposal import propose
from grid_app.services.intake.sheet import WORKBOOKS, read_sheet
from grid_app.services.intake.table import ReadRow, RowReader, Tables
from grid_app.services.reports.receiving import Desk, Lookups
from grid_app.wiring import Wiring, wired

ROWS_PER_TRANSACTION = 500
SHOWN_REASONS = 50
FEWEST_OUTSIDE = 3
LARGEST_FILE_BYTES = 200 * 1024 * 1024
READABLE = click.Path(path_type=Path, exists=True, dir_okay=False, readable=True)


@dataclass(frozen=True)
class _Job:
    """One file, how it is read, and who imports it."""

    file: CsvFile
    name: str
    columns: Columns
    tables: Tables
    actor: Actor


@click.group("disputes")
def disputes_group() -> None:
    """矛盾纠纷:导入旧资料,导出台账和地图。"""


disputes_group.add_command(export_command)


@disputes_group.command("import")
@click.argument("file", type=READABLE)
@click.option("--as", "login", required=True, metavar="账号", help="由谁导入:乡镇或县级人员的账号。")
@click.option("--mapping", type=READABLE, help="列对照(JSON),见 docs/imports.md。")
@click.option("--sheet", default="", metavar="名称", help="Excel 文件里的哪张工作表;不写就用行数最多的一张。")
@click.option("--category-map", type=READABLE, help="类别对照表(列 type,code)。")
@click.option("--place-map", type=READABLE, help="地点对照表(列 district,code)。")
@click.option("--source", default="import", show_default=True, help="资料来自哪个系统;不同系统的编号互不相干。")
@click.option("--dry-run", is_flag=True, help="只核对,不写入。")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档。")
@in_app
def import_command(
    *,
    file: Path,
    login: str,
    mapping: Path | None,
    sheet: str,
    category_map: Path | None,
    place_map: Path | None,
    source: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """导入 CSV 或 Excel(.xlsx、.xls)里的旧资料。同一个文件再导一次,不会重复;中途停了,再导一次就接着做完。"""
    wiring = wired()
    given = _read(file, sheet=sheet)
    columns = columns_of(given, _mapping_of(given, file, mapping))
    tables = Tables(
        categories=pairs_of(_read(category_map), key="type", value="code") if category_map else {},
        places=pairs_of(_read(place_map), key="district", value="code") if place_map else {},
        source=source,
    )
    with reading() as session:
        actor = importer(session, login=login, now=wiring.clock.now())
        if _is_workbook(file):
            tables = _understood(session, given, columns, tables=tables, actor=actor)
        wiring.places.find(session, lon=0.0, lat=0.0, accuracy_m=None)  # builds its index before anything is locked
    job = _Job(given, file.name, columns, tables, actor)
    with progress("正在导入", total=len(given.rows)) as advance:
        answers = _examined(job, wiring, advance) if dry_run else _imported(job, wiring, advance)
    _say(job, answers, dry_run=dry_run, as_json=as_json)


def _read(path: Path, *, sheet: str = "") -> CsvFile:
    if path.stat().st_size > LARGEST_FILE_BYTES:
        raise InvalidError(f"文件超过 {LARGEST_FILE_BYTES // 1024 // 1024} MB,没有导入。请拆成几个文件。")
    if _is_workbook(path):
        return read_sheet(path.read_bytes(), path.name, wanted=sheet).file
    return read_csv(path.read_bytes())


def _is_workbook(path: Path) -> bool:
    return path.suffix.lower() in WORKBOOKS


def _mapping_of(file: CsvFile, path: Path, mapping: Path | None) -> dict[str, object] | None:
    """Return the mapping that was given; of a workbook without one, what the usual names of its columns propose."""
    if mapping is not None:
        return read_mapping(mapping.read_text("utf-8-sig"))
    return dict(propose(file.columns)) if _is_workbook(path) else None


def _understood(session: Session, file: CsvFile, columns: Columns, *, tables: Tables, actor: Actor) -> Tables:
    """Return the tables with the words of an office's sheet that need none, as the page for sheets understands them."""
    kinds, places = ([columns.value(row.values, item) for row in file.rows] for item in ("type", "district"))
    return replace(
        tables,
        categories=matched(kinds, known=kind_words(actor), chosen=tables.categories, kind=True),
        places=matched(places, known=place_words(session, actor=actor), chosen=tables.places, kind=False),
    )


def _imported(job: _Job, wiring: Wiring, advance: Advance) -> list[RowAnswer]:
    """Take in the file, so many rows per transaction; what a transaction took in stays, whatever comes after."""
    answers: list[RowAnswer] = []
    rows = RowReader(job.columns, job.tables).read_all(job.file)
    for start in range(0, len(rows), ROWS_PER_TRANSACTION):
        chunk = rows[start : start + ROWS_PER_TRANSACTION]
        with transaction() as session:
            desk = _desk(session, job, wiring)
            received = import_rows(session, items=[row.item for row in chunk], desk=desk)
        answers += [row_answer(row.line, row.reference, one) for row, one in zip(chunk, received, strict=True)]
        advance("正在导入", len(chunk))
    with transaction() as session:
        now = wiring.clock.now()
        record_import(session, file=job.file, file_name=job.name, counts=tally(answers), actor=job.actor, now=now)
    return answers


def _examined(job: _Job, wiring: Wiring, advance: Advance) -> list[RowAnswer]:
    rows: list[ReadRow] = RowReader(job.columns, job.tables).read_all(job.file)
    with reading() as session:
        desk = _desk(session, job, wiring)
        received = examine_rows(session, items=[row.item for row in rows], desk=desk)
    advance("正在核对", len(rows))
    return [row_answer(row.line, row.reference, one) for row, one in zip(rows, received, strict=True)]


def _desk(session: Session, job: _Job, wiring: Wiring) -> Desk:
    return Desk(job.actor, wiring.places, wiring.keys, wiring.clock.now(), via="import", lookups=Lookups(session))


def _say(job: _Job, answers: list[RowAnswer], *, dry_run: bool, as_json: bool) -> None:
    counts = tally(answers)
    refused = [one for one in answers if one.outcome == "rejected"]
    if as_json:
        print_json(
            {
                "file": job.name,
                "digest": job.file.digest,
                "encoding": job.file.encoding,
                "dry_run": dry_run,
                **asdict(counts),
                "hint": _hint(counts),
                "dropped_columns": list(job.columns.dropped),
                "rejected_rows": [asdict(one) for one in refused],
            }
        )
        return
    for line in _lines(job, counts, dry_run=dry_run):
        click.echo(line)
    for one in refused[:SHOWN_REASONS]:
        click.echo(f"  第 {one.line} 行 {one.reference}  {one.sentence}")
    if len(refused) > SHOWN_REASONS:
        click.echo(f"  还有 {len(refused) - SHOWN_REASONS} 行没有列出,用 --json 可以全部看到。")


def _lines(job: _Job, counts: Tally, *, dry_run: bool) -> list[str]:
    verb = "可以导入" if dry_run else "新导入"
    lines = [
        f"{job.name}({job.file.encoding}):共 {counts.rows} 行 = {verb} {counts.accepted} "
        f"+ 已有 {counts.already_have} + 没有导入 {counts.rejected}。"
    ]
    if job.columns.dropped:
        lines.append(f"有身份证号的列没有读取:{'、'.join(job.columns.dropped)}。")
    if counts.reasons:
        told = "、".join(f"{reason} {number} 行" for reason, number in counts.reasons.items())
        lines.append(f"没有导入的原因:{told}。")
    return [*lines, *filter(None, [_hint(counts)])]


def _hint(counts: Tally) -> str:
    """Return what to look at first when points are outside by the hundred: the coordinate system, or the order."""
    outside = counts.reasons.get("lon", 0)
    if outside <= FEWEST_OUTSIDE or outside * 2 < counts.rows:
        return ""
    return "大部分点不在任何一个村里:请核对坐标系(crs 列)和经纬度的先后,改好后再导一次;已导入的不会重复。"
