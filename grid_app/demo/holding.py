"""Whether a database holds the demonstration, real data or nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from enum import Enum
from pathlib import Path

from sqlalchemy import Engine, create_engine, inspect, select
from sqlalchemy.engine import make_url

from grid_app.database.engine import prepare_engine
from grid_app.database.transaction import reading
from grid_app.demo.orders import Order
from grid_app.models.accounts import Account, InstallationFact
from grid_app.models.places import Division
from grid_app.settings import Settings
from grid_app.wiring import DEMO_FACT


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
