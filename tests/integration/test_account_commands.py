"""grid-app user add, audit verify and doctor, as the server's own console runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, select

from grid_app.cli import context
from grid_app.cli.main import main
from grid_app.database.engine import prepare_engine
from grid_app.database.transaction import reading, transaction
from grid_app.factory import create_app
from grid_app.models.accounts import Account, AuditEvent
from grid_app.security.passwords import password_matches
from grid_app.services.audit import record_audit
from tests.command_line import Run, command_line, document
from tests.world import NOW, World, build_world


@pytest.fixture
def engine_of_test(db_url: str):
    made = create_engine(db_url)
    prepare_engine(made)
    yield made
    made.dispose()


@pytest.fixture
def county(engine_of_test) -> World:
    with transaction(engine_of_test) as session:
        return build_world(session)


@pytest.fixture
def run(db_url: str, tmp_path: Path) -> Run:
    return command_line(db_url, tmp_path)


ADD = ("user", "add", "li.ming", "--name", "李明", "--role", "grid_worker", "--division", "990101001201J002")


def test_an_unknown_unit_is_refused_with_a_sentence(run, county):
    result = run(*ADD, "--unit", "不存在的单位")

    assert result.exit_code == 1
    assert "没有这个单位" in result.stderr


def test_a_place_that_does_not_fit_is_refused(run, county):
    result = run(*ADD, "--unit", "石桥村村民委员会")

    assert result.exit_code == 1
    assert "管不到" in result.stderr


def test_an_account_is_added_and_its_password_printed_once(run, county, engine_of_test):
    added = document(run(*ADD, "--unit", "云岭村村民委员会", "--json"))

    with reading(engine_of_test) as session:
        account = session.scalars(select(Account).where(Account.login == "li.ming")).one()
        assert account.must_change_password
        assert password_matches(account.password_hash, added["password"])
    again = run(*ADD, "--unit", "云岭村村民委员会")
    assert again.exit_code == 1
    assert "已经有人用了" in again.stderr


def test_a_password_can_come_from_standard_input_and_must_not_be_weak(db_url, tmp_path, county, monkeypatch):
    environment = {"DATABASE_URL": db_url, "GRID_INSTANCE_DIR": str(tmp_path / "instance")}
    apps = []
    monkeypatch.setattr(context, "create_app", lambda settings: apps.append(create_app(settings)) or apps[-1])
    words = [*ADD, "--unit", str(county.units["village"]), "--password-stdin"]

    weak = CliRunner().invoke(main, words, input="12345678\n", env=environment)
    strong = CliRunner().invoke(main, words, input="Quiet-River-3\n", env=environment)
    for app in apps:
        app.extensions["grid"].engine.dispose()

    assert weak.exit_code == 1
    assert "三种" in weak.stderr
    assert strong.exit_code == 0
    assert "Quiet-River-3" not in strong.output


def test_a_whole_chain_is_said_with_its_last_number(run, county, engine_of_test):
    with transaction(engine_of_test) as session:
        record_audit(session, None, "round.opened", now=NOW)

    first, second = document(run("audit", "verify", "--json")), document(run("audit", "verify", "--json"))

    assert (first["whole"], first["verified_until"], first["broken_at"]) == (True, 1, None)
    assert second["verified_until"] == 2


def test_a_broken_chain_ends_with_one_and_its_number(run, county, engine_of_test):
    with transaction(engine_of_test) as session:
        for _ in range(3):
            record_audit(session, None, "round.opened", now=NOW)
    with transaction(engine_of_test) as session:
        session.get_one(AuditEvent, 2).action = "round.closed"

    spoken, machine = run("audit", "verify"), run("audit", "verify", "--json")

    assert (spoken.exit_code, machine.exit_code) == (1, 1)
    assert "第 2 条断开" in spoken.stderr
    assert json.loads(machine.stdout)["broken_at"] == 2
