"""How each form of handling by the law is read: what was typed becomes a step, ready to be taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final, TypeAlias

from grid_app.errors import InvalidError
from grid_app.policy import Action
from grid_app.services.handling.chain import Answer, Conclusion, answer_review, ask_review, conclude
from grid_app.services.handling.closing import Proof
from grid_app.services.handling.contacts import Contact, record_contact
from grid_app.services.handling.finish import close_as_proposed
from grid_app.services.handling.opinions import Delivery, Draft, deliver_opinion, draft_opinion
from grid_app.services.handling.reviews import Closing, propose_closing, review_closing
from grid_app.services.handling.seals import decide_seal, set_seal
from grid_app.services.handling.transfers import Sending, decide_objection, object_to, receive, transfer
from grid_app.services.matters.step import Change
from grid_app.services.typed import day_of, uuid_of
from grid_app.web.step_forms import Typed

Reader: TypeAlias = Callable[[Typed], Change]
KEPT: Final = "没有保存,已填的还在。"


@dataclass(frozen=True)
class Form:
    """A form of the page: the end of its address, its action, what is said afterwards, how it is read."""

    ending: str
    action: Action
    done: str
    read: Reader


def _day(typed: Typed, name: str) -> date | None:
    found = day_of(typed[name])
    if typed[name].strip() and found is None:
        raise InvalidError(KEPT, fields={name: "日期要写成 2026-11-20 这样。"})
    return found


def _yes(typed: Typed, name: str, ask: str) -> bool:
    if typed[name] not in ("yes", "no"):
        raise InvalidError(KEPT, fields={name: ask})
    return typed[name] == "yes"


def _contact(typed: Typed) -> Change:
    unit = uuid_of(typed["unit"])
    contact = Contact(typed["side"], typed["way"], _day(typed, "held_on"), typed["note"], unit)
    return partial(record_contact, contact=contact)


def _transfer(typed: Typed) -> Change:
    unit = uuid_of(typed["unit"])
    if unit is None:
        raise InvalidError("没有转出,已填的都还在。", fields={"unit": "请选转给哪个单位。"})
    return partial(transfer, sending=Sending(unit, typed["document"], _day(typed, "asked_due_on")))


def _object(typed: Typed) -> Change:
    return partial(object_to, reason=typed["note"])


def _decide_transfer(typed: Typed) -> Change:
    agree = _yes(typed, "decision", "请选同意还是不同意退回。")
    return partial(decide_objection, agree=agree, reason=typed["note"])


def _opinion(typed: Typed) -> Change:
    draft = Draft(
        typed["claim"], typed["facts"], typed["result"], typed["opinion"], typed["legal_basis"], typed["remedy"],
        typed["document_no"],
    )  # fmt: skip
    return partial(draft_opinion, draft=draft)


def _deliver(typed: Typed) -> Change:
    delivery = Delivery(typed["method"], _day(typed, "delivered_on"), typed["refused"] == "1", typed["note"])
    return partial(deliver_opinion, delivery=delivery)


def _ask(typed: Typed) -> Change:
    return partial(ask_review, asked_on=_day(typed, "asked_on"), organ=typed["organ"])


def _answer(typed: Typed) -> Change:
    answer = Answer(typed["result"], typed["document_no"], typed["legal_basis"], _day(typed, "answered_on"))
    return partial(answer_review, answer=answer)


def _conclude(typed: Typed) -> Change:
    conclusion = Conclusion(typed["organ"], typed["document_no"], _day(typed, "concluded_on"), typed["note"])
    return partial(conclude, conclusion=conclusion)


def _propose(typed: Typed) -> Change:
    proof = Proof(typed["document"], _day(typed, "document_on"), typed["remedy"], _day(typed, "notified_on"))
    closing = Closing(typed["ground"], typed["legal_basis"], typed["note"], typed["same_as"], proof)
    return partial(propose_closing, closing=closing)


def _review(typed: Typed) -> Change:
    agrees = _yes(typed, "decision", "请选同意还是不同意。")
    return partial(review_closing, side=typed["side"], agrees=agrees, note=typed["note"])


def _seal(typed: Typed) -> Change:
    return partial(set_seal, unit_id=uuid_of(typed["unit"]), kind=typed["kind"], reason=typed["note"])


def _decide_seal(typed: Typed) -> Change:
    confirm = _yes(typed, "decision", "请选确认还是解除。")
    return partial(decide_seal, confirm=confirm, reason=typed["note"])


HANDLE, ADD = Action.HANDLE_DISPUTE, Action.ADD_TO_DISPUTE
FORMS: Final = {
    "contact": Form("contact", ADD, "已记下这次沟通。", _contact),
    "transfer": Form("transfer", HANDLE, "已转出,对方现在就看得到。五个工作日内可以提异议。", _transfer),
    "receive": Form("receive", ADD, "已签收。", lambda _typed: receive),
    "object": Form("object", ADD, "异议已提交,等转出单位核实。核实以前请先办理。", _object),
    "decide": Form("decide", HANDLE, "已记下核实结果。", _decide_transfer),
    "opinion": Form("opinion", ADD, "处理意见书已保存。送达以后才算答复。", _opinion),
    "deliver": Form("deliver", ADD, "已记下送达。当事人三十日内可以请求复查。", _deliver),
    "ask": Form("ask-review", HANDLE, "已登记申请,三十日内要书面答复。", _ask),
    "answer": Form("answer-review", HANDLE, "已记下书面答复。", _answer),
    "conclude": Form("conclude", HANDLE, "已登记依法终结。这件事以后只能看。", _conclude),
    "propose": Form("propose", ADD, "已提出办结,等审核。", _propose),
    "review": Form("review", ADD, "审核意见已记下。", _review),
    "finish": Form("finish", HANDLE, "已办结。请按期回访。", lambda _typed: close_as_proposed),
    "seal": Form("seal", ADD, "已对这个单位保密,马上生效。上一级一个工作日内确认。", _seal),
    "decide_seal": Form("decide-seal", HANDLE, "已记下。", _decide_seal),
}  # fmt: skip
"""By form name; every field on the page begins with it."""
