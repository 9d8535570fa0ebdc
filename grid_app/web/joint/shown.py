"""What the page of joint work shows to one actor: where each call stands, and which forms may be used now."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from grid_app.policy import Action, Actor, allows
from grid_app.queries.disputes_detail import DisputeDetail
from grid_app.queries.joint import CallView, CompetenceView, Together, WhistleView
from grid_app.services.joint.whistles import may_check
from grid_app.services.matters.states import is_referral_only
from grid_app.vocabulary.joint import CALL_WORDS, FLAG_WORDS, RATING_WORDS, WHISTLE_WORDS
from grid_app.vocabulary.words import OPEN_STATES
from grid_app.web.joint.forms import MAIN
from grid_app.web.wording import local_date as day_words
from grid_app.web.wording import local_time, remaining

Pairs = list[tuple[str, str]]


def offered(
    detail: DisputeDetail, together: Together, actor: Actor, *, centre: bool, kind: str, joined: bool
) -> frozenset[str]:
    """Return the names of the forms that the actor may use; the services decide again.

    ``centre``: the actor acts for the county's own office; ``kind`` is the kind of the actor's unit; ``joined``: the
    matter is another place's, and the actor's unit only handles a part of it.
    """
    adds, handles = allows(actor, Action.ADD_TO_DISPUTE), allows(actor, Action.HANDLE_DISPUTE)
    in_hand = detail.state in OPEN_STATES and detail.state != "reported" and not is_referral_only(detail.category)
    names = set(_answers(together, actor)) if adds else set()
    if joined:
        return frozenset(names)
    whistle, open_question = together.open_whistle, together.open_competence
    if whistle and whistle.state == "asked" and handles and may_check(actor):
        names.add("check")
    if whistle and adds and (whistle.unit_id == actor.unit_id or may_check(actor)):
        names.add("stop")
    if centre and any(call.state == "refused" for call in calls_of(together)):
        names.add("rule")
    if centre and open_question is not None:
        names.add("decide")
    if in_hand:
        names |= _beginnings(detail, together, actor, centre=centre, kind=kind)
    return frozenset(names)


def _beginnings(detail: DisputeDetail, together: Together, actor: Actor, *, centre: bool, kind: str) -> set[str]:
    handles = allows(actor, Action.HANDLE_DISPUTE)
    arranges = handles and (centre or kind == "township_government")
    works = handles or actor.unit_id == detail.owner_unit_id
    offers = {
        "whistle": kind in ("village_committee", "township_government") and together.open_whistle is None,
        "begin": arranges and together.joint is None,
        "add": arranges and together.joint is not None,
        "leave": arranges and together.joint is not None and bool(together.joint.units),
        "end": arranges and together.joint is not None,
        "compete": works and together.open_competence is None,
        "flags": handles,
    }
    return {name for name, is_offered in offers.items() if is_offered}


def _answers(together: Together, actor: Actor) -> list[str]:
    """Return what the actor's unit may say to a call of its own, or about one that it made."""
    own = next((call for call in calls_of(together) if call.unit_id == actor.unit_id and call.called_at), None)
    by_state = {
        "called": ["report_in"] if own and own.ruled_at else ["report_in", "decline"],
        "answered": ["arrive", "done"],
        "on_site": ["done"],
    }
    names = by_state.get(own.state, []) if own else []
    return [*names, *(["rate"] if calls_to_rate(together, actor) else [])]


def calls_of(together: Together) -> list[CallView]:
    """Return the calls of all whistles, the newest whistle first."""
    return [call for whistle in together.whistles for call in whistle.calls]


def calls_to_rate(together: Together, actor: Actor) -> list[CallView]:
    """Return the calls whose department says it is done and whose community is the actor's unit."""
    own = [whistle for whistle in together.whistles if whistle.unit_id == actor.unit_id]
    return [call for whistle in own for call in whistle.calls if call.state == "done"]


def main_form(names: Collection[str]) -> str:
    """Return the one form that somebody waits for, or nothing."""
    return next((name for name in MAIN if name in names), "")


def whistle_facts(whistle: WhistleView) -> Pairs:
    """Return a whistle in words."""
    return [
        ("吹哨单位", whistle.unit),
        ("急不急", "紧急" if whistle.urgent else "一般"),
        ("要部门做什么", whistle.problem),
        ("现在", WHISTLE_WORDS[whistle.state]),
    ]


def call_facts(call: CallView, now: datetime) -> Pairs:
    """Return in words what a department did and until when it has to do something."""
    told = {
        "报到": _when(call.answered_at, call.answer_due_at if call.state == "called" else None, now),
        "到现场": _when(call.on_site_at, call.site_due_at if call.state == "answered" else None, now),
        "准备做什么": call.plan,
        "哪天做完": day_words(call.plan_due_on) if call.plan_due_on else "",
        "不接的理由": call.refusal,
        "县里裁定": f"{'不用办' if call.state == 'released' else '要报到'}:{call.ruling}" if call.ruled_at else "",
        "做了什么": call.done_note,
        "评价": f"{RATING_WORDS.get(call.rating, '')}:{call.rating_note}" if call.rating else "",
    }
    return [("现在", CALL_WORDS[call.state]), *((name, text) for name, text in told.items() if text)]


def is_silent(call: CallView, now: datetime) -> bool:
    """Say whether a department let its time pass without a word."""
    due = {"called": call.answer_due_at, "answered": call.site_due_at}.get(call.state)
    return due is not None and due < now


def _when(at: datetime | None, due: datetime | None, now: datetime) -> str:
    """Return when something was done, or until when it is due; nothing when neither is known."""
    if at is not None:
        return local_time(at)
    if due is None:
        return ""
    silent = ",到期没有回音" if due < now else ""
    return f"{local_time(due)}以前({remaining(due, now)}{silent})"


def competence_facts(one: CompetenceView) -> Pairs:
    """Return a question of competence in words."""
    told = [("哪些单位", "、".join(name for _, name in one.units)), ("各有什么理由", one.question)]
    if one.decided_at is None:
        return [*told, ("现在", f"{local_time(one.raised_at)}提出,等县里裁定")]
    return [*told, ("裁定", f"由{one.decided_unit}办理"), ("理由", one.decision), ("时间", local_time(one.decided_at))]


def flag_words(flags: Collection[str]) -> str:
    """Return what a matter crosses, in words."""
    return "、".join(word for flag, word in FLAG_WORDS.items() if flag in flags)
