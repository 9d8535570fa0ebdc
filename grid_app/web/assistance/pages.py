"""Help for a party that wants it: the page of one dispute, and what a unit has promised."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeAlias
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.clock import local_date
from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.http.guard import guard_pages, requires, the_actor, the_scope
from grid_app.policy import Action, allows
from grid_app.queries.assistance import HelpView, help_on, measures_due, units_that_help
from grid_app.queries.disputes_detail import DisputeDetail
from grid_app.services.assistance import plans
from grid_app.services.assistance.amounts import review_amount
from grid_app.services.assistance.plans import Measure, may_help
from grid_app.services.control_words import WRITE_THE_MATTER, words_in_all
from grid_app.services.matters.parties import PartyFace, faces_of
from grid_app.services.matters.states import is_referral_only
from grid_app.services.matters.step import NO_SUCH, AlreadyDoneError, Change
from grid_app.services.typed import day_of, uuid_of
from grid_app.vocabulary import assistance as words
from grid_app.vocabulary.mediation import CONSENT_WAY_WORDS
from grid_app.vocabulary.words import STATE_WORDS, VOICE_ONLY
from grid_app.web.assistance import lawyers
from grid_app.web.assistance.shown import open_measures, plans_shown, to_review
from grid_app.web.dispute_words import state_tone
from grid_app.web.step_forms import NO_TROUBLE, STATUS, Trouble, Typed, step_on
from grid_app.web.without_names import shown_detail
from grid_app.web.wording import local_date as day_words
from grid_app.wiring import wired

bp = Blueprint("assistance", __name__)
guard_pages(bp)
lawyers.add_routes(bp)
Reader: TypeAlias = Callable[[Typed], Change]


@dataclass(frozen=True)
class Loaded:
    """What the page reads from the database."""

    detail: DisputeDetail
    help: HelpView
    faces: list[PartyFace]
    units: list[tuple[UUID, str]]


def _plan(typed: Typed) -> Change:
    return partial(
        plans.make_plan, party=typed["party"], unit_id=uuid_of(typed["unit"]), due_on=day_of(typed["due_on"]),
        agreed=bool(typed["agreed"]),
    )  # fmt: skip


def _measure(typed: Typed) -> Change:
    measure = Measure(typed["kind"], typed["what"], uuid_of(typed["unit"]), day_of(typed["due_on"]), typed["amount"])
    return partial(plans.add_measure, plan_id=uuid_of(typed["plan"]), measure=measure)


def _done(typed: Typed) -> Change:
    return partial(
        plans.measure_done, measure_id=uuid_of(typed["measure"]), done_on=day_of(typed["day"]), result=typed["note"]
    )


def _review(typed: Typed) -> Change:
    agrees = {"yes": True, "no": False}.get(typed["decision"])
    return partial(review_amount, measure_id=uuid_of(typed["measure"]), agrees=agrees, note=typed["note"])


FORMS: Final[dict[str, tuple[str, Action, str, Reader]]] = {
    "agree": (
        "agree", Action.ADD_TO_DISPUTE, "已记下:本人同意帮扶。",
        lambda t: partial(plans.agree_to_help, party=t["party"], way=t["way"]),
    ),
    "withdraw": (
        "withdraw", Action.ADD_TO_DISPUTE, "已记下:本人不要帮扶,不问理由。没做的措施都停了,这件事照常办。",
        lambda t: partial(plans.withdraw_help, party=t["party"]),
    ),
    "plan": ("plan", Action.ADD_TO_DISPUTE, "计划已保存。请把措施一项一项加上。", _plan),
    "measure": ("measure", Action.ADD_TO_DISPUTE, "已加上这项措施。", _measure),
    "done": ("done", Action.ADD_TO_DISPUTE, "已记下:落实了。", _done),
    "decline": (
        "decline", Action.ADD_TO_DISPUTE, "已记下:本人不要这一项,不问理由。",
        lambda t: partial(plans.decline_measure, measure_id=uuid_of(t["measure"])),
    ),
    "review": ("review", Action.HANDLE_DISPUTE, "已记下审批意见。", _review),
    "finish": (
        "finish", Action.ADD_TO_DISPUTE, "帮扶已结束。",
        lambda t: partial(plans.finish_plan, plan_id=uuid_of(t["plan"])),
    ),
}  # fmt: skip
"""By form name: the end of the address, the action, what is said afterwards, how it is read."""


@bp.get("/assistance")
@requires(Action.ADD_TO_DISPUTE)
def index() -> str:
    """List what the acting unit has promised in plans of help: matters and days, nobody's name."""
    today = local_date(wired().clock.now())
    with reading() as session:
        due = measures_due(session, the_actor(), the_scope())
    lines = [(one, words.MEASURE_WORDS[one.kind], day_words(one.due_on), one.due_on < today) for one in due]
    return render_template("pages/assistance.html", unit=the_actor().unit_name, lines=lines)


