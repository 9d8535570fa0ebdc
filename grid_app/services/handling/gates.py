"""Which steps need two talks first (双沟通), which closings two reviews (双审核): rows of policy from a file."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.handling import Transfer
from grid_app.queries.duties import is_against_township
from grid_app.services.policy_versions import Version, version_on
from grid_app.vocabulary.words import GRADE_ORDER

STEPS: Final = frozenset({"transfer", "assign", "supervise", "close"})
GATES: Final = frozenset({"contact", "review"})
CODE: Final = "gates"
"""Under this code the county's own versions are kept."""


@dataclass(frozen=True)
class GateRow:
    """One reason why a step needs a gate (see the head of ``gates.toml``)."""

    gate: str
    step: str
    when: str
    why: str


@dataclass(frozen=True)
class GatePolicy:
    """The rows in force and their version."""

    version: int
    rows: tuple[GateRow, ...]


@cache
def gate_policy() -> GatePolicy:
    """Return the policy of the file.

    Raises
    ------
    ValueError
        A row names a gate, a step or a condition that does not exist.
    """
    return read_policy(files("grid_app.services.handling").joinpath("gates.toml").read_text("utf-8"))


def read_policy(text: str) -> GatePolicy:
    """Return the policy that ``text`` (TOML) spells.

    Raises
    ------
    ValueError
        A row names a gate, a step or a condition that does not exist; there is no condition about people.
    """
    data = tomllib.loads(text)
    return GatePolicy(int(data["version"]), _checked(tuple(GateRow(**row) for row in data["row"])))


def policy_of(version: Version) -> GatePolicy:
    """Return a saved version as the policy it is.

    Raises
    ------
    ValueError
        As `read_policy`.
    """
    return GatePolicy(version.number, _checked(tuple(GateRow(**row) for row in version.rows)))


def _checked(rows: tuple[GateRow, ...]) -> tuple[GateRow, ...]:
    for row in rows:
        if row.gate not in GATES or row.step not in STEPS or row.when not in CONDITIONS:
            raise ValueError(f"no such gate, step or condition: {row}")
    return rows


def policy_for(session: Session, dispute: Dispute) -> GatePolicy:
    """Return the policy of the day on which the matter was received: what runs keeps its version."""
    saved = version_on(session, CODE, local_date(dispute.received_at))
    return policy_of(saved) if saved else gate_policy()


def gate_reasons(session: Session, dispute: Dispute, *, gate: str, step: str) -> tuple[str, ...]:
    """Return why ``step`` on this dispute needs ``gate``, in plain words; empty when it is free of it."""
    rows = [row for row in policy_for(session, dispute).rows if (row.gate, row.step) == (gate, step)]
    return tuple(dict.fromkeys(row.why for row in rows if CONDITIONS[row.when](session, dispute)))


def _always(_session: Session, _dispute: Dispute) -> bool:
    return True


def _yellow_and_above(_session: Session, dispute: Dispute) -> bool:
    return GRADE_ORDER.index(dispute.grade) >= GRADE_ORDER.index("yellow")


def _petition_track(_session: Session, dispute: Dispute) -> bool:
    return dispute.track == "petition"


def _written_agreement(session: Session, dispute: Dispute) -> bool:
    agreed = select(DisputeEvent).where(DisputeEvent.dispute_id == dispute.id, DisputeEvent.kind == "agreed")
    return any(event.details.get("form") == "written" for event in session.scalars(agreed))


def _was_transferred(session: Session, dispute: Dispute) -> bool:
    moved = exists().where(Transfer.dispute_id == dispute.id, Transfer.state != "returned")
    return bool(session.scalar(select(moved)))


def _duty_of_township(session: Session, dispute: Dispute) -> bool:
    return is_against_township(session, dispute.id)


CONDITIONS: Final[Mapping[str, Callable[[Session, Dispute], bool]]] = {
    "always": _always,
    "yellow_and_above": _yellow_and_above,
    "petition_track": _petition_track,
    "written_agreement": _written_agreement,
    "was_transferred": _was_transferred,
    "duty_of_township": _duty_of_township,
}
"""The closed list of what a row may ask about: the matter, never a person."""
