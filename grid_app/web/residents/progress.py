"""How far the own matter is: asked by tracking code and the last four figures of the phone, answered without names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from flask import Blueprint, Response, make_response, request

from grid_app.database.transaction import reading, transaction
from grid_app.errors import NotFoundError
from grid_app.http.guard import requires
from grid_app.policy import Action
from grid_app.queries.finding_questions import SharedAnswer, shared_answer
from grid_app.queries.residents import Progress, progress_of
from grid_app.queries.residents_office import answers_to
from grid_app.security.marks import Pass
from grid_app.services.residents.answers import complaint_answer, request_answer
from grid_app.services.residents.asking import Asked, NotKnown, TooOften, ask, still_fits
from grid_app.services.residents.routing import ABOUT
from grid_app.services.residents.said import MISSING, OVER, REQUESTS
from grid_app.vocabulary.categories import is_sealed
from grid_app.vocabulary.words import OPEN_STATES
from grid_app.web.dispute_words import tracking
from grid_app.web.residents.frame import address_key, fell_into_trap, is_own_form, marks, page
from grid_app.web.residents.words import ENDED, EXPIRED, MET, ONCE_MORE, SENSITIVE, STAGES, TOO_OFTEN
from grid_app.web.wording import few, local_time
from grid_app.web.wording import local_date as day_words
from grid_app.wiring import wired

FORM: Final = "progress"


@dataclass(frozen=True)
class Said:
    """What came of a form on this page: which one, its sentence, a sentence per field, and what was typed."""

    form: str = ""
    done: str = ""
    sentence: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    ticked: tuple[str, ...] = ()


NOTHING_SAID: Final = Said()


@requires(Action.PUBLIC)
def question() -> str:
    """Show the question for code and tail."""
    return _question("", "")


@requires(Action.PUBLIC)
def answer() -> Response:
    """Show where the matter stands; a wrong code and a wrong tail get the very same answer."""
    code, tail = request.form.get("code", "")[:80], request.form.get("tail", "")[:40]
    if fell_into_trap() or not is_own_form(FORM):
        return make_response(_question(code, ONCE_MORE if fell_into_trap() else EXPIRED), 422)
    wiring = wired()
    asked = Asked(code.replace("\x00", ""), tail.replace("\x00", ""), address_key())
    with transaction() as session:
        found = ask(session, asked, cipher=wiring.keys.fields, marks=marks(), now=wiring.clock.now())
    if isinstance(found, TooOften):
        return make_response(_question(code, TOO_OFTEN), 429)
    if isinstance(found, NotKnown):
        return make_response(_question(code, MET), 422)
    return make_response(result_page(found, NOTHING_SAID))


def _question(code: str, trouble: str) -> str:
    return page("resident_progress.html", code=code, trouble=trouble)


def posted_pass() -> Pass:
    """Return the pass that a form of this page carried.

    Raises
    ------
    NotFoundError
        It is too old, not ours, or its code was replaced.
    """
    given = marks().read_pass(request.form.get("pass", ""), now=wired().clock.now())
    if given is not None:
        with reading() as session:
            if still_fits(session, given):
                return given
    raise NotFoundError(OVER)


def result_page(given: Pass, said: Said) -> str:
    """Return the page of one's own matter, with what came of the form that was just sent.

    Raises
    ------
    NotFoundError
        The matter is gone.
    """
    wiring = wired()
    with reading() as session:
        progress = progress_of(session, given.dispute_id)
        shared = shared_answer(session, given.dispute_id)
        if progress is None:
            raise NotFoundError(OVER)
        requests, complaints = answers_to(session, given.dispute_id)
        cipher = wiring.keys.fields
        asked = [
            (REQUESTS.get(row.kind, ""), day_words(row.at), day_words(row.due_on), request_answer(row, cipher))
            for row in requests
            if given.letter and row.letter == given.letter
        ]
        told = [
            (day_words(row.at), day_words(row.due_on), complaint_answer(row, cipher))
            for row in complaints
            if row.kind == "treatment"
        ]
    return page(
        "resident_result.html",
        code=tracking(given.tracking_code),
        facts=_facts(given, progress),
        shared=_shared(shared) if shared else "",
        said=said,
        may_evaluate=progress.state == "closed" and not progress.is_evaluated,
        is_evaluated=progress.is_evaluated,
        may_withdraw=progress.state not in ENDED,
        is_own=bool(given.letter),
        asked=asked,
        told=told,
        missing=list(MISSING.items()),
        requests=[(code, word) for code, word in REQUESTS.items() if code != "withdraw"],
        about=list(ABOUT.items()),
        the_pass=marks().pass_for(given, now=wiring.clock.now()),
    )


def _facts(given: Pass, progress: Progress) -> list[tuple[str, str]]:
    """Return what may be shown: without a phone only the stage; never anybody's data, never the handler's name."""
    sealed = is_sealed(progress.category) and progress.state in OPEN_STATES
    stage, following = SENSITIVE if sealed else STAGES.get(progress.state, ("正在办理", ""))
    if not given.letter:
        return [("办到哪一步", stage)]
    facts = [
        ("办到哪一步", stage),
        ("由谁办", progress.unit or "正在安排"),
        ("电话", progress.unit_phone),
        ("最晚到", day_words(progress.due_at) if progress.due_at else ""),
        ("接下来", following),
        ("收到", local_time(progress.received_at)),
        ("办结", local_time(progress.closed_at) if progress.closed_at else ""),
    ]
    return [(word, text) for word, text in facts if text]


def _shared(answer: SharedAnswer) -> str:
    """Return what others who told the same may expect, as a sentence without anybody in it."""
    same = f"{few(answer.households)}反映同样的问题"
    if answer.answered_at:
        return f"{same},{answer.unit}已在 {day_words(answer.answered_at)}答复。"
    return f"{same},{answer.unit} {day_words(answer.due_at)}前答复。" if answer.due_at else ""


def add_routes(bp: Blueprint) -> None:
    """Hang these pages on the blueprint of residents."""
    bp.add_url_rule("/r/progress", "progress", question, methods=["GET"])
    bp.add_url_rule("/r/progress", "ask", answer, methods=["POST"])
