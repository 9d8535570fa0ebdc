"""The words of a push: case number, place, category, grade and due time; never a name or free text."""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import datetime
from typing import Final
from uuid import UUID

from grid_app.clock import local
from grid_app.services.escalations.targets import Matter
from grid_app.vocabulary.categories import COUNTY_ONLY, SEALED, group_of, is_sealed, name_of
from grid_app.vocabulary.words import GRADE_WORDS
from notifications.messages import (
    MessageError,
    PersonalWordsError,
    compose_escalation,
)

SEALED_WORDS: Final = "限知悉事项"
WEEKDAYS: Final = "一二三四五六日"

_log = logging.getLogger(__name__)


def message_of(
    matter: Matter, *, escalation_id: UUID, code: str, grade: str, due: datetime, to_many: bool = False
) -> dict[str, object]:
    """Return the stored form of the message that asks an office to take up an escalation.

    Two kinds of messages hold the escalation's own number alone. One whose words look like a person's number: the
    office must be told, whatever somebody wrote into a place name. And one about a sealed or county-only matter that
    goes ``to_many``, into a group or a mailbox that people read who may not know of it.
    """
    address = {"key": f"escalation-{escalation_id}", "url": f"/inbox/{escalation_id}"}
    grade_word, due_text = GRADE_WORDS.get(grade, grade), due_words(due)
    category = SEALED_WORDS if is_sealed(matter.category) else matter.what or name_of(matter.category)
    if not (to_many and group_of(matter.category) in (SEALED, COUNTY_ONLY)):
        try:
            message = compose_escalation(
                case_code=matter.case_code,
                place=matter.place,
                category_name=category,
                grade_word=grade_word,
                due_text=due_text,
                **address,
            )
            return asdict(message)
        except (PersonalWordsError, MessageError):
            _log.exception("message of escalation replaced by its number", extra={"escalation_id": str(escalation_id)})
    message = compose_escalation(
        case_code=code,
        place="详情请登录查看",
        category_name=SEALED_WORDS,
        grade_word=grade_word,
        due_text=due_text,
        **address,
    )
    return asdict(message)


def due_words(moment: datetime) -> str:
    """Return a moment as people read it, such as ``11月21日(周六) 14:30``."""
    shown = local(moment)
    return f"{shown.month}月{shown.day}日(周{WEEKDAYS[shown.weekday()]}) {shown:%H:%M}"
