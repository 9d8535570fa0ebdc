"""A throw-away PostgreSQL cluster with PostGIS for one test run, started as an unprivileged user."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import psycopg

DURABILITY_OFF = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60")


class PostgresMissingError(Exception):
    """PostgreSQL with PostGIS is not installed here; the message names the packages."""


def binaries() -> Path:
    """Return the folder of initdb and postgres, newest version first."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        share = Path("/usr/share/postgresql") / folder.parent.name / "extension" / "postgis.control"
        if (folder / "initdb").exists() and share.exists():
            return folder
    raise PostgresMissingError("PostgreSQL with PostGIS (package postgresql-15-postgis-3)")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Cluster:
    """One cluster on a free loopback port; databases are cloned from a template."""

    def __init__(self) -> None:
        self.bin = binaries()
        self.folder = Path(tempfile.mkdtemp(prefix="grid-pg-"))
        self.port = _free_port()
        self._count = 0

    def start(self) -> Cluster:
        data = self.folder / "data"
        owner = self._owner()
        if owner:
            shutil.chown(self.folder, owner.pw_name)
            self.folder.chmod(0o700)
        self._run("initdb", "-D", str(data), "-U", "grid", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        options = " ".join(f"-c {item}" for item in DURABILITY_OFF)
        options += f" -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder} -p {self.port}"
        self._run("pg_ctl", "-D", str(data), "-o", options, "-l", str(self.folder / "log"), "-w", "start")
        return self

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://grid@127.0.0.1:{self.port}/{database}"

    def create(self, name: str, *, template: str | None = None) -> str:
        with self._admin() as connection:
            connection.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
        if template is None:
            with psycopg.connect(host="127.0.0.1", port=self.port, user="grid", dbname=name, autocommit=True) as c:
                c.execute("CREATE EXTENSION postgis")
        return self.url(name)

    def drop(self, name: str) -> None:
        with self._admin() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _admin(self) -> psycopg.Connection:
        return psycopg.connect(host="127.0.0.1", port=self.port, user="grid", dbname="postgres", autocommit=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.bin / program), *arguments]
        owner = self._owner()
        extra = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(self.folder)}
        done = (
            subprocess.run(command, capture_output=True, text=True, env=environment, cwd="/", timeout=120, **extra)
            if program != "pg_ctl"
            else subprocess.run(
                command,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment,
                cwd="/",
                timeout=120,
                **extra,
            )
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {(done.stderr or '')[-800:]}")

    @staticmethod
    def _owner() -> pwd.struct_passwd | None:
        return pwd.getpwnam("postgres") if os.geteuid() == 0 else None
