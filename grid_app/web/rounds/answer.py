"""Answering the open rounds for a grid or village: confirm what was logged, or report zero and say how one looked."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, ForbiddenError, InvalidError
from grid_app.http.guard import requires, the_actor, the_presence
from grid_app.policy import Action, Actor
from grid_app.queries.return_pages import PlaceToAnswer, ReturnPage, places_to_answer, return_page
from grid_app.services.matters.names import return_without
from grid_app.services.rounds.returns import Returned, answerable, method_note, submit_return
from grid_app.vocabulary.categories import name_of
from grid_app.vocabulary.words import VOICE_ONLY, WAY_WORDS
from grid_app.web.rounds.shown import last_day
from grid_app.web.wording import local_date, local_time, remaining
from grid_app.wiring import wired


@requires(Action.RETURN_ROUND)
def answer() -> str | Response:
    """Show the one place to answer for, or the list of them."""
    code = request.args.get("division", "")
    if code:
        return _place_page(code, {})
    now = wired().clock.now()
    with reading() as session:
        places = places_to_answer(session, _own_actors(), now=now)
    if len(places) == 1:
        return redirect(url_for("rounds.answer", division=places[0].code))
    return render_template("pages/returns.html", groups=_groups(places), acting=the_actor())


@requires(Action.RETURN_ROUND)
def send_answer() -> str | Response:
    """Take the return, or show the page again with what is to be changed."""
    code, zero = request.form.get("division", ""), request.form.get("kind") == "zero"
    try:
        with transaction() as session:
            returned = submit_return(
                session,
                actor=_actor_for(code),
                division_code=code,
                zero=zero,
                method_note=_note() if zero else "",
                now=wired().clock.now(),
            )
    except InvalidError as refusal:
        return make_response(_place_page(code, refusal.fields), 422)
    except ConflictError as refusal:  # something was logged, or the round closed, while the page stood open
        flash(refusal.sentence, "warning")
        return redirect(url_for("rounds.answer", division=code))
    flash(_said(returned), "success" if returned.rounds else "info")
    return redirect(url_for("rounds.answer", division=code))


def _said(returned: Returned) -> str:
    if not returned.rounds:
        return "这几轮排查之前已经回执过了,不用重复。"
    what = "零报告" if returned.zero else f"{returned.entries} 件"
    return f"已收到回执({what}),一次答复了 {len(returned.rounds)} 轮排查。"


def _note() -> str:
    chosen = request.form.getlist("ways")
    return method_note([way for way in WAY_WORDS if way in chosen], request.form.get("method_note", ""))


def _own_actors() -> list[Actor]:
    """Return the assignments of the acting role: a worker with several grids answers for each in its own name."""
    actor, presence = the_actor(), the_presence()
    choices = presence.choices if presence else ()
    return [one for one in choices if one.role == actor.role] or [actor]


def _actor_for(code: str) -> Actor:
    """Return the assignment that reaches the place; the acting one when none does, to be refused by its name."""
    with reading() as session:
        for actor in _own_actors():
            try:
                answerable(session, actor, code)
            except ForbiddenError:
                continue
            return actor
    return the_actor()


def _place_page(code: str, errors: dict[str, str]) -> str:
    actor, now = _actor_for(code), wired().clock.now()
    with reading() as session:
        page = return_page(session, actor, answerable(session, actor, code), now=now)
        page = return_without(session, page, actor=actor, cipher=wired().keys.fields)
        others = [one for one in places_to_answer(session, _own_actors(), now=now) if one.code != code]
    return render_template(
        "pages/return.html",
        page=page,
        rounds=[(one, last_day(one), remaining(one.due_at, now)) for one in page.rounds],
        first_due=last_day(page.waiting[0]) if page.waiting else "",
        entries=_entry_cells(page),
        last_return=local_time(page.last_return) if page.last_return else "",
        ways=tuple(WAY_WORDS.items()),
        chosen=request.form.getlist("ways"),
        note=request.form.get("method_note", ""),
        errors=errors,
        others=others,
        still_waiting=sum(one.waiting > 0 for one in others),
        for_the_village=actor.division_code != code,
    )


def _entry_cells(page: ReturnPage) -> list[dict[str, str]]:
    """Return what was logged, as its reporter knows it: the sentence, the kind of matter, the day."""
    return [
        {
            "title": entry.summary or VOICE_ONLY,
            "detail": f"{name_of(entry.category).split('·')[-1]} · {local_date(entry.received_at)}",
        }
        for entry in page.entries
    ]


def _groups(places: list[PlaceToAnswer]) -> list[tuple[str, list[PlaceToAnswer]]]:
    """Return the places under the words 待回执 and 已回执; where no round is open, under neither."""
    waiting = [one for one in places if one.waiting]
    done = [one for one in places if one.rounds and not one.waiting]
    return [(word, group) for word, group in (("待回执", waiting), ("已回执", done)) if group]


def add_routes(bp: Blueprint) -> None:
    """Hang the return page on the blueprint of rounds."""
    bp.add_url_rule("/rounds/answer", "answer", answer, methods=["GET"])
    bp.add_url_rule("/rounds/answer", "send_answer", send_answer, methods=["POST"])
