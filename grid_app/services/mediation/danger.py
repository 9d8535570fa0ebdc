"""Reporting to the police or another office in time what may turn violent or break the law (人民调解法 25)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, InvalidError
from grid_app.models.mediation import DangerReport
from grid_app.services.matters.grading import regrade
from grid_app.services.matters.step import Details, Step, write, written
from grid_app.services.matters.waivers import refuse_waivers
from grid_app.services.mediation.cases import KEPT, NOT_SAVED, taken
from grid_app.vocabulary.mediation import DANGER_WORDS, REPORTED_TO_WORDS
from grid_app.vocabulary.words import OPEN_STATES

LONGEST_OFFICE: Final = 60
LONGEST_TEXT: Final = 500
FARTHEST: Final = timedelta(days=60)


@dataclass(frozen=True)
class Reported:
    """What may happen, which office was told and when, the situation without names, and what was done against it."""

    danger: str
    to: str
    office: str
    at: datetime | None
    situation: str
    measure: str


def report_danger(session: Session, step: Step, *, reported: Reported) -> None:
    """Write down that the police or another office was told; it ends no mediation and closes nothing by itself."""
    situation = written(reported.situation, field="situation", what="情况")
    measure = written(reported.measure, field="measure", what="采取了什么措施")
    office = written(reported.office, field="office", what="报告给哪个单位")
    step, dispute = taken(session, step, kind="danger_reported", note=situation)
    if dispute.state not in OPEN_STATES:
        raise ConflictError(f"这件事已经办结。有危险先打 110,再重新办理、补记。{KEPT}", code="ended")
    refuse_waivers({"situation": situation, "measure": measure})
    wrong = {}
    if reported.danger not in DANGER_WORDS:
        wrong["danger"] = "请选是哪一种情况。"
    if reported.to not in REPORTED_TO_WORDS:
        wrong["to"] = "请选报告给公安机关,还是其他部门。"
    if len(office) > LONGEST_OFFICE:
        wrong["office"] = f"单位名称最多 {LONGEST_OFFICE} 个字。"
    wrong |= {
        name: f"最多 {LONGEST_TEXT} 个字,写一两句就行。"
        for name, text in (("situation", situation), ("measure", measure))
        if len(text) > LONGEST_TEXT
    }
    if reported.at is None or not step.now - FARTHEST <= reported.at <= step.now:
        wrong["day"] = "请填哪天几点报告的:已经报告了才记,六十天以内。"
    if wrong or reported.at is None:
        raise InvalidError(NOT_SAVED, fields=wrong)
    session.add(
        DangerReport(
            dispute_id=dispute.id, danger=reported.danger, reported_to=reported.to, office=office,
            reported_at=reported.at, situation=situation, measure=measure, assignment_id=step.actor.assignment_id,
            recorded_at=step.now,
        )
    )  # fmt: skip
    details: Details = {"danger": reported.danger, "to": reported.to}
    write(session, step, dispute, kind="danger_reported", note=situation, details=details)
    regrade(session, dispute, now=step.now)
