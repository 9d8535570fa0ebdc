"""Doing pieces of work each by itself, so that one that fails holds up no other of the same transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

_log = logging.getLogger(__name__)


def done_apart(session: Session, work: Callable[[], bool], *, what: str, key: object) -> bool:
    """Do one piece of work in a savepoint and return what it says; whatever is wrong with it is taken back and logged.

    ``what`` and ``key`` say in the log what could not be done and with which row; never words of a person.

    Raises
    ------
    sqlalchemy.exc.OperationalError
        The database does not run as it should: that is no single row's fault, and ends the transaction.
    """
    try:
        with session.begin_nested():
            done = work()
            session.flush()  # what the database refuses is refused here, and not with the others
            return done
    except OperationalError:
        raise
    except Exception:  # noqa: BLE001 - one row that cannot be done must not keep the others waiting
        _log.exception("could not %s", what, extra={"key": str(key)})
        return False
