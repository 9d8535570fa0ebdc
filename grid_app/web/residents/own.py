"""What residents say of the own matter, after the code was right: evaluation, complaint, requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flask import Blueprint, Response, make_response, request

from grid_app.database.transaction import transaction
from grid_app.errors import InvalidError, Refusal
from grid_app.http.guard import requires
from grid_app.policy import Action
from grid_app.services.residents import said as services
from grid_app.services.residents.said import Saying
from grid_app.web.residents.frame import fell_into_trap, is_own_form
from grid_app.web.residents.progress import Said, posted_pass, result_page
from grid_app.web.residents.words import EXPIRED, ONCE_MORE
from grid_app.wiring import wired

THANKS: Final = {
    "evaluate": "评价已收到,谢谢。您的评价只用来改进工作,不会影响您以后办事。",
    "complain": "投诉已收到,交给上一级单位,15 天内答复您。被投诉的单位看不到。凭查询码在这里看答复。",
    "request": "已收到,15 天内答复您。凭查询码和电话后四位在这里看答复。",
}


@requires(Action.PUBLIC)
def evaluate() -> Response:
    """Take in the one evaluation of a closed matter."""
    return _take(
        "evaluate",
        lambda session, saying: services.evaluate(
            session,
            saying,
            satisfied=request.form.get("satisfied", ""),
            missing=request.form.getlist("missing"),
            words=request.form.get("words", ""),
            asked_to_waive=request.form.get("waive") == "yes",
        ),
    )


@requires(Action.PUBLIC)
def complain() -> Response:
    """Take in a complaint of treatment."""
    about, words = request.form.get("about", ""), request.form.get("words", "")
    return _take("complain", lambda session, saying: services.complain(session, saying, about=about, words=words))


@requires(Action.PUBLIC)
def ask_for() -> Response:
    """Take in a request about the own data, or to withdraw the matter."""
    kind, words = request.form.get("kind", ""), request.form.get("words", "")
    return _take("request", lambda session, saying: services.request(session, saying, kind=kind, words=words))


def _take(form: str, say: Callable[..., None]) -> Response:
    given = posted_pass()
    typed = {name: text.replace("\r\n", "\n") for name, text in request.form.items() if name not in ("mark", "pass")}
    ticked = tuple(request.form.getlist("missing"))
    if fell_into_trap() or not is_own_form(form):
        sentence = ONCE_MORE if fell_into_trap() else EXPIRED
        return make_response(result_page(given, Said(form, sentence=sentence, typed=typed, ticked=ticked)), 422)
    wiring = wired()
    try:
        with transaction() as session:
            say(session, Saying(given, wiring.clock.now(), wiring.keys.fields))
    except Refusal as refusal:
        errors = refusal.fields if isinstance(refusal, InvalidError) else {}
        said = Said(form, sentence=refusal.sentence, errors=errors, typed=typed, ticked=ticked)
        return make_response(result_page(given, said), 422 if errors else 409)
    return make_response(result_page(given, Said(form, done=THANKS[form])))


def add_routes(bp: Blueprint) -> None:
    """Hang these forms on the blueprint of residents."""
    bp.add_url_rule("/r/evaluate", "evaluate", evaluate, methods=["POST"])
    bp.add_url_rule("/r/complain", "complain", complain, methods=["POST"])
    bp.add_url_rule("/r/request", "ask_for", ask_for, methods=["POST"])
