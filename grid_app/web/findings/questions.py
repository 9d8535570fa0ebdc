"""What a unit with the duty is shown of a finding: the question and the dates, never a member or a small count."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template, url_for

from grid_app.database.transaction import reading
from grid_app.errors import NotFoundError
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action, allows
from grid_app.queries.finding_course import clocks_of_finding, course_of
from grid_app.queries.finding_pages import history_of
from grid_app.queries.finding_questions import questions_to
from grid_app.services.findings.states import moves_from
from grid_app.vocabulary.findings import ANSWER_WAYS
from grid_app.web.findings import shown
from grid_app.web.findings.history import steps_by_people
from grid_app.web.step_forms import NO_TROUBLE, Trouble
from grid_app.wiring import wired

MISSING = "没有请您的单位答复这个问题,或者它已经不归您的单位。"


@requires(Action.ANSWER_FOR_UNIT)
def questions() -> str:
    """List the shared problems that the actor's unit has the duty to solve."""
    now = wired().clock.now()
    with reading() as session:
        rows = questions_to(session, the_actor())
    return render_template(
        "pages/finding_questions.html",
        cells=[
            {
                "title": shown.question_sentence(row),
                "url": url_for("findings.question", finding_id=row.finding_id),
                "cell": shown.finding_cell(row, now=now),
            }
            for row in rows
        ],
    )


@requires(Action.ANSWER_FOR_UNIT)
def question(finding_id: UUID) -> str:
    """Show the question to the unit with the duty, its dates, and the forms of its answer."""
    return question_page(finding_id, NO_TROUBLE)


def question_page(finding_id: UUID, trouble: Trouble) -> str:
    """Return the page of a question, with what went wrong in one of its forms.

    Raises
    ------
    NotFoundError
        The actor's unit has no such duty.
    """
    actor, now = the_actor(), wired().clock.now()
    with reading() as session:
        rows = questions_to(session, actor, finding_id=finding_id)
        if not rows:
            raise NotFoundError(MISSING)
        course = course_of(session, finding_id)
        clocks, history = clocks_of_finding(session, finding_id), history_of(session, finding_id)
    row = rows[0]
    is_asked = course is not None and course.unit_id == actor.unit_id
    return render_template(
        "pages/finding_question.html",
        finding=row,
        cell=shown.finding_cell(row, now=now),
        sentence=shown.question_sentence(row),
        owner=shown.owner_sentence(course) if course else "",
        duties=shown.duties(row, course, clocks, now=now),
        moves=[move.name for move in moves_from(row.state, row.trend) if move.by_unit] if is_asked else [],
        ways=list(ANSWER_WAYS.items()),
        history=steps_by_people(history),
        version=course.version if course else 0,
        may_read_findings=allows(actor, Action.READ_FINDINGS),
        trouble=trouble,
    )


def add_question_routes(bp: Blueprint) -> None:
    """Hang these pages on the blueprint of findings."""
    bp.add_url_rule("/findings/questions", "questions", questions)
    bp.add_url_rule("/findings/<uuid:finding_id>/question", "question", question)
