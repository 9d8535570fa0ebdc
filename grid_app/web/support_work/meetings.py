"""Pages of joint meetings: the list, calling one, its agenda, minutes and resolutions."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.clock import local_date
from grid_app.database.base import new_id
from grid_app.database.transaction import reading
from grid_app.errors import NotFoundError
from grid_app.http.guard import requires, the_actor, the_scope
from grid_app.policy import Action
from grid_app.queries.support_units import units_advised
from grid_app.queries.support_work import agenda_of, meetings_of
from grid_app.services.support_work.meetings import Agenda, Resolving, call_meeting, hold_meeting, resolve
from grid_app.services.typed import day_of, uuid_of
from grid_app.vocabulary.words import STATE_WORDS
from grid_app.web.step_forms import NO_TROUBLE, Trouble, Typed
from grid_app.web.support_work.frame import Field, Form, OpenSession, tabs, take, with_trouble
from grid_app.web.support_work.kinds import RESOLUTION
from grid_app.web.support_work.requests import cards_for, the_desk
from grid_app.web.wording import local_date as day_words
from grid_app.wiring import wired


@requires(Action.HANDLE_DISPUTE)
def meetings() -> str:
    """List the own unit's joint meetings."""
    with reading() as session:
        found = meetings_of(session, the_actor())
        may_call = bool(units_advised(session, the_actor()))
    rows = [
        {
            "title": row.title,
            "url": url_for("support_work.meeting", key=row.id),
            "planned": day_words(row.planned_on),
            "place": row.place,
            "state": "已开" if row.held_at else "待开",
        }
        for row in found
    ]
    return render_template("pages/support_meetings.html", tabs=tabs("meetings"), rows=rows, may_call=may_call)


@requires(Action.HANDLE_DISPUTE)
def new_meeting() -> str | WerkzeugResponse:
    """Ask what a meeting is for, when and where."""
    if request.method == "GET":
        return _form_page(NO_TROUBLE)
    typed = Typed("new")
    agenda = Agenda(typed["title"], day_of(typed["planned_on"]), typed["place"], typed["matters"], typed["topics"])
    key = uuid_of(typed["key"]) or new_id()

    def change(session: OpenSession) -> str:
        return url_for("support_work.meeting", key=call_meeting(session, the_desk(), key=key, agenda=agenda).id)

    back = url_for("support_work.meetings")
    return take(change, form="new", done="会议已保存。", back=back, again=_form_page)


def _form_page(trouble: Trouble) -> str:
    fields = (
        Field("title", "会议名称", "text", hint="如:第四季度信访工作联席会议。"),
        Field("planned_on", "哪天开", "date", value=local_date(wired().clock.now()).isoformat()),
        Field("place", "地点", "text"),
        Field("matters", "议哪几件(编号)", optional=True, value=request.args.get("matter", ""),
              hint="编号写全,用空格隔开。"),
        Field("topics", "其他议题", optional=True, hint="如:管辖有争议的、政策要完善的、期限普遍误了的环节。"),
    )  # fmt: skip
    form = Form("new", "召开联席会议", url_for("support_work.new_meeting"), fields, "保存", key=str(new_id()))
    back = url_for("support_work.meetings")
    return render_template("pages/support_form.html", form=with_trouble(form, trouble), back=back, back_word="联席会议")


@requires(Action.HANDLE_DISPUTE)
def meeting(key: UUID) -> str:
    """Show one meeting of the own unit."""
    return _page(key, NO_TROUBLE)


@requires(Action.HANDLE_DISPUTE)
def hold(key: UUID) -> WerkzeugResponse:
    """Keep the minutes."""
    typed = Typed("hold")

    def change(session: OpenSession) -> None:
        hold_meeting(session, the_desk(), key=key, minutes=typed["minutes"])

    back = url_for("support_work.meeting", key=key)
    return take(change, form="hold", done="纪要已保存。", back=back, again=lambda trouble: _page(key, trouble))


@requires(Action.HANDLE_DISPUTE)
def add_resolution(key: UUID) -> WerkzeugResponse:
    """Keep a resolution: a unit, what it does, until when."""
    typed = Typed("resolve")
    asked = Resolving(uuid_of(typed["unit"]), typed["what"], day_of(typed["due_on"]), typed["matter"])
    made = uuid_of(typed["key"]) or new_id()

    def change(session: OpenSession) -> None:
        resolve(session, the_desk(), meeting_id=key, key=made, asked=asked)

    back = url_for("support_work.meeting", key=key)
    done = "已保存,单位在“综合保障”里看得到。"
    return take(change, form="resolve", done=done, back=back, again=lambda trouble: _page(key, trouble))


def _page(key: UUID, trouble: Trouble) -> str:
    with reading() as session:
        row = next((one for one in meetings_of(session, the_actor()) if one.id == key), None)
        if row is None:
            raise NotFoundError("没有这次会议,或者它不是您单位召集的。")
        lines = agenda_of(session, scope=the_scope(), meeting_id=key)
        cards = cards_for(session, RESOLUTION, trouble, meeting_id=key)
        units = {"advised": [(str(one.id), one.name) for one in units_advised(session, the_actor())]}
    minutes = Field("minutes", "会议纪要", hint="写议了什么、怎么定的。不写群众的姓名。")
    hold_form = Form("hold", "记会议纪要", url_for("support_work.hold_meeting", key=key), (minutes,), "保存纪要")
    resolve_form = Form(
        "resolve", "加一项议定事项", url_for("support_work.add_resolution", key=key),
        RESOLUTION.new_fields(units, {}), "保存并送达", key=str(new_id()),
    )  # fmt: skip
    return render_template(
        "pages/support_meeting.html",
        row=row,
        facts=(("日期", day_words(row.planned_on)), ("地点", row.place), ("其他议题", row.topics),
               ("纪要", row.minutes or "还没有记")),
        agenda=[(one, STATE_WORDS[one.state]) for one in lines],
        cards=cards,
        hold=None if row.held_at else with_trouble(hold_form, trouble),
        resolve=with_trouble(resolve_form, trouble),
    )  # fmt: skip


def add_routes(bp: Blueprint) -> None:
    """Give the blueprint the pages of joint meetings."""
    bp.add_url_rule("/joint-meetings", "meetings", meetings)
    bp.add_url_rule("/joint-meetings/new", "new_meeting", new_meeting, methods=["GET", "POST"])
    bp.add_url_rule("/joint-meetings/<uuid:key>", "meeting", meeting)
    bp.add_url_rule("/joint-meetings/<uuid:key>/minutes", "hold_meeting", hold, methods=["POST"])
    bp.add_url_rule("/joint-meetings/<uuid:key>/resolutions", "add_resolution", add_resolution, methods=["POST"])
