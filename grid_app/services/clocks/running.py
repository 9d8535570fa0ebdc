"""The clocks of a dispute: started by what happens to it, ended by what is done, extended once with approval.

``TURNS`` says as data which step starts and ends which clocks. A clock starts when something is delivered, not when
somebody signs for it. Nothing pauses a clock; a clock keeps the version of the rule that it started with.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.models.clocks import Deadline
from grid_app.models.disputes import Dispute
from grid_app.models.leading import LeaderAssignment
from grid_app.services.clocks import due_dates  # noqa: F401 - its listener keeps the next date of every dispute
from grid_app.services.clocks.rules import Rulebook, rulebook
from grid_app.vocabulary.categories import REFERRAL_ONLY, group_of

PETITION: Final = "petition"
COMPLEX: Final = "complex"
EVERY: Final = "*"
LEAD_VISIT: Final = "lead_official_visit"


@dataclass(frozen=True)
class Turn:
    """What a step does to the clocks: the codes that are done, those that stop undone, and those that start."""

    done: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()


ACCEPTANCE: Final = ("triage", "accept_simple", "accept_complex", "acceptance_notice", "petition_transfer")
HANDLING: Final = ("finish_target", "petition_finish")
RIGHTS: Final = frozenset({"review_request", "review_answer", "recheck_request", "recheck_answer"})
"""Of the resident: they go on when the office has closed the matter."""
TURNS: Final = {
    "reported": Turn(starts=("triage", "accept_simple", "accept_complex", "acceptance_notice")),
    "accepted": Turn(done=ACCEPTANCE, starts=HANDLING),
    "not_accepted": Turn(done=ACCEPTANCE, stops=(EVERY,)),
    "referred_out": Turn(done=(*ACCEPTANCE, *HANDLING), stops=(EVERY,)),
    "assigned": Turn(starts=("objection",)),
    "transferred": Turn(done=("petition_transfer",), starts=("objection",)),
    "transfer_objected": Turn(done=("objection",)),
    "transfer_returned": Turn(done=("objection",)),
    "competence_decided": Turn(done=("objection",)),
    "legally_concluded": Turn(stops=(EVERY,)),
    "mediation_started": Turn(starts=("mediation",)),
    "mediation_refused": Turn(done=("mediation",)),
    "mediation_terminated": Turn(done=("mediation",)),
    "agreed": Turn(done=("mediation",)),
    "settled_on_spot": Turn(done=(*ACCEPTANCE, *HANDLING), stops=(EVERY,)),
    "closed": Turn(done=HANDLING, stops=(EVERY,)),
    "reopened": Turn(starts=HANDLING),
}
"""By the kind of step in a dispute's history; a step that is not named moves no clock."""


def starts_of(dispute: Dispute, kind: str) -> tuple[str, ...]:
    """Return the codes of the clocks that a step starts on this very dispute.

    A matter that is only passed on to courts, police or discipline organs is not handled here, so that no clock of
    handling runs. Sixty days (信访工作条例 34) run for matters of the petition track alone.
    """
    left_out = {"accept_simple" if dispute.complexity == COMPLEX else "accept_complex"}
    if dispute.track != PETITION:
        left_out.add("petition_finish")
    if group_of(dispute.category) in REFERRAL_ONLY:
        left_out.update(HANDLING)
    return tuple(code for code in TURNS[kind].starts if code not in left_out)


def start_clock(session: Session, *, dispute: Dispute, code: str, started_at: datetime, now: datetime) -> Deadline:
    """Start one clock of a dispute and return it; one of the same rule that runs is replaced."""
    running = [one for one in running_of(session, dispute.id) if one.rule_code == code]
    _end(session, running, ended="replaced", now=now)
    book = rulebook(session, [code], now=now)
    made = clocks_from(dispute, [code], book=book, started_at=started_at)
    session.add_all(made)
    return made[0]


def finish_clock(session: Session, *, dispute_id: UUID, code: str, now: datetime, ended: str = "done") -> bool:
    """End the running clock of a rule; say whether there was one."""
    running = [one for one in running_of(session, dispute_id) if one.rule_code == code]
    _end(session, running, ended=ended, now=now)
    return bool(running)


