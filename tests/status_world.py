"""A village that serves well for a year, counted by hand, for tests of the village status."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from grid_app.clock import start_of_day
from grid_app.database.base import new_id
from grid_app.database.transaction import reading
from grid_app.models.callbacks import CallbackDraw, CallbackSample
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.places import Division, MediationRoom
from grid_app.models.residents import PublicNotice
from grid_app.models.rounds import Round, RoundAnswer, ScreeningReturn
from grid_app.policy import Scope
from grid_app.queries.village_status import VillageStatus, statuses_in
from grid_app.services.rounds.templates import seed_templates
from tests.builders import add_dispute
from tests.world import COUNTY, NOW, VILLAGES, World

MONTH = date(2026, 11, 1)
VILLAGE = "990101001201"
"""The village with an office of its own in the small county."""
QUIET = "990101001202"
WEEKS = 60


def status_of(code: str = VILLAGE, on: date = MONTH) -> VillageStatus:
    """Return the status of a village of the county as the last month on record by a day says."""
    with reading() as session:
        return statuses_in(session, scope=Scope(paths=(f"/{COUNTY}/",)), on=on)[code]


def settled_long_ago(session: Session) -> None:
    session.execute(update(Division).values(valid_from=date(2025, 1, 1)))


def add_rounds(session: Session, *, answered: dict[str, int], zero: bool = False) -> None:
    """Add a round for each of the 60 weeks before the month; each village answers all but so many of the last ones."""
    seed_templates(session)
    session.flush()
    end = start_of_day(MONTH) - timedelta(days=1)
    dues = [end - timedelta(days=7 * week) for week in range(WEEKS)]
    rounds = [
        {
            "id": new_id(), "template_code": "special", "division_code": COUNTY, "period": f"w{number}", "name": "排查",
            "opens_at": due - timedelta(days=5), "due_at": due, "window_end": due.date(), "state": "closed",
        }
        for number, due in enumerate(dues)
    ]  # fmt: skip
    session.execute(insert(Round), rounds)
    returns, answers = [], []
    for code, missed in answered.items():
        for row in rounds[missed:]:
            key = new_id()
            returns.append(
                {
                    "id": key, "division_code": code, "village_code": code, "zero": zero, "entries": [],
                    "returned_at": row["due_at"] - timedelta(hours=3),
                }
            )  # fmt: skip
            answers.append({"round_id": row["id"], "division_code": code, "return_id": key})
    session.execute(insert(ScreeningReturn), returns)
    session.execute(insert(RoundAnswer), answers)


def add_good_room(session: Session, village: str = VILLAGE) -> MediationRoom:
    name, west = VILLAGES[village]
    room = MediationRoom(
        code=f"R-{village}", name=f"{name}调解室", division_code=village, lon=west + 0.05, lat=29.05,
        opening_hours="周一至周五 8:30-12:00", mediators=3, term_until=date(2028, 1, 1), used_on=date(2026, 10, 20),
    )  # fmt: skip
    session.add(room)
    return room


def add_served(
    session: Session, world: World, count: int, *, contacted: int | None = None, channel: str = "grid_walk",
    at: datetime | None = None, village: str = VILLAGE, **columns: object,
) -> list[Dispute]:  # fmt: skip
    """Add matters of the year; the first ``contacted`` of them (all, without it) were called within two hours."""
    made = []
    for number in range(count):
        day = (at or NOW.replace(month=6)) + timedelta(hours=number)
        one = add_dispute(session, world, at=day, division_code=village, category="0201", **columns)
        one.channel = channel
        if contacted is None or number < contacted:
            soon = day + timedelta(hours=2)
            session.add(DisputeEvent(dispute_id=one.id, number=2, at=soon, kind="contacted", details={}))
        made.append(one)
    session.flush()
    return made


def ask_about(session: Session, world: World, closed: list[Dispute], *, told: int, draw: UUID | None = None) -> None:
    """Close matters as settled and let another unit ask about each; the first ``told`` had been told how it went."""
    draw = draw or new_id()
    at = NOW.replace(month=7)
    session.add(
        CallbackDraw(
            id=draw, kind="closed", division_code="990101001", month=date(2026, 7, 1), seed="s", candidates=len(closed),
            digest="d", drawn_at=at,
        )
    )  # fmt: skip
    session.flush()
    for number, one in enumerate(closed):
        event = DisputeEvent(
            id=new_id(), dispute_id=one.id, number=3, at=at, kind="closed", details={"ground": "agreement_performed"}
        )
        one.state, one.closed_at = "closed", at
        session.add(event)
        session.flush()
        session.add(
            CallbackSample(
                draw_id=draw, number=number, dispute_id=one.id, event_id=event.id, decided_at=at, stratum="full",
                verifier_unit_id=world.units["county"], due_on=date(2026, 8, 20), state="verified",
                told=number < told, ended_at=at + timedelta(days=5),
            )
        )  # fmt: skip
    session.flush()


def post_notice(session: Session, world: World, *, at: datetime | None = None) -> None:
    session.add(
        PublicNotice(
            unit_id=world.units["village"], address="村部一楼", hours="周一至周五 8:30-17:00", dates=[],
            changed_at=at or NOW.replace(month=5),
        )
    )  # fmt: skip


def serve_well(session: Session, world: World) -> list[Dispute]:
    """Let the village meet all seven criteria; return its matters."""
    settled_long_ago(session)
    add_rounds(session, answered={VILLAGE: 2, QUIET: 0})
    add_good_room(session)
    matters = add_served(session, world, 12, contacted=11)
    ask_about(session, world, matters, told=11)
    post_notice(session, world)
    session.flush()
    return matters
