"""Consulting other units (会商) and asking what a policy means (请示); waiting is shown and stops no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.errors import ConflictError, InvalidError
from grid_app.models.leading import Consultation, PolicyQuery
from grid_app.services.leading.access import ALSO_CLOSED, KEPT, NOT_SAVED, day_problem, line_problem, refuse, taken
from grid_app.services.matters.step import Details, Step, write, written
from grid_app.services.matters.waivers import refuse_waivers

LONGEST_UNITS: Final = 200
LONGEST_ORGAN: Final = 100
LONGEST_NUMBER: Final = 60
FARTHEST: Final = timedelta(days=365)


@dataclass(frozen=True)
class Talk:
    """Units that looked at a matter together: when, which units, the question, what came of it."""

    held_on: date | None
    units: str
    question: str
    result: str


@dataclass(frozen=True)
class Query:
    """A question of policy: to whom, what, since when, until when an answer is wanted, the document's number."""

    to_organ: str
    question: str
    asked_on: date | None
    answer_due: date | None
    document_no: str = ""


def consult(session: Session, step: Step, *, talk: Talk) -> None:
    """Record that units looked at a matter together."""
    question = written(talk.question, field="question", what="会商什么问题", least=5)
    units = written(talk.units, field="units", what="哪些单位参加", least=0)
    result = written(talk.result, field="result", what="会商的结果:谁、做什么", least=5)
    step, dispute = taken(session, step, kind="consulted", note=result)
    refuse_waivers({"question": question, "result": result})
    refuse(
        {
            "day": day_problem(talk.held_on, latest=local_date(step.now)),
            "units": line_problem(talk.units, longest=LONGEST_UNITS, what="哪些单位参加"),
        }
    )
    session.add(
        Consultation(
            dispute_id=dispute.id, held_on=talk.held_on, units=units, question=question, result=result,
            assignment_id=step.actor.assignment_id, at=step.now,
        )
    )  # fmt: skip
    details: Details = {"on": talk.held_on.isoformat() if talk.held_on else None}
    write(session, step, dispute, kind="consulted", note=result, details=details)


def ask_policy(session: Session, step: Step, *, query: Query) -> None:
    """Record a question of policy to another organ; the clocks of the matter go on."""
    question = written(query.question, field="question", what="请示什么问题", least=5)
    to_organ = written(query.to_organ, field="to", what="向哪个机关请示", least=0)
    number_given = written(query.document_no, field="document_no", what="文号", least=0)
    step, dispute = taken(session, step, kind="policy_asked", note=question)
    asked, today = query.asked_on, local_date(step.now)
    problems = {
        "to": line_problem(query.to_organ, longest=LONGEST_ORGAN, what="向哪个机关请示"),
        "day": day_problem(asked, latest=today),
        "due": day_problem(query.answer_due, earliest=asked, latest=today + FARTHEST),
    }
    if len(query.document_no.strip()) > LONGEST_NUMBER:
        problems["document_no"] = line_problem(query.document_no, longest=LONGEST_NUMBER, what="文号")
    refuse(problems)
    counted = select(func.max(PolicyQuery.number)).where(PolicyQuery.dispute_id == dispute.id)
    number = (session.scalar(counted) or 0) + 1
    session.add(
        PolicyQuery(
            dispute_id=dispute.id, number=number, to_organ=to_organ, question=question,
            document_no=number_given, asked_on=asked, answer_due=query.answer_due,
            assignment_id=step.actor.assignment_id, at=step.now,
        )
    )  # fmt: skip
    write(session, step, dispute, kind="policy_asked", note=question, details={"number": number})


def answer_policy(
    session: Session, step: Step, *, query_id: UUID | None, answered_on: date | None, answer: str
) -> None:
    """Record the answer to a question of policy."""
    answer = written(answer, field="note", what="答复的内容", least=5)
    step, dispute = taken(session, step, kind="policy_answered", note=answer, states=ALSO_CLOSED)
    refuse_waivers({"note": answer})
    row = session.get(PolicyQuery, query_id) if query_id else None
    if row is None or row.dispute_id != dispute.id:
        raise InvalidError(NOT_SAVED, fields={"query": "请选答复的是哪一次请示。"})
    if row.answered_on is not None:
        raise ConflictError(f"这次请示已经记过答复。{KEPT}", code="answered_before")
    refuse({"day": day_problem(answered_on, earliest=row.asked_on, latest=local_date(step.now))})
    row.answered_on, row.answer = answered_on, answer
    write(session, step, dispute, kind="policy_answered", note=answer, details={"number": row.number})
