"""How a dispute came: its own page with the reception form, and the report on its handling to print."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template

from grid_app.clock import local
from grid_app.database.transaction import reading
from grid_app.errors import NotFoundError
from grid_app.http.guard import requires, the_actor, the_scope
from grid_app.policy import Action
from grid_app.queries.disputes_detail import DisputeDetail, Moment, dispute_detail, history_of, unit_names
from grid_app.queries.disputes_places import place_names
from grid_app.queries.intake import Came, Leading, came_of, leading_of
from grid_app.services.matters.names import Names, hide_names, history_without, party_names
from grid_app.services.matters.step import NO_SUCH
from grid_app.vocabulary.categories import name_of
from grid_app.vocabulary.words import CLOSURE_WORDS, OPEN_STATES, STATE_WORDS, VOICE_ONLY
from grid_app.web.dispute_history import places_named, timeline_of, units_named
from grid_app.web.dispute_words import tracking
from grid_app.web.intake.shown import Pairs, came_facts, filled, which_leads
from grid_app.web.without_names import kept_names
from grid_app.web.wording import local_date as day_words
from grid_app.web.wording import local_time
from grid_app.wiring import wired

QUIET = frozenset({"graded", "linked", "party_added", "carrier_named", "handed_over", "grade_raised", "grade_lowered"})
"""Steps that say nothing about the handling to the unit that sent the matter."""


@requires(Action.HANDLE_DISPUTE)
def origin(dispute_id: UUID) -> str:
    """Show how a dispute came, whole; a reception as its form."""
    detail, came, leading = _loaded(dispute_id)
    if came is None:
        raise NotFoundError("这件事没有登记来件。请从纠纷页面看它的情况。")
    with reading() as session:
        kept = kept_names(session, [dispute_id])[dispute_id]
    return render_template(
        "pages/dispute_intake.html",
        detail=detail,
        matter=hide_names(detail.summary, kept) or VOICE_ONLY,
        code=tracking(detail.tracking_code),
        facts=_without(_whole(came), kept),
        reception=_without(_reception(came), kept),
        leads=which_leads(leading) if detail.state in OPEN_STATES else "",
    )


@requires(Action.HANDLE_DISPUTE)
def report_sheet(dispute_id: UUID) -> str:
    """Show the report on the handling, ready to print and sign; it leaves the house, so no party is named in it."""
    detail, came, leading = _loaded(dispute_id)
    with reading() as session:
        names = party_names(session, [dispute_id], cipher=wired().keys.fields)[dispute_id]
        history = history_without(history_of(session, scope=the_scope(), dispute_id=dispute_id), names)
        units = unit_names(session, units_named(history))
        places = place_names(session, places_named(history))
    steps = [one for one in reversed(history) if one.kind not in QUIET]
    return render_template(
        "pages/intake_report.html",
        detail=detail,
        matter=hide_names(detail.summary, names) or VOICE_ONLY,
        category=name_of(detail.category),
        came=_without(_whole(came), names) if came else (),
        leads=which_leads(leading),
        issuing=came.registration.issuing_unit if came else "",
        steps=[_step(*pair) for pair in zip(timeline_of(steps, units=units, places=places), steps, strict=True)],
        state=STATE_WORDS[detail.state],
        ground=CLOSURE_WORDS.get(detail.closure_ground or "", ""),
        is_open=detail.state in OPEN_STATES,
        received=local_time(detail.received_at),
        closed=local_time(detail.closed_at) if detail.closed_at else "",
        unit=the_actor().unit_name,
        today=f"{local(wired().clock.now()):%Y年%m月%d日}",
    )


def _loaded(dispute_id: UUID) -> tuple[DisputeDetail, Came | None, Leading]:
    with reading() as session:
        detail = dispute_detail(session, scope=the_scope(), dispute_id=dispute_id)
        if detail is None:
            raise NotFoundError(NO_SUCH)
        came = came_of(session, scope=the_scope(), dispute_id=dispute_id)
        own_due = came.registration.due_on if came else None
        return detail, came, leading_of(session, dispute_id=dispute_id, own_due=own_due)


def _step(item: dict[str, object], moment: Moment) -> dict[str, object]:
    """Return a step by unit, without the names of those who took it."""
    return {"title": item["title"], "at": item["at"], "unit": moment.unit or "系统", "body": item["body"]}


def _whole(came: Came) -> Pairs:
    told = came.registration
    return filled(
        *came_facts(came),
        ("来件日期", day_words(told.came_on)),
        ("办完要书面报告", "是" if told.report_back else ""),
        ("领导", told.official),
        ("批示内容", told.official_words),
        ("登记单位", came.unit),
        ("登记时间", local_time(told.at)),
    )


def _reception(came: Came) -> Pairs:
    told = came.reception
    if told is None:
        return ()
    return filled(
        ("接访时间", local_time(told.held_at)),
        ("接访地点", told.place),
        ("接访人", told.official),
        ("陪同人员", told.accompanying),
        ("来访人数", f"{told.visitors} 人"),
        ("代表人数", f"{told.representatives} 人" if told.representatives else ""),
        ("诉求", told.request),
        ("以前的办理", told.earlier),
        ("当场答复", told.answer),
        ("具体处理意见", told.opinion),
        ("责任单位", told.responsible),
        ("答应答复的日期", day_words(told.promised_on) if told.promised_on else ""),
        ("来人认可记录", "已念给来人听,来人认可" if told.acknowledged else "未记"),
    )


def _without(pairs: Pairs, names: Names) -> Pairs:
    return tuple((word, hide_names(text, names)) for word, text in pairs)


def add_routes(bp: Blueprint) -> None:
    """Hang these pages on the blueprint of intake."""
    bp.add_url_rule("/disputes/<uuid:dispute_id>/intake", "origin", origin, methods=["GET"])
    bp.add_url_rule("/disputes/<uuid:dispute_id>/report", "report_sheet", report_sheet, methods=["GET"])
