"""Pages of inspections: the list, planning one, the drawn sample with what was found, and drawing it again."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.clock import local_date
from grid_app.database.base import new_id
from grid_app.database.transaction import reading
from grid_app.errors import NotFoundError
from grid_app.http.guard import requires, the_actor, the_scope
from grid_app.policy import Action
from grid_app.queries.support_units import units_below
from grid_app.queries.support_work import SampleLine, inspections_of, sample_of
from grid_app.services.support_work.inspections import (
    METHOD_WORDS,
    RESULT_WORDS,
    Plan,
    candidates_of,
    digest_of,
    draw,
    end_inspection,
    note_result,
    own_inspection,
    plan_inspection,
)
from grid_app.services.typed import day_of, uuid_of
from grid_app.vocabulary.words import STATE_WORDS
from grid_app.web.step_forms import NO_TROUBLE, Trouble, Typed
from grid_app.web.support_work.frame import Field, Form, OpenSession, tabs, take, with_trouble
from grid_app.web.support_work.requests import the_desk
from grid_app.web.wording import local_date as day_words
from grid_app.wiring import wired

SEED_BYTES = 16


@dataclass(frozen=True)
class ShownMatter:
    """A matter of the sample as the page shows it, with its form while nothing was found yet."""

    line: SampleLine
    state: str
    result: str
    form: Form | None


@requires(Action.HANDLE_DISPUTE)
def inspections() -> str:
    """List the own unit's inspections."""
    with reading() as session:
        found = inspections_of(session, the_actor())
        may_plan = bool(units_below(session, the_actor()))
    rows = [
        {
            "title": row.title,
            "url": url_for("support_work.inspection", key=row.id),
            "method": METHOD_WORDS[row.method],
            "unit": unit or "本范围",
            "held": day_words(row.held_on),
            "state": "已结束" if row.closed_at else "进行中",
        }
        for row, unit in found
    ]
    return render_template("pages/support_inspections.html", tabs=tabs("inspections"), rows=rows, may_plan=may_plan)


@requires(Action.HANDLE_DISPUTE)
def new_inspection() -> str | WerkzeugResponse:
    """Ask for the plan of an inspection; a random sample is drawn when it is saved."""
    if request.method == "GET":
        return _form_page(NO_TROUBLE)
    typed = Typed("new")
    count = typed["count"].strip()
    plan = Plan(
        typed["title"], typed["method"], day_of(typed["held_on"]), day_of(typed["first_day"]),
        day_of(typed["last_day"]), int(count) if count.isdecimal() and len(count) < 4 else 0, uuid_of(typed["unit"]),
        day_of(typed["announced_on"]), typed["matters"],
    )  # fmt: skip
    key = uuid_of(typed["key"]) or new_id()

    def change(session: OpenSession) -> str:
        row = plan_inspection(session, the_desk(), key=key, plan=plan, seed=secrets.token_hex(SEED_BYTES))
        return url_for("support_work.inspection", key=row.id)

    back = url_for("support_work.inspections")
    return take(change, form="new", done="督查已保存。", back=back, again=_form_page)


def _form_page(trouble: Trouble) -> str:
    today = local_date(wired().clock.now())
    with reading() as session:
        units = [(str(one.id), one.name) for one in units_below(session, the_actor())]
    fields = (
        Field("title", "督查的名称", "text", hint="写查什么事、什么环节。"),
        Field("method", "怎么查", "choice", tuple(METHOD_WORDS.items())),
        Field("unit", "查哪个单位", "select", units, optional=True, hint="不选就是您的整个范围。"),
        Field("held_on", "哪天查", "date", value=today.isoformat()),
        Field("announced_on", "哪天通知的", "date", optional=True, hint="明查要填。"),
        Field("first_day", "查哪段时间收到的事项:从", "date", value=today.replace(month=1, day=1).isoformat()),
        Field("last_day", "到(含当天)", "date", value=today.isoformat()),
        Field("count", "随机抽几件", "number", value="10",
              hint="只有随机抽查用得到。种子由平台生成并保存,谁都可以按它重抽。"),
        Field("matters", "查哪几件(编号)", "area", optional=True, hint="不是随机抽查的,可以写编号,用空格隔开。"),
    )  # fmt: skip
    form = Form(
        "new", "开展督查", url_for("support_work.new_inspection"), fields, "保存;随机抽查的现在抽", key=str(new_id())
    )
    back = url_for("support_work.inspections")
    return render_template("pages/support_form.html", form=with_trouble(form, trouble), back=back, back_word="督查")


