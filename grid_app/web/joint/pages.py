"""Whistles and joint handling: the page of one matter, and both sides of all whistles of a unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.clock import local_date
from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.http.guard import guard_pages, requires, the_actor, the_scope
from grid_app.policy import Action, Actor, joined_scope
from grid_app.queries import whistles
from grid_app.queries.disputes_detail import DisputeDetail
from grid_app.queries.joint import Together, is_county_centre, together_on, unit_kind
from grid_app.queries.whistles import CallLine
from grid_app.services.control_words import WRITE_THE_MATTER, words_in_all
from grid_app.services.joint.choices import Choices, choices_for
from grid_app.services.joint.whistles import may_check
from grid_app.services.matters.states import is_referral_only
from grid_app.services.matters.step import NO_SUCH, AlreadyDoneError
from grid_app.vocabulary import joint as words
from grid_app.vocabulary.words import STATE_WORDS, VOICE_ONLY
from grid_app.web.card import OpenSession
from grid_app.web.dispute_words import state_tone
from grid_app.web.joint import areas
from grid_app.web.joint.forms import FORMS, GROUPS, TITLES, ticked
from grid_app.web.joint.shown import (
    call_facts,
    calls_of,
    calls_to_rate,
    competence_facts,
    flag_words,
    is_silent,
    main_form,
    offered,
    whistle_facts,
)
from grid_app.web.step_forms import NO_TROUBLE, STATUS, Trouble, Typed, step_on
from grid_app.web.without_names import shown_detail
from grid_app.web.wording import local_time, remaining
from grid_app.wiring import wired

bp = Blueprint("joint", __name__)
guard_pages(bp)
areas.add_routes(bp)


@dataclass(frozen=True)
class Loaded:
    """What the page reads from the database; ``joined``: the matter is another place's."""

    detail: DisputeDetail
    together: Together
    choices: Choices
    centre: bool
    kind: str
    joined: bool


@bp.get("/whistles")
@requires(Action.ADD_TO_DISPUTE)
def index() -> str:
    """List the calls that wait for the acting unit, those it made, what it handles too, and what it has to decide."""
    actor, now = the_actor(), wired().clock.now()
    scope = joined_scope(actor)
    with reading() as session:
        waiting = whistles.calls_waiting_for(session, actor, scope)
        own = whistles.calls_of_unit(session, actor, the_scope())
        check = whistles.calls_to_check(session, the_scope()) if may_check(actor) else []
        rule = whistles.calls_to_rule(session, the_scope()) if is_county_centre(session, actor) else []
        below = whistles.calls_below(session, actor, the_scope()) if _stands_above(session, actor) else []
        joint = whistles.joined_by(session, actor, scope)
    parts = (
        ("等本单位办的", waiting, False),
        ("等把关的吹哨", check, True),
        ("等裁定的(部门说不属于它)", rule, True),
        ("本单位吹的哨", own, True),
        ("下面的单位吹的哨", below, True),
    )
    return render_template(
        "pages/whistles.html",
        unit=actor.unit_name,
        parts=[(title, [_line(one, now, named=named) for one in lines]) for title, lines, named in parts if lines],
        joint=joint,
    )


def _stands_above(session: OpenSession, actor: Actor) -> bool:
    """Say whether the actor's office has units below it that whistle: a township, or the county's own office."""
    return unit_kind(session, actor.unit_id) == "township_government" or is_county_centre(session, actor)


def _line(one: CallLine, now: datetime, *, named: bool) -> dict[str, str]:
    """Return a line as the list takes it; ``named`` puts the department first, else whoever called it."""
    late = one.due_at is not None and one.due_at < now
    due = f"{local_time(one.due_at)}以前,{remaining(one.due_at, now)}" if one.due_at else ""
    return {
        "title": one.unit if named else f"{one.by_unit}吹哨",
        "url": url_for("joint.page", dispute_id=one.dispute_id),
        "detail": " · ".join(part for part in (one.place, one.case_code, "紧急" if one.urgent else "") if part),
        "due": due,
        "badge": "到期没有回音" if late else words.CALL_WORDS[one.state],
        "tone": "attention" if late or one.urgent else "active",
    }


