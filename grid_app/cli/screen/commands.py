"""The group of commands, each imported when it is asked for: one of them alone needs compiled code."""

from __future__ import annotations

import importlib

import click

COMMANDS = {
    "scan": "grid_app.cli.screen.scanning:scan_command",
    "grievances": "grid_app.cli.screen.grievances:grievances_command",
    "counts": "grid_app.cli.screen.counts:counts_command",
}


class _ByName(click.Group):
    """The group of ``COMMANDS``."""

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
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(name="screen", cls=_ByName)
def screen_group() -> None:
    """排查方法的独立运行:用文件作输入,不连数据库。"""
