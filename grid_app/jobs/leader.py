"""Which of several schedulers works: the one that holds the leader's lease, and nobody while it is in doubt."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine

from grid_app.clock import Clock, SystemClock
from grid_app.database.transaction import transaction
from grid_app.services.upkeep.leases import give_up_lease, take_lease

LEASE_NAME: Final = "scheduler"
LEASE: Final = timedelta(seconds=60)
TICK: Final = timedelta(seconds=20)
"""How often the lease is renewed: two renewals may fail before another process takes over."""

_log = logging.getLogger(__name__)


def process_name() -> str:
    """Return a name for this process that no other has: host, process id and chance."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"


class Leader:
    """Holds the leader's lease for one process, or waits for it.

    Liveness is counted in machine time also when the demonstration's clock is shifted: two processes that began
    their demonstration at different moments would not agree on it.

    Parameters
    ----------
    engine
        The database that holds the lease row.
    holder
        Name of this process, see :func:`process_name`.
    clock, lease, tick
        Machine time; how long a lease lasts; how often it is renewed.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        holder: str,
        clock: Clock | None = None,
        lease: timedelta = LEASE,
        tick: timedelta = TICK,
    ) -> None:
        self.holder = holder
        self._engine = engine
        self._clock = clock or SystemClock()
        self._lease = lease
        self.tick = tick
        self._renewed_at: datetime | None = None
        self._released = False
        self._lock = threading.Lock()

    def leads(self) -> bool:
        """Say whether this process may work now, renewing the lease when it is time to, or when the clock went back."""
        with self._lock:
            if self._released:
                return False
            if self._renewed_at is not None and timedelta(0) <= self._clock.now() - self._renewed_at < self.tick:
                return True
            return self._renew()

    def release(self) -> None:
        """Give the lease up for good, so that another process takes over at once."""
        with self._lock:
            self._released = True
            with transaction(self._engine) as session:
                give_up_lease(session, name=LEASE_NAME, holder=self.holder)

    def _renew(self) -> bool:
        now, led_before = self._clock.now(), self._renewed_at is not None
        self._renewed_at = None
        with transaction(self._engine) as session:
            leads = take_lease(session, name=LEASE_NAME, holder=self.holder, lease=self._lease, now=now)
        if leads:
            self._renewed_at = now
        if leads != led_before:
            _log.warning("scheduler %s", "leads" if leads else "waits", extra={"holder": self.holder})
        return leads
