"""grid-app demo: an invented county in the embedded database, made on first use and served."""

from __future__ import annotations

import functools
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import click
from flask import Flask

from grid_app.cli.context import load_app, load_settings, print_json, refuse, speaking
from grid_app.cli.progress import progress
from grid_app.cli.running import FolderLock, RunningElsewhereError, where_it_runs
from grid_app.cli.serve import LOCAL_HOST, check_exposure, serve_app, upgrade_embedded, wiring_of
from grid_app.clock import SystemClock, local_date
from grid_app.database.transaction import reading
from grid_app.demo.digest import content_digest
from grid_app.demo.holding import Holding, database_file, look
from grid_app.demo.names import names
from grid_app.demo.orders import Order, RoundJobs, Say
from grid_app.demo.passwords import FILE, DemoAccount, first_of_each_role, kept_accounts, logins_that_changed
from grid_app.factory import create_app
from grid_app.http import tiles
from grid_app.jobs.rounds import close_due_rounds_job, open_due_rounds_job
from grid_app.settings import Settings
from grid_app.vocabulary.words import ROLE_WORDS

CHANGED = "(密码已修改)"
LOST = "(生成的密码找不到了,请由安全管理员重设)"
"""Shown instead of a password."""


@dataclass(frozen=True)
class Shown:
    """One account as the terminal shows it; ``password`` is ``None`` when the generated one does not work any more."""

    role: str
    login: str
    password: str | None


@click.command("demo")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), default=None, help="演示县的“今天”;默认今天。")
@click.option("--serve", is_flag=True, help="做好以后直接运行。")
@click.option("--port", type=click.IntRange(1, 65535), default=None, help="端口;默认 8000 或其后的空闲端口。")
@click.option("--json", "as_json", is_flag=True, help="只输出一个 JSON 文档。")
@speaking
def demo_command(as_of: datetime | None, *, serve: bool, port: int | None, as_json: bool) -> None:
    """做一个虚构的演示县(第一次使用时),数据留在 instance/ 里;再次运行接着用。"""
    settings = load_settings()
    try:
        with FolderLock(settings.instance_dir) as lock:
            made = prepare(settings, as_of.date() if as_of else None)
            app = load_app()
            upgrade_embedded(app)
            if made:
                with app.app_context():
                    tiles.cut_in_use()
            tell = functools.partial(_tell, app, made=made, as_json=as_json)
            if not serve:
                tell(None)
                return
            check_exposure(app, LOCAL_HOST)
            serve_app(app, lock, host=LOCAL_HOST, port=port, announce=tell)
    except RunningElsewhereError as running:
        click.echo(where_it_runs(running))


def prepare(settings: Settings, as_of: date | None) -> bool:
    """Make the county when the database holds nothing, and say whether it was made now.

    What holds real data, or a county of another day than the one asked for, is left alone with a sentence.
    """
    if not settings.is_sqlite:
        refuse("演示县只做在单机数据库里。请去掉 DATABASE_URL 再运行。")
    found = look(settings)
    today = local_date(settings.simulated_now or SystemClock().now())
    if found.holding is Holding.REAL:
        refuse(
            f"{database_file(settings)} 里已经有别的数据,演示数据不会放进去,什么也没有改。"
            "要看演示,请另用一个目录:GRID_INSTANCE_DIR=demo-instance grid-app demo --serve"
        )
    if found.order is not None:
        if as_of is not None and as_of != found.order.as_of:
            refuse(
                f"这里的演示县是按 {found.order.as_of} 做的,不会改成 {as_of},什么也没有改。要按新日期做,请删除 "
                f"{settings.instance_dir} 目录再运行,或用 GRID_INSTANCE_DIR 另指定一个目录。"
            )
        return False
    if as_of is not None and as_of > today:
        refuse(f"演示县的“今天”不能晚于 {today}。请改 --as-of,或去掉它。")
    _make(settings, Order(as_of or today))
    return True


def _make(settings: Settings, order: Order) -> None:
    from grid_app.demo.install import install  # noqa: PLC0415 - drawing a county loads much that serving it never needs

    jobs = RoundJobs(open_due_rounds_job, close_due_rounds_job)
    with _telling() as say:
        install(settings, order, make_app=create_app, jobs=jobs, say=say)


@contextmanager
def _telling() -> Iterator[Say]:
    """Give what tells how far the county is: a bar on a terminal, a line per stage elsewhere."""
    if sys.stderr.isatty():
        with progress("正在准备演示县", total=1.0) as advance:
            yield advance
        return
    told: set[str] = set()

    def line(doing: str, _part: float) -> None:
        month = doing.partition("日")[0].partition("月")[0] + "月" if doing.endswith("日") else doing
        if month not in told:
            told.add(month)
            click.echo(f"正在准备演示县:{month}", err=True)

    yield line
    click.echo("演示县已准备好。", err=True)


def _tell(app: Flask, address: str | None, *, made: bool, as_json: bool) -> None:
    settings = wiring_of(app).settings
    order = look(settings).order
    if order is None:
        refuse(f"{database_file(settings)} 里没有演示县。请删除 {settings.instance_dir} 目录后再运行。")
    kept = kept_accounts(settings.instance_dir)
    with app.app_context(), reading() as session:
        changed = logins_that_changed(session)
        digest = content_digest(session) if as_json and made else None
    accounts = [_shown(account, changed) for account in first_of_each_role(kept)]
    if as_json:
        document = {"county": names().county, "as_of": order.as_of, "seed": order.seed, "made": made, "digest": digest,
                    "address": address, "accounts": [vars(one) for one in accounts]}  # fmt: skip
        print_json(document)
    else:
        _print(accounts, address=address, as_of=order.as_of, folder=settings.instance_dir, total=len(kept))
    sys.stdout.flush()


def _shown(account: DemoAccount, changed: frozenset[str]) -> Shown:
    return Shown(account.role, account.login, None if account.login in changed else account.password)


def _print(accounts: list[Shown], *, address: str | None, as_of: date, folder: Path, total: int) -> None:
    click.echo(f"演示县:{names().county},截至 {as_of}。地名、单位、姓名、电话都是虚构的。")
    click.echo(f"正在运行:{address}(按 Ctrl-C 停止)" if address else "要运行它:grid-app demo --serve")
    click.echo()
    for account in accounts:
        password = account.password or CHANGED
        click.echo(f"  {_padded(ROLE_WORDS[account.role], 20)}{_padded(account.login, 22)}{password}")
    if accounts:
        click.echo(f"\n全部 {total} 个演示账号的密码在 {folder / FILE}(只有您能读)。")
    else:
        click.echo(LOST)


def _padded(text: str, width: int) -> str:
    """Return ``text`` filled up to ``width`` columns, Chinese characters counting two."""
    taken = sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
    return text + " " * max(1, width - taken)
