"""Writing many reports, steps and returns at once: the very rows that the services write one by one.

Only for the background of the county: nothing in it is dangerous and nothing belongs to a finding, so that no colour
turns red and none depends on another report. Whatever does goes through the services; so do the follow-up visits, of
which the background has none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.database.base import Base, new_id
from grid_app.demo.audit_rows import AuditRows
from grid_app.demo.courses import PlannedStep
from grid_app.demo.report_rows import (
    Arrival,
    Row,
    dispute_of,
    event_row,
    first_event_of,
    party_rows,
    submission_of,
)
from grid_app.models.disputes import CaseCounter, Dispute, DisputeEvent, Party, Submission
from grid_app.models.handling import ContactRecord
from grid_app.models.rounds import RoundAnswer, ScreeningReturn
from grid_app.security.keys import Keys
from grid_app.services.matters.grading import first_grade
from grid_app.services.matters.states import MOVES

TARGETS: Final = {
    "accepted": "accept", "not_accepted": "decline", "referred_out": "refer_out", "work_recorded": "work",
    "closed": "close", "reopened": "reopen",
}  # fmt: skip
"""The move behind each kind of step; an assignment and a talk move nothing."""
CONTACTED, RESIDENT = "contacted", "resident"
CHANGING: Final = (
    "state", "version", "grade", "grade_reasons", "owner_unit_id", "accepted_at", "closed_at", "closure_ground",
    "legal_basis",
)  # fmt: skip


@dataclass
class _Waiting:
    """Rows that were made and not yet written."""

    disputes: list[Dispute] = field(default_factory=list)
    changed: dict[UUID, Dispute] = field(default_factory=dict)
    rows: dict[type[Base], list[Row]] = field(
        default_factory=lambda: {
            DisputeEvent: [],
            ContactRecord: [],
            Submission: [],
            Party: [],
            ScreeningReturn: [],
            RoundAnswer: [],
        }
    )


class Ledger:
    """Takes reports, steps and returns in time order and writes them when told to.

    Parameters
    ----------
    keys : Keys
        Seals what was sent and the parties.
    accounts : mapping of UUID to UUID
        The account behind each assignment, for the audit trail.
    county : str
        Code of the county, for the case codes.
    """

    def __init__(self, keys: Keys, accounts: Mapping[UUID, UUID], *, county: str) -> None:
        self._keys = keys
        self._county = county
        self._audit = AuditRows(accounts)
        self._disputes: dict[UUID, Dispute] = {}
        self._numbers: dict[UUID, int] = {}
        self._waiting = _Waiting()

    def report(self, arrival: Arrival, parties: Sequence[tuple[str, str]]) -> None:
        """Take in one report; its case code is given when it is written."""
        draft = arrival.draft()
        dispute = dispute_of(arrival, draft, self._keys)
        self._disputes[dispute.id], self._numbers[dispute.id] = dispute, 1
        self._waiting.disputes.append(dispute)
        rows = self._waiting.rows
        rows[DisputeEvent].append(first_event_of(arrival, dispute))
        rows[Submission].append(submission_of(arrival, draft, self._keys))
        rows[Party] += party_rows(dispute.id, parties, self._keys, at=arrival.told.at)
        self._audit.add(
            "dispute.reported",
            arrival.by,
            at=arrival.told.at,
            target=("dispute", str(dispute.id)),
            details={"via": arrival.via, "place": arrival.told.place.code, "category": draft.category},
        )

    def step(self, dispute_id: UUID, step: PlannedStep) -> None:
        """Take one step of a report's course."""
        dispute = self._disputes[dispute_id]
        details = _applied(dispute, step)
        before = dispute.state
        after = MOVES[TARGETS[step.kind]].target if step.kind in TARGETS else before
        row = event_row(
            dispute_id, self._next(dispute_id), step.at, step.kind, by=step.by, note=step.note, to_state=after,
            from_state=before if after != before else None, details={**details, "on_version": dispute.version},
        )  # fmt: skip
        self._waiting.rows[DisputeEvent].append(row)
        if step.kind == CONTACTED:
            self._waiting.rows[ContactRecord].append(_contact_row(dispute_id, step))
        dispute.state = after
        dispute.version += 1
        target = ("dispute", str(dispute_id))
        self._audit.add(f"dispute.{step.kind}", step.by, at=step.at, target=target, details=details)
        self._grade_again(dispute, step)
        self._waiting.changed[dispute_id] = dispute

    def returned(self, made: Row, rounds: Sequence[UUID]) -> None:
        """Take one return of a village, which answers ``rounds``."""
        self._waiting.rows[ScreeningReturn].append(made)
        code, key = made["division_code"], made["id"]
        answers = [{"round_id": one, "division_code": code, "return_id": key} for one in rounds]
        self._waiting.rows[RoundAnswer] += answers
        details = {"zero": made["zero"], "entries": len(made["entries"]), "rounds": len(rounds)}
        target = ("return", str(key))
        self._audit.add("round.returned", made["assignment_id"], at=made["returned_at"], target=target, details=details)

    def write(self, session: Session) -> None:
        """Write everything that waits, in the caller's transaction."""
        waiting, self._waiting = self._waiting, _Waiting()
        self._number(session, waiting.disputes)
        _insert(session, Dispute, [_columns(one) for one in waiting.disputes])
        for model, rows in waiting.rows.items():
            _insert(session, model, rows)
        fresh = {one.id for one in waiting.disputes}
        _update(session, [one for key, one in waiting.changed.items() if key not in fresh])
        self._audit.write(session)

    def _next(self, dispute_id: UUID) -> int:
        self._numbers[dispute_id] += 1
        return self._numbers[dispute_id]

    def _grade_again(self, dispute: Dispute, step: PlannedStep) -> None:
        grade, before = first_grade(dispute), dispute.grade
        if (grade.colour, list(grade.reasons)) == (before, dispute.grade_reasons):
            return
        dispute.grade, dispute.grade_reasons = grade.colour, list(grade.reasons)
        dispute.version += 1
        details = {"from": before, "to": grade.colour, "reasons": list(grade.reasons)}
        row = event_row(dispute.id, self._next(dispute.id), step.at, "graded", details=details)
        self._waiting.rows[DisputeEvent].append(row)

    def _number(self, session: Session, disputes: Sequence[Dispute]) -> None:
        """Give case codes in the order of arrival, from the counters that intake uses."""
        for year in sorted({local_date(one.received_at).year for one in disputes}):
            own = [one for one in disputes if local_date(one.received_at).year == year]
            last = _raise_counter(session, self._county, year, by=len(own))
            for number, dispute in enumerate(own, start=last - len(own) + 1):
                dispute.case_code = f"{self._county}-{year}-{number:06d}"


