"""A lost tracking code: a new one is given at the window after the phone's tail or a paper was checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from grid_app.errors import InvalidError
from grid_app.security.fields import FieldCipher
from grid_app.security.marks import Marks
from grid_app.services.audit import record_audit
from grid_app.services.matters.step import Step, claimed, may_handle, write
from grid_app.services.numbering import new_tracking_code
from grid_app.services.residents.asking import plain_tail, tail_fits
from grid_app.services.tries import TAILS_BY_STAFF, count_try, is_used_up

REISSUED: Final = "code_reissued"
PAPERS: Final = {
    "receipt": "原来的回执(纸质或截图)",
    "id_card": "身份证件(看过,不抄号码、不复印)",
    "household": "户口簿(看过,不抄号码、不复印)",
}


@dataclass(frozen=True)
class Checked:
    """How it was checked whose matter it is: four figures of a phone, or a paper that was looked at."""

    way: str
    tail: str = ""
    paper: str = ""


@dataclass(frozen=True)
class Reissued:
    """The new code; the old one has stopped working."""

    code: str


@dataclass(frozen=True)
class NotProven:
    """The four figures belong to no phone of this dispute, or too many were tried."""

    sentence: str


def reissue_code(
    session: Session, step: Step, *, checked: Checked, cipher: FieldCipher, marks: Marks
) -> Reissued | NotProven:
    """Give a dispute a new tracking code; a refusal is a value, so that the counted try is committed.

    Raises
    ------
    InvalidError
        It was not said how it was checked.
    ConflictError, NotFoundError, ForbiddenError
        As for every step.
    """
    _refuse_unsaid(checked)
    dispute = claimed(session, step, kind=REISSUED)
    step = may_handle(step, dispute)
    if checked.way == "phone":
        key = marks.blind("staff", str(step.actor.account_id))
        if is_used_up(session, TAILS_BY_STAFF, key, now=step.now):
            return NotProven("一小时内核对失败太多次。请看回执或证件,或者过一会儿再试。")
        if not tail_fits(session, dispute.id, checked.tail, cipher=cipher):
            count_try(session, TAILS_BY_STAFF, key, now=step.now)
            target = ("dispute", str(dispute.id))
            record_audit(session, step.actor, "dispute.code_check_failed", now=step.now, target=target, succeeded=False)
            return NotProven("尾号和登记的电话对不上,没有补发。请再问一次,或者看回执、证件。")
    dispute.tracking_code = new_tracking_code()
    details = {"way": checked.way, "paper": checked.paper if checked.way == "paper" else ""}
    write(session, step, dispute, kind=REISSUED, details=details)
    return Reissued(dispute.tracking_code)


def _refuse_unsaid(checked: Checked) -> None:
    fields = {}
    if checked.way not in ("phone", "paper"):
        fields["way"] = "请选是核对电话尾号,还是看了证件或回执。"
    elif checked.way == "phone" and not plain_tail(checked.tail):
        fields["tail"] = "请写当事人报出的电话后四位。"
    elif checked.way == "paper" and checked.paper not in PAPERS:
        fields["paper"] = "请选看了哪一种。"
    if fields:
        raise InvalidError("还没有补发,旧查询码还能用。", fields=fields)
