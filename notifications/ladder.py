"""Who is told next when nobody has taken up an escalation in time.

The ladder goes up one rung at a time, however long the machine was off: an auditor must be able to show
that no office was passed over. It reads no clock; times come in, a step comes out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

FEWEST_RUNGS: Final = 2


class LadderError(ValueError):
    """The ladder is not one that can be climbed; the sentence says what to mend."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One office that is asked: its kind, how long it has to answer, and how it is told.

    ``wait`` is elapsed time; whoever counts in working days turns them into elapsed time before.
    """

    unit_kind: str
    wait: timedelta
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ladder:
    """The offices in the order in which they are asked, at least two; checked on making.

    Raises
    ------
    LadderError
        Fewer than two rungs, a rung that names no office or no way of telling it, or a wait that is not
        positive.
    """

    rungs: tuple[Rung, ...]

    def __post_init__(self) -> None:
        """Refuse a ladder on which an escalation could come to rest unseen."""
        if len(self.rungs) < FEWEST_RUNGS:
            raise LadderError("升级顺序至少要有两级，否则无人确认时没有下一个单位可找；请补上一级。")
        for number, rung in enumerate(self.rungs, start=1):
            _check_rung(rung, number)


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do before ``until``."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Climb:
    """Nobody answered in time: tell rung ``to_rung`` (counted from 0) now and start its clock."""

    to_rung: int


@dataclass(frozen=True, slots=True)
class Exhausted:
    """The last rung did not answer either; a person has to be told by other means."""


@dataclass(frozen=True, slots=True)
class Stop:
    """An office has taken it up; nothing more is sent."""


Step = Wait | Climb | Exhausted | Stop


def next_step(
    ladder: Ladder, *, current_rung: int, rung_started_at: datetime, acknowledged: bool, now: datetime
) -> Step:
    """Return what the ladder asks for at this moment.

    Parameters
    ----------
    ladder
        The offices in order.
    current_rung
        The rung that was told last, counted from 0.
    rung_started_at, now
        Aware times; a start that lies ahead of ``now`` only means waiting longer.
    acknowledged
        Whether any office has taken it up.

    Returns
    -------
    Step
        :class:`Stop` when acknowledged; :class:`Wait` before the rung's time is over; then :class:`Climb` to
        the very next rung, or :class:`Exhausted` at the top.

    Raises
    ------
    LadderError
        ``current_rung`` is not on this ladder.
    ValueError
        A time has no time zone.

    Examples
    --------
    >>> from datetime import UTC
    >>> two = Ladder((Rung("township", timedelta(hours=2), ("webpush",)),
    ...               Rung("county", timedelta(hours=2), ("webpush",))))
    >>> next_step(two, current_rung=0, rung_started_at=datetime(2026, 3, 1, tzinfo=UTC),
    ...           acknowledged=False, now=datetime(2026, 3, 1, 2, tzinfo=UTC))
    Climb(to_rung=1)
    """
    if acknowledged:
        return Stop()
    if not 0 <= current_rung < len(ladder.rungs):
        raise LadderError(f"升级顺序里没有第{current_rung + 1}级，没有发出通知；请检查升级规则是否改过。")
    if rung_started_at.tzinfo is None or now.tzinfo is None:
        raise ValueError("next_step needs aware times")
    due = rung_started_at + ladder.rungs[current_rung].wait
    if now < due:
        return Wait(until=due)
    return Exhausted() if current_rung + 1 == len(ladder.rungs) else Climb(to_rung=current_rung + 1)


def _check_rung(rung: Rung, number: int) -> None:
    """Raise :class:`LadderError` for a rung that nobody stands on or that would be left at once."""
    if not rung.unit_kind.strip():
        raise LadderError(f"升级顺序第{number}级没有写明单位，中间不能留空；请补上单位。")
    if not rung.channels or any(not channel.strip() for channel in rung.channels):
        raise LadderError(f"升级顺序第{number}级没有写明用什么方式通知；请至少选一种。")
    if rung.wait <= timedelta(0):
        raise LadderError(f"升级顺序第{number}级的等待时间必须大于零；请改成至少1分钟。")
