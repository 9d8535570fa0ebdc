"""grid-app db upgrade."""

from __future__ import annotations

import click

from grid_app.cli.context import in_app
from grid_app.cli.first_clocks import fill_first_lists, start_first_clocks
from grid_app.database.migrate import head_revision, revision_of, upgrade
from grid_app.wiring import wired


@click.group("db")
def db_group() -> None:
    """数据库维护。"""


@db_group.command("upgrade")
@in_app
def upgrade_command() -> None:
    """把数据库升级到当前版本;已是最新则什么也不做。"""
    engine = wired().engine
    before = revision_of(engine)
    if before == head_revision():
        start_first_clocks(engine, wired().clock.now(), again=True)
        fill_first_lists(engine, wired().keys.fields)
        click.echo(f"数据库已是最新版本({before})。")
        return
    upgrade(engine)
    start_first_clocks(engine, wired().clock.now())
    fill_first_lists(engine, wired().keys.fields)
    click.echo(f"数据库已从 {before or '空'} 升级到 {revision_of(engine)}。")
