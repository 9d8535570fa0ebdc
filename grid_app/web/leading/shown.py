"""A hard matter in words: which forms are open to an actor, what comes next, what was promised and kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from grid_app.policy import Action, Actor, allows
from grid_app.queries.disputes_detail import DisputeDetail
from grid_app.queries.leading_views import HearingView, LeadingView, LeadView, QueryView, Task, VisitView
from grid_app.vocabulary.leading import (
    AGREED_WAYS,
    HEARING_INVITEES,
    HEARING_KINDS,
    HEARING_STATES,
    SLOT_WAYS,
    SLOT_WORDS,
    VISIT_WAYS,
    leading_rules,
)
from grid_app.vocabulary.words import OPEN_STATES, ROLE_WORDS
from grid_app.web.wording import local_date as day_words
from grid_app.web.wording import remaining

ORDER: Final = ("assign", "hold", "visit")


@dataclass(frozen=True)
class TaskLine:
    """A promise or a step as the page tells of it: kept, not kept in time, or still to come."""

    id: UUID
    number: int
    text: str
    due: str
    word: str
    tone: str
    evidence: str
    done: bool


def may_lead(detail: DisputeDetail, actor: Actor) -> bool:
    """Say whether the actor takes steps on this matter; the services ask again."""
    own = actor.unit_id == detail.owner_unit_id and allows(actor, Action.ADD_TO_DISPUTE)
    return own or allows(actor, Action.HANDLE_DISPUTE)


def is_suggested(detail: DisputeDetail, *, historical: bool = False) -> bool:
    """Say whether a lead official is suggested: a higher grade, a complex matter, a legacy of earlier years."""
    grave = detail.grade in leading_rules().suggested_grades
    return detail.state in OPEN_STATES and (grave or detail.complexity == "complex" or historical)


def steps_of(detail: DisputeDetail, view: LeadingView, actor: Actor, today: date) -> frozenset[str]:
    """Return the names of the forms that this actor may use now."""
    if not may_lead(detail, actor):
        return frozenset()
    is_open = detail.state in OPEN_STATES
    offers = _after_closing(view, today) if is_open or detail.state == "closed" else {}
    if is_open:
        offers |= _while_open(view, actor)
    return frozenset(name for name, offered in offers.items() if offered)


def _after_closing(view: LeadingView, today: date) -> dict[str, bool]:
    planned = [one for one in view.hearings if one.state == "planned"]
    return {
        "keep": any(one.done_on is None for one in view.promises),
        "do": view.plan is not None and any(one.done_on is None for one in view.plan.steps),
        "hearing": True,
        "invite": bool(planned),
        "put_off": bool(planned),
        "hold": any(min(one.days) <= today for one in planned),
        "answer": any(one.answered_on is None for one in view.queries),
    }


def _while_open(view: LeadingView, actor: Actor) -> dict[str, bool]:
    lead, examination = view.lead, view.examination
    seen = {one.slot for one in examination.findings} if examination else set()
    return {
        "assign": allows(actor, Action.HANDLE_DISPUTE),
        "visit": lead is not None and lead.declined_at is None,
        "decline": lead is not None and lead.declined_at is None,
        "welcome": lead is not None and lead.declined_at is not None,
        "plan": True,
        "agree": view.plan is not None and view.plan.agreed_on is None,
        "historical": True,
        "examine": examination is None,
        "find": examination is not None,
        "conclude": seen >= set(SLOT_WORDS),
        "consult": True,
        "ask": True,
    }


def main_step(detail: DisputeDetail, view: LeadingView, steps: frozenset[str], now: datetime) -> str:
    """Return the one step that comes next, empty when nothing presses."""
    soon = now + timedelta(days=leading_rules().days_ahead)
    due = view.lead.due_at if view.lead else None
    unowned = view.lead is None or view.lead.left
    pressing = {
        "assign": unowned and is_suggested(detail, historical=bool(view.background)),
        "hold": True,
        "visit": due is not None and due <= soon,
    }
    return next((name for name in ORDER if name in steps and pressing[name]), "")


def lead_facts(lead: LeadView, now: datetime) -> list[tuple[str, str]]:
    """Return who owns the matter, what is to be solved, by which plan, and when the next meeting is due."""
    left = ",已经不在岗,请换一位" if lead.left else ""
    pairs = [
        ("包案领导", f"{lead.name}({lead.unit},{ROLE_WORDS.get(lead.role, lead.role)}){left}"),
        ("一个问题", lead.issue),
        ("一个方案", lead.plan),
        ("方案文件", lead.plan_document),
        ("从哪天起", day_words(lead.assigned_at)),
        ("下次见面", next_meeting(lead, now)),
    ]
    return [pair for pair in pairs if pair[1]]


def next_meeting(lead: LeadView, now: datetime) -> str:
    """Return until when the lead official owes a meeting, or that the resident wants none."""
    if lead.declined_at is not None:
        return "当事人不愿意再见面,不上门、不约见"
    return f"{day_words(lead.due_at)}以前,{remaining(lead.due_at, now)}" if lead.due_at else ""


def team_lines(lead: LeadView) -> list[tuple[str, str]]:
    """Return the team: what each does, the unit and the post."""
    duties = leading_rules().duties
    return [(duties.get(one.duty, one.duty), f"{one.unit}{f' {one.post}' if one.post else ''}") for one in lead.team]


def task_lines(tasks: tuple[Task, ...], today: date, *, done: str, doing: str = "还没到期") -> list[TaskLine]:
    """Return promises or steps with what became of them."""
    return [_task(one, today, done, doing) for one in tasks]


def _task(one: Task, today: date, done: str, doing: str) -> TaskLine:
    if one.done_on is not None:
        late = one.done_on > one.due_on
        word, tone = f"{day_words(one.done_on)}{done}{',晚了' if late else ''}", "done"
    elif one.due_on < today:
        word, tone = "过了日子,没有做到", "attention"
    else:
        word, tone = doing, "active"
    due = f"{day_words(one.due_on)}以前"
    return TaskLine(
        one.id, one.number, f"{one.unit}:{one.what}", due, word, tone, one.evidence, one.done_on is not None
    )


def diary(visits: tuple[VisitView, ...]) -> list[dict[str, object]]:
    """Return the diary as the timeline component takes it."""
    return [
        {
            "title": VISIT_WAYS.get(one.way, one.way),
            "at": day_words(one.held_on),
            "iso": one.held_on.isoformat(),
            "actor": one.place,
            "body": "\n".join(
                part
                for part in (
                    f"当事人提出:{one.asked}",
                    *(f"答应:{task.unit},{task.what},{day_words(task.due_on)}以前" for task in one.promises),
                    f"材料:{one.documents}" if one.documents else "",
                )
                if part
            ),
        }
        for one in visits
    ]


def slots(view: LeadingView) -> list[tuple[str, list[str]]]:
    """Return the three musts with what was done for each in the examination under way."""
    findings = view.examination.findings if view.examination else ()
    return [
        (
            word,
            [
                f"{day_words(one.held_on)},{SLOT_WAYS[slot].get(one.way, '')}:{one.note}"
                f"{f'(材料:{one.documents})' if one.documents else ''}"
                for one in findings
                if one.slot == slot
            ],
        )
        for slot, word in SLOT_WORDS.items()
    ]


def slot_choices() -> list[tuple[str, str]]:
    """Return the three musts with their ways as one list to choose from."""
    return [
        (f"{slot}:{way}", f"{word}:{told}")
        for slot, word in SLOT_WORDS.items()
        for way, told in SLOT_WAYS[slot].items()
    ]


def agreed_words(view: LeadingView) -> str:
    """Return who agreed to the plan, when and how; empty when nobody has yet."""
    plan = view.plan
    if plan is None or plan.agreed_on is None:
        return ""
    return f"{day_words(plan.agreed_on)},{AGREED_WAYS.get(plan.agreed_way, '')}:{'、'.join(plan.agreed_by)}同意"


def hearing_words(one: HearingView) -> str:
    """Return a hearing in one line: which, when, where, open or closed doors."""
    days = "、".join(day_words(day) for day in one.days)
    kind, doors = HEARING_KINDS.get(one.kind, one.kind), "公开" if one.is_public else "不公开"
    return f"第 {one.number} 次,{kind},{days},{one.place},{doors}"


def hearing_facts(one: HearingView) -> list[tuple[str, str]]:
    """Return what is known of a hearing."""
    invited = ";".join(
        f"{HEARING_INVITEES.get(kind, kind)}:{who}({'、'.join(by)}同意)" for kind, who, by in one.invitees
    )
    pairs = [("进展", HEARING_STATES.get(one.state, one.state)), ("请到会的", invited), ("记录", one.record)]
    return [pair for pair in pairs if pair[1]]


def query_facts(one: QueryView, today: date) -> list[tuple[str, str]]:
    """Return a question of policy with how long it waits."""
    if one.answered_on is not None:
        waited, answer = (one.answered_on - one.asked_on).days, f"{day_words(one.answered_on)}:{one.answer}"
    else:
        waited, answer = (today - one.asked_on).days, ""
    late = ",答复过期了,请催办" if one.answered_on is None and one.answer_due < today else ""
    pairs = [
        ("向谁请示", f"{one.to_organ} {one.document_no}".strip()),
        ("问题", one.question),
        ("请示日期", day_words(one.asked_on)),
        ("要求答复", f"{day_words(one.answer_due)}以前{late}"),
        ("等了", f"{waited} 天{'' if answer else ',期限照常走'}"),
        ("答复", answer),
    ]
    return [pair for pair in pairs if pair[1]]


def days_shown(hearings: tuple[HearingView, ...]) -> list[tuple[str, str]]:
    """Return the planned hearings to choose from."""
    return [(str(one.id), hearing_words(one)) for one in hearings if one.state == "planned"]
