"""What the making of a file needs: who asked, what they may see, the moment, and sessions to read in."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy.orm import Session

from grid_app.policy import Actor, Scope
from grid_app.security.fields import FieldCipher

Reading: TypeAlias = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True)
class Desk:
    """A file's asker and means; every portion is read in a session of its own, so that none stays open for minutes."""

    actor: Actor
    scope: Scope
    cipher: FieldCipher
    now: datetime
    reading: Reading
