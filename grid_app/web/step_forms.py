"""What the forms of every step on a dispute share: what was typed, what went wrong, the version that stood there."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from flask import request

from grid_app.http.guard import the_actor
from grid_app.services.matters.step import Step
from grid_app.services.typed import whole_of
from grid_app.wiring import wired

NOT_TYPED: Final = frozenset({"csrf_token", "version"})
SENT_SIGNS: Final = 16
STATUS: Final = {"conflict": 409, "invalid": 422, "forbidden": 403}


class Typed:
    """What was typed into one form of the page; every field name begins with the form's name.

    Parameters
    ----------
    form : str
        The form's name.
    """

    def __init__(self, form: str) -> None:
        self.form = form
        begin = f"{form}_"
        self.values = {
            name.removeprefix(begin): text.replace("\r\n", "\n")
            for name, text in request.form.items()
            if name.startswith(begin)
        }

    def __getitem__(self, name: str) -> str:
        """Return a field's text, empty when it was not sent."""
        return self.values.get(name, "")


@dataclass(frozen=True)
class Trouble:
    """What went wrong with a step: the form, one sentence, a sentence per field, and everything that was typed."""

    form: str = ""
    sentence: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)


NO_TROUBLE: Final = Trouble()


def step_on(dispute_id: UUID) -> Step:
    """Return the step that the present request takes, on the version that stood on its page."""
    version = request.form.get("version", "")
    return Step(dispute_id, the_actor(), whole_of(version) or 0, wired().clock.now(), _sent())


def _sent() -> str:
    """Return a digest of what was typed, under a key of the server: nobody can try names or numbers against it."""
    told = [
        [name, value.replace("\r\n", "\n")] for name, value in request.form.items(multi=True) if name not in NOT_TYPED
    ]
    words = json.dumps(sorted(told), ensure_ascii=False)
    return hmac.new(wired().keys.session, words.encode(), hashlib.sha256).hexdigest()[:SENT_SIGNS]
