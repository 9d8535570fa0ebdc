"""The states of a finding and the moves between them, as data, with the clocks that each move ends and starts.

``suspected -> confirmed -> assigned (a unit must answer) -> answered (public reply or meeting) -> measures ->
monitored | resolved -> closed``, or dismissed with a reason. The analysis alone makes a suspected one ``gone``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from grid_app.errors import ConflictError
from grid_app.vocabulary.words import FINDING_STATE_WORDS

CONFIRM: Final = "finding_confirm"
OWNER: Final = "finding_owner"
ANSWER: Final = "finding_answer"
MEASURES: Final = "finding_measures"
GONE: Final = "gone"


@dataclass(frozen=True)
class Move:
    """One allowed move from any of ``sources`` to ``target``; ``verb`` is what the button says.

    ``kind`` is its name in the history. ``done`` are the clocks it ends, ``starts`` those it starts; ``stops`` ends all
    that run. ``by_unit``: the unit that was named may take it too. ``once_gone`` are further sources of a finding that
    the analysis does not raise any more.
    """

    name: str
    verb: str
    sources: tuple[str, ...]
    target: str
    kind: str
    done: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    stops: bool = False
    by_unit: bool = False
    once_gone: tuple[str, ...] = ()


_MOVES: Final = (
    Move(
        "confirm", "确认", ("suspected",), "confirmed", "confirmed",
        done=(CONFIRM,), starts=(OWNER, ANSWER, MEASURES),
    ),
    Move("dismiss", "不成立", ("suspected",), "dismissed", "dismissed", done=(CONFIRM,)),
    Move("assign", "定责任单位", ("confirmed", "assigned"), "assigned", "assigned", done=(OWNER,)),
    Move("reply", "记答复", ("assigned",), "answered", "answered", done=(ANSWER,), by_unit=True),
    Move("plan", "记解决办法", ("answered",), "measures", "measures", done=(MEASURES,), by_unit=True),
    Move("monitor", "继续观察", ("measures",), "monitored", "monitored"),
    Move(
        "resolve", "已解决", ("measures", "monitored"), "resolved", "resolved",
        stops=True, once_gone=("confirmed", "assigned", "answered"),
    ),
    Move("rework", "没有解决,重新办", ("monitored", "resolved"), "measures", "reworked"),
    Move("close", "办结", ("resolved", "monitored"), "closed", "closed", stops=True),
)  # fmt: skip
MOVES: Final = {move.name: move for move in _MOVES}


def moves_from(state: str, trend: str) -> list[Move]:
    """Return the moves that are open to a finding, in their order."""
    return [move for move in _MOVES if _is_open(move, state, trend)]


def move_of(name: str, *, state: str, trend: str) -> Move:
    """Return the move of that name.

    Raises
    ------
    ConflictError
        It is not open from ``state``; the sentence says how it stands.
    """
    move = MOVES[name]
    if _is_open(move, state, trend):
        return move
    word = FINDING_STATE_WORDS[state]
    if move.sources == ("suspected",):
        raise ConflictError(
            f"这条提示已经是“{word}”,不用再判断。您写的理由没有保存,还在页面上;如需更正请联系上级。", code="wrong_state"
        )
    raise ConflictError(f"这条提示现在是“{word}”,不能“{move.verb}”。您写的没有保存,还在页面上。", code="wrong_state")


def _is_open(move: Move, state: str, trend: str) -> bool:
    return state in move.sources or (trend == GONE and state in move.once_gone)
