"""The mediation of a dispute on a page of its own, and what a committee has before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.clock import local, local_date
from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.http.guard import guard_pages, requires, the_actor, the_scope
from grid_app.policy import Action, allows
from grid_app.queries.clocks import ClockRow, StoredRule, clocks_of, rule_versions
from grid_app.queries.danger import DangerView, danger_reports_of
from grid_app.queries.disputes_detail import DisputeDetail
from grid_app.queries.documents import issued_of
from grid_app.queries.earlier import EarlierMatters
from grid_app.queries.mediation import CaseView, mediations_of
from grid_app.queries.mediation_work import due_terms, under_way
from grid_app.services.control_words import WRITE_THE_MATTER, words_in_all
from grid_app.services.matters.parties import PartyFace, faces_of
from grid_app.services.matters.states import is_referral_only
from grid_app.services.matters.step import NO_SUCH, AlreadyDoneError
from grid_app.services.mediation.choices import Choices, choices_for
from grid_app.vocabulary import mediation as words
from grid_app.vocabulary.categories import group_of
from grid_app.vocabulary.words import STATE_WORDS, VOICE_ONLY
from grid_app.web.danger_words import danger_lines, police_line
from grid_app.web.dispute_words import state_tone
from grid_app.web.earlier.shown import earlier_row
from grid_app.web.mediation import settled_on_spot
from grid_app.web.mediation.shown import (
    agreement_facts,
    consent_lines,
    countdown_of,
    court_lines,
    facts_of,
    main_step,
    routes_shown,
    session_items,
    steps_of,
    term_lines,
)
from grid_app.web.mediation.steps import STEPS
from grid_app.web.step_forms import NO_TROUBLE, STATUS, Trouble, Typed, step_on
from grid_app.web.without_names import shown_detail, shown_earlier
from grid_app.web.wording import local_date as day_words
from grid_app.web.wording import local_time
from grid_app.wiring import wired

AGREEMENT = "mediation_agreement"
EVENING = 9
"""From this hour on a meeting is offered for the next day."""

bp = Blueprint("mediation", __name__)
guard_pages(bp)
settled_on_spot.add_routes(bp)

FEWEST_ROWS = 3


@dataclass(frozen=True)
class Loaded:
    """What the page reads from the database."""

    detail: DisputeDetail
    cases: list[CaseView]
    faces: list[PartyFace]
    clocks: list[ClockRow]
    rules: dict[str, list[StoredRule]]
    choices: Choices
    papers: list[tuple[str, str]]
    before: EarlierMatters
    dangers: list[DangerView]


@bp.get("/mediation")
@requires(Action.ADD_TO_DISPUTE)
def index() -> str:
    """List what the acting unit mediates: promises that fall due, meetings, the days for a court's confirmation."""
    today = local_date(wired().clock.now())
    until = today + timedelta(days=words.mediation_rules().days_ahead)
    with reading() as session:
        terms = due_terms(session, the_actor(), the_scope(), until=until)
        cases = under_way(session, the_actor(), the_scope())
    return render_template(
        "pages/mediations.html",
        unit=the_actor().unit_name,
        terms=[(one, day_words(one.due_on), one.due_on < today) for one in terms],
        cases=[
            (
                one,
                words.CASE_WORDS[one.state],
                f"约在 {local_time(one.next_at)}" if one.next_at else "",
                f"{day_words(one.confirm_until)}以前可以共同申请司法确认" if one.confirm_until else "",
            )
            for one in cases
        ],
        days=words.mediation_rules().days_ahead,
    )


@bp.get("/disputes/<uuid:dispute_id>/mediation")
@requires(Action.READ_DISPUTES)
def page(dispute_id: UUID) -> Response:
    """Show the mediation of a dispute: what is next, then everything that was said and agreed."""
    return _page(dispute_id, NO_TROUBLE)


def _page(dispute_id: UUID, trouble: Trouble, *, status: int = 200) -> Response:
    loaded = _load(dispute_id)
    return make_response(render_template("pages/dispute_mediation.html", trouble=trouble, **_shown(loaded)), status)


def _load(dispute_id: UUID) -> Loaded:
    actor, scope, now = the_actor(), the_scope(), wired().clock.now()
    with reading() as session:
        found = shown_detail(session, scope=scope, dispute_id=dispute_id)
        if found is None or is_referral_only(found.category):
            raise NotFoundError(NO_SUCH)
        cases = mediations_of(session, scope=scope, dispute_id=dispute_id)
        return Loaded(
            found,
            cases,
            faces_of(session, dispute_id=dispute_id, actor=actor, cipher=wired().keys.fields),
            clocks_of(session, scope=scope, dispute_id=dispute_id),
            rule_versions(session),
            choices_for(session, dispute_id, actor=actor, unit_id=cases[0].unit_id if cases else None, now=now),
            [
                ("协议书文号", one.number_text)
                for one in issued_of(session, scope=scope, dispute_id=dispute_id)
                if one.kind == AGREEMENT and one.withdrawn_at is None
            ][:1],
            shown_earlier(session, scope=scope, dispute_id=dispute_id),
            danger_reports_of(session, scope=scope, dispute_id=dispute_id),
        )


