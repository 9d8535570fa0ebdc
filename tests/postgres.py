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
LOADED_ONCE = ("shared_preload_libraries=postgis-3",)
"""Else each connection that asks for a place loads PostGIS and what it needs, longer than it then lives."""

COLUMNS = """
SELECT count(*), sum(hashtextextended(c.relname || '.' || a.attname, 0)), (SELECT max(version_num) FROM alembic_version)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
"""
TABLES = """
SELECT format('%I', relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
AND relname NOT IN ('alembic_version', 'spatial_ref_sys')
"""


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
        options = " ".join(f"-c {item}" for item in DURABILITY_OFF + LOADED_ONCE)
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
            connection.execute(
                f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}" STRATEGY file_copy' if template else "")
            )
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


class SpareDatabase:
    """One clone of the template per worker, emptied after each test; a test that broke it gets the next a new one.

    Emptying by DELETE takes a hundredth of the time of a clone or of TRUNCATE, since most tables are empty: looking
    for a first row is all they need. One connection does it for all tests, so that what it plans is planned once.
    """

    def __init__(self, cluster: Cluster, template: str) -> None:
        self._cluster = cluster
        self._template = template
        self._name = ""
        self._line: psycopg.Connection | None = None
        self._columns: tuple[object, ...] = ()
        self._made = 0

    def take(self) -> str:
        if not self._name:
            self._made += 1
            self._name = f"spare_{self._made}"
            self._cluster.create(self._name, template=self._template)
            self._line = self._open()
            self._columns = self._columns_now()
        return self._cluster.url(self._name)

    def give_back(self) -> None:
        try:
            if self._columns_now() != self._columns:
                raise psycopg.Error("the test changed the tables")
            self._asked("SELECT pg_temp.empty_what_is_filled()")
        except psycopg.Error:
            self.close()
            self._cluster.drop(self._name)
            self._name = ""

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def _open(self) -> psycopg.Connection:
        line = psycopg.connect(
            host="127.0.0.1", port=self._cluster.port, user="grid", dbname=self._name, autocommit=True
        )
        line.execute("SET lock_timeout = '3s'")
        line.execute("SET session_replication_role = replica")
        steps = "".join(
            f"IF EXISTS (SELECT 1 FROM {table}) THEN DELETE FROM {table}; END IF;\n"
            for (table,) in line.execute(TABLES)
        )
        line.execute(
            f"CREATE FUNCTION pg_temp.empty_what_is_filled() RETURNS void LANGUAGE plpgsql AS $$ BEGIN\n{steps}END $$"
        )
        return line

    def _columns_now(self) -> tuple[object, ...]:
        return self._asked(COLUMNS)

    def _asked(self, question: str) -> tuple[object, ...]:
        return self._line.execute(question, prepare=True).fetchone()
