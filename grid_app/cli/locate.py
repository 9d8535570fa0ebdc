"""grid-app locate: which village each point of a CSV file lies in."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import cast

import click

from geo.coordinates import CRS_NAMES, Crs
from grid_app.adapters.locator import MemoryPlaceFinder
from grid_app.adapters.locator_csv import PointColumns, locate_file
from grid_app.cli.context import in_app, print_json
from grid_app.cli.progress import progress
from grid_app.database.transaction import reading
from grid_app.errors import NotFoundError

NO_BOUNDARIES = "还没有启用的村(社区)边界,没法定位。请先用 boundaries import 导入并用 boundaries activate 启用。"


@click.command("locate")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--lon", "lon_column", default="lon", show_default=True, help="经度列的列名。")
@click.option("--lat", "lat_column", default="lat", show_default=True, help="纬度列的列名。")
@click.option("--crs", type=click.Choice(CRS_NAMES), default="wgs84", show_default=True, help="坐标是什么坐标系。")
@click.option(
    "--near-metres",
    type=click.FloatRange(min=0),
    default=0.0,
    show_default=True,
    help="不在任何村内、但离村界不超过这么多米的点,算最近的村。",
)
@click.option("--output", type=click.Path(path_type=Path), required=True, help="结果写到哪个 CSV 文件。")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档。")
@in_app
def locate_command(
    *, file: Path, lon_column: str, lat_column: str, crs: str, near_metres: float, output: Path, as_json: bool
) -> None:
    """给 CSV 每一行加上所在的村(社区):code、name、how、border_distance_m 四列。"""
    with reading() as session:
        locator, _ = MemoryPlaceFinder().locator(session)
    if locator is None:
        raise NotFoundError(NO_BOUNDARIES)
    columns = PointColumns(lon_column, lat_column, cast("Crs", crs), near_metres)  # click checked the name
    with progress("正在定位", total=file.stat().st_size if file.is_file() else 0) as advance:
        done = locate_file(file, output, locator=locator, columns=columns, advance=advance)
    if as_json:
        print_json({"file": file.name, "output": output.name} | asdict(done))
        return
    click.echo(f"共 {done.rows} 行:在村内 {done.inside},在村界附近 {done.near},在边界外 {done.outside},")
    click.echo(f"坐标无效 {done.invalid}。结果在 {output.name}。")
    for remark in done.remarks:
        click.echo(remark, err=True)
