"""grid-app user add."""

from __future__ import annotations

import sys

import click
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from grid_app.cli.context import in_app, print_json
from grid_app.database.transaction import transaction
from grid_app.errors import InvalidError
from grid_app.models.accounts import Unit
from grid_app.policy import Role
from grid_app.security.passwords import hash_password, new_password, weakness
from grid_app.services.accounts.assignments import wanted_assignment
from grid_app.services.accounts.staff import add_account, new_account
from grid_app.services.typed import uuid_of
from grid_app.wiring import wired


@click.group("user")
def user_group() -> None:
    """账号。"""


@user_group.command("add")
@click.argument("login")
@click.option("--name", required=True, help="姓名。")
@click.option("--role", required=True, type=click.Choice([str(role) for role in Role]), help="身份。")
@click.option("--unit", required=True, help="单位的名称或编号。")
@click.option("--division", required=True, help="管辖的区划代码。")
@click.option("--password-stdin", is_flag=True, help="从标准输入读取初始密码;不给则自动生成。")
@click.option("--json", "as_json", is_flag=True, help="只输出一个 JSON 文档。")
@in_app
def add_command(
    login: str, *, name: str, role: str, unit: str, division: str, password_stdin: bool, as_json: bool
) -> None:
    """添加账号。自动生成的初始密码只显示这一次,第一次登录时本人要换成自己的密码。"""
    password = _given_password() if password_stdin else new_password()
    hashed = hash_password(password)
    with transaction() as session:
        place = wanted_assignment(role=role, unit=_unit_id(session, unit), division=division)
        wanted = new_account(login=login, display_name=name, assignment=place)
        made = add_account(session, wanted=wanted, password_hash=hashed, actor=None, now=wired().clock.now())
    shown = None if password_stdin else password
    if as_json:
        print_json({"account": str(made), "login": wanted.login, "password": shown})
        return
    click.echo(f"账号 {wanted.login} 已添加。")
    if shown:
        click.echo(f"初始密码(只显示这一次):{shown}")


def _given_password() -> str:
    password = sys.stdin.readline().rstrip("\r\n")
    weak = weakness(password)
    if weak:
        raise InvalidError("账号没有添加。", fields={"password": weak})
    return password


def _unit_id(session: Session, given: str) -> str:
    matches = Unit.name == given
    found = uuid_of(given)
    units = session.scalars(select(Unit.id).where(or_(matches, Unit.id == found) if found else matches)).all()
    if len(units) > 1:
        raise InvalidError("账号没有添加。", fields={"unit": "有几个单位同名,请改用单位编号。"})
    if not units:
        raise InvalidError("账号没有添加。", fields={"unit": "没有这个单位。请检查名称。"})
    return str(units[0])
