"""Writing up a report that was spoken: an office listens to the voice note and puts it into words."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from grid_app.errors import ConflictError
from grid_app.models.disputes import DisputeEvent
from grid_app.policy import Action
from grid_app.security.fields import FieldCipher
from grid_app.services.matters.searchable import say_anew
from grid_app.services.matters.step import Step, claimed, permitted, write, written

WRITTEN_UP = "written_up"


def write_up(session: Session, step: Step, *, words: str, cipher: FieldCipher) -> None:
    """Record in words what a voice note says; the voice and what was sent stay, and so does each earlier wording.

    ``cipher`` opens the names of the parties, which no search may find.

    Raises
    ------
    ConflictError
        The reporter wrote the summary; an office never writes over it (``not_spoken``).
    """
    step = permitted(step, Action.HANDLE_DISPUTE)
    note = written(words, field="note", what="语音里说的事", least=4)
    dispute = claimed(session, step, kind=WRITTEN_UP, note=note)
    if dispute.summary and not _was_written_up(session, step):
        raise ConflictError("这件事上报时已经写了文字,不能改写。别的情况请写在“补充情况”里。", code="not_spoken")
    again = bool(dispute.summary)
    dispute.summary = note
    say_anew(session, [dispute], cipher=cipher)
    write(session, step, dispute, kind=WRITTEN_UP, note=note, details={"again": again})


def _was_written_up(session: Session, step: Step) -> bool:
    mine = (DisputeEvent.dispute_id == step.dispute_id, DisputeEvent.kind == WRITTEN_UP)
    return bool(session.scalar(select(exists().where(*mine))))
