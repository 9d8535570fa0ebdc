"""The support workspace in tests: a matter of a unit, a clock that passed, forms filled in as a browser would."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from grid_app.clock import local_date
from grid_app.database.transaction import reading, transaction
from grid_app.models.disputes import Dispute
from grid_app.services.clocks.rules import seed_rules
from grid_app.services.clocks.running import start_clock
from tests.builders import add_dispute
from tests.web.forms import fields_of
from tests.world import NOW

DAY = timedelta(days=1)
SOON = local_date(NOW + 7 * DAY).isoformat()


def page_of(answer) -> str:
    return answer.get_data(as_text=True)


def send(client, address: str, form: str, /, to: str = "", **typed: str):
    """Fill in the form of a page as a browser would and send it."""
    target = to or address
    fresh = fields_of(page_of(client.get(address)), target)
    return client.post(target, data={**fresh, **{f"{form}_{name}": text for name, text in typed.items()}})


def matter(app_world, *, unit: str = "village", state: str = "handling", grade: str = "blue", **columns) -> UUID:
    with transaction() as session:
        made = add_dispute(session, app_world, state=state, at=NOW - 40 * DAY, accepted_at=NOW - 38 * DAY, **columns)
        made.owner_unit_id, made.grade = app_world.units[unit], grade
        return made.id


def late(dispute_id: UUID, code: str = "finish_target") -> UUID:
    """Give a matter a clock that passed eight days ago."""
    with transaction() as session:
        seed_rules(session, NOW)
        dispute = session.get(Dispute, dispute_id)
        clock = start_clock(session, dispute=dispute, code=code, started_at=NOW - 38 * DAY, now=NOW - 38 * DAY)
        assert clock.due_at < NOW
        return clock.id


def only(table):
    with reading() as session:
        found = session.scalars(select(table)).one()
        session.expunge_all()
        return found


def code_of(dispute_id: UUID) -> str:
    with reading() as session:
        return session.get(Dispute, dispute_id).case_code


def supervised(client, app_world, dispute_id: UUID, **typed: str):
    asked = {
        "matter": code_of(dispute_id), "unit": str(app_world.units["village"]), "method": "remind",
        "missed": "办结期限已过,没有延期", "due_on": SOON,
    }  # fmt: skip
    return send(client, "/supervision/new", "new", **{**asked, **typed})
