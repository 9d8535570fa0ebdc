"""Looking at a matter anew, bound by nothing found or concluded earlier (两个不拘泥), after three musts (三个必须)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.errors import ConflictError
from grid_app.models.disputes import Dispute
from grid_app.models.leading import ExaminationFinding, ReExamination
from grid_app.services.leading.access import KEPT, day_problem, line_problem, refuse, taken
from grid_app.services.matters.step import Details, Step, write, written
from grid_app.services.matters.waivers import refuse_waivers
from grid_app.vocabulary.leading import SLOT_WAYS, SLOT_WORDS

LONGEST_DOCUMENTS: Final = 300


@dataclass(frozen=True)
class Finding:
    """What was done for one of the three: which, on which day, how, what came of it, and the papers that show it."""

    slot: str
    held_on: date | None
    way: str
    note: str
    documents: str = ""


def begin_examination(session: Session, step: Step, *, earlier: str) -> None:
    """Begin to look at a matter anew; ``earlier`` says what was found before, which binds nobody now."""
    earlier = written(earlier, field="note", what="以前怎么认定、怎么答复的", least=5)
    step, dispute = taken(session, step, kind="examination_begun", note=earlier)
    if open_examination(session, dispute) is not None:
        raise ConflictError(f"已经在重新调查了,请接着记。{KEPT}", code="examining")
    counted = select(func.count()).select_from(ReExamination).where(ReExamination.dispute_id == dispute.id)
    number = (session.scalar(counted) or 0) + 1
    session.add(
        ReExamination(
            dispute_id=dispute.id, number=number, earlier=earlier, begun_at=step.now,
            assignment_id=step.actor.assignment_id,
        )
    )  # fmt: skip
    write(session, step, dispute, kind="examination_begun", note=earlier, details={"number": number})


def add_finding(session: Session, step: Step, *, finding: Finding) -> None:
    """Record one of the three musts. A resident who does not want to talk is not pressed; that is recorded instead."""
    note = written(finding.note, field="note", what="看到、听到了什么", least=5)
    documents = written(finding.documents, field="documents", what="材料", least=0)
    step, dispute = taken(session, step, kind="examination_heard", note=note)
    refuse_waivers({"note": note})
    row = _open(session, dispute)
    known = finding.slot in SLOT_WORDS
    problems = {
        "slot": "" if known else "请选是三个必须里的哪一个。",
        "way": "" if known and finding.way in SLOT_WAYS[finding.slot] else "这一项请从对应的办法里选。",
        "day": day_problem(finding.held_on, latest=local_date(step.now)),
    }
    if len(documents) > LONGEST_DOCUMENTS:
        problems["documents"] = line_problem(documents, longest=LONGEST_DOCUMENTS, what="材料")
    refuse(problems)
    session.add(
        ExaminationFinding(
            examination_id=row.id, slot=finding.slot, held_on=finding.held_on, way=finding.way, note=note,
            documents=documents, assignment_id=step.actor.assignment_id, at=step.now,
        )
    )  # fmt: skip
    details: Details = {"slot": finding.slot, "way": finding.way}
    write(session, step, dispute, kind="examination_heard", note=note, details=details)


def conclude_examination(session: Session, step: Step, *, conclusion: str) -> None:
    """Conclude anew, when all three musts were done."""
    conclusion = written(conclusion, field="note", what="重新调查的结论", least=10)
    step, dispute = taken(session, step, kind="examination_concluded", note=conclusion)
    refuse_waivers({"note": conclusion})
    row = _open(session, dispute)
    _require_slots(session, row)
    row.conclusion, row.concluded_at = conclusion, step.now
    details: Details = {"number": row.number}
    write(session, step, dispute, kind="examination_concluded", note=conclusion, details=details)


def require_examined(session: Session, dispute: Dispute) -> None:
    """Refuse a new opinion while a matter is being looked at anew and one of the three musts is missing.

    Raises
    ------
    ConflictError
        Naming what is missing.
    """
    row = open_examination(session, dispute)
    if row is not None:
        _require_slots(session, row)


def open_examination(session: Session, dispute: Dispute) -> ReExamination | None:
    """Return the examination under way, if there is one."""
    rows = select(ReExamination).where(ReExamination.dispute_id == dispute.id, ReExamination.concluded_at.is_(None))
    return session.scalars(rows).first()


def _open(session: Session, dispute: Dispute) -> ReExamination:
    row = open_examination(session, dispute)
    if row is None:
        raise ConflictError(f"现在没有重新调查。请先开始。{KEPT}", code="not_examining")
    return row


def _require_slots(session: Session, row: ReExamination) -> None:
    rows = select(ExaminationFinding.slot).where(ExaminationFinding.examination_id == row.id)
    done = set(session.scalars(rows))
    missing = [word for slot, word in SLOT_WORDS.items() if slot not in done]
    if missing:
        raise ConflictError(
            f"正在重新调查,三个必须还缺:{'、'.join(missing)}。做完、记下以后才能作新的结论。{KEPT}",
            code="musts_missing",
        )
