"""The invented county behind the measurement, written in bulk; seeded, so that every run is the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import numpy as np
from sqlalchemy import Engine

from bench.bulk import Filling, filling, ids
from bench.lists.county import COUNTY, County, build_county
from grid_app.clock import local_date
from grid_app.database.base import new_id
from grid_app.database.transaction import transaction
from grid_app.models.callbacks import CallbackDraw, CallbackSample
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.follow_ups import FollowUp
from grid_app.models.residents import PublicNotice
from grid_app.models.rounds import Round, RoundAnswer, ScreeningReturn
from grid_app.services.rounds.templates import seed_templates

PER_TOWNSHIP = 100
WEEKS = 60
DAYS = 730
CHANNELS = {"grid_walk": 0.6, "resident_told": 0.18, "mediation_room": 0.07, "qr": 0.06, "hotline": 0.05, "visit": 0.04}
OPEN_SHARE, CONTACTED_SHARE, SAMPLED_SHARE, REOPENED_SHARE = 0.1, 0.93, 0.05, 0.03
VISITS = (1, 3, 7, 30)
BATCH = 10_000
MODELS = (
    CallbackDraw, CallbackSample, Dispute, DisputeEvent, FollowUp, PublicNotice, Round, RoundAnswer, ScreeningReturn,
)  # fmt: skip
Row = dict[str, Any]


def build(engine: Engine, *, disputes: int, now: datetime, seed: int) -> dict[str, int]:
    """Fill a fresh SQLite file; return how many rows of each kind there are."""
    rng = np.random.default_rng(seed)
    with transaction(engine) as session:
        county = build_county(session, now, rng, per_township=PER_TOWNSHIP, grids=1)
        seed_templates(session)
    keys, events = ids(), 0
    with filling(engine, MODELS) as file:
        _rounds(file, county, now, keys)
        _notices(file, county, now)
        draw = _draw(file, now)
        for start in range(0, disputes, BATCH):
            made = _matters(county, rng, now, keys, range(start, min(start + BATCH, disputes)))
            file.add(Dispute, [one.row() for one in made])
            events += file.add(DisputeEvent, (step for one in made for step in one.steps()))
            file.add(FollowUp, (visit for one in made for visit in one.visits()))
            file.add(CallbackSample, [one.sample(draw, county) for one in made if one.is_sampled])
    return {"villages": len(county.villages), "disputes": disputes, "events": events}


def _matters(
    county: County, rng: np.random.Generator, now: datetime, keys: Iterator[UUID], numbers: range
) -> list[_Matter]:
    villages = rng.choice(len(county.villages), size=len(numbers), p=county.weights).tolist()
    channels = rng.choice(list(CHANNELS), size=len(numbers), p=list(CHANNELS.values())).tolist()
    chances = rng.random((len(numbers), 8)).tolist()
    return [
        _Matter(county, now, keys, number, village=village, channel=channel, chance=chance)
        for number, village, channel, chance in zip(numbers, villages, channels, chances, strict=True)
    ]


class _Matter:
    """One matter as it was drawn, and the rows that tell of it."""

    def __init__(
        self,
        county: County,
        now: datetime,
        keys: Iterator[UUID],
        number: int,
        *,
        village: int,
        channel: str,
        chance: list[float],
    ) -> None:
        self._county, self._now, self._keys, self._number = county, now, keys, number
        self._id, self._closing = next(keys), next(keys)
        self._village, self._channel, self._chance = village, channel, chance
        self._received = now - timedelta(days=self._chance[0] * DAYS, hours=self._chance[1] * 24)
        closed = self._received + timedelta(days=4 + self._chance[2] * 40)
        self._closed = None if self._chance[3] < OPEN_SHARE or closed >= now else closed

    @property
    def is_sampled(self) -> bool:
        """Whether its closing was drawn for a call-back."""
        return self._closed is not None and self._chance[4] < SAMPLED_SHARE

    def row(self) -> Row:
        """Return the matter's own row."""
        village = self._county.villages[self._village]
        return {
            "id": self._id, "case_code": f"{COUNTY}-S-{self._number:07d}", "tracking_code": f"S{self._number:09d}",
            "state": "closed" if self._closed else "handling", "category": "0299", "summary": "两户为排水沟有争议",
            "division_code": f"{village}J001", "place_kind": "chosen", "channel": self._channel,
            "household_label": f"h{self._number}", "grade": "blue", "grade_reasons": [],
            "danger": self._chance[5] < 0.01, "owner_unit_id": self._county.committees[self._village],
            "reported_by": self._county.reporters[self._village], "captured_at": self._received,
            "received_at": self._received, "noted_on": local_date(self._received),
            "since_when": local_date(self._received) - timedelta(days=int(self._chance[6] * 60)),
            "closed_at": self._closed, "closure_ground": "agreement_performed" if self._closed else None,
        }  # fmt: skip

    def steps(self) -> Iterator[Row]:
        """Yield its history."""
        told: list[tuple[datetime, str, Row, UUID]] = [(self._received, "reported", {}, next(self._keys))]
        if self._chance[7] < CONTACTED_SHARE:
            at = self._received + timedelta(hours=1 + self._chance[6] * 30)
            told.append((at, "contacted", {"side": "resident", "way": "phone"}, next(self._keys)))
        told.append((self._received + timedelta(days=2), "accepted", {}, next(self._keys)))
        if self._closed:
            told.append((self._closed, "closed", {"ground": "agreement_performed"}, self._closing))
            if self._chance[5] > 1 - REOPENED_SHARE:
                told.append((self._closed + timedelta(days=20), "reopened", {}, next(self._keys)))
        for number, (at, kind, details, key) in enumerate(told, start=1):
            yield {"id": key, "dispute_id": self._id, "number": number, "at": at, "kind": kind, "details": details}

    def visits(self) -> Iterator[Row]:
        """Yield the visits after its closing."""
        for day in VISITS if self._closed else ():
            due = cast("datetime", self._closed) + timedelta(days=day)
            made = due < self._now and self._chance[4] < 0.93
            yield {
                "id": next(self._keys), "dispute_id": self._id, "closed_at": self._closed, "day": day,
                "due_on": local_date(due), "state": "settled" if made else "due", "ended_at": due if made else None,
            }  # fmt: skip

    def sample(self, draw: UUID, county: County) -> Row:
        """Return what another unit heard about its closing."""
        closed = cast("datetime", self._closed)
        return {
            "id": next(self._keys), "draw_id": draw, "number": self._number, "dispute_id": self._id,
            "event_id": self._closing,
            "decided_at": closed, "stratum": "full", "verifier_unit_id": county.departments[0],
            "due_on": local_date(closed), "state": "verified", "told": self._chance[7] < 0.9,
            "ended_at": closed + timedelta(days=5),
        }  # fmt: skip


