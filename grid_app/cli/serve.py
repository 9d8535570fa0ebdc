"""grid-app serve: the embedded form, everything in one process: pages, API, scheduler and dispatcher."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import logging
import logging.handlers
import os
import signal
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

import click
from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server
from flask import Flask

from grid_app.adapters.listeners import LISTENERS, most_listeners
from grid_app.cli.context import load_app, load_settings, refuse
from grid_app.cli.first_clocks import fill_first_lists, start_first_clocks
from grid_app.cli.heap import settle_heap
from grid_app.cli.own_tls import renew, say_trust, uses_own_certificate, with_own_certificate
from grid_app.cli.running import FolderLock, RunningElsewhereError, where_it_runs
from grid_app.database.migrate import head_revision, revision_of, upgrade
from grid_app.database.transaction import reading
from grid_app.jobs.runner import start_background
from grid_app.queries.demo import unchanged_demo_accounts
from grid_app.settings import Settings
from grid_app.wiring import EXTENSION, Wiring

LOCAL_HOST = "127.0.0.1"
FIRST_PORT = 8000
PORTS_TRIED = 50
THREADS = 24
WAITING_CONNECTIONS = 1024
"""How many may knock while all threads are busy; with fewer the system drops them and browsers try again later."""
LOG_FILE = "serve.log"
LOG_BYTES, LOG_FILES = 2_000_000, 3
LAST_REQUESTS_SECONDS = 1.5
HARD_STOP_SECONDS = 3.0
NO_TLS = "只有本机能用不加密的连接。要让别的机器访问,请加上 --tls,或设置 GRID_TLS_CERTIFICATE 和 GRID_TLS_KEY。"

Announce = Callable[[str], None]


def is_loopback(host: str) -> bool:
    """Say whether ``host`` can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_exposure(app: Flask, host: str) -> None:
    """Refuse to serve beyond this machine without TLS, or with demonstration passwords nobody changed."""
    if is_loopback(host):
        return
    settings = wiring_of(app).settings
    if not (settings.tls_certificate and settings.tls_key):
        refuse(NO_TLS)
    if settings.demo_mode:
        with app.app_context(), reading() as session:
            unchanged = unchanged_demo_accounts(session)
        if unchanged:
            refuse(f"还有 {unchanged} 个演示账号没有改密码,不能对外开放。请先逐个登录改密码,或不带 --host 运行。")


def upgrade_embedded(app: Flask) -> None:
    """Bring the embedded database up to date before serving; a server database is upgraded by `db upgrade`."""
    wiring = wiring_of(app)
    is_new = revision_of(wiring.engine) == head_revision()
    if not wiring.settings.is_sqlite:
        if not is_new:
            refuse("数据库不是最新版本。请先运行 grid-app db upgrade。")
        return
    if not is_new:
        upgrade(wiring.engine)
    start_first_clocks(wiring.engine, wiring.clock.now())
    fill_first_lists(wiring.engine, wiring.keys.fields)


def serve_app(app: Flask, lock: FolderLock, *, host: str, port: int | None, announce: Announce) -> None:
    """Serve ``app`` until it is told to stop; ``announce`` gets the address once it answers there."""
    keep_log(wiring_of(app).settings.instance_dir)
    app.config[LISTENERS] = most_listeners(THREADS)
    server = listening(app, host, port)
    address = address_of(server)
    lock.tell(address)
    with told_to_stop():
        scheduler = start_background(app)
        settings = wiring_of(app).settings
        if uses_own_certificate(settings):
            scheduler.add_job(renew, "interval", (server, settings, host), days=1, id="own-certificate")
        settle_heap()
        try:
            announce(address)
            server.serve()
        except KeyboardInterrupt:
            click.echo("正在停止……已登记的都已保存。", err=True)
        finally:
            scheduler.shutdown(wait=False)
            server.stop()


