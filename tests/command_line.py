"""Running grid-app commands in a test, on the test's own database."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

from click.testing import CliRunner, Result
from flask import Flask

from grid_app.cli import context
from grid_app.cli.main import main
from grid_app.factory import create_app

Run = Callable[..., Result]


def command_line(db_url: str, folder: Path) -> Run:
    """Return a function that runs ``grid-app`` with the words given and returns click's result."""
    environment = {"DATABASE_URL": db_url, "GRID_INSTANCE_DIR": str(folder / "instance")}

    def run(*words: object) -> Result:
        apps: list[Flask] = []
        with patch.object(context, "create_app", lambda settings: apps.append(create_app(settings)) or apps[-1]):
            result = CliRunner().invoke(main, [str(word) for word in words], env=environment)
        for app in apps:  # a command leaves its connections to the end of its process; a test has none
            app.extensions["grid"].engine.dispose()
        return result

    return run


def document(result: Result) -> Any:
    """Return the one JSON document a command printed to stdout."""
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)
