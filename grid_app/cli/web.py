"""grid-app web: the worker processes of the server form, behind gunicorn."""

from __future__ import annotations

import os
import resource
from dataclasses import replace
from typing import Final
from wsgiref.types import WSGIApplication

import click
from gunicorn.app.base import BaseApplication

from grid_app.adapters.line_hub import LineHub
from grid_app.adapters.listeners import LISTENERS, most_held
from grid_app.cli.context import load_settings, refuse
from grid_app.cli.heap import settle_heap
from grid_app.cli.line_worker import LineWorker, giving_lines_away
from grid_app.cli.serve import NO_TLS, is_loopback, upgrade_embedded, wiring_of
from grid_app.factory import create_app
from grid_app.settings import Settings, SettingsError, server_problems

OPEN_FILES: Final = 8_192


class _Gunicorn(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    def __init__(self, settings: Settings, options: dict[str, object]) -> None:
        self._settings = settings
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> WSGIApplication:
        app = create_app(self._settings)
        app.config[LISTENERS] = most_held(allow_open_files())
        settle_heap()
        return giving_lines_away(app, LineHub())


def allow_open_files() -> int:
    """Let this process open as many files as the system allows it without asking anybody, and return how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return OPEN_FILES if soft == resource.RLIM_INFINITY else soft


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
    host = bind.rsplit(":", 1)[0].strip("[]")
    if not (is_loopback(host) or settings.tls_certificate):
        refuse(NO_TLS)
    try:
        app = create_app(settings)
        upgrade_embedded(app)
        wiring_of(app).engine.dispose()  # each worker opens its own connections
    except SettingsError as error:
        refuse(str(error))
    options: dict[str, object] = {
        "bind": bind, "workers": workers, "threads": threads, "worker_class": LineWorker, "proc_name": "grid-app",
    }  # fmt: skip
    if settings.tls_certificate:
        options |= {"certfile": settings.tls_certificate, "keyfile": settings.tls_key}
    os.environ.setdefault("GRID_SERVER_MODE", "1")
    _Gunicorn(settings, options).run()
