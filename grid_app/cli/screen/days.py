"""A date on the command line, as files write dates too."""

from __future__ import annotations

from datetime import date

import click

from grid_app.cli.screen.files import moment


class Day(click.ParamType[date]):
    """A day that is read as ``files.moment`` reads those of a file."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day; what is none ends the command with a sentence."""
        found = moment(str(value).strip())
        if found is None:
            self.fail(f"日期要写成 2026-11-20 这样,现在是“{value}”。", param, ctx)
        return found
