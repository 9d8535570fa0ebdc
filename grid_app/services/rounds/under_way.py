"""How far the analysis of a round is, whichever process computes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from grid_app.errors import ConflictError
from grid_app.models.round_analyses import RoundAnalysis

SILENT_FOR: Final = timedelta(minutes=5)
"""An analysis that has said nothing for so long was killed: the next may begin. No step takes that long."""
NEWS_FOR: Final = timedelta(minutes=10)
"""So long the page of the round tells what an analysis found, whoever opens it and however late it was reloaded."""
LONGEST_SENTENCE: Final = 300
WHOLE: Final = 100
BUSY: Final = "这一轮正在研判,做完会显示在这里,不用再点。"


@dataclass(frozen=True)
class UnderWay:
    """How far an analysis is; ``sentence`` is what came of it, empty while it runs; ``is_news`` while that is new."""

    percent: int
    outcome: str
    sentence: str
    is_running: bool
    is_news: bool


def begin_analysis(session: Session, *, round_id: UUID, now: datetime) -> None:
    """Note that an analysis of the round begins.

    Raises
    ------
    ConflictError
        Another one is under way.
    """
    row = session.get(RoundAnalysis, round_id, with_for_update=True)
    if row is None:
        _add(session, RoundAnalysis(round_id=round_id, started_at=now, beat_at=now, percent=0))
        return
    if _runs(row, now):
        raise ConflictError(BUSY, code="under_way")
    row.started_at, row.beat_at, row.percent, row.outcome, row.sentence = now, now, 0, "", ""


def _add(session: Session, row: RoundAnalysis) -> None:
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()  # the round is taken here or nowhere
    except IntegrityError as error:
        raise ConflictError(BUSY, code="under_way") from error


def beat(session: Session, *, round_id: UUID, percent: int, now: datetime) -> None:
    """Note how far it is."""
    row = session.get_one(RoundAnalysis, round_id)
    row.percent, row.beat_at = min(max(percent, row.percent), WHOLE), now


def end_analysis(session: Session, *, round_id: UUID, sentence: str, failed: bool, now: datetime) -> None:
    """Note what came of it."""
    row = session.get_one(RoundAnalysis, round_id)
    row.outcome, row.sentence = "failed" if failed else "done", sentence[:LONGEST_SENTENCE]
    row.beat_at = now
    row.percent = row.percent if failed else WHOLE


def under_way(session: Session, *, round_id: UUID, now: datetime) -> UnderWay | None:
    """Return how far the newest analysis of the round is; ``None`` where there was none yet."""
    row = session.get(RoundAnalysis, round_id)
    if row is None:
        return None
    is_news = bool(row.outcome) and now - row.beat_at < NEWS_FOR
    return UnderWay(row.percent, row.outcome, row.sentence, _runs(row, now), is_news)


def _runs(row: RoundAnalysis, now: datetime) -> bool:
    return not row.outcome and now - row.beat_at < SILENT_FOR
