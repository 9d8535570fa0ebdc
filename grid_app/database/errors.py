"""Errors of the database without what people entered, so that no log repeats it.

PostgreSQL tells the values of a row that breaks a rule (DETAIL: Key (login)=(...) already exists) and those that it
cannot read (invalid input syntax for type uuid: "..."). The rule's name and the code of the error say enough.
"""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext

CANNOT_READ: Final = "22"
"""Class of the codes of errors that quote a value (PostgreSQL, "Error Codes": data exception)."""
_QUOTED: Final = re.compile(r'".*"', flags=re.DOTALL)


def keep_values_out_of_errors(engine: Engine) -> None:
    """Let errors of ``engine`` say what is wrong and not with which values; SQLite says no values by itself."""
    engine.hide_parameters = True
    if engine.dialect.name == "postgresql":
        event.listen(engine, "handle_error", _keep_values_out)


def _keep_values_out(context: ExceptionContext) -> None:
    """Shorten the words of an error, of the driver's and of the one that is raised for it."""
    error = context.original_exception
    told, sentence = str(error), getattr(getattr(error, "diag", None), "message_primary", None)
    if not sentence:  # no answer of the server: it could not be reached
        return
    if str(getattr(error, "sqlstate", "") or "").startswith(CANNOT_READ):
        sentence = _QUOTED.sub('"..."', sentence)
    error.args = (sentence,)
    raised = context.sqlalchemy_exception
    if raised is not None:
        raised.args = tuple(part.replace(told, sentence) if isinstance(part, str) else part for part in raised.args)
