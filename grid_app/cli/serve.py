"""grid-app serve: the embedded form, everything in one process. grid-app web: the workers of the server form."""

from __future__ import annotations

import fcntl
import ipaddress
import os
import signal
import socket
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import click
from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server
from flask import Flask
from gunicorn.app.base import BaseApplication

from grid_app.cli.context import load_app, load_settings, refuse
from grid_app.database.migrate import head_revision, revision_of, upgrade
from grid_app.database.transaction import reading
from grid_app.factory import create_app
from grid_app.jobs.runner import start_background
from grid_app.queries.demo import unchanged_demo_accounts
from grid_app.settings import Settings, SettingsError, server_problems
from grid_app.wiring import Wiring

FIRST_PORT = 8000
PORTS_TRIED = 50
THREADS = 24


def is_loopback(host: str) -> bool:
    """Say whether ``host`` can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def free_port(host: str, wanted: int | None) -> int:
    """Return ``wanted`` when it is free (else refuse), or the first free port from 8000 on."""
    for port in [wanted] if wanted else range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        with closing(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    refuse(
        f"端口 {wanted} 已被占用。请换一个 --port,或先停掉占用它的程序。"
        if wanted
        else "8000-8049 都被占用了,请用 --port 指定一个空闲端口。"
    )


class RunningElsewhereError(Exception):
    """The same data is already being served; the message is the address."""


def take_lock(folder: Path) -> Any:  # noqa: ANN401 - an open file that must stay referenced
    """Hold the data folder for this process; a second process learns where the first one serves.

    Raises
    ------
    RunningElsewhereError
        Another process holds it.
    """
    handle = open(folder / "serve.lock", "a+", encoding="utf-8")  # noqa: SIM115 - held until the process ends
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        handle.seek(0)
        address = handle.read().strip()
        handle.close()
        raise RunningElsewhereError(address) from error
    handle.seek(0)
    handle.truncate()
    return handle


def check_exposure(app: Flask, host: str) -> None:
    """Refuse to serve beyond this machine without TLS, or with demonstration passwords nobody changed."""
    if is_loopback(host):
        return
    wiring: Wiring = app.extensions["grid"]
    if not (wiring.settings.tls_certificate and wiring.settings.tls_key):
        refuse("只有本机能用不加密的连接。要让别的机器访问,请先设置 GRID_TLS_CERTIFICATE 和 GRID_TLS_KEY。")
    if wiring.settings.demo_mode:
        with app.app_context(), reading() as session:
            unchanged = unchanged_demo_accounts(session)
        if unchanged:
            refuse(f"还有 {unchanged} 个演示账号没有改密码,不能对外开放。请先逐个登录改密码,或不带 --host 运行。")


def serve_app(app: Flask, *, host: str, port: int | None) -> None:
    """Serve ``app`` with the scheduler in the same process until it is told to stop."""
    wiring: Wiring = app.extensions["grid"]
    check_exposure(app, host)
    try:
        lock = take_lock(wiring.settings.instance_dir)
    except RunningElsewhereError as running:
        click.echo(f"这份数据已经在运行:{running}")
        return
    chosen = free_port(host, port)
    server = Server((host, chosen), app, numthreads=THREADS, server_name="grid-app")
    scheme = "http"
    if wiring.settings.tls_certificate:
        server.ssl_adapter = BuiltinSSLAdapter(wiring.settings.tls_certificate, wiring.settings.tls_key)
        scheme = "https"
    address = f"{scheme}://{host}:{chosen}/"
    lock.write(address)
    lock.flush()
    scheduler = start_background(app)
    signal.signal(signal.SIGTERM, _interrupt)
    click.echo(f"正在运行:{address}(按 Ctrl-C 停止)")
    try:
        server.safe_start()
    finally:
        scheduler.shutdown(wait=False)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def upgrade_embedded(app: Flask) -> None:
    """Bring the embedded database up to date before serving; a server database is upgraded by `db upgrade`."""
    wiring: Wiring = app.extensions["grid"]
    if revision_of(wiring.engine) == head_revision():
        return
    if not wiring.settings.is_sqlite:
        refuse("数据库不是最新版本。请先运行 grid-app db upgrade。")
    upgrade(wiring.engine)


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址;本机以外需要 TLS。")
@click.option("--port", type=click.IntRange(1, 65535), default=None, help="端口;默认 8000 或其后的空闲端口。")
def serve_command(host: str, port: int | None) -> None:
    """运行单机版:网页、定时任务和推送都在一个进程里。"""
    app = load_app()
    upgrade_embedded(app)
    serve_app(app, host=host, port=port)


class _Gunicorn(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    def __init__(self, settings: Settings, options: dict[str, object]) -> None:
        self._settings = settings
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return create_app(self._settings)


@click.command("web")
@click.option("--bind", default="127.0.0.1:8000", show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option("--threads", type=click.IntRange(1, 512), default=64, show_default=True)
def web_command(bind: str, workers: int, threads: int) -> None:
    """运行服务器版的网页进程(PostgreSQL);定时任务另用 grid-app scheduler 和 dispatch。"""
    settings = replace(load_settings(), server_mode=True)
    problems = server_problems(settings)
    if problems:
        refuse("设置有误,程序没有启动。请改正后重试:" + ";".join(problems))
    try:
        upgrade_embedded(create_app(settings))
    except SettingsError as error:
        refuse(str(error))
    options: dict[str, object] = {
        "bind": bind, "workers": workers, "threads": threads, "worker_class": "gthread", "proc_name": "grid-app",
    }  # fmt: skip
    host = bind.rsplit(":", 1)[0].strip("[]")
    if settings.tls_certificate:
        options |= {"certfile": settings.tls_certificate, "keyfile": settings.tls_key}
    elif not is_loopback(host):
        refuse("只有本机能用不加密的连接。要让别的机器访问,请先设置 GRID_TLS_CERTIFICATE 和 GRID_TLS_KEY。")
    os.environ.setdefault("GRID_SERVER_MODE", "1")
    _Gunicorn(settings, options).run()
