"""What handling by the law has left on a dispute, as pairs of word and text."""

from __future__ import annotations

from grid_app.services.handling.board import Board
from grid_app.services.handling.legal_pathways import Pathway
from grid_app.vocabulary.handling import (
    CONTACT_SIDE_WORDS,
    CONTACT_WAY_WORDS,
    METHOD_WORDS,
    NO_PATHWAY,
    NO_PATHWAY_WORD,
    RESULT_WORDS,
    REVIEW_RESULT_WORDS,
    REVIEW_SIDE_WORDS,
    ROUTE_WORDS,
    SEAL_KIND_WORDS,
    STAGE_WORDS,
    TRANSFER_STATE_WORDS,
)
from grid_app.vocabulary.words import CLOSURE_WORDS, COMPLEXITY_WORDS, TRACK_WORDS
from grid_app.web.wording import local_date, local_time


def handling_facts(board: Board) -> tuple[tuple[str, str], ...]:
    """Return the few facts that the page of the dispute shows."""
    opinion = board.draft or board.opinion
    told = (
        ("转办", f"{len(board.transfers)} 次,退回 {board.returns} 次" if board.transfers else ""),
        ("处理意见", RESULT_WORDS[opinion.result] if opinion else ""),
        ("送达", local_date(board.opinion.delivered_on) if board.opinion and board.opinion.delivered_on else ""),
        ("办结", CLOSURE_WORDS[board.proposal.ground] + ",等审核" if board.proposal and board.missing else ""),
        ("保密", "对被反映的单位保密" if board.seal else ""),
    )
    return tuple(pair for pair in told if pair[1])


def passed_words(*, passed_up: bool) -> str:
    """Return a word where a review went to the county for want of a second person."""
    return "(本单位没有第二个人,由县级审核)" if passed_up else ""


def contact_pairs(board: Board) -> list[tuple[str, str]]:
    """Return the talks that were held, the newest first."""
    told = []
    for one in board.contacts:
        whom = CONTACT_SIDE_WORDS[one.side]
        if one.unit_id:
            whom = f"{whom}:{board.names.get(one.unit_id, '')}"
        used = "" if one.used_at else "(还没有用于交办)"
        told.append((whom, f"{local_date(one.held_on)},{CONTACT_WAY_WORDS[one.way]}。{one.note}{used}"))
    return told


def transfer_pairs(board: Board) -> list[list[tuple[str, str]]]:
    """Return every transfer with its receipt, objection and decision, the newest first."""
    told = [
        (
            ("从", board.names.get(row.from_unit_id, "")),
            ("到", board.names.get(row.to_unit_id, "")),
            ("送达", local_time(row.sent_at)),
            ("内容", row.document),
            ("要求办结", local_date(row.asked_due_on) if row.asked_due_on else ""),
            ("签收", local_time(row.received_at) if row.received_at else ""),
            ("异议", f"{local_time(row.objected_at)}:{row.objection}" if row.objected_at else ""),
            ("核实", f"{local_time(row.decided_at)}:{row.decision}" if row.decided_at else ""),
            ("结果", f"{TRANSFER_STATE_WORDS[row.state]}{',县级裁定' if row.is_ruling else ''}"),
        )
        for row in board.transfers
    ]
    return [[pair for pair in pairs if pair[1]] for pairs in told]


def proposal_pairs(board: Board) -> list[tuple[str, str]]:
    """Return the closing that stands before its reviewers."""
    row = board.proposal
    if row is None:
        return []
    told = [
        ("办结依据", CLOSURE_WORDS[row.ground]),
        ("法律或政策依据", row.legal_basis),
        ("处理结果", row.outcome),
        ("与哪一件相同", row.same_as),
        ("证明文书", row.document),
        ("文书日期", local_date(row.document_on) if row.document_on else ""),
        ("告诉当事人的途径", row.remedy),
        ("告知日期", local_date(row.notified_on) if row.notified_on else ""),
        ("还缺", "、".join(REVIEW_SIDE_WORDS[side] for side in board.missing)),
    ]
    return [pair for pair in told if pair[1]]


def opinion_pairs(board: Board) -> list[tuple[str, str]]:
    """Return the opinion that counts, and how it reached the resident."""
    row = board.draft or board.opinion
    if row is None:
        return []
    told = [
        ("文号", row.document_no),
        ("请求", row.claim),
        ("事实和理由", row.facts),
        ("结论", RESULT_WORDS[row.result]),
        ("处理意见", row.opinion),
        ("法律或政策依据", row.legal_basis),
        ("救济途径", row.remedy),
        ("送达", f"{local_date(row.delivered_on)},{METHOD_WORDS[row.method]}" if row.delivered_on else "还没有送达"),
        ("拒绝签收", row.delivery_note if row.refused else ""),
    ]
    return [pair for pair in told if pair[1]]


def draft_fields(board: Board) -> dict[str, str]:
    """Return the opinion that is not delivered yet, by the names of its fields."""
    row = board.draft
    if row is None:
        return {}
    names = ("document_no", "claim", "facts", "result", "opinion", "legal_basis", "remedy")
    return {name: getattr(row, name) for name in names}


def chain_pairs(board: Board) -> list[tuple[str, str]]:
    """Return review and final review in their order."""
    told = []
    for row in reversed(board.chain):
        words = f"{local_date(row.asked_on)}收到申请,{row.organ}"
        if row.answered_on is None:
            words += ",等书面答复"
        else:
            result = REVIEW_RESULT_WORDS[row.result]
            words += f";{local_date(row.answered_on)}{result},{row.document_no}。{row.legal_basis}"
        told.append((STAGE_WORDS[row.stage], words))
    return told


def sorting_pairs(board: Board) -> list[tuple[str, str]]:
    """Return how the matter was sorted, the newest first."""
    told = []
    for row in board.sortings:
        pathway = _pathway_of(board, row.list_version, row.pathway)
        considered = NO_PATHWAY_WORD if row.pathway == NO_PATHWAY else (pathway.name if pathway else "")
        parts = (TRACK_WORDS[row.track], COMPLEXITY_WORDS[row.complexity], ROUTE_WORDS.get(row.route, ""), considered)
        told.append((local_time(row.at), ";".join(part for part in parts if part)))
    return told


def pathway_pairs(board: Board) -> list[tuple[str, str]]:
    """Return the legal pathway that was considered: who decides, by what, when, how."""
    latest = board.sortings[0] if board.sortings else None
    found = _pathway_of(board, latest.list_version, latest.pathway) if latest else None
    if found is None:
        return []
    return [
        ("途径", found.name), ("由谁决定", found.authority), ("依据", found.basis), ("时限", found.limit),
        ("怎么办", found.how),
    ]  # fmt: skip


def _pathway_of(board: Board, version: int, code: str) -> Pathway | None:
    """Return a pathway as it stood in the version by which the matter was sorted."""
    listed = board.lists.get(version) or board.lists.get(1)  # 0: sorted before there were versions
    return listed.find(code) if listed else None


def seal_pairs(board: Board) -> list[tuple[str, str]]:
    """Return the seal in force and what the next level said."""
    row = board.seal
    if row is None:
        return []
    decided = f"{local_time(row.confirmed_at)}已确认:{row.decision}" if row.confirmed_at else ""
    return [
        ("对哪个单位保密", board.names.get(row.unit_id, "")),
        ("情况", SEAL_KIND_WORDS[row.kind]),
        ("理由", row.reason),
        ("上一级", decided or f"等确认,{local_time(row.due_at)}前"),
    ]
