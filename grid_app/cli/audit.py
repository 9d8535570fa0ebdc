"""grid-app audit verify."""

from __future__ import annotations

import sys

import click

from grid_app.cli.context import REFUSED, in_app, print_json
from grid_app.database.transaction import reading, transaction
from grid_app.services.audit import remember_verification, verify_chain
from grid_app.wiring import wired


@click.group("audit")
def audit_group() -> None:
    """审计链。"""


@audit_group.command("verify")
@click.option("--json", "as_json", is_flag=True, help="只输出一个 JSON 文档。")
@in_app
def verify_command(*, as_json: bool) -> None:
    """从头核对审计链;断开时退出码为 1,并说出第一条对不上的序号。"""
    with reading() as session:
        found = verify_chain(session)
    with transaction() as session:
        remember_verification(session, found, actor=None, now=wired().clock.now())
    whole = found.broken_at is None
    if as_json:
        print_json(
            {"whole": whole, "verified_until": found.number, "digest": found.digest, "broken_at": found.broken_at}
        )
    elif whole:
        click.echo(f"审计链完好,已核对到第 {found.number} 条。摘要:{found.digest}")
    else:
        click.echo(f"审计链在第 {found.broken_at} 条断开:记录被改动或缺失。请保留现场,马上报告。", err=True)
    if not whole:
        sys.exit(REFUSED)
