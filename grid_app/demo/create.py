"""Making the invented county: places, offices, ninety days of disputes and rounds, all in the current database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast
from uuid import UUID

import numpy as np
from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from grid_app.clock import start_of_day
from grid_app.database.transaction import transaction
from grid_app.demo.background import DAYS
from grid_app.demo.county import County, boundary_sets, plan_county
from grid_app.demo.days import live
from grid_app.demo.desk import Desk
from grid_app.demo.ledger import Ledger
from grid_app.demo.names import names
from grid_app.demo.orders import HashFor, Order, RoundJobs, Say
from grid_app.demo.past_year import tell_past_year
from grid_app.demo.people import Staff, posts, settle
from grid_app.demo.places import Places
from grid_app.demo.rooms import open_rooms, record_namings
from grid_app.demo.seeded import SeededIds, StandingClock, repeatable
from grid_app.demo.timeline import Timeline
from grid_app.models.accounts import InstallationFact
from grid_app.models.places import BoundaryGeneration, Division
from grid_app.services.clocks.filling import fill_clocks, mark_filled
from grid_app.services.escalations.ladders import seed_ladders
from grid_app.services.places.boundaries import activate, import_boundaries
from grid_app.services.rounds.templates import seed_templates
from grid_app.wiring import DEMO_FACT, Wiring

SETTLED_BEFORE: Final = timedelta(days=640)
"""How long before the present day the county got its places, offices and accounts."""
SHARES: Final = {"places": 0.2, "people": 0.12, "days": 0.68}
"""Which part of the work each part of the county is, for the progress bar."""
PLACES, PEOPLE, ROOMS, LIFE, IDS = range(5)


@dataclass(frozen=True)
class Chance:
    """One generator per part of the county, so that one part's draws never move another's."""

    seed: int

    def of(self, part: int) -> np.random.Generator:
        """Return the generator of a part, in the same state for the same seed."""
        return np.random.default_rng([self.seed, part])


def create_county(wiring: Wiring, order: Order, *, jobs: RoundJobs, hash_for: HashFor, say: Say) -> None:
    """Make the county in the current application's database, which must be up to date and empty.

    Parameters
    ----------
    wiring : Wiring
        Of the current application; its clock stands at the county's days meanwhile.
    order : Order
        The same order gives the same county.
    jobs : RoundJobs
        Open, close and analyse the rounds.
    hash_for : callable
        Returns the password hash of an account.
    say : callable
        Is told what is being made and which part of the whole was done since the last call.
    """
    chance = Chance(order.seed)
    clock = StandingClock(start_of_day(order.as_of) - SETTLED_BEFORE)
    with repeatable(wiring, clock, SeededIds(chance.of(IDS), clock)):
        say("划分乡镇、村和网格", 0.0)
        county = plan_county(chance.of(PLACES), names())
        generation = _draw(county, clock.now())
        say("设立单位、账号和调解室", SHARES["places"])
        with transaction() as session:
            staff = _settle(session, county, chance, order=order, hash_for=hash_for)
        say("登记纠纷,逐周排查", SHARES["people"])
        desk = _desk(wiring, county, staff, order=order, clock=clock, jobs=jobs)
        live(desk, generation_id=generation, say=lambda doing, part: say(doing, part * SHARES["days"]))
        _fill_clocks(clock.now())
        tell_past_year(desk)
        with transaction() as session:
            told = {"seed": order.seed, "as_of": order.as_of.isoformat()}
            session.add(InstallationFact(name=DEMO_FACT, value=json.dumps(told)))


def _fill_clocks(now: datetime) -> None:
    """Give what the ledger wrote and is still open its clocks; what went through the services has them."""
    with transaction() as session:
        last = fill_clocks(session, now=now)
        while last is not None:
            session.flush()  # the next batch asks who has no clock yet
            last = fill_clocks(session, now=now, after=last)
        mark_filled(session, now=now)


def _draw(county: County, now: datetime) -> UUID:
    """Bring the county's boundaries into use by the import that files go through; return the generation's id."""
    table = cast("Table", Division.__table__)
    with transaction() as session:
        for boundary_set in boundary_sets(county):
            import_boundaries(session, boundary_set=boundary_set, source="演示数据", actor=None, now=now)
    with transaction() as session:
        activate(session, actor=None, now=now)
        session.execute(
            update(table).where(table.c.code == bindparam("the_code")).values(households=bindparam("the_households")),
            [{"the_code": one.code, "the_households": one.households} for one in county.villages],
        )
        return session.scalars(select(BoundaryGeneration.id).where(BoundaryGeneration.state == "active")).one()


def _settle(session: Session, county: County, chance: Chance, *, order: Order, hash_for: HashFor) -> Staff:
    """Open offices and rooms, add accounts, record namings, set ladders and templates."""
    now = start_of_day(order.as_of) - SETTLED_BEFORE
    wanted = posts(county, names())
    hashes = {post.login: hash_for(post.login, str(post.role)) for post in wanted}
    staff = settle(session, county=county, names=names(), rng=chance.of(PEOPLE), hashes=hashes, now=now)
    rng = chance.of(ROOMS)
    open_rooms(session, county, names(), staff, rng=rng, as_of=order.as_of)
    begun = start_of_day(order.as_of) - timedelta(days=DAYS)
    record_namings(session, county, staff, rng=rng, as_of=order.as_of, now=begun)
    seed_ladders(session, begun)
    seed_templates(session)
    return staff


def _desk(wiring: Wiring, county: County, staff: Staff, *, order: Order, clock: StandingClock, jobs: RoundJobs) -> Desk:
    ledger = Ledger(wiring.keys, staff.accounts, county=county.code)
    return Desk(
        as_of=order.as_of,
        rng=Chance(order.seed).of(LIFE),
        clock=clock,
        keys=wiring.keys,
        finder=wiring.places,
        files=wiring.files,
        county=county,
        places=Places(county),
        staff=staff,
        ledger=ledger,
        timeline=Timeline(clock, ledger),
        jobs=jobs,
    )
