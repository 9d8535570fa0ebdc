"""Remarks about the platform, kept without the name of who made them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.errors import InvalidError
from grid_app.models.support import Feedback

LONGEST = 1000


def leave_feedback(session: Session, *, page: str, text: str, now: datetime) -> None:
    """Keep a remark about ``page`` (a path of this site).

    Raises
    ------
    InvalidError
        Nothing was written, or more than 1,000 characters.
    """
    words = text.replace("\x00", "").strip()
    if not words or len(words) > LONGEST:
        raise InvalidError("请写下您的意见(1000 字以内),再提交。", fields={"text": "请写 1 到 1000 字。"})
    session.add(Feedback(at=now, page=page.replace("\x00", "")[:200], text=words))


def latest_feedback(session: Session, *, limit: int = 100) -> Sequence[Feedback]:
    """Return the newest remarks."""
    return session.scalars(select(Feedback).order_by(Feedback.at.desc(), Feedback.id).limit(limit)).all()
