"""What documents tell of a mediation: the last session held, the agreement, why it ended."""

from __future__ import annotations

from grid_app.clock import local
from grid_app.documents.filling import Row
from grid_app.documents.words import day_words
from grid_app.queries.mediation import CaseView, SessionView
from grid_app.vocabulary.mediation import END_WORDS, INVITEE_WORDS


def told_of(case: CaseView) -> dict[str, str]:
    """Return the words of a mediation by placeholder; empty where nothing is known yet."""
    held = [one for one in case.sessions if one.held_at is not None]
    told = _of_session(held[-1]) if held else {}
    told |= {"调解员": case.mediator, "终止原因": END_WORDS.get(case.ended_why, "")}
    found = case.agreement
    if found is not None:
        told |= {
            "纠纷事实": found.facts,
            "争议事项": found.issues,
            "各方责任": found.responsibility,
            "履行方式": found.performance_method,
        }
    return told


def terms_of(case: CaseView) -> list[Row]:
    """Return who does what by when, as the agreement has it."""
    terms = case.agreement.terms if case.agreement else ()
    return [{"谁": one.who, "做什么": one.what, "何时前": day_words(one.due_on)} for one in terms]


def _of_session(meeting: SessionView) -> dict[str, str]:
    at = local(meeting.held_at or meeting.planned_at)
    return {
        "调解时间": f"{day_words(at.date())} {at:%H:%M}",
        "调解地点": meeting.place,
        "参加人": "、".join(f"{INVITEE_WORDS.get(kind, kind)}({who})" for kind, who in meeting.invitees),
        "笔录": meeting.record,
    }
