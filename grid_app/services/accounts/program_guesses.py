"""How often passwords of programs may be wrong: counted per address and per account, as keyed hashes, for 15 minutes.

A program asks several things at once, and a whole office may stand behind one address, so the numbers are wider than at
the desk. Of one program that goes on with a wrong password only as much counts against its office's address as its
account may be wrong; one whose own password has ended guesses nothing and is not counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from grid_app.services.tries import Limit, count_try, is_used_up

SPAN: Final = timedelta(minutes=15)
WRONG_BY_ADDRESS: Final = Limit("prog_address", 60, SPAN)
WRONG_BY_ACCOUNT: Final = Limit("prog_account", 20, SPAN)


@dataclass(frozen=True)
class Guesser:
    """Whose guesses are counted, as keyed hashes: the address that asks, and the account that it names."""

    address: str
    account: str


def has_guessed_enough(session: Session, guesser: Guesser, *, now: datetime) -> bool:
    """Say whether this address or this account has used up its wrong passwords; asks only."""
    return is_used_up(session, WRONG_BY_ACCOUNT, guesser.account, now=now) or is_used_up(
        session, WRONG_BY_ADDRESS, guesser.address, now=now
    )


def count_guess(session: Session, guesser: Guesser, *, now: datetime) -> None:
    """Count a wrong password; reaching a limit is one audit event, without the address and the account."""
    count_try(session, WRONG_BY_ACCOUNT, guesser.account, now=now)
    count_try(session, WRONG_BY_ADDRESS, guesser.address, now=now)
