"""Leaders of a made county: some of all of it, most of a township, each signed in with an own account."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bench.map.county import COUNTY
from grid_app.database.base import new_id
from grid_app.database.transaction import transaction
from grid_app.http.guard import COOKIE_SECRET
from grid_app.models.accounts import Account, Assignment, SignIn, Unit
from grid_app.models.places import Division
from grid_app.policy import Role
from grid_app.services.accounts.sign_in import digest_of_secret

OF_COUNTY = 5
"""Every so manieth leads the county."""


@dataclass(frozen=True)
class Leader:
    """A cookie, and the division whose map it opens."""

    cookie: str
    root: str


def add_leaders(app: Flask, number: int, *, now: datetime) -> list[Leader]:
    """Add so many leaders who have just signed in, and return them.

    Sessions are written as signing in writes them: checking five hundred passwords would be another measurement.
    """
    with app.app_context(), transaction() as session:
        roots = list(session.scalars(select(Division.code).where(Division.level == "township").order_by(Division.code)))
        units = {root: _unit(session, root) for root in (COUNTY, *roots)}
        session.flush()  # the assignments name them
        found = []
        for at in range(number):
            of_county = at % OF_COUNTY == 0
            root = COUNTY if of_county else roots[at % len(roots)]
            role = Role.COUNTY_LEAD if of_county else Role.TOWNSHIP_LEAD
            secret = signed_in(session, at, units[root].id, root, role=role, now=now)
            found.append(Leader(cookie_of(app, secret), root))
    return found


def _unit(session: Session, root: str) -> Unit:
    unit = Unit(
        id=new_id(), name=f"单位{root}", kind="county_lead" if root == COUNTY else "township", division_code=root
    )
    session.add(unit)
    return unit


def signed_in(session: Session, at: int, unit: UUID, root: str, *, role: Role, now: datetime) -> str:
    """Add an account that has just signed in, and return the secret of its session."""
    account, assignment, secret = new_id(), new_id(), secrets.token_urlsafe(32)
    session.execute(
        insert(Account).values(
            id=account, login=f"leader{at}", display_name="周", password_hash="", must_change_password=False,
            created_at=now, failed_sign_ins=0,
        )
    )  # fmt: skip
    session.execute(
        insert(Assignment).values(
            id=assignment, account_id=account, unit_id=unit, role=str(role), division_code=root, valid_from=now
        )
    )
    session.execute(
        insert(SignIn).values(
            id=digest_of_secret(secret), account_id=account, assignment_id=assignment, started_at=now, seen_at=now
        )
    )
    return secret


def cookie_of(app: Flask, secret: str) -> str:
    """Return the cookie that a browser sends for a session."""
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]  # Flask's own interface
    return f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps({COOKIE_SECRET: secret})}"
