"""What a resident says of the own matter: an evaluation, a complaint of treatment, a request about data or to withdraw.

None of it changes how the resident is treated, and none of it counts for or against a person. A complaint leaves no
trace in the history of the dispute, because the unit it is about reads that (信访工作条例 30).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.database.base import new_id
from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.residents import Evaluation, ResidentComplaint, ResidentRequest
from grid_app.queries.masking import mask_text
from grid_app.security.fields import FieldCipher
from grid_app.security.marks import Pass
from grid_app.services.audit import record_audit
from grid_app.services.matters.step import take_turn
from grid_app.services.numbering import next_event_number
from grid_app.services.residents.asking import still_fits
from grid_app.services.residents.routing import above, chosen_unit, tell_office

ANSWER_DAYS: Final = 15
LONGEST: Final = 500
LEAST: Final = 5
MOST_OPEN: Final = 3
TREATMENT: Final = "treatment"
RIGHTS: Final = "rights"
WITHDRAW: Final = "withdraw"
MISSING: Final = {
    "not_solved": "事情没有解决",
    "not_told": "没有人告诉我办到哪一步",
    "late": "拖得太久",
    "not_heard": "没有听我把话说完",
    "paper_only": "写了协议,没有做到",
    "other": "其他",
}
REQUESTS: Final = {
    "see": "看一看记了我哪些信息",
    "copy": "要一份我的信息的复制件",
    "correct": "改正写错的信息",
    "delete": "删除我的信息",
    "explain": "说明为什么要这些信息、怎么用",
    WITHDRAW: "撤回我反映的这件事",
}
SIGNED_AWAY: Final = "回访时当事人说:有人要其放弃信访、起诉或者举报的权利。请核实。"
NOT_SAVED: Final = "还没有提交成功,已填的都还在。"
OVER: Final = "页面打开得太久,或者查询码已经换新。请重新输入查询码再试;什么也没有丢。"


@dataclass(frozen=True)
class Saying:
    """A resident's pass, the moment, and what seals the words."""

    given: Pass
    now: datetime
    cipher: FieldCipher


def evaluate(
    session: Session, saying: Saying, *, satisfied: str, missing: Collection[str], words: str, asked_to_waive: bool
) -> None:
    """Record the one evaluation of this closing; being asked to give up a right goes to the county under seal.

    Raises
    ------
    InvalidError
        The answer is missing, or the words are too long.
    ConflictError
        The matter is not closed, or this closing has its evaluation.
    NotFoundError
        The pass is over.
    """
    text = _words(words, least=0)
    if satisfied not in ("yes", "no"):
        raise InvalidError(NOT_SAVED, fields={"satisfied": "请选满意还是不满意。"})
    dispute = _opened(session, saying)
    if dispute.state != "closed" or dispute.closed_at is None:
        raise ConflictError("这件事还没有办结,办结以后再评价。", code="not_closed")
    same = (Evaluation.dispute_id == dispute.id, Evaluation.closed_at == dispute.closed_at)
    if session.scalar(select(Evaluation.id).where(*same)):
        raise ConflictError("这件事已经评价过,谢谢。每次办结评价一次。", code="already_done")
    row_id = new_id()
    kept = [] if satisfied == "yes" else [code for code in MISSING if code in missing]
    session.add(
        Evaluation(
            id=row_id, dispute_id=dispute.id, closed_at=dispute.closed_at, unit_id=dispute.owner_unit_id,
            satisfied=satisfied == "yes", missing=kept, at=saying.now,
            words_sealed=saying.cipher.encrypt(text, context=f"evaluations.words:{row_id}") if text else None,
        )
    )  # fmt: skip
    _note(session, saying, "resident.evaluated")
    if asked_to_waive:
        _complain(session, saying, dispute, kind=RIGHTS, about="owner", text=SIGNED_AWAY, to_county=True)


def complain(session: Session, saying: Saying, *, about: str, words: str) -> None:
    """Send a complaint of treatment one level above the unit it is about, which never sees it.

    Raises
    ------
    InvalidError
        Nothing was said, too much, or it was not said about whom.
    ConflictError
        Several complaints about this matter wait for their answer already.
    NotFoundError
        The pass is over.
    """
    text = _words(words, least=LEAST)
    dispute = _opened(session, saying)
    waiting = session.scalars(
        select(ResidentComplaint.id).where(
            ResidentComplaint.dispute_id == dispute.id, ResidentComplaint.answered_at.is_(None)
        )
    ).all()
    if len(waiting) >= MOST_OPEN:
        raise ConflictError("这件事已有几件投诉在等答复。请等答复以后再提交;急事请打上级的电话。", code="enough")
    _complain(session, saying, dispute, kind=TREATMENT, about=about, text=text)


