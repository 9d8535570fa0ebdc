"""The grid-app command; a name is registered here only when it works."""

from __future__ import annotations

import click

from grid_app.cli.boundaries import boundaries_group
from grid_app.cli.database import db_group
from grid_app.cli.dispatch import dispatch_command
from grid_app.cli.disputes import disputes_group
from grid_app.cli.locate import locate_command
from grid_app.cli.rooms import rooms_group
from grid_app.cli.scheduler import scheduler_command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """网格化矛盾纠纷排查平台。退出码:0 完成,1 拒绝(并说明怎么办),2 用法有误。"""


for command in (
    db_group,
    boundaries_group,
    locate_command,
    rooms_group,
    disputes_group,
    dispatch_command,
    scheduler_command,
):
    main.add_command(command)
