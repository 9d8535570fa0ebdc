"""What the page of a dispute shows of its documents: the newest that were issued, the signed papers that are here."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from grid_app.documents.kinds import kinds
from grid_app.http.guard import the_scope
from grid_app.queries.documents import issued_of, papers_of
from grid_app.web.wording import local_date

MOST: Final = 4


def documents_facts(session: Any, dispute_id: UUID) -> tuple[tuple[str, str], ...]:  # noqa: ANN401 - pages know nothing of an open session
    """Return the newest documents and papers of a dispute as pairs of word and text."""
    scope = the_scope()
    issued = [one for one in issued_of(session, scope=scope, dispute_id=dispute_id) if one.withdrawn_at is None]
    papers = papers_of(session, scope=scope, dispute_id=dispute_id)
    told = [(kinds()[one.kind].title, _when(one.number_text, one.issued_at)) for one in issued[:MOST]]
    told += [(f"{kinds()[one.kind].title}(签字件)", local_date(one.signed_on)) for one in papers[-MOST:]]
    return tuple(told)


def _when(number: str, at: datetime) -> str:
    return " · ".join(part for part in (number, local_date(at)) if part)
