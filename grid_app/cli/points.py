"""grid-app points: whether exact points of matters at home are kept."""

from __future__ import annotations

import click

from grid_app.cli.context import in_app
from grid_app.database.transaction import transaction
from grid_app.services.matters.points import decide_points
from grid_app.wiring import wired


@click.command("points")
@click.argument("decision", type=click.Choice(["drop", "keep"]))
@in_app
def points_command(*, decision: str) -> None:
    """家庭、邻里和可能伤人的事:drop 不留准确位置(默认),keep 由县里决定保留。"""
    keep = decision == "keep"
    with transaction() as session:
        taken = decide_points(session, keep=keep, actor=None, now=wired().clock.now())
    if keep:
        click.echo("以后登记的这类事项会保留准确位置,但地图和手机上仍然不显示。")
    else:
        click.echo(f"不再保留这类事项的准确位置,已清除 {taken} 件。村和网格还在。")