@bp.get("/disputes/<uuid:dispute_id>/assistance")
@requires(Action.ADD_TO_DISPUTE)
def page(dispute_id: UUID) -> Response:
    """Show who wants help in this dispute, and what is planned; for those who have a part in it alone."""
    return _page(dispute_id, NO_TROUBLE)


def _page(dispute_id: UUID, trouble: Trouble, *, status: int = 200) -> Response:
    loaded = _load(dispute_id)
    return make_response(render_template("pages/dispute_assistance.html", trouble=trouble, **_shown(loaded)), status)


def _load(dispute_id: UUID) -> Loaded:
    actor, scope = the_actor(), the_scope()
    with reading() as session:
        found = shown_detail(session, scope=scope, dispute_id=dispute_id)
        if found is None or is_referral_only(found.category):
            raise NotFoundError(NO_SUCH)
        if not may_help(session, actor, dispute_id, found.owner_unit_id):
            raise ForbiddenError("帮扶的内容只给办理单位和帮扶单位看。")
        return Loaded(
            found,
            help_on(session, scope=scope, dispute_id=dispute_id),
            faces_of(session, dispute_id=dispute_id, actor=actor, cipher=wired().keys.fields),
            units_that_help(session, dispute_id),
        )


def _shown(loaded: Loaded) -> dict[str, object]:
    detail, actor, view = loaded.detail, the_actor(), loaded.help
    names = {face.label: f"{face.label} {face.name}".strip() for face in loaded.faces}
    planned = {plan.label for plan in view.open_plans}
    return {
        "detail": detail,
        "state": STATE_WORDS[detail.state],
        "tone": state_tone(detail.state),
        "matter": detail.summary or VOICE_ONLY,
        "names": names,
        "asking": [(label, name) for label, name in names.items() if label not in view.wanting],
        "wanting": [(label, names.get(label, label)) for label in view.wanting],
        "to_plan": [(label, names.get(label, label)) for label in view.wanting if label not in planned],
        "plans": plans_shown(view, local_date(wired().clock.now())),
        "open_plans": [(str(plan.id), names.get(plan.label, plan.label)) for plan in view.open_plans],
        "measures": open_measures(view),
        "reviews": to_review(view) if allows(actor, Action.HANDLE_DISPUTE) else [],
        "units": [(str(key), name) for key, name in loaded.units],
        "ways": list(CONSENT_WAY_WORDS.items()),
        "words": words,
        "kinds": list(words.MEASURE_WORDS.items()),
        "today": local_date(wired().clock.now()).isoformat(),
    }


def _view(name: str) -> Callable[[UUID], Response | WerkzeugResponse]:
    _, action, done, read = FORMS[name]

    @requires(action)
    def view(dispute_id: UUID) -> Response | WerkzeugResponse:
        typed = Typed(name)
        try:
            change = read(typed)
            with transaction() as session:
                change(session, step_on(dispute_id))
        except AlreadyDoneError as twice:
            flash(twice.sentence, "info")
        except (ConflictError, InvalidError, ForbiddenError) as refusal:
            fields = refusal.fields if isinstance(refusal, InvalidError) else {}
            told = {f"{name}_{field}": sentence for field, sentence in fields.items()}
            trouble = Trouble(name, refusal.sentence, told, typed.values)
            return _page(dispute_id, trouble, status=STATUS[refusal.default_code])
        else:
            flash(done, "success")
            if found := words_in_all(typed.values.values()):
                flash(f"文字里有“{'、'.join(found)}”。{WRITE_THE_MATTER}", "warning")
        return redirect(url_for("assistance.page", dispute_id=dispute_id))

    view.__doc__ = f"Take the step ``{name}`` of help and show it again."
    return view


for _name, (_ending, *_) in FORMS.items():
    bp.add_url_rule(f"/disputes/<uuid:dispute_id>/assistance/{_ending}", _name, _view(_name), methods=["POST"])
