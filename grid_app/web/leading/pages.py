"""Leaders who own hard matters: the list of an office, and the page of one matter with its forms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.clock import local_date
from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.http.guard import guard_pages, requires, the_actor, the_scope
from grid_app.policy import Action
from grid_app.queries.disputes_detail import DisputeDetail
from grid_app.queries.leading import leading_of
from grid_app.queries.leading_lists import (
    count_without_lead,
    due_promises,
    due_visits,
    waiting_queries,
    without_lead,
)
from grid_app.queries.leading_views import LeadingView
from grid_app.services.control_words import WRITE_THE_MATTER, words_in_all
from grid_app.services.leading.choices import LeadingChoices, choices_for
from grid_app.services.matters.states import is_referral_only
from grid_app.services.matters.step import NO_SUCH, AlreadyDoneError
from grid_app.vocabulary import leading as words
from grid_app.vocabulary.words import STATE_WORDS, VOICE_ONLY
from grid_app.web.dispute_words import state_tone
from grid_app.web.leading import shown
from grid_app.web.leading.steps import GROUPS, STEPS, ticked
from grid_app.web.step_forms import NO_TROUBLE, STATUS, Trouble, Typed, step_on
from grid_app.web.without_names import shown_detail
from grid_app.web.wording import local_date as day_words
from grid_app.wiring import wired

bp = Blueprint("leading", __name__)
guard_pages(bp)


@dataclass(frozen=True)
class Loaded:
    """What the page of one matter reads from the database."""

    detail: DisputeDetail
    view: LeadingView
    choices: LeadingChoices


@bp.get("/leading")
@requires(Action.HANDLE_DISPUTE)
def index() -> str:
    """List meetings and promises that fall due, grave matters nobody owns, and questions that wait."""
    now, scope = wired().clock.now(), the_scope()
    ahead = timedelta(days=words.leading_rules().days_ahead)
    today = local_date(now)
    with reading() as session:
        lists = {
            "visits": due_visits(session, scope=scope, until=now + ahead),
            "promises": due_promises(session, scope=scope, until=today + ahead),
            "unowned": without_lead(session, scope=scope, now=now),
            "queries": waiting_queries(session, scope=scope),
        }
        unowned = count_without_lead(session, scope=scope, now=now)
    days = words.leading_rules().days_ahead
    return render_template(
        "pages/leading.html", lists=lists, unowned=unowned, days=days, today=today, now=now,
        day_words=day_words, local_date=local_date,
    )  # fmt: skip


@bp.get("/disputes/<uuid:dispute_id>/leading")
@requires(Action.READ_DISPUTES)
def page(dispute_id: UUID) -> Response:
    """Show who owns a matter and everything that was promised, planned, heard and asked."""
    return _page(dispute_id, NO_TROUBLE)


@bp.post("/disputes/<uuid:dispute_id>/leading/<step>")
@requires(Action.ADD_TO_DISPUTE)
def take(dispute_id: UUID, step: str) -> Response | WerkzeugResponse:
    """Take one step on a hard matter and show it again."""
    if step not in STEPS:
        raise NotFoundError("没有这一步。请从这件事的页面重新进入。")
    done, read = STEPS[step]
    typed = Typed(step)
    if typed["more"]:  # another line, without script; nothing is saved
        return _page(dispute_id, Trouble(step, "", {}, _kept(typed)))
    try:
        change = read(typed)
        with transaction() as session:
            change(session, step_on(dispute_id))
    except AlreadyDoneError as twice:
        flash(twice.sentence, "info")
    except (ConflictError, InvalidError, ForbiddenError) as refusal:
        fields = refusal.fields if isinstance(refusal, InvalidError) else {}
        errors = {f"{step}_{name}": told for name, told in fields.items()}
        trouble = Trouble(step, refusal.sentence, errors, _kept(typed))
        return _page(dispute_id, trouble, status=STATUS[refusal.default_code])
    else:
        flash(done, "success")
        if found := words_in_all(typed.values.values()):
            flash(f"文字里有“{'、'.join(found)}”。{WRITE_THE_MATTER}", "warning")
    return redirect(url_for("leading.page", dispute_id=dispute_id))


def _kept(typed: Typed) -> dict[str, str]:
    """Return everything typed, the ticked boxes of a group joined."""
    groups = {name: ",".join(ticked(typed.form, name)) for name in GROUPS}
    return {**typed.values, **{name: text for name, text in groups.items() if text}}


def _page(dispute_id: UUID, trouble: Trouble, *, status: int = 200) -> Response:
    loaded = _load(dispute_id)
    return make_response(render_template("pages/dispute_leading.html", trouble=trouble, **_shown(loaded)), status)


def _load(dispute_id: UUID) -> Loaded:
    actor, scope, now = the_actor(), the_scope(), wired().clock.now()
    with reading() as session:
        found = shown_detail(session, scope=scope, dispute_id=dispute_id)
        if found is None or is_referral_only(found.category):
            raise NotFoundError(NO_SUCH)
        view = leading_of(session, dispute_id, now=now)
        return Loaded(found, view, choices_for(session, dispute_id, actor=actor, now=now))


def _shown(loaded: Loaded) -> dict[str, object]:
    detail, view, now = loaded.detail, loaded.view, wired().clock.now()
    today = local_date(now)
    steps = shown.steps_of(detail, view, the_actor(), today)
    lead, plan = view.lead, view.plan
    return {
        "detail": detail,
        "view": view,
        "lead": lead,
        "plan": plan,
        "choices": loaded.choices,
        "steps": steps,
        "main": shown.main_step(detail, view, steps, now),
        "suggested": lead is None and shown.is_suggested(detail, historical=bool(view.background)),
        "state": STATE_WORDS[detail.state],
        "tone": state_tone(detail.state),
        "matter": detail.summary or VOICE_ONLY,
        "lead_facts": shown.lead_facts(lead, now) if lead else [],
        "team": shown.team_lines(lead) if lead else [],
        "promises": shown.task_lines(view.promises, today, done="做到"),
        "plan_lines": shown.task_lines(plan.steps, today, done="做完") if plan else [],
        "agreed": shown.agreed_words(view),
        "diary": shown.diary(view.visits),
        "slots": shown.slots(view),
        "slot_choices": shown.slot_choices(),
        "hearings": [(shown.hearing_words(one), shown.hearing_facts(one)) for one in view.hearings],
        "planned": shown.days_shown(view.hearings),
        "talks": [(day_words(one.held_on), one) for one in view.consultations],
        "queries": [shown.query_facts(one, today) for one in view.queries],
        "open_queries": [
            (str(one.id), f"第 {one.number} 次,{one.to_organ}") for one in view.queries if one.answered_on is None
        ],
        "concluded": [(day_words(one.concluded_at), one) for one in view.examinations if one.concluded_at],
        "today": today.isoformat(),
        "words": words,
        "duties": list(words.leading_rules().duties.items()),
    }