def _applied(dispute: Dispute, step: PlannedStep) -> dict[str, str | None]:
    """Change the dispute's columns by a step and return what its history notes beside the state."""
    if step.kind == "accepted":
        dispute.owner_unit_id, dispute.accepted_at = step.unit_id, step.at
    elif step.kind == "assigned":
        dispute.owner_unit_id = step.unit_id
        return {"unit": str(step.unit_id)}
    elif step.kind == CONTACTED:
        return {"side": RESIDENT, "way": step.way}
    elif step.kind == "closed":
        dispute.closure_ground, dispute.legal_basis, dispute.closed_at = step.ground, step.basis, step.at
        return {"ground": step.ground}
    elif step.kind == "reopened":
        before = dispute.closure_ground
        dispute.closure_ground, dispute.legal_basis, dispute.closed_at = None, "", None
        return {"ground": before}
    return {}


def _contact_row(dispute_id: UUID, step: PlannedStep) -> Row:
    """Return the record of a talk with whoever reported the matter."""
    return {
        "id": new_id(), "dispute_id": dispute_id, "side": RESIDENT, "unit_id": None, "way": step.way,
        "held_on": local_date(step.at), "note": step.note, "assignment_id": step.by, "at": step.at, "used_at": None,
    }  # fmt: skip


def _raise_counter(session: Session, county: str, year: int, *, by: int) -> int:
    """Raise the case counter by many and return the last number given out."""
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    first = make(CaseCounter).values(county_code=county, year=year, last=by)
    raised = first.on_conflict_do_update(
        index_elements=["county_code", "year"], set_={"last": CaseCounter.last + by}
    ).returning(CaseCounter.last)
    return session.execute(raised).scalar_one()


def _table(model: type[Base]) -> Table:
    return cast("Table", model.__table__)  # declared as the wider FromClause


def _columns(dispute: Dispute) -> Row:
    return {column.key: getattr(dispute, column.key) for column in _table(Dispute).columns}


def _insert(session: Session, model: type[Base], rows: Sequence[Row]) -> None:
    if rows:
        session.execute(insert(_table(model)), rows)


def _update(session: Session, disputes: Sequence[Dispute]) -> None:
    if not disputes:
        return
    table = _table(Dispute)
    statement = update(table).where(table.c.id == bindparam("the_id")).values({n: bindparam(n) for n in CHANGING})
    session.execute(statement, [{"the_id": one.id, **{n: getattr(one, n) for n in CHANGING}} for one in disputes])
