"""grid-app dispatch and grid-app scheduler, as a person runs them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from grid_app.cli.dispatch import dispatch_command
from grid_app.cli.scheduler import scheduler_command
from grid_app.database.transaction import transaction
from grid_app.factory import create_app
from grid_app.services.escalations.subscriptions import subscribe
from grid_app.settings import Settings
from notifications.vapid import keypair_of
from tests.escalation_world import add_dispute, raise_for
from tests.push_receiver import PushReceiver, target_of
from tests.warm_program import WarmProcess
from tests.world import NOW, build_world

ROOT = Path(__file__).parents[2]


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    values = {"GRID_INSTANCE_DIR": str(tmp_path), "GRID_PUSH_ALLOW_LOOPBACK": "1"}
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return {**os.environ, **values, "PYTHONPATH": str(ROOT)}


@pytest.fixture
def migrated(environment: dict[str, str], sqlite_template: Path, tmp_path: Path) -> Iterator[Flask]:
    shutil.copy(sqlite_template, tmp_path / "grid.sqlite")
    app = create_app(Settings(instance_dir=tmp_path, push_allow_loopback=True))
    with app.app_context():
        yield app
        app.extensions["grid"].engine.dispose()


def _raise_one(app: Flask, receiver: PushReceiver) -> None:
    public = keypair_of(app.extensions["grid"].keys.vapid_private).public_b64url
    with transaction() as session:
        world = build_world(session)
        actor = world.actor(session, "county_officer")
        target = target_of(receiver.subscription(public))
        subscribe(session, target=target, label="", actor=actor, now=NOW)
        raise_for(session, add_dispute(session, world))


def test_the_scheduler_refuses_a_database_of_another_version(environment: dict[str, str]):
    answer = CliRunner().invoke(scheduler_command, [])

    assert answer.exit_code == 1
    assert "grid-app db upgrade" in answer.stderr


def test_nothing_due_is_a_sentence(migrated: Flask):
    answer = CliRunner().invoke(dispatch_command, ["--once"])

    assert (answer.exit_code, answer.output) == (0, "没有到期的推送。\n")


def test_dispatch_once_sends_what_is_due_and_prints_one_document(migrated: Flask):
    with PushReceiver() as receiver:
        _raise_one(migrated, receiver)

        answer = CliRunner().invoke(dispatch_command, ["--once", "--json"])

        assert answer.exit_code == 0
        assert json.loads(answer.stdout) == {
            "sent": 1,
            "retried": 0,
            "gone": 0,
            "refused": 0,
            "misconfigured": 0,
            "given_up": 0,
            "lost": 0,
        }
        assert len(receiver.received) == 1


@pytest.mark.slow
@pytest.mark.parametrize("command", [["scheduler"], ["dispatch"]])
def test_a_process_told_to_stop_has_sent_its_message_and_ends_well(migrated: Flask, environment, command):
    with PushReceiver() as receiver:
        _raise_one(migrated, receiver)
        process = WarmProcess(tuple(command), environment)
        waited = threading.Event()
        for _ in range(300):
            if receiver.received or process.poll() is not None:
                break
            waited.wait(0.1)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)

    assert process.returncode == 0, err
    assert len(receiver.received) == 1
    assert "停止" in out
