"""Judging channels: what is dead raises an alarm that names who must act; the next proof clears it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.channels import Alarm
from grid_app.queries.reachability import Office, OfficeState, board_of, offices_with_channels, who_mends
from grid_app.queries.reachability_states import DEAD, ChannelState
from grid_app.services.alarms import clear_alarm, raise_alarm
from grid_app.services.channels.disabling import CHANNEL_DEAD, missing_key
from grid_app.services.channels.endpoints import alarm_key, misconfigured_key
from grid_app.services.channels.words import alarm_text
from grid_app.vocabulary.channels import PHONE

PROVED_AGAIN: Final = "自检又通过了"


@dataclass(frozen=True)
class Raised:
    """An alarm that has to stand and does not yet."""

    key: str
    text: str
    division_code: str
    unit_id: UUID


@dataclass(frozen=True)
class Verdict:
    """What has to change among the alarms about channels: new ones, and the keys of those that are over."""

    raised: tuple[Raised, ...] = ()
    cleared: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Say whether nothing has changed."""
        return not self.raised and not self.cleared


def judge_channels(session: Session, *, now: datetime) -> Verdict:
    """Return which alarms about channels have to be raised and cleared; nothing is written."""
    board = board_of(session, offices_with_channels(session), now=now)
    every = session.execute(select(Alarm.kind, Alarm.key).where(Alarm.cleared_at.is_(None))).all()
    known = {key for _, key in every}
    standing = {key for kind, key in every if kind == CHANNEL_DEAD}
    dead = {key: (one, office) for one, office, key in _dead(board)}
    menders: dict[str, Office | None] = {}
    raised = []
    for key, (channel, office) in dead.items():
        if known.isdisjoint((key, _said_by_the_outbox(channel))):
            if office.path not in menders:
                menders[office.path] = who_mends(session, office.path)
            text = alarm_text(channel, office, menders[office.path])
            raised.append(Raised(key, text, office.division_code, office.unit_id))
    kept = {*dead, *(missing_key(one.office.unit_id) for one in board if not _has_way(one))}
    return Verdict(tuple(raised), tuple(sorted(standing - kept)))


def apply_verdict(session: Session, verdict: Verdict, *, now: datetime) -> tuple[int, int]:
    """Raise and clear the alarms of a verdict and return how many of each were new."""
    raised = sum(
        raise_alarm(
            session, kind=CHANNEL_DEAD, key=one.key, text=one.text, division_code=one.division_code,
            unit_id=one.unit_id, now=now,
        )
        for one in verdict.raised
    )  # fmt: skip
    return raised, sum(clear_alarm(session, key=key, now=now, why=PROVED_AGAIN) for key in verdict.cleared)


def _dead(board: list[OfficeState]) -> Iterator[tuple[ChannelState, Office, str]]:
    for one in board:
        for channel in one.channels:
            if channel.state == DEAD:
                yield channel, one.office, _key(channel)


def _key(channel: ChannelState) -> str:
    if channel.endpoint_id is not None:
        return alarm_key(channel.endpoint_id)
    return f"{'phone' if channel.kind == PHONE else 'devices'}:{channel.unit_id}"


def _said_by_the_outbox(channel: ChannelState) -> str:
    """Return the key under which the outbox itself has said the same at once: a person is told once."""
    if channel.endpoint_id is not None:
        return misconfigured_key(channel.endpoint_id)
    return f"no_device:{channel.unit_id}" if channel.code == "lost" else ""


def _has_way(one: OfficeState) -> bool:
    """Say whether an office has an outward channel at all, whether it works or not."""
    return any(channel.kind != PHONE and channel.code != "lost" for channel in one.channels)
