"""Putting a county into place at once.

It is made in a file of its own and moved to the database's name when it is whole: a process that is killed meanwhile
leaves nothing behind that looks like a county.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from flask import Flask

from grid_app.database.migrate import upgrade
from grid_app.demo.create import create_county
from grid_app.demo.holding import database_file
from grid_app.demo.orders import Order, RoundJobs, Say
from grid_app.demo.passwords import PasswordList, keep_accounts
from grid_app.settings import Settings
from grid_app.wiring import EXTENSION, Wiring

SIDE_FILES: Final = ("-wal", "-shm", "-journal")


def install(
    settings: Settings, order: Order, *, make_app: Callable[[Settings], Flask], jobs: RoundJobs, say: Say
) -> None:
    """Make the county beside the database, and put it in the database's place with its list of accounts.

    Parameters
    ----------
    settings : Settings
        Of an embedded database that holds nothing.
    order : Order
        The county wanted.
    make_app : callable
        Makes an application from settings.
    jobs, say
        See ``create_county``.
    """
    place = database_file(settings)
    building = place.with_name(f"{place.name}.building")
    _remove(building)
    app = make_app(replace(settings, database_url=f"sqlite:///{building.resolve()}", demo_mode=True))
    wiring: Wiring = app.extensions[EXTENSION]
    passwords = PasswordList()
    with app.app_context():
        upgrade(wiring.engine)
        create_county(wiring, order, jobs=jobs, hash_for=passwords.hash_for, say=say)
    wiring.engine.dispose()
    keep_accounts(settings.instance_dir, passwords.accounts)
    _remove(place)
    building.replace(place)


def _remove(path: Path) -> None:
    for name in (path.name, *(path.name + end for end in SIDE_FILES)):
        path.with_name(name).unlink(missing_ok=True)
