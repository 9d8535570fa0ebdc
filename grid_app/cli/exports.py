"""grid-app disputes export: the files of the page “导出”, at once, as somebody who may have them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from sqlalchemy import func, select

from grid_app.cli.context import in_app, print_json
from grid_app.cli.progress import progress
from grid_app.database.transaction import reading
from grid_app.errors import ForbiddenError, InvalidError
from grid_app.http import exports
from grid_app.models.accounts import Account
from grid_app.policy import Action, Actor, allows
from grid_app.services.accounts.actors import actors_of
from grid_app.services.exports.asking import STATE_CHOICES, asked_of
from grid_app.services.exports.jobs import Made
from grid_app.services.exports.kinds import FORM_WORDS, KINDS
from grid_app.wiring import wired

DAY = click.DateTime(["%Y-%m-%d"])
STATES = [code for code in STATE_CHOICES if code]
FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("export")
@click.argument("file", type=FILE)
@click.option("--as", "login", required=True, metavar="账号", help="由谁导出:乡镇或县级人员的账号;只含其辖区。")
@click.option("--kind", type=click.Choice(list(KINDS)), default="disputes", show_default=True, help="导出什么。")
@click.option("--from", "first", type=DAY, help="登记日期从哪一天。")
@click.option("--to", "last", type=DAY, help="登记日期到哪一天。")
@click.option("--state", type=click.Choice(STATES), help="只要未办结的,或只要已办结的。")
@click.option("--place", default="", metavar="代码", help="只要这个乡镇或村的。")
@click.option("--no-mark", is_flag=True, help="CSV 不加 Excel 认的标记。")
@click.option("--overwrite", is_flag=True, help="文件已经在,就换掉它。")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档。")
@in_app
def export_command(
    *, file: Path, login: str, kind: str, first: datetime | None, last: datetime | None, state: str | None, place: str,
    no_mark: bool, overwrite: bool, as_json: bool,
) -> None:  # fmt: skip
    """导出到 FILE;按后缀决定文件:.xlsx、.csv、.geojson、.gpkg。姓名、电话、身份证号不导出。"""
    _check_place(file, overwrite=overwrite)
    typed = {
        "kind": kind, "form": file.suffix.lower().removeprefix("."), "state": state or "", "place": place,
        "first": first.date().isoformat() if first else "", "last": last.date().isoformat() if last else "",
        "mark": "no" if no_mark else "yes",
    }  # fmt: skip
    asked, actor = asked_of(typed), _actor(login)
    waiting = file.with_name(f".{file.stem}.waiting{file.suffix}")
    done = 0
    try:
        with progress("正在导出", total=1) as advance:

            def heard(rows: int, total: int) -> None:
                nonlocal done
                advance("正在导出", (rows - done) / total if total else 0)
                done = rows

            made = exports.make_now(waiting, asked, actor=actor, heard=heard)
        waiting.replace(file)
    except OSError as error:
        raise InvalidError(f"写不进 {file}:{error.strerror}。没有导出;请核对文件夹和磁盘空间。") from error
    finally:
        waiting.unlink(missing_ok=True)
    _say(file, kind, made, as_json=as_json)


def _check_place(file: Path, *, overwrite: bool) -> None:
    if not file.parent.is_dir():
        raise InvalidError(f"没有 {file.parent} 这个文件夹,没有导出。")
    if file.exists() and not overwrite:
        raise InvalidError(f"{file} 已经在了,没有导出。换一个名字,或加 --overwrite 换掉它。")
    if file.suffix.lower().removeprefix(".") not in FORM_WORDS:
        raise InvalidError(f"文件名要以 {'、'.join(f'.{form}' for form in FORM_WORDS)} 结尾,没有导出。")


def _actor(login: str) -> Actor:
    with reading() as session:
        account_id = session.scalar(select(Account.id).where(func.lower(Account.login) == login.strip().lower()))
        roles = actors_of(session, account_id, now=wired().clock.now()) if account_id else []
    fitting = next((actor for actor in roles if allows(actor, Action.EXPORT)), None)
    if fitting is None:
        raise ForbiddenError(f"账号“{login[:40]}”不存在,或没有导出的权限。请用 --as 写乡镇或县级人员的账号。")
    return fitting


def _say(file: Path, kind: str, made: Made, *, as_json: bool) -> None:
    if as_json:
        told = {"file": str(file), "kind": kind, "rows": made.rows, "bytes": made.size, "sha256": made.sha256}
        print_json(told)
        return
    click.echo(f"已导出 {made.rows:,} 行到 {file}({made.size:,} 字节)。")
    click.echo(f"SHA-256:{made.sha256}")
