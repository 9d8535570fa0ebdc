"""grid-app rooms import."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from grid_app.cli.context import in_app, print_json
from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError, NotFoundError
from grid_app.services.places.rooms import RoomsImported, import_rooms, preview_rooms
from grid_app.wiring import wired


@click.group("rooms")
def rooms_group() -> None:
    """调解室。"""


@rooms_group.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="只核对,不写入。")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档。")
@in_app
def import_command(*, file: Path, dry_run: bool, as_json: bool) -> None:
    """从 CSV 导入调解室;同一代码再导入就是更新。"""
    content = _content(file)
    if dry_run:
        with reading() as session:
            done = preview_rooms(session, content=content, now=wired().clock.now(), places=wired().places)
    else:
        with transaction() as session:
            done = import_rooms(session, content=content, actor=None, now=wired().clock.now(), places=wired().places)
    if as_json:
        print_json({"file": file.name, "dry_run": dry_run} | asdict(done))
    else:
        for line in _lines(done, dry_run=dry_run):
            click.echo(line)
    if done.rows and len(done.refused) == done.rows:
        raise InvalidError("没有一行能导入,什么也没有改。请按上面的原因改好再试。")


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise NotFoundError(f"打不开文件 {file.name}。请核对路径和权限;什么也没有导入。") from error


def _lines(done: RoomsImported, *, dry_run: bool) -> Iterator[str]:
    yield (
        f"共 {done.rows} 行:新增 {done.added},更新 {done.changed},没有变化 {done.unchanged},"
        f"没有导入 {len(done.refused)}。"
    )
    for row in done.refused:
        yield f"  第 {row.number} 行({row.code or '没有代码'}):{';'.join(row.reasons)}。"
    for row in done.remarks:
        yield f"  请核对第 {row.number} 行({row.code}):{';'.join(row.reasons)}。"
    if dry_run:
        yield "这是试运行,什么也没有写入。"
