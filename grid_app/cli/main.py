"""The grid-app command; a name is registered here only when it works."""

from __future__ import annotations

import click

from grid_app.cli.audit import audit_group
from grid_app.cli.boundaries import boundaries_group
from grid_app.cli.database import db_group
from grid_app.cli.demo import demo_command
from grid_app.cli.dispatch import dispatch_command
from grid_app.cli.disputes import disputes_group
from grid_app.cli.doctor import doctor_command
from grid_app.cli.locate import locate_command
from grid_app.cli.rooms import rooms_group
from grid_app.cli.rounds import round_group
from grid_app.cli.scheduler import scheduler_command
from grid_app.cli.serve import serve_command
from grid_app.cli.user import user_group
from grid_app.cli.web import web_command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """网格化矛盾纠纷排查平台。退出码:0 完成,1 拒绝(并说明怎么办),2 用法有误。"""


for command in (
    demo_command,
    serve_command,
    web_command,
    db_group,
    boundaries_group,
    locate_command,
    rooms_group,
    round_group,
    disputes_group,
    user_group,
    audit_group,
    doctor_command,
    dispatch_command,
    scheduler_command,
):
    main.add_command(command)
