"""The ladder: who is asked first, who next, how each is told and how long each has.

It is plain data, checked on making, so that a ladder on which an escalation could come to rest unseen cannot exist.
:mod:`notifications.engine` says what it asks for at a moment.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

FEWEST_RUNGS: Final = 2
EVERYONE: Final = "everyone"
ON_DUTY: Final = "on_duty"
NO_REPEAT: Final = timedelta(0)

Hours = Literal["always", "working"]


class LadderError(ValueError):
    """The ladder is not one that can be climbed; the sentence says what to mend."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One office that is asked: its kind, how long it has to answer, and how it is told.

    ``whom`` of the office is knocked at: ``everyone``, who is ``on_duty``, or whoever holds the role of that name; its
    inbox gets the matter in any case. ``wait`` counts elapsed time, or with ``hours`` ``working`` the time in which
    offices are open. ``repeat`` is how often it is knocked at again meanwhile, nought for never.
    """

    unit_kind: str
    wait: timedelta
    channels: tuple[str, ...]
    whom: str = EVERYONE
    hours: Hours = "always"
    repeat: timedelta = NO_REPEAT


@dataclass(frozen=True, slots=True)
class Ladder:
    """The offices in the order in which they are asked, at least two; checked on making.

    ``idle`` is how long an office that took it up may leave it without acting before it waits again (nought: for ever),
    with ``idle_hours`` ``working`` of the time in which offices are open; ``bounce_limit`` how often offices may pass
    it on to one another.

    Raises
    ------
    LadderError
        Fewer than two rungs, a rung that names no office or no way of telling it, a wait that is not positive, or a
        repeat, an idle time or a limit below nought.
    """

    rungs: tuple[Rung, ...]
    idle: timedelta = timedelta(0)
    bounce_limit: int = 2
    idle_hours: Hours = "always"

    def __post_init__(self) -> None:
        """Refuse a ladder on which an escalation could come to rest unseen."""
        if len(self.rungs) < FEWEST_RUNGS:
            raise LadderError("升级顺序至少要有两级，否则无人确认时没有下一个单位可找；请补上一级。")
        for number, rung in enumerate(self.rungs, start=1):
            _check_rung(rung, number)
        if self.idle < timedelta(0) or self.bounce_limit < 0:
            raise LadderError("确认后的处置时间和转交次数不能小于零；请改正。")


def _check_rung(rung: Rung, number: int) -> None:
    """Raise :class:`LadderError` for a rung that nobody stands on or that would be left at once."""
    if not rung.unit_kind.strip():
        raise LadderError(f"升级顺序第{number}级没有写明单位，中间不能留空；请补上单位。")
    if not rung.whom.strip():
        raise LadderError(f"升级顺序第{number}级没有写明叫谁；请选全单位、值班人员或一种身份。")
    if not rung.channels or any(not channel.strip() for channel in rung.channels):
        raise LadderError(f"升级顺序第{number}级没有写明用什么方式通知；请至少选一种。")
    if rung.wait <= timedelta(0):
        raise LadderError(f"升级顺序第{number}级的等待时间必须大于零；请改成至少1分钟。")
    if rung.repeat < NO_REPEAT:
        raise LadderError(f"升级顺序第{number}级的重复提醒间隔不能小于零；不重复请填0。")