def listening(app: Flask, host: str, port: int | None) -> Server:
    """Return a server that listens on ``port``, or on the first free port from 8000 on; else end with a sentence."""
    for candidate in [port] if port else range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        server = Server(
            (host, candidate), app, numthreads=THREADS, server_name="grid-app", request_queue_size=WAITING_CONNECTIONS
        )
        server.shutdown_timeout = LAST_REQUESTS_SECONDS
        server.ssl_adapter = tls_of(wiring_of(app).settings)
        try:
            server.prepare()
        except OSError as error:
            if "in use" in str(error):
                continue
            refuse(f"不能在 {host}:{candidate} 上运行({_why(error)})。请检查 --host 和 --port。")
        return server
    tried = f"端口 {port} 已" if port else f"{FIRST_PORT}-{FIRST_PORT + PORTS_TRIED - 1} 都"
    return refuse(f"{tried}被占用,没有启动。请用 --port 另选一个,或先停掉占用它的程序。")


def keep_log(folder: Path) -> None:
    """Write what the program logs into the instance folder, a few files of bounded size; the terminal stays quiet."""
    handler = logging.handlers.RotatingFileHandler(
        folder / LOG_FILE, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)


def tls_of(settings: Settings) -> BuiltinSSLAdapter | None:
    """Return the TLS of the settings, ``None`` without one; end with a sentence when it cannot be used."""
    if not (settings.tls_certificate or settings.tls_key):
        return None
    if not (settings.tls_certificate and settings.tls_key):
        refuse("GRID_TLS_CERTIFICATE 和 GRID_TLS_KEY 要一起设置。")
    try:
        return BuiltinSSLAdapter(settings.tls_certificate, settings.tls_key)
    except (OSError, ssl.SSLError) as error:
        refuse(f"证书或私钥读不了({error})。请检查 GRID_TLS_CERTIFICATE 和 GRID_TLS_KEY 指的文件。")


def address_of(server: Server) -> str:
    """Return the address to open in a browser on this machine."""
    host, port = server.bind_addr
    scheme = "https" if server.ssl_adapter else "http"
    return f"{scheme}://[{host}]:{port}/" if ":" in host else f"{scheme}://{host}:{port}/"


@contextlib.contextmanager
def told_to_stop() -> Iterator[None]:
    """Turn SIGTERM and Ctrl-C into one interruption; whatever hangs after it is cut off after some seconds.

    Cutting off loses nothing: a transaction is whole or was never there, and a job is taken up again at next start.
    """

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        timer = threading.Timer(HARD_STOP_SECONDS, os._exit, (0,))
        timer.daemon = True
        timer.start()
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def wiring_of(app: Flask) -> Wiring:
    """Return the wiring of ``app``."""
    wiring: Wiring = app.extensions[EXTENSION]
    return wiring


def _why(error: OSError) -> str:
    return "没有权限" if error.errno == errno.EACCES or "Permission denied" in str(error) else str(error)


@click.command("serve")
@click.option("--host", default=LOCAL_HOST, show_default=True, help="监听地址;本机以外需要 TLS。")
@click.option("--port", type=click.IntRange(1, 65535), default=None, help="端口;默认 8000 或其后的空闲端口。")
@click.option("--tls", "own_tls", is_flag=True, help="用自己签发的证书加密,并说明手机怎样信任它。")
def serve_command(host: str, port: int | None, own_tls: bool) -> None:  # noqa: FBT001 - click gives a flag as it is
    """运行单机版:网页、定时任务和推送都在一个进程里。"""
    settings = load_settings()
    try:
        with FolderLock(settings.instance_dir) as lock:
            if own_tls:
                settings = with_own_certificate(settings, host)
            app = load_app(settings)
            upgrade_embedded(app)
            check_exposure(app, host)
            serve_app(app, lock, host=host, port=port, announce=lambda address: say_where(settings, host, address))
    except RunningElsewhereError as running:
        click.echo(where_it_runs(running))


def say_where(settings: Settings, host: str, address: str) -> None:
    """Print where the platform runs, and how phones come to trust it when it vouches for itself."""
    click.echo(f"正在运行:{address}(按 Ctrl-C 停止)")
    if uses_own_certificate(settings):
        say_trust(settings, host, urlsplit(address).port or 443)
    sys.stdout.flush()