def move_clocks(session: Session, dispute: Dispute, *, kind: str, now: datetime, by_unit: UUID | None = None) -> None:
    """End and start the clocks of a dispute whose history has just got a step of ``kind``.

    ``by_unit`` is the unit that took the step; what a unit gives to itself needs no time to object. The clocks that go
    on belong to the unit that handles the dispute from now on.
    """
    turn = TURNS.get(kind)
    if turn is None:
        return
    running = running_of(session, dispute.id)
    done = [one for one in running if one.rule_code in turn.done]
    kept = RIGHTS if kind == "closed" else frozenset()
    stopped = [one for one in running if EVERY in turn.stops and one not in done and one.rule_code not in kept]
    starts = [code for code in starts_of(dispute, kind) if code != "objection" or by_unit != dispute.owner_unit_id]
    if kind == "reopened" and _is_visited(session, dispute.id):
        starts.append(LEAD_VISIT)
    replaced = [one for one in running if one.rule_code in starts and one not in [*done, *stopped]]
    _end(session, done, ended="done", now=now)
    _end(session, stopped, ended="stopped", now=now)
    _end(session, replaced, ended="replaced", now=now)
    for one in running:
        if one.done_at is None:
            one.owner_unit_id = dispute.owner_unit_id
    if starts:
        book = rulebook(session, starts, now=now)
        session.add_all(clocks_from(dispute, starts, book=book, started_at=now))


def sort_clocks(session: Session, dispute: Dispute, *, now: datetime) -> None:
    """Let the clocks follow the track and complexity that a dispute has just been given; sorting it is done thereby."""
    finish_clock(session, dispute_id=dispute.id, code="triage", now=now)
    running = {one.rule_code: one for one in running_of(session, dispute.id)}
    wanted, other = ("accept_complex", "accept_simple") if dispute.complexity == COMPLEX else (
        "accept_simple", "accept_complex"
    )  # fmt: skip
    if other in running:
        _end(session, [running[other]], ended="replaced", now=now)
        start_clock(session, dispute=dispute, code=wanted, started_at=dispute.received_at, now=now)
    handled = dispute.accepted_at is not None and group_of(dispute.category) not in REFERRAL_ONLY
    if dispute.track == PETITION and "petition_finish" not in running and handled:
        begun = running["finish_target"].started_at if "finish_target" in running else dispute.accepted_at
        start_clock(session, dispute=dispute, code="petition_finish", started_at=begun or now, now=now)
    if dispute.track != PETITION and "petition_finish" in running:
        _end(session, [running["petition_finish"]], ended="stopped", now=now)


def running_of(session: Session, dispute_id: UUID) -> Sequence[Deadline]:
    """Return the running clocks of a dispute, whose row the caller has locked."""
    return session.scalars(
        select(Deadline).where(Deadline.dispute_id == dispute_id, Deadline.done_at.is_(None)).order_by(Deadline.due_at)
    ).all()


def clocks_from(dispute: Dispute, codes: Iterable[str], *, book: Rulebook, started_at: datetime) -> list[Deadline]:
    """Return new clocks of a dispute, not yet in any session."""
    made = []
    for code in codes:
        rule = book.rule(code, started_at=started_at)
        counted = book.count(rule, started_at=started_at)
        made.append(
            Deadline(
                id=new_id(),
                dispute_id=dispute.id,
                rule_code=code,
                rule_version=rule.version,
                kind=str(rule.kind),
                day_kind=str(rule.unit),
                owner_unit_id=dispute.owner_unit_id,
                started_at=started_at,
                due_at=counted.due_at,
                explanation=counted.as_data(),
            )
        )
    return made


def _is_visited(session: Session, dispute_id: UUID) -> bool:
    """Say whether a lead official owns the matter, and the resident has not declined to be visited."""
    owned = LeaderAssignment.ended_at.is_(None) & LeaderAssignment.declined_at.is_(None)
    found = select(LeaderAssignment.id).where(LeaderAssignment.dispute_id == dispute_id, owned)
    return session.scalars(found).first() is not None


def _end(session: Session, clocks: Sequence[Deadline], *, ended: str, now: datetime) -> None:
    for one in clocks:
        one.done_at, one.ended = now, ended
    if clocks:
        session.flush()  # a new clock of the same rule may run only when the old one has ended
