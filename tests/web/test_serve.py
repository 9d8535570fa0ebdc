"""grid-app serve as a process of its own: where it listens, whom it refuses, how it ends, and what survives."""

from __future__ import annotations

import contextlib
import http.client
import http.cookiejar
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import create_engine, update

from grid_app.database.engine import prepare_engine
from grid_app.database.transaction import transaction
from grid_app.models.accounts import Account, InstallationFact
from tests.warm_program import WarmProcess
from tests.world import NOW, PASSWORD, build_world

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-c", "from grid_app.cli.main import main; main()")
ANYWHERE = "0.0.0.0"
START_SECONDS = 90
"""Bounds a hanging test; how fast it really starts is measured by bench/bench_start.py."""


class Served:
    """One `grid-app` process and what it prints; a cold one imports for itself, as whoever types the command sees."""

    def __init__(self, folder: Path, *words: str, is_cold: bool = False, **environment: str) -> None:
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("GRID_", "DATABASE_URL"))}
        own = {**plain, "GRID_INSTANCE_DIR": str(folder), **environment}
        self.process: subprocess.Popen[str] | WarmProcess = (
            subprocess.Popen(
                [*COMMAND, *words], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=own
            )
            if is_cold
            else WarmProcess(words, own)
        )

    def address(self) -> str:
        """Wait for the line that names the address."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if "正在运行:" in line:
                return line.partition("正在运行:")[2].partition("(")[0].strip()
        raise AssertionError(self.ended()[2])

    def ended(self) -> tuple[int, str, str]:
        """Wait for the end; return exit code, stdout and stderr."""
        out, err = self.process.communicate(timeout=START_SECONDS)
        return self.process.returncode, out, err

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate(timeout=60)


@pytest.fixture
def folder(tmp_path: Path, sqlite_template: Path) -> Path:
    """Give an instance folder whose database holds the small county, its accounts marked as demonstration ones."""
    made = tmp_path / "instance"
    made.mkdir(mode=0o700)
    shutil.copy(sqlite_template, made / "grid.sqlite")
    with changing(made) as session:
        build_world(session)
        session.execute(update(Account).values(is_demo=True))
    return made


@contextlib.contextmanager
def changing(folder: Path):
    engine = create_engine(f"sqlite:///{folder / 'grid.sqlite'}")
    prepare_engine(engine)
    with transaction(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[..., Served]]:
    """Give a function that starts `grid-app` on the folder; whatever still runs at the end is killed by its id."""
    running: list[Served] = []

    def started(*words: str, is_cold: bool = False, **environment: str) -> Served:
        running.append(Served(folder, *words, is_cold=is_cold, **environment))
        return running[-1]

    yield started
    for served in running:
        served.kill()


@pytest.fixture
def certificate(tmp_path: Path) -> dict[str, str]:
    """Give the settings of a certificate that this machine made for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    plain = serialization.NoEncryption()
    pem, secret = tmp_path / "tls.pem", tmp_path / "tls.key"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return {"GRID_TLS_CERTIFICATE": str(pem), "GRID_TLS_KEY": str(secret)}


def answer(address: str, path: str = "/sign-in") -> int:
    """Return the status of a page, as a browser on this machine gets it."""
    place = urlsplit(address)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
    with contextlib.closing(connection):
        connection.request("GET", path)
        return connection.getresponse().status


