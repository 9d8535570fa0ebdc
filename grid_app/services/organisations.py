"""Organisations with a duty: one row per name, however its legal form is written."""

from __future__ import annotations

import re
import unicodedata
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.models.disputes import Organisation

_LEGAL_FORMS = re.compile(r"(股份有限公司|有限责任公司|有限公司|集团公司|总公司|分公司|公司|集团)$")
_NAME_SIGNS = 100


def name_key(name: str) -> str:
    """Return the name in one width and case, without spaces, marks and the legal form at its end.

    Examples
    --------
    >>> name_key(" 青溪 物业管理有限公司 ") == name_key("青溪物业管理公司")
    True
    """
    letters = "".join(sign for sign in unicodedata.normalize("NFKC", name).casefold() if sign.isalnum())
    return (_LEGAL_FORMS.sub("", letters) or letters)[:_NAME_SIGNS]


def organisation_id(session: Session, *, name: str) -> UUID | None:
    """Return the id of the organisation of that name, made when it is new; ``None`` for a name without letters."""
    key = name_key(name)
    if not key:
        return None
    found = session.scalar(select(Organisation.id).where(Organisation.name_key == key))
    if found is not None:
        return found
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {"id": new_id(), "name": name[:_NAME_SIGNS], "name_key": key}
    session.execute(insert(Organisation).values(row).on_conflict_do_nothing(index_elements=["name_key"]))
    return session.scalar(select(Organisation.id).where(Organisation.name_key == key))