@bp.get("/disputes/<uuid:dispute_id>/joint")
@requires(Action.READ_DISPUTES)
def page(dispute_id: UUID) -> Response:
    """Show what several units do on a matter: the one thing that is next for this actor, then everything else."""
    return _page(dispute_id, NO_TROUBLE)


def _page(dispute_id: UUID, trouble: Trouble, *, status: int = 200) -> Response:
    loaded = _load(dispute_id)
    return make_response(render_template("pages/dispute_joint.html", trouble=trouble, **_shown(loaded)), status)


def _load(dispute_id: UUID) -> Loaded:
    actor = the_actor()
    scope = joined_scope(actor)
    with reading() as session:
        found = shown_detail(session, scope=scope, dispute_id=dispute_id)
        if found is None or is_referral_only(found.category):
            raise NotFoundError(NO_SUCH)
        return Loaded(
            found,
            together_on(session, scope=scope, dispute_id=dispute_id),
            choices_for(session, dispute_id, actor=actor),
            is_county_centre(session, actor),
            unit_kind(session, actor.unit_id),
            shown_detail(session, scope=the_scope(), dispute_id=dispute_id) is None,
        )


def _shown(loaded: Loaded) -> dict[str, object]:
    detail, together, actor, now = loaded.detail, loaded.together, the_actor(), wired().clock.now()
    names = offered(detail, together, actor, centre=loaded.centre, kind=loaded.kind, joined=loaded.joined)
    return {
        "detail": detail,
        "together": together,
        "choices": loaded.choices,
        "joined": loaded.joined,
        "state": STATE_WORDS[detail.state],
        "tone": state_tone(detail.state),
        "matter": detail.summary or VOICE_ONLY,
        "offered": names,
        "main": main_form(names),
        "titles": TITLES,
        "words": words,
        "whistles": [
            (whistle_facts(one), [(call.unit, call_facts(call, now), is_silent(call, now)) for call in one.calls])
            for one in together.whistles
        ],
        "to_rule": [(str(call.id), call.unit) for call in calls_of(together) if call.state == "refused"],
        "to_rate": [(str(call.id), call.unit) for call in calls_to_rate(together, actor)],
        "competence": [competence_facts(one) for one in together.competence],
        "crossing": flag_words(together.flags),
        "flags": [(code, word, words.FLAG_HINTS[code]) for code, word in words.FLAG_WORDS.items()],
        "own_units": [(str(one.unit_id), one.unit) for one in together.joint.units] if together.joint else [],
        "today": local_date(now).isoformat(),
    }


def _view(name: str) -> Callable[[UUID], Response | WerkzeugResponse]:
    form = FORMS[name]

    @requires(form.action)
    def view(dispute_id: UUID) -> Response | WerkzeugResponse:
        typed = Typed(name)
        try:
            change = form.read(typed)
            with transaction() as session:
                change(session, step_on(dispute_id))
        except AlreadyDoneError as twice:
            flash(twice.sentence, "info")
        except (ConflictError, InvalidError, ForbiddenError) as refusal:
            return _refused(dispute_id, name, typed, refusal)
        else:
            flash(form.done, "success")
            if found := words_in_all(typed.values.values()):
                flash(f"文字里有“{'、'.join(found)}”。{WRITE_THE_MATTER}", "warning")
        return redirect(url_for("joint.page", dispute_id=dispute_id))

    view.__doc__ = f"Take the step of the form ``{name}``."
    return view


def _refused(
    dispute_id: UUID, name: str, typed: Typed, refusal: ConflictError | InvalidError | ForbiddenError
) -> Response:
    fields = refusal.fields if isinstance(refusal, InvalidError) else {}
    kept = {**typed.values, **{group: ",".join(ticked(name, group)) for group in GROUPS}}
    trouble = Trouble(name, refusal.sentence, {f"{name}_{field}": told for field, told in fields.items()}, kept)
    return _page(dispute_id, trouble, status=STATUS[refusal.default_code])


for _name, _form in FORMS.items():
    bp.add_url_rule(f"/disputes/<uuid:dispute_id>/joint/{_form.ending}", _name, _view(_name), methods=["POST"])
