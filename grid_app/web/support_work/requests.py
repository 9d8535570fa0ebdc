"""Pages of requests to units: the list with what may be done, the form that opens one, the answer and the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.clock import local_date
from grid_app.database.base import new_id
from grid_app.database.transaction import reading
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action, Actor, Role, allows
from grid_app.queries.support_units import units_advised, units_below
from grid_app.queries.support_work import RequestRow, inspections_of, missed_of, requests_of
from grid_app.services.support_work.asked import Desk, Request
from grid_app.services.support_work.duty_reviews import missed_clocks
from grid_app.services.typed import uuid_of
from grid_app.web.step_forms import NO_TROUBLE, Trouble, Typed
from grid_app.web.support_work.frame import (
    Facts,
    Form,
    OpenSession,
    RecordCard,
    due_words,
    tabs,
    take,
    with_trouble,
)
from grid_app.web.support_work.kinds import KINDS, RECTIFICATION, RESOLUTION, REVIEW, Kind, Options
from grid_app.web.wording import local_date as day_words
from grid_app.wiring import wired


def the_desk() -> Desk:
    """Return who acts on this request, and when."""
    return Desk(the_actor(), wired().clock.now())


def cards_for(
    session: OpenSession, kind: Kind, trouble: Trouble, *, meeting_id: UUID | None = None
) -> list[RecordCard]:
    """Return the records of a kind that concern the actor, as cards with what the actor may do."""
    desk = the_desk()
    rows = requests_of(session, kind.table, desk.actor, meeting_id=meeting_id)
    missed: dict[UUID, Any] = {}
    if kind is REVIEW:
        missed = missed_of(session, [row.record.deadline_id for row in rows])
    return [_card(kind, row, desk, trouble, missed) for row in rows]


def _card(kind: Kind, row: RequestRow[Any], desk: Desk, trouble: Trouble, missed: Mapping[UUID, Any]) -> RecordCard:
    record = row.record
    is_open = record.closed_at is None
    is_late = is_open and record.replied_at is None and record.due_on < desk.today
    tag, tone = _tag(record, is_late=is_late)
    clock: Facts = ()
    if kind is REVIEW:
        name, due_at = missed[record.deadline_id]
        clock = (("误了的期限", f"{name},应在 {day_words(due_at)}以前"),)
    facts = (
        *clock,
        *kind.facts(row),
        ("提出单位", f"{row.by_unit},{day_words(record.opened_at)}"),
        ("答复期限", due_words(record.due_on, desk.today, is_open=is_open and record.replied_at is None)),
        ("单位的答复", f"{record.reply}({day_words(record.replied_at)})" if record.replied_at else ""),
        ("办结", f"{record.closing}({day_words(record.closed_at)})" if record.closed_at else ""),
    )
    return RecordCard(
        id=str(record.id),
        title=kind.card_title(row),
        facts=tuple(pair for pair in facts if pair[1]),
        tag=tag,
        tone=tone,
        links=_links(kind, row),
        forms=tuple(with_trouble(form, trouble) for form in _forms(kind, row, desk.actor)) if is_open else (),
    )


def _tag(record: Request, *, is_late: bool) -> tuple[str, str]:
    if record.closed_at is not None:
        return "已办结", "done"
    if record.replied_at is not None:
        return "已答复,等核实", "active"
    return ("超期没有答复", "attention") if is_late else ("等答复", "active")


def _links(kind: Kind, row: RequestRow[Any]) -> Facts:
    links = []
    if row.dispute_id is not None:
        links.append(("打开这件事", url_for("disputes.detail", dispute_id=row.dispute_id)))
    if kind is REVIEW and row.record.by_unit_id == the_actor().unit_id:
        given = {"unit": row.record.unit_id, "review": row.record.id}
        links.append(("责令这个单位整改", url_for("support_work.new_rectifications", **given)))
    return tuple(links)


def _forms(kind: Kind, row: RequestRow[Any], actor: Actor) -> list[Form]:
    key, forms = row.record.id, []
    if actor.unit_id == row.record.unit_id and actor.role is not Role.GRID_WORKER:
        title = "改答复" if row.record.replied_at else "答复"
        url = url_for(f"support_work.answer_{_endpoint(kind)}", key=key)
        forms.append(Form(f"answer-{key}", title, url, kind.answer_fields, "保存答复"))
    if actor.unit_id == row.record.by_unit_id and allows(actor, Action.HANDLE_DISPUTE):
        url = url_for(f"support_work.end_{_endpoint(kind)}", key=key)
        forms.append(Form(f"end-{key}", "办结", url, kind.end_fields, "办结"))
    return forms


def _endpoint(kind: Kind) -> str:
    return "resolutions" if kind is RESOLUTION else kind.tab


def _page(kind: Kind, trouble: Trouble) -> str:
    with reading() as session:
        cards = cards_for(session, kind, trouble)
        opens = bool(kind.new_word) and _may_open(session, kind)
    return render_template(
        "pages/support_requests.html",
        tabs=tabs(kind.tab),
        kind=kind,
        cards=cards,
        new_url=url_for(f"support_work.new_{kind.tab}") if opens else None,
    )


def _may_open(session: OpenSession, kind: Kind) -> bool:
    actor = the_actor()
    if not allows(actor, Action.HANDLE_DISPUTE):
        return False
    return bool(units_advised(session, actor) if kind.tab == "recommendations" else units_below(session, actor))


def _form_page(kind: Kind, trouble: Trouble) -> str:
    with reading() as session:
        options = _options(session, kind)
    form = Form(
        "new", kind.new_word, url_for(f"support_work.new_{kind.tab}"), kind.new_fields(options, request.args),
        "保存并送达", hint=kind.new_hint, key=str(new_id()),
    )  # fmt: skip
    return render_template(
        "pages/support_form.html",
        form=with_trouble(form, trouble),
        back=url_for(f"support_work.{kind.tab}"),
        back_word=kind.title,
    )


def _options(session: OpenSession, kind: Kind) -> Options:
    desk, actor = the_desk(), the_actor()
    options = {
        "units": [(str(one.id), one.name) for one in units_below(session, actor)],
        "advised": [(str(one.id), one.name) for one in units_advised(session, actor)],
    }
    if kind is RECTIFICATION:
        reviews = requests_of(session, REVIEW.table, actor)
        options["inspections"] = [(str(row.id), row.title) for row, _ in inspections_of(session, actor)]
        options["reviews"] = [(str(one.record.id), f"{one.unit} {one.case_code}") for one in reviews]
    if kind is REVIEW:
        missed = missed_clocks(session, desk)
        names = missed_of(session, [clock.id for clock, _, _ in missed])
        options["missed"] = [
            (str(clock.id), f"{unit}:{code} {names[clock.id][0]},应在 {local_date(clock.due_at)}")
            for clock, code, unit in missed
        ]
    return options


def _list_view(kind: Kind) -> Callable[[], str]:
    @requires(Action.ANSWER_FOR_UNIT)
    def view() -> str:
        return _page(kind, NO_TROUBLE)

    view.__doc__ = f"List what concerns the acting unit: {kind.path}."
    return view


def _new_view(kind: Kind) -> Callable[[], str | WerkzeugResponse]:
    @requires(Action.HANDLE_DISPUTE)
    def view() -> str | WerkzeugResponse:
        if request.method == "GET":
            return _form_page(kind, NO_TROUBLE)
        typed = Typed("new")

        def change(session: OpenSession) -> None:
            kind.open(session, the_desk(), uuid_of(typed["key"]) or new_id(), typed)

        back = url_for(f"support_work.{kind.tab}")
        done = "已保存,对方单位在“综合保障”里看得到。"
        return take(change, form="new", done=done, back=back, again=lambda trouble: _form_page(kind, trouble))

    view.__doc__ = f"Open one: {kind.path}."
    return view


def _act_view(kind: Kind, what: str) -> Callable[[UUID], WerkzeugResponse]:
    action = Action.ANSWER_FOR_UNIT if what == "answer" else Action.HANDLE_DISPUTE

    @requires(action)
    def view(key: UUID) -> WerkzeugResponse:
        form = f"{what}-{key}"
        typed = Typed(form)

        def change(session: OpenSession) -> None:
            (kind.answer if what == "answer" else kind.end)(session, the_desk(), key, typed)

        back = url_for(f"support_work.{_endpoint(kind)}")
        done = "答复已保存,提出的单位看得到。" if what == "answer" else "已办结。"
        return take(change, form=form, done=done, back=back, again=lambda trouble: _page(kind, trouble))

    view.__doc__ = f"Keep the {what} of one: {kind.path}."
    return view


def add_routes(bp: Blueprint) -> None:
    """Give the blueprint the pages of every kind."""
    for kind in KINDS:
        name = _endpoint(kind)
        bp.add_url_rule(kind.path, name, _list_view(kind))
        if kind.new_word:
            bp.add_url_rule(f"{kind.path}/new", f"new_{name}", _new_view(kind), methods=["GET", "POST"])
        for what in ("answer", "end"):
            bp.add_url_rule(f"{kind.path}/<uuid:key>/{what}", f"{what}_{name}", _act_view(kind, what), methods=["POST"])