@requires(Action.HANDLE_DISPUTE)
def inspection(key: UUID) -> str:
    """Show one inspection of the own unit with its matters; ``?again=1`` draws the sample again and compares."""
    return _page(key, NO_TROUBLE)


@requires(Action.HANDLE_DISPUTE)
def note(key: UUID, number: int) -> WerkzeugResponse:
    """Keep what was found about one matter."""
    name = f"note-{number}"
    typed = Typed(name)

    def change(session: OpenSession) -> None:
        note_result(session, the_desk(), key=key, number=number, result=typed["result"], note=typed["note"])

    back = url_for("support_work.inspection", key=key)
    return take(change, form=name, done="已记下。", back=back, again=lambda trouble: _page(key, trouble))


@requires(Action.HANDLE_DISPUTE)
def finish(key: UUID) -> WerkzeugResponse:
    """End an inspection with what was found."""
    typed = Typed("end")

    def change(session: OpenSession) -> None:
        end_inspection(session, the_desk(), key=key, findings=typed["findings"])

    back = url_for("support_work.inspection", key=key)
    return take(change, form="end", done="督查已结束。", back=back, again=lambda trouble: _page(key, trouble))


def _page(key: UUID, trouble: Trouble) -> str:
    with reading() as session:
        row = own_inspection(session, the_actor(), key)
        if row is None:
            raise NotFoundError("没有这次督查,或者它不是您单位的。")
        lines = sample_of(session, scope=the_scope(), inspection_id=key)
        again = ""
        if row.seed and request.args.get("again") == "1":
            codes = list(candidates_of(session, row, scope=the_scope()))
            drawn = draw(codes, seed=row.seed, count=len(lines))
            again = _compared(digest_of(codes) == row.digest, drawn == [line.case_code for line in lines])
        facts = (
            ("怎么查", METHOD_WORDS[row.method]),
            ("哪天查", day_words(row.held_on)),
            ("通知", day_words(row.announced_on) if row.announced_on else ""),
            ("事项收到的时间", f"{row.first_day} 至 {row.last_day}"),
            ("从多少件里抽", f"{row.candidates} 件" if row.seed else ""),
            ("随机种子", row.seed),
            ("发现", row.findings),
        )
        is_open, title = row.closed_at is None, row.title
    findings = Field("findings", "督查发现了什么", hint="写单位和环节,不写姓名。要整改的,另开“整改”。")
    end = Form("end", "结束督查", url_for("support_work.end_inspection", key=key), (findings,), "结束督查")
    return render_template(
        "pages/support_inspection.html",
        title=title,
        facts=[pair for pair in facts if pair[1]],
        matters=[_shown(key, line, trouble, is_open=is_open) for line in lines],
        again=again,
        again_url=url_for("support_work.inspection", key=key, again=1) if dict(facts)["随机种子"] else None,
        form=with_trouble(end, trouble) if is_open else None,
        rectify=url_for("support_work.new_rectifications", inspection=key),
    )


def _compared(same_candidates: bool, same_sample: bool) -> str:  # noqa: FBT001 - two answers of one comparison
    if same_candidates and same_sample:
        return "按保存的种子重抽,抽到的和上面完全一样。"
    if not same_candidates:
        return "可以抽的事项已经变了(例如地点更正、换了办理单位),不能再逐件比对;当时的件数和摘要已保存。"
    return "按保存的种子重抽,结果不一样。请告诉审计员。"


def _shown(key: UUID, line: SampleLine, trouble: Trouble, *, is_open: bool) -> ShownMatter:
    form = None
    if is_open and not line.result:
        name = f"note-{line.number}"
        fields = (
            Field("result", "结果", "choice", tuple(RESULT_WORDS.items())),
            Field("note", "哪个环节有问题", optional=True, hint="办理规范的可以不写。写环节,不写姓名。"),
        )
        url = url_for("support_work.note_inspection", key=key, number=line.number)
        form = with_trouble(Form(name, "记结果", url, fields, "保存结果"), trouble)
    return ShownMatter(line, STATE_WORDS[line.state], RESULT_WORDS.get(line.result, ""), form)


def add_routes(bp: Blueprint) -> None:
    """Give the blueprint the pages of inspections."""
    bp.add_url_rule("/inspections", "inspections", inspections)
    bp.add_url_rule("/inspections/new", "new_inspection", new_inspection, methods=["GET", "POST"])
    bp.add_url_rule("/inspections/<uuid:key>", "inspection", inspection)
    bp.add_url_rule("/inspections/<uuid:key>/<int:number>", "note_inspection", note, methods=["POST"])
    bp.add_url_rule("/inspections/<uuid:key>/end", "end_inspection", finish, methods=["POST"])
