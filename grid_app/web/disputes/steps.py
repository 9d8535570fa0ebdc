"""The steps of handling as posted forms; a refused step shows the page again with everything that was typed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, TypeAlias
from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from grid_app.database.transaction import transaction
from grid_app.errors import ConflictError, ForbiddenError, InvalidError
from grid_app.http.guard import requires
from grid_app.policy import Action
from grid_app.services.control_words import WRITE_THE_MATTER, words_in_all
from grid_app.services.handling import steps as handling
from grid_app.services.handling.closing import Proof
from grid_app.services.handling.extensions import Extension, ask_extension, decide_extension
from grid_app.services.handling.sorting import Considered, sort_dispute
from grid_app.services.handling.steps import Closure, Facts, Referral
from grid_app.services.matters.parties import add_party
from grid_app.services.matters.step import AlreadyDoneError, Change
from grid_app.services.typed import day_of, uuid_of
from grid_app.web.disputes.detail import page_of
from grid_app.web.step_forms import STATUS, Trouble, Typed, step_on
from grid_app.wiring import wired

Reader: TypeAlias = Callable[["Typed"], Change]


def _read_assign(typed: Typed) -> Change:
    unit = uuid_of(typed["unit"])
    if unit is None:
        raise InvalidError("没有指定成功,已填的还在。", fields={"unit": "请选一个单位。"})
    return partial(handling.assign, unit_id=unit, note=typed["note"])


def _read_refer_out(typed: Typed) -> Change:
    return partial(handling.refer_out, referral=Referral(typed["authority"], typed["receipt"], typed["note"]))


def _read_close(typed: Typed) -> Change:
    on = day_of(typed["document_on"])
    if typed["document_on"].strip() and on is None:
        raise InvalidError("没有办结,已填的还在。", fields={"document_on": "日期要写成 2026-11-20 这样。"})
    proof = Proof(typed["document"], on)
    closure = Closure(typed["ground"], typed["legal_basis"], typed["note"], typed["same_as"], proof)
    return partial(handling.close, closure=closure)


def _read_add(typed: Typed) -> Change:
    since = day_of(typed["since"])
    if typed["since"].strip() and since is None:
        raise InvalidError("没有保存,已填的还在。", fields={"since": "日期要写成 2026-11-20 这样。"})
    facts = Facts(typed["organisation"], typed["project"], typed["band"], typed["band_status"], since, typed["note"])
    return partial(handling.add_details, facts=facts)


def _read_place(typed: Typed) -> Change:
    return partial(handling.settle_place, village_code=typed["village_code"], places=wired().places)


def _read_party(typed: Typed) -> Change:
    added = partial(add_party, name=typed["name"], phone=typed["phone"], cipher=wired().keys.fields)
    return lambda session, step: (added(session, step), None)[1]


def _read_sort(typed: Typed) -> Change:
    considered = Considered(typed["decided"], typed["route"], typed["pathway"])
    sort = partial(sort_dispute, track=typed["track"], complexity=typed["complexity"])
    return partial(sort, note=typed["note"], considered=considered)


def _read_extend(typed: Typed) -> Change:
    days = typed["days"].strip()
    if not (days.isascii() and days.isdecimal() and len(days) <= 3):
        raise InvalidError("没有提交,已填的还在。", fields={"days": "天数请填数字,例如 15。"})
    return partial(ask_extension, wanted=Extension(typed["code"], int(days), typed["note"]))


def _read_extension(typed: Typed) -> Change:
    if typed["decision"] not in ("yes", "no"):
        raise InvalidError("没有保存,已填的还在。", fields={"decision": "请选批准还是不批准。"})
    approve = typed["decision"] == "yes"
    return partial(decide_extension, code=typed["code"], approve=approve, note=typed["note"])


STEPS: Final[dict[str, tuple[str, Action, str, Reader]]] = {
    "accept": ("accept", Action.HANDLE_DISPUTE, "已受理。", lambda t: partial(handling.accept, note=t["note"])),
    "decline": (
        "decline",
        Action.HANDLE_DISPUTE,
        "已记为不予受理。请把理由和可走的途径告诉当事人。",
        lambda t: partial(handling.decline, reason=t["note"]),
    ),
    "sort": ("sort", Action.HANDLE_DISPUTE, "已分流,期限已按它重新计算。", _read_sort),
    "extend": ("extend", Action.HANDLE_DISPUTE, "已提交。需要批准的,批准以前期限不变。", _read_extend),
    "extension": ("extension", Action.HANDLE_DISPUTE, "审批已记下。请把结果和理由告诉当事人。", _read_extension),
    "assign": ("assign", Action.HANDLE_DISPUTE, "已指定办理单位。", _read_assign),
    "work": ("work", Action.ADD_TO_DISPUTE, "已记下。", lambda t: partial(handling.record_work, note=t["note"])),
    "refer_out": ("refer-out", Action.HANDLE_DISPUTE, "已记下转出和回执。请告诉当事人去哪里问。", _read_refer_out),
    "close": ("close", Action.HANDLE_DISPUTE, "已办结。请按期回访。", _read_close),
    "reopen": ("reopen", Action.HANDLE_DISPUTE, "已重新办理。", lambda t: partial(handling.reopen, reason=t["note"])),
    "add": ("details", Action.ADD_TO_DISPUTE, "已补充。", _read_add),
    "write_up": (
        "write-up",
        Action.HANDLE_DISPUTE,
        "已把语音整理成文字。语音还在,可以再听。",
        lambda t: partial(handling.write_up, words=t["note"], cipher=wired().keys.fields),
    ),
    "place": ("place", Action.ADD_TO_DISPUTE, "地点已更正。", _read_place),
    "band": (
        "band",
        Action.CONFIRM_BAND,
        "户数已核实。",
        lambda t: partial(handling.confirm_band, band=t["band"], note=t["note"]),
    ),
    "raise": (
        "raise-grade",
        Action.ADD_TO_DISPUTE,
        "等级已上调。",
        lambda t: partial(handling.raise_grade, to=t["grade"], reason=t["note"]),
    ),
    "lower": (
        "lower-grade",
        Action.HANDLE_DISPUTE,
        "等级已下调。",
        lambda t: partial(handling.lower_grade, reason=t["note"]),
    ),
    "party": ("parties", Action.ADD_TO_DISPUTE, "已登记当事人。", _read_party),
}
"""By form name: the end of the address, the action, what is said afterwards, and how the form is read."""


def take(dispute_id: UUID, form: str, *, done: str, read: Reader) -> Response:
    """Take one step and go back to the page; when it is refused, show the page with what was typed."""
    typed = Typed(form)
    try:
        change = read(typed)
        with transaction() as session:
            change(session, step_on(dispute_id))
    except AlreadyDoneError as twice:
        flash(twice.sentence, "info")
    except (ConflictError, InvalidError, ForbiddenError) as refusal:
        fields = refusal.fields if isinstance(refusal, InvalidError) else {}
        trouble = Trouble(
            form, refusal.sentence, {f"{form}_{name}": told for name, told in fields.items()}, typed.values
        )
        return page_of(dispute_id, trouble, status=STATUS[refusal.default_code])
    else:
        flash(done, "success")
        if words := words_in_all(typed.values.values()):
            flash(f"文字里有“{'、'.join(words)}”。{WRITE_THE_MATTER}", "warning")
    return redirect(url_for("disputes.detail", dispute_id=dispute_id))


def _view(form: str) -> Callable[[UUID], Response]:
    _, action, done, read = STEPS[form]

    @requires(action)
    def view(dispute_id: UUID) -> Response:
        return take(dispute_id, form, done=done, read=read)

    view.__doc__ = f"Take the step of the form ``{form}`` and show the dispute again."
    return view


def add_routes(bp: Blueprint) -> None:
    """Hang every step on the blueprint of disputes; the endpoint is the form's name."""
    for form, (ending, *_) in STEPS.items():
        bp.add_url_rule(f"/disputes/<uuid:dispute_id>/{ending}", form, _view(form), methods=["POST"])