def sign_in(address: str, login: str) -> int:
    """Sign in by the form as a browser does and return the status of the answer."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(NoRedirect, urllib.request.HTTPCookieProcessor(jar))
    form = browser.open(f"{address}sign-in", timeout=30).read().decode()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)
    assert token is not None
    fields = {"login": login, "password": PASSWORD, "csrf_token": token[1]}
    try:
        return browser.open(f"{address}sign-in", urllib.parse.urlencode(fields).encode(), timeout=30).status
    except urllib.error.HTTPError as answered:
        with answered:
            return answered.code


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def taken_port() -> tuple[socket.socket, int]:
    held = socket.socket()
    held.bind(("127.0.0.1", 0))
    held.listen()
    return held, held.getsockname()[1]


def test_another_host_without_tls_is_refused(start):
    code, _, err = start("serve", "--host", ANYWHERE).ended()

    assert code == 1
    assert "GRID_TLS_CERTIFICATE" in err


def test_another_host_is_refused_while_a_demonstration_password_is_unchanged(start, folder, certificate):
    with changing(folder) as session:
        session.add(InstallationFact(name="demo", value='{"seed": 1, "as_of": "2026-11-20"}'))
        session.execute(update(Account).where(Account.login != "mediator").values(password_changed_at=NOW))

    code, _, err = start("serve", "--host", ANYWHERE, **certificate).ended()

    assert code == 1
    assert "还有 1 个演示账号" in err


def test_another_host_is_served_with_tls_once_every_demonstration_password_is_changed(start, folder, certificate):
    with changing(folder) as session:
        session.add(InstallationFact(name="demo", value='{"seed": 1, "as_of": "2026-11-20"}'))
        session.execute(update(Account).values(password_changed_at=NOW))

    assert start("serve", "--host", ANYWHERE, **certificate).address().startswith(f"https://{ANYWHERE}:")


def test_a_certificate_without_its_key_is_refused(start, certificate):
    code, _, err = start("serve", GRID_TLS_CERTIFICATE=certificate["GRID_TLS_CERTIFICATE"]).ended()

    assert code == 1
    assert "GRID_TLS_KEY" in err


def test_a_certificate_that_cannot_be_read_is_refused_with_a_sentence(start, certificate, tmp_path):
    (tmp_path / "tls.pem").write_text("no certificate", "utf-8")

    code, _, err = start("serve", **certificate).ended()

    assert code == 1
    assert "证书或私钥读不了" in err


def test_a_port_that_is_taken_is_refused_by_its_number(start):
    held, port = taken_port()

    code, _, err = start("serve", "--port", str(port)).ended()
    held.close()

    assert code == 1
    assert f"端口 {port} 已被占用" in err


def test_a_host_that_is_not_of_this_machine_is_refused_with_a_sentence(start, certificate):
    code, _, err = start("serve", "--host", "192.0.2.1", "--port", "18999", **certificate).ended()

    assert code == 1
    assert "请检查 --host" in err


def test_two_installations_get_two_ports_and_a_second_run_on_one_says_where_it_runs(start, folder, tmp_path):
    first = start("serve").address()
    other_folder = tmp_path / "other"
    shutil.copytree(folder, other_folder, ignore=shutil.ignore_patterns("*-wal", "*-shm"))

    other = start("serve", GRID_INSTANCE_DIR=str(other_folder)).address()
    code, out, _ = start("serve").ended()

    ports = {urlsplit(first).port, urlsplit(other).port}
    assert len(ports) == 2
    assert all(8000 <= port < 8050 for port in ports)
    assert answer(first) == answer(other) == 200
    assert (code, first in out) == (0, True)


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_and_it_starts_again(start, sent):
    served = start("serve", is_cold=sent is signal.SIGTERM)
    address = served.address()
    assert answer(address) == 200

    served.process.send_signal(sent)
    code, _, err = served.ended()

    assert code == 0
    assert "Traceback" not in err
    assert answer(start("serve").address()) == 200


def test_a_kill_loses_nothing_that_was_answered(start, folder):
    served = start("serve")
    address = served.address()

    status = sign_in(address, "township_lead")
    served.process.send_signal(signal.SIGKILL)
    served.process.wait(timeout=60)

    assert status == 302
    with contextlib.closing(sqlite3.connect(folder / "grid.sqlite")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("SELECT count(*) FROM sign_ins").fetchone() == (1,)
    assert sign_in(start("serve").address(), "township_lead") == 302