def request(session: Session, saying: Saying, *, kind: str, words: str) -> None:
    """Take in a request about the own data, or to withdraw the own matter; only by the phone that was left.

    Raises
    ------
    InvalidError
        The kind is missing, or it was not said what is wrong.
    ConflictError
        The same request waits already, the matter has ended, or no phone proves whose it is.
    NotFoundError
        The pass is over.
    """
    if kind not in REQUESTS:
        raise InvalidError(NOT_SAVED, fields={"kind": "请选您要做什么。"})
    text = _words(words, least=LEAST if kind == "correct" else 0)
    dispute = _opened(session, saying)
    if not saying.given.letter:
        raise ConflictError("没有留过电话,网上核不了是不是本人。请带回执到窗口办。", code="no_phone")
    if kind == WITHDRAW and dispute.state in ("closed", "not_accepted", "referred_out"):
        raise ConflictError("这件事已经办结,不用撤回。", code="ended")
    same = (ResidentRequest.dispute_id == dispute.id, ResidentRequest.kind == kind, ResidentRequest.state == "open")
    if session.scalar(select(ResidentRequest.id).where(*same)):
        raise ConflictError("同样的要求已经提交,正在办,不用再交一次。", code="already_done")
    row_id = new_id()
    session.add(
        ResidentRequest(
            id=row_id, dispute_id=dispute.id, kind=kind, letter=saying.given.letter, at=saying.now,
            due_on=local_date(saying.now) + timedelta(days=ANSWER_DAYS),
            words_sealed=saying.cipher.encrypt(text, context=f"resident_requests.words:{row_id}") if text else None,
        )
    )  # fmt: skip
    _note(session, saying, "resident.requested", kind=kind)
    if kind == WITHDRAW:
        _in_history(session, saying, dispute)
    tell_office(session, dispute.owner_unit_id, dispute.id, kind="resident_request", now=saying.now)


def _opened(session: Session, saying: Saying) -> Dispute:
    take_turn(session)
    if not still_fits(session, saying.given):
        raise NotFoundError(OVER)
    return session.scalars(
        select(Dispute).where(Dispute.id == saying.given.dispute_id).with_for_update(of=Dispute, key_share=True)
    ).one()


def _complain(
    session: Session, saying: Saying, dispute: Dispute, *, kind: str, about: str, text: str, to_county: bool = False
) -> None:
    unit = chosen_unit(session, dispute, about)
    to = above(session, unit, dispute, at_least_county=to_county)
    if to is None:
        raise ConflictError("上一级单位还没有登记,网上送不出去。请打上级的电话,或者向市级信访工作机构反映。")
    row_id: UUID = new_id()
    session.add(
        ResidentComplaint(
            id=row_id, dispute_id=dispute.id, kind=kind, about_unit_id=unit.id if unit else None, to_unit_id=to.id,
            words_sealed=saying.cipher.encrypt(text, context=f"resident_complaints.words:{row_id}"), at=saying.now,
            due_on=local_date(saying.now) + timedelta(days=ANSWER_DAYS),
        )
    )  # fmt: skip
    record_audit(session, None, "resident.complained", now=saying.now, target=("complaint", str(row_id)))
    tell_office(session, to.id, row_id, kind="resident_complaint", now=saying.now)


def _note(session: Session, saying: Saying, action: str, **details: str) -> None:
    target = ("dispute", str(saying.given.dispute_id))
    record_audit(session, None, action, now=saying.now, target=target, details=details)


def _in_history(session: Session, saying: Saying, dispute: Dispute) -> None:
    """Let the handlers read that the party asks to withdraw; nobody's open page is overtaken by it."""
    session.add(
        DisputeEvent(
            dispute_id=dispute.id,
            number=next_event_number(session, dispute.id),
            at=saying.now,
            kind="withdrawal_asked",
            to_state=dispute.state,
            details={"via": "qr", "party": f"当事人{saying.given.letter}"},
        )
    )


def _words(typed: str, *, least: int) -> str:
    plain = typed.replace("\r\n", "\n").strip()
    if any(ord(sign) < 32 and sign not in "\n\t" for sign in plain):
        raise InvalidError(NOT_SAVED, fields={"words": "里面有看不见的坏字符,请删掉后重新写。"})
    if len(plain) > LONGEST:
        raise InvalidError(NOT_SAVED, fields={"words": f"最多 {LONGEST} 个字,现在有 {len(plain)} 个字。请缩短。"})
    if sum(sign.isalnum() for sign in plain) < least:
        raise InvalidError(NOT_SAVED, fields={"words": f"请写几个字说清楚,至少 {least} 个字。"})
    return mask_text(plain).text
