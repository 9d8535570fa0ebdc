"""The page of handling by the law in words: what comes next, which forms are offered, what has been done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from grid_app.policy import Action, Actor, allows
from grid_app.queries.disputes_detail import DisputeDetail
from grid_app.services.handling.board import Board
from grid_app.services.handling.second import is_county
from grid_app.services.handling.transfers import STATES, decides
from grid_app.services.matters.states import is_referral_only, moves_from
from grid_app.vocabulary.handling import (
    CONTACT_SIDE_WORDS,
    CONTACT_WAY_WORDS,
    METHOD_WORDS,
    REMEDY,
    REMEDY_OF_CLOSING,
    RESULT_WORDS,
    REVIEW_RESULT_WORDS,
    REVIEW_SIDE_WORDS,
    SEAL_KIND_WORDS,
    STAGE_WORDS,
)
from grid_app.vocabulary.words import CHOSEN_GROUNDS, CLOSURE_WORDS, OPEN_STATES, STATE_WORDS
from grid_app.web.dispute_words import state_tone
from grid_app.web.handling.told import (
    chain_pairs,
    contact_pairs,
    draft_fields,
    opinion_pairs,
    passed_words,
    pathway_pairs,
    proposal_pairs,
    seal_pairs,
    sorting_pairs,
    transfer_pairs,
)
from grid_app.web.wording import local_date, local_time

TITLES: Final = {
    "decide_seal": "确认或者解除保密",
    "receive": "签收转办",
    "decide": "核实异议",
    "review": "审核办结",
    "finish": "办结",
    "answer": "作出复查、复核答复",
    "deliver": "送达处理意见书",
    "opinion": "写处理意见书",
    "contact": "记一次沟通",
    "transfer": "转办给另一个单位",
    "object": "提出异议",
    "propose": "提出办结",
    "ask": "登记复查、复核申请",
    "conclude": "登记依法终结",
    "seal": "对被反映的单位保密",
}
NEXT: Final = ("decide_seal", "receive", "decide", "review", "finish", "answer", "deliver")
"""What waits for this actor, the most pressing first."""


def offered(board: Board, detail: DisputeDetail, actor: Actor, now: datetime) -> frozenset[str]:
    """Return the names of the forms that this actor may use now; the services decide again."""
    handles, adds = allows(actor, Action.HANDLE_DISPUTE), allows(actor, Action.ADD_TO_DISPUTE)
    works = handles or (adds and actor.unit_id == detail.owner_unit_id)
    is_open, moves, row = detail.state in OPEN_STATES, moves_from(detail.state, detail.category), board.transfer
    receives = row is not None and actor.unit_id == row.to_unit_id
    waits = row is not None and row.state in ("sent", "objected")
    in_time = board.objection_due is not None and now <= board.objection_due
    may_send = handles and detail.state in STATES and not is_referral_only(detail.category) and not waits
    offers = {
        "contact": works and is_open,
        "transfer": may_send and (not board.needs_ruling or is_county(actor)),
        "receive": receives and row is not None and row.state == "sent",
        "object": receives and in_time and row is not None and row.state != "objected" and not row.is_ruling,
        "decide": row is not None and row.state == "objected" and decides(actor, row),
        "propose": works and "close" in moves,
        "review": bool(board.mine),
        "finish": handles and "close" in moves and board.proposal is not None and not board.missing,
        "opinion": works and "reply" in moves,
        "deliver": works and "reply" in moves and board.draft is not None,
        "ask": handles and bool(board.stage) and board.asked is None and detail.state in (*OPEN_STATES, "closed"),
        "answer": handles and board.asked is not None,
        "conclude": is_county(actor) and "conclude" in moves,
        "seal": adds and is_open and board.seal is None and board.dispute.about_unit_id is None,
        "decide_seal": handles and board.decides_seal,
    }
    return frozenset(name for name, may in offers.items() if may)


def next_step(board: Board, detail: DisputeDetail, forms: frozenset[str]) -> str:
    """Return the one form that comes next for this actor, or an empty string."""
    if found := next((name for name in NEXT if name in forms), ""):
        return found
    if board.proposal is not None:
        return ""
    if "opinion" in forms and detail.track == "petition" and board.opinion is None:
        return "opinion"
    settled = detail.state in ("replied", "performed", "following_up")
    return "propose" if "propose" in forms and settled else ""


def waiting_for(board: Board, detail: DisputeDetail) -> str:
    """Return in one sentence what the matter waits for, when it is not this actor's turn."""
    told = (*_waits_for_people(board), *(_waits_for_steps(board, detail) if detail.state in OPEN_STATES else ()))
    return next(
        (one for one in told if one), f"现在是“{STATE_WORDS[detail.state]}”,由{detail.owner_unit or '乡镇'}办理。"
    )