def _shown(loaded: Loaded) -> dict[str, object]:
    detail, actor, now = loaded.detail, the_actor(), wired().clock.now()
    case = loaded.cases[0] if loaded.cases else None
    agreement = case.agreement if case else None
    steps = steps_of(detail, case, actor, now)
    return {
        "detail": detail,
        "case": case,
        "agreement": agreement,
        "steps": steps,
        "main": main_step(case, steps),
        "state": STATE_WORDS[detail.state],
        "tone": state_tone(detail.state),
        "matter": detail.summary or VOICE_ONLY,
        "faces": loaded.faces,
        "names": {face.label: f"{face.label} {face.name}".strip() for face in loaded.faces},
        "facts": facts_of(case) if case else [],
        "said": consent_lines(case) if case else [],
        "sessions": session_items(case) if case else [],
        "planned": _planned(case),
        "agreement_facts": [*agreement_facts(agreement), *loaded.papers] if agreement else [],
        "terms": term_lines(agreement.terms, local_date(now)) if agreement else [],
        "court": court_lines(agreement) if agreement else [],
        "countdown": countdown_of(loaded.clocks, now),
        "routes": routes_shown(detail.category, loaded.rules, now),
        "earlier": [(one.unit, facts_of(one)) for one in loaded.cases[1:]],
        "drafted": _drafted(case),
        "promisers": _promisers(loaded),
        "fewest_rows": FEWEST_ROWS,
        "today": local_date(now).isoformat(),
        "plan_day": (local_date(now) + timedelta(days=int(local(now).hour >= EVENING))).isoformat(),
        "choices": loaded.choices,
        "words": words,
        "before": [earlier_row(one) for one in loaded.before.rows if one.is_earlier],
        "before_is_partial": loaded.before.is_partial,
        "looks_at_earlier": group_of(detail.category) in ("01", "02"),
        "ends": [(code, words.END_WORDS[code]) for code in words.END_CHOICES],
        "dangers": danger_lines(loaded.dangers),
        "police": police_line(loaded.dangers),
        "moment": f"{local(now):%H:%M}",
        "adds_parties": allows(actor, Action.ADD_TO_DISPUTE),
    }


def _planned(case: CaseView | None) -> list[tuple[str, str]]:
    planned = [one for one in case.sessions if one.state == "planned"] if case else []
    return [(str(one.id), f"第 {one.number} 次,{local_time(one.planned_at)}") for one in planned]


def _promisers(loaded: Loaded) -> list[tuple[str, str]]:
    """Return who may promise something: the parties by label, a registered organisation, the unit that handles it."""
    named = [(face.label, f"{face.label} {face.name}".strip()) for face in loaded.faces]
    offices = [name for name in (loaded.detail.organisation, loaded.detail.owner_unit) if name]
    return [*named, *((name, name) for name in offices)]


def _drafted(case: CaseView | None) -> dict[str, str]:
    """Return the fields of a drafted agreement as its form takes them."""
    agreement = case.agreement if case else None
    if agreement is None:
        return {}
    texts = ("form", "facts", "issues", "responsibility", "performance_method")
    fields = {name: str(getattr(agreement, name)) for name in texts}
    fields["asked"] = "1" if "asked" in agreement.written_why else ""
    for term in agreement.terms:
        fields |= {
            f"who_{term.number}": term.who,
            f"what_{term.number}": term.what,
            f"due_{term.number}": term.due_on.isoformat(),
        }
    return fields


def _view(form: str) -> Callable[[UUID], Response | WerkzeugResponse]:
    _, done, read = STEPS[form]

    @requires(Action.ADD_TO_DISPUTE)
    def view(dispute_id: UUID) -> Response | WerkzeugResponse:
        typed = Typed(form)
        if typed["more"]:  # another line for a promise, without script; nothing is saved
            return _page(dispute_id, Trouble(form, "", {}, typed.values))
        try:
            change = read(typed)
            with transaction() as session:
                change(session, step_on(dispute_id))
        except AlreadyDoneError as twice:
            flash(twice.sentence, "info")
        except (ConflictError, InvalidError, ForbiddenError) as refusal:
            return _refused(dispute_id, form, typed, refusal)
        else:
            flash(done, "success")
            if found := words_in_all(typed.values.values()):
                flash(f"文字里有“{'、'.join(found)}”。{WRITE_THE_MATTER}", "warning")
        return redirect(url_for("mediation.page", dispute_id=dispute_id))

    view.__doc__ = f"Take the step ``{form}`` of the mediation and show it again."
    return view


def _refused(
    dispute_id: UUID, form: str, typed: Typed, refusal: ConflictError | InvalidError | ForbiddenError
) -> Response:
    fields = refusal.fields if isinstance(refusal, InvalidError) else {}
    kept = {
        **typed.values,
        **{name: ",".join(request.form.getlist(f"{form}_{name}")) for name in ("signed", "consented")},
    }
    trouble = Trouble(form, refusal.sentence, {f"{form}_{name}": told for name, told in fields.items()}, kept)
    return _page(dispute_id, trouble, status=STATUS[refusal.default_code])


for _form, (_ending, *_) in STEPS.items():
    bp.add_url_rule(f"/disputes/<uuid:dispute_id>/mediation/{_ending}", _form, _view(_form), methods=["POST"])
