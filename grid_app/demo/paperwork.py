"""Documents that are issued in the demonstration, by the same three parts as on the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.demo.desk import Desk
from grid_app.documents.kinds import kinds
from grid_app.services.documents.drafts import Wanted, check_wanted, draft_to_issue, read_facts, render
from grid_app.services.documents.issuing import issue, seal
from grid_app.services.documents.values import proposed, proposed_terms
from grid_app.services.handling.steps import Step

REVEALS: Final = 50
COPIES: Final = {"份数": "三"}


def issue_paper(desk: Desk, kind: str, session: Session, step: Step, *, typed: Mapping[str, str] | None = None) -> None:
    """Issue a document filled with what is known; ``typed`` is written over it."""
    found = kinds()[kind]
    facts = read_facts(session, step, cipher=desk.keys.fields, kind=found)
    known = proposed(found, facts)
    words = {name: text or COPIES.get(name, "") for name, text in known.items()} | dict(typed or {})
    terms = proposed_terms(facts) if "协议事项" in found.required else ()
    wanted = check_wanted(Wanted(new_id(), found, words, terms))
    draft = draft_to_issue(session, step, wanted, cipher=desk.keys.fields, per_day=REVEALS)
    session.flush()  # the opening of names and the number below are links of one chain
    sealed = seal(render(draft), desk.files)
    if not issue(session, step, draft, sealed):
        raise ValueError(f"{found.title} was overtaken")