def _rounds(file: Filling, county: County, now: datetime, keys: Iterator[UUID]) -> None:
    dues = [now - timedelta(days=7 * week + 1) for week in range(WEEKS)]
    rounds: list[Row] = [
        {
            "id": next(keys), "template_code": "special", "division_code": COUNTY, "period": f"w{number}",
            "name": "排查",
            "opens_at": due - timedelta(days=5), "due_at": due, "window_end": local_date(due), "state": "closed",
        }
        for number, due in enumerate(dues)
    ]  # fmt: skip
    file.add(Round, rounds)
    for row in rounds:
        returns = [
            {
                "id": next(keys), "division_code": code, "village_code": code, "zero": at % 3 > 0, "entries": [],
                "returned_at": row["due_at"] - timedelta(hours=3),
            }
            for at, code in enumerate(county.villages)
        ]  # fmt: skip
        file.add(ScreeningReturn, returns)
        file.add(RoundAnswer, [
            {"round_id": row["id"], "division_code": one["division_code"], "return_id": one["id"]} for one in returns
        ])  # fmt: skip


def _notices(file: Filling, county: County, now: datetime) -> None:
    file.add(PublicNotice, [
        {
            "unit_id": unit, "address": "村部一楼", "hours": "周一至周五 8:30-17:00", "dates": [],
            "changed_at": now - timedelta(days=90),
        }
        for unit in county.committees
    ])  # fmt: skip


def _draw(file: Filling, now: datetime) -> UUID:
    key = new_id()
    file.add(CallbackDraw, [
        {
            "id": key, "kind": "closed", "division_code": COUNTY, "month": local_date(now).replace(day=1), "seed": "s",
            "candidates": 1, "digest": "d", "drawn_at": now,
        }
    ])  # fmt: skip
    return key