def _waits_for_people(board: Board) -> Iterator[str]:
    row = board.transfer
    if board.seal is not None and board.seal.confirmed_at is None:
        yield f"已对被反映的单位保密,等上一级在{local_time(board.seal.due_at)}前确认或者解除。"
    if row is not None and row.state == "sent":
        yield f"已转给{board.names.get(row.to_unit_id, '')},等签收。"
    if row is not None and row.state == "objected":
        yield f"{board.names.get(row.to_unit_id, '')}提出异议,等{board.names.get(row.from_unit_id, '')}核实。"
    if board.proposal is not None and board.missing:
        yield f"已提出办结,等{'、'.join(REVIEW_SIDE_WORDS[side] for side in board.missing)}。"
    if board.asked is not None:
        yield f"已收到{STAGE_WORDS[board.asked.stage]}申请,等书面答复。"


def _waits_for_steps(board: Board, detail: DisputeDetail) -> Iterator[str]:
    if detail.track == "litigation":
        yield "这件事属于涉法涉诉,请在这件事的页面“转有权机关”。"
    if detail.track is None:
        yield "还没有分流:先定按哪一类办、简单还是复杂,再往下办。"
    if board.needs_ruling:
        yield "已经退回两次,由县级裁定哪个单位办理。"


def shown(board: Board, detail: DisputeDetail, *, actor: Actor, now: datetime) -> dict[str, object]:
    """Return everything the template needs, in words."""
    forms = offered(board, detail, actor, now)
    main = next_step(board, detail, forms)
    return {
        "forms_offered": forms,
        "main": main,
        "titles": TITLES,
        "waiting": waiting_for(board, detail),
        "state": STATE_WORDS[detail.state],
        "tone": state_tone(detail.state),
        "today": local_date(now),
        "transfer_reasons": board.contact_reasons["transfer"],
        "assign_reasons": board.contact_reasons["assign"],
        "review_reasons": board.review_reasons,
        "sides": [(one, REVIEW_SIDE_WORDS[one]) for one in board.mine],
        "proposal": proposal_pairs(board),
        "reviews": [
            (
                REVIEW_SIDE_WORDS[one.side],
                f"{'同意' if one.agrees else '不同意'}:{one.note}{passed_words(passed_up=one.passed_up)}",
            )
            for one in board.reviews
        ],
        "contacts": contact_pairs(board),
        "transfers": transfer_pairs(board),
        "transfer": next(iter(transfer_pairs(board)), None) if board.transfer else None,
        "objection_due": local_date(board.objection_due) if board.objection_due else "",
        "ruling": board.needs_ruling,
        "draft": draft_fields(board),
        "opinion": opinion_pairs(board),
        "chain": chain_pairs(board),
        "stage": STAGE_WORDS.get(board.stage, ""),
        "asked": f"{STAGE_WORDS[board.asked.stage]}({board.asked.organ})" if board.asked else "",
        "sortings": sorting_pairs(board),
        "pathway": pathway_pairs(board),
        "seal": seal_pairs(board),
        "choices": {
            "contact_sides": list(CONTACT_SIDE_WORDS.items()),
            "contact_ways": list(CONTACT_WAY_WORDS.items()),
            "results": [(code, word, "") for code, word in RESULT_WORDS.items()],
            "methods": list(METHOD_WORDS.items()),
            "review_results": list(REVIEW_RESULT_WORDS.items()),
            "grounds": [(code, CLOSURE_WORDS[code]) for code in CHOSEN_GROUNDS],
            "seal_kinds": list(SEAL_KIND_WORDS.items()),
        },
        "remedy": REMEDY,
        "remedy_of_closing": REMEDY_OF_CLOSING,
    }
