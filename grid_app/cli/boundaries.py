"""grid-app boundaries import | check | activate | undo."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import click

from geo.boundaries import read_boundaries
from geo.codes import LEVELS, Level
from geo.coordinates import CRS_NAMES, Crs
from geo.coverage_check import check_coverage
from grid_app.adapters.tile_cutting import BeingCutError
from grid_app.cli.boundaries_words import (
    activation_document,
    activation_lines,
    check_document,
    check_lines,
    import_document,
    import_lines,
    outlook_document,
    outlook_lines,
    undone_document,
    undone_lines,
)
from grid_app.cli.context import in_app, print_json
from grid_app.cli.progress import progress
from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError
from grid_app.http import tiles
from grid_app.http.boundary_work import alone
from grid_app.queries.boundaries_undo import undo_outlook
from grid_app.services.places.boundaries import activate, import_boundaries, preview_import
from grid_app.services.places.boundaries_check import check_generation, gather_check
from grid_app.services.places.boundaries_plans import read_successors, save_successors
from grid_app.services.places.boundaries_undo import undo_activation
from grid_app.wiring import wired


@click.group("boundaries")
def boundaries_group() -> None:
    """行政区划和网格的边界:导入、核对、启用。"""


@boundaries_group.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--level", type=click.Choice(LEVELS), required=True, help="文件里是哪一级。")
@click.option("--source-crs", type=click.Choice(CRS_NAMES), required=True, help="坐标实际是什么坐标系。")
@click.option("--code-field", help="代码字段;不写则按常用名称找。")
@click.option("--name-field", help="名称字段;不写则按常用名称找。")
@click.option("--parent-field", help="上级代码字段;不写则由代码推出上级。")
@click.option("--dry-run", is_flag=True, help="只核对,不写入。")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档。")
@in_app
def import_command(
    *,
    file: Path,
    level: str,
    source_crs: str,
    code_field: str | None,
    name_field: str | None,
    parent_field: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """导入一级边界(GeoJSON、GeoPackage、Shapefile)到待启用的一代;正在使用的边界不变。"""
    with alone(if_any=not dry_run), progress("正在读取文件", total=3) as advance:
        boundary_set = read_boundaries(
            file,
            level=cast("Level", level),  # click checked it against the same list
            source_crs=cast("Crs", source_crs),  # likewise
            code_field=code_field,
            name_field=name_field,
            parent_field=parent_field,
        )
        advance("正在核对图形", 1)
        coverage = check_coverage(boundary_set.features, neighbours_of_same_parent=level == "grid")
        advance("正在写入", 1)
        if dry_run:
            with reading() as session:
                imported = preview_import(session, boundary_set=boundary_set)
        else:
            with transaction() as session:
                imported = import_boundaries(
                    session, boundary_set=boundary_set, source=file.name, actor=None, now=wired().clock.now()
                )
        advance("完成", 1)
    if as_json:
        print_json(import_document(imported, boundary_set, coverage, dry_run=dry_run))
        return
    for line in import_lines(imported, boundary_set, coverage, dry_run=dry_run):
        click.echo(line)


@boundaries_group.command("check")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档。")
@in_app
def check_command(*, as_json: bool) -> None:
    """核对待启用的一代:上下级、空隙、重叠、越界,以及启用后对未办结纠纷的影响。"""
    with progress("正在读取边界", total=2) as advance:
        with reading() as session:
            given = gather_check(session, now=wired().clock.now())
        advance("正在核对图形", 1)
        report = check_generation(given)
        advance("完成", 1)
    if as_json:
        print_json(check_document(report))
        return
    for line in check_lines(report):
        click.echo(line)


@boundaries_group.command("activate")
@click.option("--successor", "successors", multiple=True, metavar="旧代码=新代码", help="停用的区划由谁接续;可写多次。")
@click.option(
    "--successors", "table", type=click.Path(path_type=Path), help="接续表(CSV):old_code,new_code,date,可加 default。"
)
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档。")
@in_app
def activate_command(*, successors: tuple[str, ...], table: Path | None, as_json: bool) -> None:
    """启用待启用的一代:区划树和边界一起更新,各进程随后自动换用。"""
    chosen = dict(_pair(text) for text in successors)
    with alone(), transaction() as session:
        now = wired().clock.now()
        if table is not None:
            save_successors(session, successions=read_successors(_read(table)), actor=None, now=now)
        done = activate(session, actor=None, now=now, successors=chosen)
    note = _cut_tiles()
    if as_json:
        print_json(activation_document(done))
        return
    for line in (*activation_lines(done), note):
        click.echo(line)


@boundaries_group.command("undo")
@click.option("--dry-run", is_flag=True, help="只说会退回什么,不改。")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档。")
@in_app
def undo_command(*, dry_run: bool, as_json: bool) -> None:
    """撤回正在使用的一代,重新使用上一代;期间的新记录一件不丢。"""
    now = wired().clock.now()
    if dry_run:
        with reading() as session:
            outlook = undo_outlook(session, now=now)
        if as_json:
            print_json(outlook_document(outlook))
            return
        for line in outlook_lines(outlook):
            click.echo(line)
        return
    with alone(), transaction() as session:
        done = undo_activation(session, actor=None, now=now)
    if as_json:
        print_json(undone_document(done))
        return
    for line in (*undone_lines(done), _cut_tiles()):
        click.echo(line)


@boundaries_group.command("tiles")
@in_app
def tiles_command() -> None:
    """准备使用中这一代边界的底图;已经有就什么也不做。"""
    click.echo(_cut_tiles())


def _cut_tiles() -> str:
    """Cut the tiles of the generation in use under a bar, and say how that went; a map cuts what is missing itself."""
    with progress("正在准备底图", total=1.0) as advance:
        told = 0.0

        def tell(share: float) -> None:
            nonlocal told
            advance("正在准备底图", share - told)
            told = share

        try:
            tiles.cut_in_use(tell=tell)
        except BeingCutError:
            return "底图正由另一个进程准备,不用再做。"
        except OSError as error:
            return f"底图没有准备好({error.strerror or '不能写文件'});第一次打开地图时会再做,边界已经启用,没有受影响。"
    return "底图已准备好。"


def _read(table: Path) -> bytes:
    try:
        return table.read_bytes()
    except OSError as error:
        raise InvalidError(f"接续表 {table.name} 打不开。请核对路径;什么也没有改。") from error


def _pair(text: str) -> tuple[str, str]:
    old, sign, new = text.partition("=")
    if not (sign and old.strip() and new.strip()):
        raise InvalidError(f"--successor “{text}”写法不对,请写成 旧代码=新代码。什么也没有改。")
    return old.strip(), new.strip()
