"""Whether this database holds the demonstration, real data or nothing; and putting the county into place at once.

The county is made in a file of its own and moved to its name when it is whole: a process that is killed meanwhile
leaves nothing behind that looks like a county.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Final

from flask import Flask
from sqlalchemy import Engine, create_engine, inspect, select
from sqlalchemy.engine import make_url

from grid_app.database.engine import prepare_engine
from grid_app.database.migrate import upgrade
from grid_app.database.transaction import reading
from grid_app.demo.create import Order, Say, create_county
from grid_app.demo.desk import RoundJobs
from grid_app.demo.passwords import PasswordList, keep_accounts
from grid_app.models.accounts import Account, InstallationFact
from grid_app.models.places import Division
from grid_app.settings import Settings
from grid_app.wiring import DEMO_FACT, EXTENSION, Wiring

SIDE_FILES: Final = ("-wal", "-shm", "-journal")


class Holding(Enum):
    """What a database holds."""

    NOTHING = "nothing"
    DEMO = "demo"
    REAL = "real"


@dataclass(frozen=True)
class Found:
    """What the database holds; for a demonstration, which county."""

    holding: Holding
    order: Order | None = None


def look(settings: Settings) -> Found:
    """Return what the embedded database of ``settings`` holds; makes no file."""
    path = database_file(settings)
    if not path.exists() or path.stat().st_size == 0:
        return Found(Holding.NOTHING)
    engine = create_engine(settings.url)
    prepare_engine(engine)
    try:
        return _found(engine)
    finally:
        engine.dispose()


def _found(engine: Engine) -> Found:
    tables = set(inspect(engine).get_table_names())
    with reading(engine) as session:
        if InstallationFact.__tablename__ in tables:
            fact = session.get(InstallationFact, DEMO_FACT)
            if fact is not None:
                told = json.loads(fact.value)
                return Found(Holding.DEMO, Order(date.fromisoformat(told["as_of"]), told["seed"]))
        used = any(
            session.execute(select(model).limit(1)).first() is not None
            for model in (Division, Account)
            if model.__tablename__ in tables
        )
    return Found(Holding.REAL if used else Holding.NOTHING)


def database_file(settings: Settings) -> Path:
    """Return the file of the embedded database."""
    return Path(make_url(settings.url).database or "")


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
