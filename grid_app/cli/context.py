"""What every command shares: the application from the environment, sentences instead of tracebacks, --json."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable
from typing import NoReturn, ParamSpec, TypeVar

import click
from flask import Flask

from geo.errors import GeometryError
from grid_app.errors import InvalidError, Refusal
from grid_app.factory import create_app
from grid_app.settings import Settings, SettingsError, settings_from

P = ParamSpec("P")
R = TypeVar("R")
REFUSED = 1


def refuse(sentence: str) -> NoReturn:
    """Print ``sentence`` to stderr and end with exit code 1."""
    click.echo(sentence, err=True)
    sys.exit(REFUSED)


def load_settings() -> Settings:
    """Return the settings of the environment, or end with the sentence that names every problem."""
    try:
        return settings_from(os.environ)
    except SettingsError as error:
        refuse(str(error))


def load_app(settings: Settings | None = None) -> Flask:
    """Return the application of ``settings``, by default of the environment's."""
    try:
        return create_app(settings or load_settings())
    except SettingsError as error:
        refuse(str(error))


def in_app(command: Callable[P, R]) -> Callable[P, R]:
    """Run ``command`` inside the application's context, turning refusals into a sentence and exit code 1.

    The application is that of the environment, or the one that a program which runs commands in its own process gives
    as click's object.
    """

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        given = click.get_current_context().find_object(Flask)
        app = load_app() if given is None else given
        with app.app_context():
            return speaking(command)(*args, **kwargs)

    return wrapped


def speaking(command: Callable[P, R]) -> Callable[P, R]:
    """Turn refusals and geometry errors of ``command`` into their sentence and exit code 1."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except InvalidError as error:
            refuse("\n".join((error.sentence, *(f"  {name}:{text}" for name, text in error.fields.items()))))
        except Refusal as error:
            refuse(error.sentence)
        except GeometryError as error:
            refuse(f"{error.message}" if not error.feature else f"{error.message}(要素:{error.feature})")

    return wrapped


def print_json(document: object) -> None:
    """Print one JSON document to stdout and nothing else."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=str))
