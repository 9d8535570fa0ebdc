"""Names of organisations: the county confirms what reports used, merges other words for the same, or sends back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.http.guard import guard_pages, requires, the_actor
from grid_app.policy import Action
from grid_app.queries.organisations import STATES, EntryRow, entries_of, entry_counts, registered_names
from grid_app.services.organisations.names import WRITE_IT_WHOLE, ends_as_an_organisation
from grid_app.services.organisations.registry import confirm, differ, merge, register, reject, separate
from grid_app.vocabulary.organisations import ENTRY_STATE_WORDS
from grid_app.web.wording import local_date
from grid_app.wiring import wired

bp = Blueprint("organisations", __name__)
guard_pages(bp)

FEW: Final = 5
FIELDS: Final = ("name", "into", "reason")


@bp.get("/organisations")
@requires(Action.CONFIRM_ORGANISATION)
def index() -> str:
    """Show the names in one state, those that wait first."""
    return _page({}, {}, "")


@bp.post("/organisations")
@requires(Action.CONFIRM_ORGANISATION)
def add() -> Response | WerkzeugResponse:
    """Register an organisation by its whole name."""
    name = request.form.get("name", "")

    def change() -> None:
        with transaction() as session:
            register(session, actor=the_actor(), name=name, now=wired().clock.now())

    return _changed(change, "已登记。", "new", "confirmed")


@bp.post("/organisations/<uuid:organisation_id>/<step>")
@requires(Action.CONFIRM_ORGANISATION)
def decide(organisation_id: UUID, step: str) -> Response | WerkzeugResponse:
    """Confirm a name, merge it, say that it is another one, take a merging back, or send it back."""
    if step not in STEPS:
        raise NotFoundError("没有这一步。")
    done, field, service = STEPS[step]
    typed = request.form.get(field, "")

    def change() -> None:
        with transaction() as session:
            service(
                session, actor=the_actor(), organisation_id=organisation_id, now=wired().clock.now(), **{field: typed}
            )

    return _changed(change, done, f"{step}-{organisation_id}", request.form.get("state", STATES[0]))


STEPS: Final[Mapping[str, tuple[str, str, Callable[..., None]]]] = {
    "confirm": ("已确认。", "name", confirm),
    "merge": ("已并入。以后写这个名称的,都算那个单位;可以再分开。", "into", merge),
    "differ": ("已记下:不是同一个单位,以后不再提示这一对。按错了,仍可在“是另一个单位的别称”里并入。", "other", differ),
    "separate": ("已分开,原来用这个名称的事项也回来了。", "reason", separate),
    "reject": ("已退回,名称已删去。用过它的事项会提示补写单位全称。", "reason", reject),
}
"""By the end of the address: what is said afterwards, the field that is typed, and the service."""


def _changed(change: Callable[[], None], done: str, form: str, state: str) -> Response | WerkzeugResponse:
    """Do it and show the list again; when it is refused, with what was typed."""
    try:
        change()
    except (InvalidError, ConflictError) as refusal:
        fields = refusal.fields if isinstance(refusal, InvalidError) else {}
        errors = {f"{form}-{name}": told for name, told in fields.items()} or {form: refusal.sentence}
        status = 422 if isinstance(refusal, InvalidError) else 409
        typed = {f"{form}-{name}": request.form.get(name, "") for name in FIELDS if name in request.form}
        return make_response(_page(errors, typed, state), status)
    except NotFoundError as refusal:
        flash(refusal.sentence, "warning")
    else:
        flash(done, "success")
    return redirect(url_for("organisations.index", state=_known(state)))


def _known(state: str) -> str:
    return state if state in STATES else STATES[0]


def _page(errors: Mapping[str, str], typed: Mapping[str, str], state: str) -> str:
    state = _known(state or request.args.get("state", ""))
    words, asked = request.args.get("words", ""), request.args.get("page", "0")
    at = int(asked) if asked.isdecimal() and len(asked) < 4 else 0
    with reading() as session:
        found = entries_of(session, state=state, words=words, page=at)
        counts = entry_counts(session)
        names = registered_names(session)
    return render_template(
        "pages/organisations.html",
        state=state,
        words=words,
        tabs=[
            {
                "label": word,
                "url": url_for("organisations.index", state=code),
                "current": code == state,
                "count": counts[code],
            }
            for code, word in ENTRY_STATE_WORDS.items()
        ],
        rows=[_row(one) for one in found.rows],
        names=names,
        errors=errors,
        typed=typed,
        hint=WRITE_IT_WHOLE,
        previous=_address(state, words, at - 1) if at else None,
        next=_address(state, words, at + 1) if found.more else None,
    )


def _address(state: str, words: str, at: int) -> str:
    return url_for("organisations.index", state=state, words=words or None, page=at)


def _row(one: EntryRow) -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.name,
        "into": one.into,
        "reason": one.reason,
        "decided": local_date(one.decided_at) if one.decided_at else "",
        "matters": f"不到 {FEW}" if 0 < one.matters < FEW else str(one.matters),
        "like": one.like,
        "odd": not ends_as_an_organisation(one.name),
    }
