"""How each form of joint work on a matter is read: what was typed becomes a step, ready to be taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final, TypeAlias
from uuid import UUID

from flask import request

from grid_app.errors import InvalidError
from grid_app.policy import Action
from grid_app.services.joint.answers import arrive, decline_call, rate, report_done, report_in, rule_on_refusal
from grid_app.services.joint.competence import decide_competence, raise_competence
from grid_app.services.joint.together import Joining, add_unit, begin_joint, end_joint, leave, mark_crossing
from grid_app.services.joint.whistles import Asked, ask_whistle, check_whistle, end_whistle
from grid_app.services.matters.step import Change
from grid_app.services.typed import day_of, uuid_of
from grid_app.web.step_forms import Typed

Reader: TypeAlias = Callable[[Typed], Change]
KEPT: Final = "没有保存,已填的都还在。"
GROUPS: Final = ("units", "flags")
"""Fields in which several boxes may be ticked."""


@dataclass(frozen=True)
class Form:
    """A form of the page: the end of its address, its action, what is said afterwards, how it is read."""

    ending: str
    action: Action
    done: str
    read: Reader


def ticked(form: str, name: str) -> list[str]:
    """Return what was ticked in a group of boxes."""
    return [value[:40] for value in request.form.getlist(f"{form}_{name}")]


def _units(typed: Typed) -> list[UUID]:
    found = [uuid_of(value) for value in ticked(typed.form, "units")]
    return [key or UUID(int=0) for key in found]


def _day(typed: Typed, name: str) -> date | None:
    found = day_of(typed[name])
    if typed[name].strip() and found is None:
        raise InvalidError(KEPT, fields={name: "日期要写成 2026-11-20 这样。"})
    return found


def _yes(typed: Typed, name: str, ask: str) -> bool:
    if typed[name] not in ("yes", "no"):
        raise InvalidError(KEPT, fields={name: ask})
    return typed[name] == "yes"


def _whistle(typed: Typed) -> Change:
    urgent = {"yes": True, "no": False}.get(typed["urgent"])
    return partial(ask_whistle, asked=Asked(_units(typed), urgent, typed["problem"]))


def _check(typed: Typed) -> Change:
    return partial(check_whistle, send=_yes(typed, "decision", "请选吹不吹哨。"), note=typed["note"])


def _report(typed: Typed) -> Change:
    return partial(report_in, plan=typed["plan"], due_on=_day(typed, "due_on"))


def _rule(typed: Typed) -> Change:
    must = _yes(typed, "decision", "请选要不要报到。")
    return partial(rule_on_refusal, call_id=uuid_of(typed["call"]), must_come=must, reason=typed["note"])


def _rate(typed: Typed) -> Change:
    return partial(rate, call_id=uuid_of(typed["call"]), rating=typed["rating"], note=typed["note"])


def _begin(typed: Typed) -> Change:
    return partial(begin_joint, joining=Joining(_units(typed), typed["task"], typed["note"]))


def _decide(typed: Typed) -> Change:
    return partial(decide_competence, unit_id=uuid_of(typed["unit"]), reason=typed["note"])


HANDLE, ADD = Action.HANDLE_DISPUTE, Action.ADD_TO_DISPUTE
FORMS: Final = {
    "report_in": Form("report-in", ADD, "已报到。请按说好的日子办。", _report),
    "arrive": Form("arrive", ADD, "已记下:到现场。", lambda _typed: arrive),
    "done": Form("done", ADD, "已记下。请等吹哨的村(社区)或乡镇评价。", lambda t: partial(report_done, note=t["note"])),
    "decline": Form(
        "decline", ADD, "已说明理由,由县里裁定。", lambda t: partial(decline_call, reason=t["note"])
    ),
    "check": Form("check", HANDLE, "已记下。", _check),
    "rule": Form("rule", HANDLE, "已裁定。", _rule),
    "rate": Form("rate", ADD, "已评价。评价的是部门,不评价人。", _rate),
    "decide": Form("decide", HANDLE, "已裁定由它办理。", _decide),
    "whistle": Form("whistle", ADD, "已记下。乡镇领导吹的马上发到部门;别人吹的,等乡镇领导把关。", _whistle),
    "stop": Form("stop", ADD, "这次吹哨已结束。", lambda t: partial(end_whistle, reason=t["note"])),
    "begin": Form("begin", HANDLE, "联合办理开始,协办单位现在就看得到这件事。", _begin),
    "add": Form(
        "add", HANDLE, "已增加协办单位。", lambda t: partial(add_unit, unit_id=uuid_of(t["unit"]), task=t["task"])
    ),
    "leave": Form(
        "leave", HANDLE, "已记下退出。", lambda t: partial(leave, unit_id=uuid_of(t["unit"]), reason=t["note"])
    ),
    "end": Form("end", HANDLE, "联合办理已结束。", lambda t: partial(end_joint, reason=t["note"])),
    "compete": Form(
        "compete", ADD, "已提交,等县里裁定。裁定以前由现在的单位办理。",
        lambda t: partial(raise_competence, unit_ids=_units(t), question=t["question"]),
    ),
    "flags": Form("flags", HANDLE, "已记下。", lambda t: partial(mark_crossing, flags=ticked(t.form, "flags"))),
}  # fmt: skip
"""By form name; every field on the page begins with it. In the order in which one of them is the next step."""
TITLES: Final = {
    "report_in": "报到:说清楚做什么、哪天做完",
    "arrive": "到现场",
    "done": "办完了",
    "decline": "不属于本单位的,说明理由",
    "check": "吹哨把关",
    "rule": "裁定部门要不要报到",
    "rate": "评价部门办得怎么样",
    "decide": "裁定由哪个单位办理",
    "whistle": "吹哨:叫部门来",
    "stop": "结束这次吹哨",
    "begin": "联合办理",
    "add": "增加协办单位",
    "leave": "协办单位退出",
    "end": "结束联合办理",
    "compete": "几个单位有争议,请县里裁定",
    "flags": "这件事跨了什么",
}
MAIN: Final = ("report_in", "arrive", "done", "check", "rule", "decide", "rate")
"""The forms that somebody waits for, in the order in which one stands first on the page."""
