"""One at a time: whoever imports, reshapes, activates or takes back boundaries holds a lease while at it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from grid_app.database.base import new_id
from grid_app.database.transaction import transaction
from grid_app.errors import ConflictError
from grid_app.services.upkeep.leases import give_up_lease, take_lease
from grid_app.wiring import wired

NAME: Final = "boundaries.work"
LEASE: Final = timedelta(minutes=10)
BUSY: Final = (
    "另一个人正在导入、拆分、合并或启用边界,您的没有做,什么也没有变。"
    "请过一两分钟再试;前一次要是中途断掉了,最多等 10 分钟。"
)


@contextmanager
def alone(*, if_any: bool = True) -> Iterator[None]:
    """Do the work while nobody else is at the boundaries; a lease left by a killed process ends by itself.

    ``if_any`` false: nothing is written, so nobody has to wait.

    Raises
    ------
    ConflictError
        When somebody else is at it.
    """
    if not if_any:
        yield
        return
    holder = str(new_id())
    with transaction() as session:
        taken = take_lease(session, name=NAME, holder=holder, lease=LEASE, now=wired().clock.now())
    if not taken:
        raise ConflictError(BUSY, code="boundaries_busy")
    try:
        yield
    finally:
        with transaction() as session:
            give_up_lease(session, name=NAME, holder=holder)
