"""grid-app demo: what it refuses, what it keeps, and what it shows."""

from __future__ import annotations

import json
import shutil
import stat
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import create_engine, update

from grid_app.cli.running import FolderLock, RunningElsewhereError
from grid_app.database.engine import prepare_engine
from grid_app.database.transaction import reading, transaction
from grid_app.demo import passwords
from grid_app.demo.holding import Holding, look
from grid_app.demo.install import install
from grid_app.demo.orders import Order
from grid_app.demo.passwords import DemoAccount, keep_accounts, kept_accounts
from grid_app.factory import create_app
from grid_app.models.accounts import Account, InstallationFact
from grid_app.policy import Role
from grid_app.settings import Settings
from grid_app.wiring import DEMO_FACT
from tests.command_line import command_line
from tests.demo_county import AS_OF, JOBS, first_run, settings_in
from tests.world import NOW, build_world

PASSWORD = "Qing-Xi-2026"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "instance"
    made.mkdir(mode=0o700)
    return made


@pytest.fixture
def database(folder: Path, sqlite_template: Path) -> Path:
    """Give a migrated, empty database where the command looks for it."""
    return Path(shutil.copy(sqlite_template, folder / "grid.sqlite"))


@pytest.fixture
def held(folder: Path, database: Path) -> Settings:
    """Give a small database that says it is the demonstration of ``AS_OF``, with the small county in it."""
    settings = settings_in(folder)
    engine = create_engine(settings.url)
    prepare_engine(engine)
    with transaction(engine) as session:
        build_world(session)
        session.execute(update(Account).values(is_demo=True))
        session.add(InstallationFact(name=DEMO_FACT, value=json.dumps({"seed": 1, "as_of": AS_OF.isoformat()})))
    engine.dispose()
    keep_accounts(folder, [DemoAccount(str(role), str(role), PASSWORD) for role in Role])
    return settings


def run(folder: Path, *words: str, database_url: str = "") -> Result:
    return command_line(database_url or f"sqlite:///{folder / 'grid.sqlite'}", folder.parent)("demo", *words)


def test_a_database_with_real_data_is_left_alone(folder: Path, database: Path):
    engine = create_engine(f"sqlite:///{database}")
    prepare_engine(engine)
    with transaction(engine) as session:
        build_world(session)

    result = run(folder)

    assert result.exit_code == 1
    assert "已经有别的数据" in result.stderr
    assert "GRID_INSTANCE_DIR" in result.stderr
    with reading(engine) as session:
        assert session.get(InstallationFact, DEMO_FACT) is None
    engine.dispose()


def test_another_day_than_that_of_the_county_is_refused_with_the_way_out(held: Settings):
    result = run(held.instance_dir, "--as-of", "2026-11-19")

    assert result.exit_code == 1
    assert "2026-11-20" in result.stderr
    assert "删除" in result.stderr


def test_a_day_in_the_future_is_refused(folder: Path):
    result = run(folder, "--as-of", "2999-01-01")

    assert result.exit_code == 1
    assert "不能晚于" in result.stderr
    assert not (folder / "grid.sqlite").exists()


def test_a_date_that_is_none_is_wrong_usage(folder: Path):
    assert run(folder, "--as-of", "昨天").exit_code == 2


def test_a_server_database_is_refused(folder: Path):
    result = run(folder, database_url="postgresql+psycopg://nobody@127.0.0.1:1/none")

    assert result.exit_code == 1
    assert "DATABASE_URL" in result.stderr


def test_a_second_run_says_where_the_first_one_serves_and_ends_well(held: Settings):
    with FolderLock(held.instance_dir) as lock:
        lock.tell("http://127.0.0.1:8765/")

        result = run(held.instance_dir, "--serve")

    assert result.exit_code == 0
    assert "http://127.0.0.1:8765/" in result.stdout


def test_a_second_run_while_the_first_still_prepares_asks_to_wait(folder: Path):
    with FolderLock(folder):
        result = run(folder, "--serve")

    assert result.exit_code == 0
    assert "过一会儿" in result.stdout


def test_a_released_folder_can_be_taken_again(folder: Path):
    with FolderLock(folder):
        pass

    with FolderLock(folder), pytest.raises(RunningElsewhereError):
        FolderLock(folder)


def test_a_run_that_was_killed_on_the_way_leaves_nothing_that_looks_like_a_county(folder: Path):
    settings = settings_in(folder)

    def killed(doing: str, _part: float) -> None:
        if doing.startswith("登记纠纷"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        install(settings, Order(AS_OF), make_app=create_app, jobs=JOBS, say=killed)

    assert look(settings).holding is Holding.NOTHING
    assert kept_accounts(folder) == ()


def test_an_empty_database_counts_as_nothing(folder: Path, database: Path):
    (folder / "none.sqlite").touch()

    assert look(settings_in(folder)).holding is Holding.NOTHING
    assert look(Settings(database_url=f"sqlite:///{folder / 'none.sqlite'}")).holding is Holding.NOTHING
    assert look(Settings(database_url=f"sqlite:///{folder / 'missing.sqlite'}")).holding is Holding.NOTHING
    assert not (folder / "missing.sqlite").exists()


def test_an_existing_county_is_kept_and_its_accounts_shown_again(held: Settings):
    first = run(held.instance_dir)
    second = run(held.instance_dir, "--as-of", AS_OF.isoformat())

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert first.stdout == second.stdout
    assert "虚构" in first.stdout
    assert first.stdout.count(PASSWORD) == len(Role)


def test_a_changed_password_is_not_shown(held: Settings):
    engine = create_engine(held.url)
    prepare_engine(engine)
    with transaction(engine) as session:
        session.execute(update(Account).where(Account.login == "mediator").values(password_changed_at=NOW))
    engine.dispose()

    line = next(one for one in run(held.instance_dir).stdout.splitlines() if "mediator" in one)

    assert "已修改" in line
    assert PASSWORD not in line


def test_a_lost_list_of_passwords_is_said_and_breaks_nothing(held: Settings):
    (held.instance_dir / passwords.FILE).write_text("{not a list", "utf-8")

    result = run(held.instance_dir)

    assert result.exit_code == 0
    assert "安全管理员" in result.stdout


def test_json_prints_one_document_and_nothing_else(held: Settings):
    result = run(held.instance_dir, "--json")

    document = json.loads(result.stdout)

    assert document["as_of"] == "2026-11-20"
    assert document["made"] is False
    assert {account["password"] for account in document["accounts"]} == {PASSWORD}


def test_the_list_is_for_its_owner_alone_also_when_it_was_not(folder: Path):
    loose = folder / passwords.FILE
    loose.write_text("[]", "utf-8")
    loose.chmod(0o644)

    keep_accounts(folder, [DemoAccount("a", "auditor", "secret-1")])

    assert stat.S_IMODE(loose.stat().st_mode) == 0o600


@pytest.mark.slow
@pytest.mark.xdist_group("demo county")
def test_the_first_run_makes_the_county_of_today_and_tells_how_far_it_is():
    settings, result = first_run()

    folder = settings.instance_dir
    assert result.exit_code == 0
    assert look(settings).order == Order(date(2026, 11, 20))
    assert "正在准备演示县" in result.stderr
    assert not list(folder.glob("*.building*"))
    assert {account.role for account in kept_accounts(folder)} == set(Role)
