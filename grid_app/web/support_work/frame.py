"""What the pages of the support workspace share: the tabs, fields and forms, cards of records, refused input."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, TypeAlias

from flask import flash, make_response, redirect, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.database.transaction import transaction
from grid_app.errors import ConflictError, ForbiddenError, InvalidError
from grid_app.http.guard import the_actor
from grid_app.policy import Action, allows
from grid_app.services.control_words import WRITE_THE_MATTER, words_in_all
from grid_app.services.matters.step import AlreadyDoneError
from grid_app.web.step_forms import NO_TROUBLE, STATUS, Trouble, Typed
from grid_app.web.wording import local_date as day_words

OpenSession: TypeAlias = Any
Facts: TypeAlias = tuple[tuple[str, str], ...]

TABS: Final = (
    ("待办", "support_work.index", Action.ANSWER_FOR_UNIT),
    ("台账", "support_work.ledger", Action.HANDLE_DISPUTE),
    ("到期和超期", "support_work.due", Action.HANDLE_DISPUTE),
    ("督办", "support_work.supervision", Action.ANSWER_FOR_UNIT),
    ("三项建议", "support_work.recommendations", Action.ANSWER_FOR_UNIT),
    ("联席会议", "support_work.meetings", Action.HANDLE_DISPUTE),
    ("督查", "support_work.inspections", Action.HANDLE_DISPUTE),
    ("整改", "support_work.rectifications", Action.ANSWER_FOR_UNIT),
    ("多户反映的问题", "findings.questions", Action.ANSWER_FOR_UNIT),
    ("履职倒查", "support_work.reviews", Action.ANSWER_FOR_UNIT),
    ("通报", "support_work.bulletin", Action.HANDLE_DISPUTE),
    ("分析和年报", "support_work.quarterly", Action.HANDLE_DISPUTE),
)


@dataclass(frozen=True)
class Field:
    """One field of a form; ``kind`` is text, area, select, date, number or choice."""

    name: str
    label: str
    kind: str = "area"
    options: Sequence[tuple[str, str]] = ()
    hint: str = ""
    value: str = ""
    optional: bool = False


@dataclass(frozen=True)
class Form:
    """A form: its name, where it goes, its fields, what its button says.

    The names of its fields begin with its own. ``key`` is the id of what it makes, so that sending it twice does no
    harm.
    """

    name: str
    title: str
    action: str
    fields: tuple[Field, ...]
    button: str
    hint: str = ""
    key: str = ""
    trouble: Trouble = NO_TROUBLE


@dataclass(frozen=True)
class RecordCard:
    """One record as a card: facts, links, a tag, and the forms of what may happen to it."""

    id: str
    title: str
    facts: Facts
    tag: str
    tone: str
    links: Facts = ()
    forms: tuple[Form, ...] = ()


def tabs(current: str) -> list[dict[str, object]]:
    """Return the tabs of the workspace that the acting role may open."""
    actor = the_actor()
    return [
        {"label": label, "url": url_for(endpoint), "current": endpoint == f"support_work.{current}"}
        for label, endpoint, action in TABS
        if allows(actor, action)
    ]


def with_trouble(form: Form, trouble: Trouble) -> Form:
    """Return ``form`` with what was typed into it and what is wrong, when the trouble is its own."""
    return replace(form, trouble=trouble) if trouble.form == form.name else form


def take(
    change: Callable[[OpenSession], str | None], *, form: str, done: str, back: str,
    again: Callable[[Trouble], str],
) -> WerkzeugResponse:  # fmt: skip
    """Do ``change`` in a transaction and go back; whatever is wrong, ``again`` shows the page with everything typed.

    ``change`` may return the address that comes next.
    """
    values = Typed(form).values
    try:
        with transaction() as session:
            target = change(session) or back
    except AlreadyDoneError as twice:
        flash(twice.sentence, "info")
        return redirect(back)
    except (ConflictError, InvalidError, ForbiddenError) as refusal:
        fields = refusal.fields if isinstance(refusal, InvalidError) else {}
        errors = {f"{form}_{name}": sentence for name, sentence in fields.items()}
        trouble = Trouble(form, refusal.sentence, errors, values)
        return make_response(again(trouble), STATUS[refusal.default_code])
    flash(done, "success")
    if words := words_in_all(values.values()):
        flash(f"文字里有“{'、'.join(words)}”。{WRITE_THE_MATTER}", "warning")
    return redirect(target)


def due_words(due_on: date, today: date, *, is_open: bool) -> str:
    """Return a due day and, while it counts, how far away it is."""
    day = day_words(due_on)
    if not is_open:
        return day
    away = (due_on - today).days
    if away == 0:
        return f"{day},今天到期"
    return f"{day},还有 {away} 天" if away > 0 else f"{day},已超 {-away} 天"


def small(count: int) -> str:
    """Return a count for a table that goes round; numbers from one to four are not told apart."""
    return "不到 5" if 0 < count < 5 else str(count)
