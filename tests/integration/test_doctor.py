"""grid-app doctor: what is wrong is named with what is lost, and nothing is made or changed by looking."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from grid_app.cli.doctor import examine
from grid_app.database.base import new_id
from grid_app.database.engine import prepare_engine
from grid_app.database.transaction import reading, transaction
from grid_app.models.disputes import Dispute, Party
from grid_app.security.keys import load_keys
from grid_app.services.matters.parties import name_context
from grid_app.services.upkeep import doctor
from grid_app.settings import Settings
from tests.world import NOW, build_world


@pytest.fixture
def settings(db_url: str, tmp_path: Path) -> Settings:
    return Settings(instance_dir=tmp_path / "instance", database_url=db_url)


@pytest.fixture
def assets(tmp_path: Path, monkeypatch) -> Path:
    static = tmp_path / "static"
    for name in doctor.ASSETS:
        (static / name).parent.mkdir(parents=True, exist_ok=True)
        (static / name).write_text("x")
    monkeypatch.setattr("grid_app.cli.doctor.STATIC", static)
    return static


def found(settings: Settings) -> dict[str, doctor.Check]:
    return {check.name: check for check in examine(settings)}


def seal_a_name(settings: Settings) -> None:
    """Store a dispute with one party, as the office would."""
    engine = create_engine(settings.url)
    prepare_engine(engine)
    cipher, party = load_keys(settings).fields, new_id()
    with transaction(engine) as session:
        world = build_world(session)
        dispute = Dispute(
            case_code="C1", tracking_code="T1", state="reported", category="0701", summary="x",
            division_code="990101001201", place_kind="chosen", channel="grid_walk", household_label="x",
            grade="green", grade_reasons=[], reported_by=world.assignments["grid_worker"], captured_at=NOW,
            received_at=NOW, noted_on=NOW.date(),
        )  # fmt: skip
        session.add(dispute)
        session.flush()
        sealed = cipher.encrypt("某人", context=name_context(party))
        session.add(Party(id=party, dispute_id=dispute.id, label="甲方", name_sealed=sealed, created_at=NOW))
    engine.dispose()


def test_an_installation_that_never_started_has_no_keys_and_gets_none(settings, assets):
    checks = found(settings)

    assert not checks["实例目录"].ok
    assert [checks[name].ok for name in ("会话密钥", "回执密钥", "字段密钥", "推送密钥", "导出密钥")] == [False] * 5
    assert "第一次启动" in checks["回执密钥"].found
    assert not settings.instance_dir.exists()


def test_a_missing_database_file_is_not_made(tmp_path, assets):
    checks = found(Settings(instance_dir=tmp_path / "instance"))

    assert not checks["数据库"].ok
    assert not (tmp_path / "instance").exists()


def test_a_started_installation_is_well(settings, assets):
    load_keys(settings)

    checks = examine(settings)

    assert [check.found for check in checks if not check.ok] == []
    assert len(checks) == 12
    assert checks[-1].found == "还没有照片和语音"


def test_what_is_stored_can_be_read_with_the_keys(settings, assets):
    load_keys(settings)
    seal_a_name(settings)

    assert found(settings)["字段密钥与数据"].found == "抽查 1 条,都能解开"


def test_another_field_key_is_found_by_what_it_cannot_open(settings, assets):
    load_keys(settings)
    seal_a_name(settings)
    other = base64.b64encode(b"k" * 32).decode()
    (settings.instance_dir / "field.keys").write_text(f"1:{other}\n")

    check = found(settings)["字段密钥与数据"]

    assert not check.ok
    assert "备份" in check.found
    assert "再也读不出来" in check.lost


@pytest.mark.parametrize(("path", "name"), [("", "实例目录"), ("receipt.key", "回执密钥")])
def test_a_mode_that_lets_others_look_in_is_named(settings, assets, path, name):
    load_keys(settings)
    (settings.instance_dir / path).chmod(0o755)

    check = found(settings)[name]

    assert not check.ok
    assert "chmod" in check.found


@pytest.mark.parametrize(
    ("file", "content", "name"),
    [
        ("session.key", "changeme", "会话密钥"),
        ("field.keys", "not a key at all but long enough", "字段密钥"),
        ("vapid.key", "not a key at all but long enough", "推送密钥"),
        ("office.keys", "1:not a key at all but long enough", "导出密钥"),
    ],
)
def test_a_key_that_cannot_be_used_is_named(settings, assets, file, content, name):
    load_keys(settings)
    (settings.instance_dir / file).write_text(content)

    assert not found(settings)[name].ok


def test_missing_front_end_files_are_named(settings, assets):
    load_keys(settings)
    (assets / doctor.ASSETS[0]).unlink()

    assert "leaflet.js" in found(settings)["前端文件"].found


def test_an_old_database_is_named_with_the_command_that_mends_it(settings, assets):
    load_keys(settings)
    engine = create_engine(settings.url)
    with transaction(engine) as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    engine.dispose()

    assert "grid-app db upgrade" in found(settings)["数据库"].found


def test_an_unreachable_database_is_named_without_its_password(tmp_path, assets):
    settings = Settings(
        instance_dir=tmp_path / "instance",
        database_url="postgresql+psycopg://someone:a-secret-word@127.0.0.1:1/none?connect_timeout=1",
    )
    load_keys(settings)

    check = found(settings)["数据库"]

    assert not check.ok
    assert "a-secret-word" not in check.found


def test_looking_changes_nothing(settings, assets):
    load_keys(settings)
    engine = create_engine(settings.url)
    prepare_engine(engine)
    with reading(engine) as session:
        before = session.execute(text("SELECT count(*) FROM audit_events")).scalar()
    examine(settings)
    with reading(engine) as session:
        after = session.execute(text("SELECT count(*) FROM audit_events")).scalar()
    engine.dispose()

    assert before == after == 0


def test_the_server_form_needs_no_folder_before_its_first_start(tmp_path):
    settings = Settings(instance_dir=tmp_path / "instance", server_mode=True)

    assert doctor.check_folder(settings).ok
    assert not doctor.check_folder(replace(settings, server_mode=False)).ok
