"""grid-app doctor."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from random import SystemRandom

import click
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

import grid_app
from grid_app.adapters.attachment_files import SealedAttachmentFiles
from grid_app.cli.context import REFUSED, load_settings, print_json
from grid_app.cli.progress import progress
from grid_app.database.engine import prepare_engine
from grid_app.database.transaction import reading
from grid_app.security.keys import load_keys
from grid_app.services.upkeep import doctor
from grid_app.services.upkeep.doctor import Check
from grid_app.services.upkeep.doctor_attachments import check_attachments
from grid_app.settings import Settings
from grid_app.wiring import ATTACHMENTS_FOLDER

STATIC = Path(grid_app.__file__).parent / "static"


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="只输出一个 JSON 文档。")
def doctor_command(*, as_json: bool) -> None:
    """检查目录、密钥、数据库、前端文件、照片和语音;每项说明缺了会丢什么。有一项不好,退出码为 1。"""
    checks = examine(load_settings())
    if as_json:
        print_json([vars(check) for check in checks])
    else:
        for check in checks:
            click.echo(f"{'好  ' if check.ok else '不好'}  {check.name}:{check.found}")
            if not check.ok:
                click.echo(f"      不处理会怎样:{check.lost}")
    if not all(check.ok for check in checks):
        sys.exit(REFUSED)


def examine(settings: Settings) -> list[Check]:
    """Return every finding; nothing is made or changed, so a missing key stays missing."""
    keys = doctor.check_keys(settings)
    found = [doctor.check_folder(settings), *keys, doctor.check_assets(STATIC)]
    path = settings.instance_dir / "grid.sqlite"
    if settings.is_sqlite and not settings.database_url and not path.is_file():
        lost = "平台不能用;数据在最近一次备份里"
        return [*found, Check("数据库", ok=False, found=f"没有找到 {path}。第一次启动会建立它。", lost=lost)]
    engine = create_engine(settings.url)
    prepare_engine(engine)
    with reading(engine) as session:
        database = doctor.check_database(session)
        found += database
        if all(check.ok for check in (*keys, *database)):
            found += _check_stored(session, settings)
    engine.dispose()
    return found


def _check_stored(session: Session, settings: Settings) -> Iterator[Check]:
    """Give what can be said of stored content once keys and database are well."""
    cipher = load_keys(settings).fields
    yield doctor.check_field_keys(session, cipher)
    yield doctor.check_retention(session)
    files = SealedAttachmentFiles(settings.instance_dir / ATTACHMENTS_FOLDER, cipher)
    with progress("正在检查照片和语音", total=1.0) as advance:
        yield check_attachments(session, files=files, chance=SystemRandom(), advance=advance)
