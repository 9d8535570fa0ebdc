"""The states of a dispute and the moves between them, as data.

Modelled on the usual course of people's mediation and of administrative handling: a matter is reported, taken up or
refused, mediated or handled, answered or agreed and performed, followed up, closed, and taken up again when the
trouble returns. Mediation refused or failed is handled on or ends in a legal route (人民调解法 17, 26), and so does
an agreement that nobody performs (32).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from grid_app.errors import ConflictError
from grid_app.vocabulary.categories import REFERRAL_ONLY, group_of
from grid_app.vocabulary.words import STATE_WORDS


@dataclass(frozen=True)
class Move:
    """One allowed move: from any of ``sources`` to ``target``; ``verb`` is what the button says."""

    name: str
    verb: str
    sources: tuple[str, ...]
    target: str


_MOVES: Final = (
    Move("accept", "受理", ("reported",), "accepted"),
    Move("decline", "不予受理", ("reported",), "not_accepted"),
    Move("overrule", "改为受理", ("not_accepted",), "accepted"),
    Move("refer_out", "转有权机关", ("reported", "accepted", "handling", "reopened"), "referred_out"),
    Move("work", "记录办理", ("accepted", "handling", "reopened", "terminated"), "handling"),
    Move("mediate", "开始调解", ("accepted", "handling", "reopened", "terminated"), "mediating"),
    Move("agree", "达成协议", ("mediating",), "agreed"),
    Move("perform", "确认履行", ("agreed",), "performed"),
    Move("terminate", "终止调解", ("mediating",), "terminated"),
    Move("reply", "送达答复", ("handling",), "replied"),
    Move("rework", "重新处理", ("replied", "following_up"), "handling"),
    Move("follow_up", "开始回访", ("performed", "replied"), "following_up"),
    Move("take_pathway", "转法定途径", ("agreed", "terminated"), "on_legal_pathway"),
    Move("settle", "即时化解", ("reported", "accepted", "handling", "reopened"), "closed"),
    Move("close", "办结", ("handling", "performed", "replied", "following_up", "on_legal_pathway"), "closed"),
    Move("conclude", "依法终结", ("referred_out", "replied", "on_legal_pathway"), "legally_concluded"),
    Move("reopen", "重新办理", ("closed",), "reopened"),
)
MOVES: Final = {move.name: move for move in _MOVES}
REFERRAL_MOVES: Final = frozenset({"accept", "decline", "overrule", "refer_out", "conclude"})
"""What may happen to a matter of courts, police, procuratorate or discipline organs: it is passed on, not handled."""

ASSIGNABLE_STATES: Final = ("accepted", "handling", "mediating", "agreed", "replied", "following_up", "reopened")


def is_referral_only(category: str) -> bool:
    """Say whether matters of ``category`` are only passed on to the organ that may decide them (14xx, 15xx)."""
    return group_of(category) in REFERRAL_ONLY


def moves_from(state: str, category: str) -> frozenset[str]:
    """Return the names of the moves that are open to a dispute of ``category`` in ``state``."""
    names = {move.name for move in _MOVES if state in move.sources}
    return frozenset(names & REFERRAL_MOVES if is_referral_only(category) else names)


def target_of(move: str, *, state: str, category: str) -> str:
    """Return the state that ``move`` leads to.

    Raises
    ------
    ConflictError
        The move is not open from ``state``, or not for this category; the sentence says what is.
    """
    if move in moves_from(state, category):
        return MOVES[move].target
    verb = MOVES[move].verb
    if is_referral_only(category) and move not in REFERRAL_MOVES:
        raise ConflictError(
            f"这类事项由有权机关处理,本平台不调解也不办理,不能“{verb}”。请用“转有权机关”;填写的内容没有保存到这件事上。",
            code="referral_only",
        )
    others = _open_moves(moves_from(state, category))
    raise ConflictError(
        f"这件事现在是“{STATE_WORDS[state]}”,不能“{verb}”。{others}内容没有丢,还在页面上。", code="wrong_state"
    )


def _open_moves(names: Iterable[str]) -> str:
    verbs = [f"“{MOVES[name].verb}”" for name in MOVES if name in set(names)]
    return f"现在可以:{'、'.join(verbs)}。" if verbs else ""
