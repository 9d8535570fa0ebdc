"""The grid-app command; a name is registered here only when it works."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Iterator
from contextlib import contextmanager

import click

COMMANDS = {
    "demo": "grid_app.cli.demo:demo_command",
    "serve": "grid_app.cli.serve:serve_command",
    "web": "grid_app.cli.web:web_command",
    "db": "grid_app.cli.database:db_group",
    "boundaries": "grid_app.cli.boundaries:boundaries_group",
    "locate": "grid_app.cli.locate:locate_command",
    "points": "grid_app.cli.points:points_command",
    "rooms": "grid_app.cli.rooms:rooms_group",
    "coverage": "grid_app.cli.coverage:coverage_command",
    "round": "grid_app.cli.rounds:round_group",
    "screen": "grid_app.cli.screen.commands:screen_group",
    "disputes": "grid_app.cli.disputes:disputes_group",
    "user": "grid_app.cli.user:user_group",
    "audit": "grid_app.cli.audit:audit_group",
    "retention": "grid_app.cli.retention:retention_command",
    "doctor": "grid_app.cli.doctor:doctor_command",
    "dispatch": "grid_app.cli.dispatch:dispatch_command",
    "scheduler": "grid_app.cli.scheduler:scheduler_command",
}
"""Where each command is; only the one that is called is loaded, so that a start waits for nothing it does not use."""


class CommandsByName(click.Group):
    """The group of ``COMMANDS``, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of ``COMMANDS``, in their order."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name, None when there is none."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        with _collector_at_rest():
            command: click.Command = getattr(importlib.import_module(module), name)
        return command


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Hold the garbage collector back: walking the thousands of new functions and models is a fifth of an import."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@click.group(cls=CommandsByName, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """网格化矛盾纠纷排查平台。退出码:0 完成,1 拒绝(并说明怎么办),2 用法有误。"""
