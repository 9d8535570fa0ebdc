"""One dispute on one page: where it stands, what is next, its parties, its history, and the forms of every step."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, url_for

from grid_app.clock import local_date as local_day
from grid_app.database.transaction import reading, transaction
from grid_app.errors import NotFoundError
from grid_app.http.guard import requires, the_actor, the_scope
from grid_app.http.headers import policy
from grid_app.policy import Action, allows, joined_scope
from grid_app.queries.areas import Responsible, responsible_for
from grid_app.queries.attachments import Announced, attachments_of
from grid_app.queries.clocks import ClockRow, clocks_of
from grid_app.queries.disputes_detail import (
    DisputeDetail,
    Moment,
    Related,
    UnitChoice,
    unit_choices,
    unit_names,
)
from grid_app.queries.disputes_places import Village, place_names, villages_of
from grid_app.queries.follow_ups import Planned, carrier_choices, follow_ups_of
from grid_app.queries.projects import projects_at
from grid_app.services.audit import record_audit
from grid_app.services.clocks.dates import next_date
from grid_app.services.handling.closing import closes_by_review
from grid_app.services.handling.legal_pathways import PathwayList, pathways_on
from grid_app.services.matters.parties import PartyFace, faces_of
from grid_app.services.matters.states import is_referral_only
from grid_app.services.matters.step import NO_SUCH, handles_jointly
from grid_app.vocabulary.categories import is_sealed, name_of
from grid_app.vocabulary.words import (
    BAND_STATUS_WORDS,
    BANDS,
    CHANNEL_WORDS,
    CHOSEN_GROUNDS,
    CLOSURE_WORDS,
    COMPLEXITY_WORDS,
    GRADE_ORDER,
    GRADE_WORDS,
    OPEN_STATES,
    PLACE_WORDS,
    STATE_WORDS,
    TRACK_WORDS,
    VOICE_ONLY,
)
from grid_app.web.dispute_history import RELATION_WORDS, places_named, timeline_of, units_named
from grid_app.web.dispute_words import due_words, row_of, state_tone, tracking
from grid_app.web.disputes.attachments import shown_attachments
from grid_app.web.disputes.cards import Card, cards_of
from grid_app.web.disputes.clocks import clocks_shown, offered_by_clocks, sort_choices
from grid_app.web.disputes.follow_ups import ShownFollowUps, shown_follow_ups
from grid_app.web.disputes.offers import joined_steps, main_step, offered_steps
from grid_app.web.disputes.stages import stages_of
from grid_app.web.joint.card import joint_notice
from grid_app.web.step_forms import NO_TROUBLE, Trouble
from grid_app.web.without_names import shown_detail, shown_history, shown_related
from grid_app.web.wording import local_date, local_time
from grid_app.wiring import wired


@dataclass(frozen=True)
class Loaded:
    """What the page reads from the database."""

    detail: DisputeDetail
    history: list[Moment]
    units: dict[UUID, str]
    places: dict[str, str]
    parties: list[PartyFace]
    related: list[Related]
    choices: list[UnitChoice]
    villages: list[Village]
    projects: list[str]
    attachments: list[Announced]
    clocks: list[ClockRow]
    visits: list[Planned]
    follow_ups: ShownFollowUps
    pathways: PathwayList
    cards: list[Card]
    responsible: Responsible | None
    joined: bool
    is_elsewhere: bool
    is_reviewed: bool


@requires(Action.READ_DISPUTES)
def detail(dispute_id: UUID) -> Response:
    """Show one dispute; opening a sealed one is written into the audit trail."""
    return page_of(dispute_id, NO_TROUBLE)


def page_of(dispute_id: UUID, trouble: Trouble, *, status: int = 200) -> Response:
    """Return the page of a dispute, with what went wrong when a step was refused.

    Raises
    ------
    NotFoundError
        There is no such dispute in the scope.
    """
    loaded = _load(dispute_id)
    if is_sealed(loaded.detail.category):
        _note_sealed(dispute_id)
    page = make_response(render_template("pages/dispute.html", trouble=trouble, **_shown(loaded)), status)
    # A call is posted here and answered with a redirection to tel:, which the form policy must allow.
    page.headers["Content-Security-Policy"] = policy().replace("form-action 'self'", "form-action 'self' tel:")
    return page


def _load(dispute_id: UUID) -> Loaded:
    actor, scope = the_actor(), the_scope()
    with reading() as session:
        found = shown_detail(session, scope=scope, dispute_id=dispute_id)
        is_elsewhere = found is None
        if found is None:
            scope = joined_scope(actor)
            found = shown_detail(session, scope=scope, dispute_id=dispute_id)
        if found is None:
            raise NotFoundError(NO_SUCH)
        history = shown_history(session, scope=scope, dispute_id=dispute_id)
        handles = allows(actor, Action.HANDLE_DISPUTE) and not is_elsewhere
        visits = follow_ups_of(session, scope=scope, dispute_id=dispute_id)
        return Loaded(
            found,
            history,
            unit_names(session, units_named(history)),
            place_names(session, places_named(history) | ({found.phone_village} if found.phone_village else set())),
            faces_of(session, dispute_id=dispute_id, actor=actor, cipher=wired().keys.fields),
            shown_related(session, scope=scope, dispute_id=dispute_id),
            unit_choices(session, scope=scope, dispute_id=dispute_id) if handles else [],
            villages_of(session, actor) if handles else [],
            [name for _, name in projects_at(session, [found.division_code])],
            attachments_of(session, scope=scope, dispute_id=dispute_id),
            clocks_of(session, scope=scope, dispute_id=dispute_id),
            visits,
            shown_follow_ups(
                visits,
                carrier_choices(session, scope=scope, dispute_id=dispute_id, now=wired().clock.now())
                if handles
                else [],
            ),
            pathways_on(session, local_day(wired().clock.now())),
            [joint_notice(found)] if is_elsewhere else cards_of(session, found, actor, wired().clock.now()),
            responsible_for(session, dispute_id) if handles else None,
            handles_jointly(session, dispute_id, actor.unit_id),
            is_elsewhere,
            closes_by_review(session, dispute_id),
        )


def _note_sealed(dispute_id: UUID) -> None:
    with transaction() as session:
        target = ("dispute", str(dispute_id))
        record_audit(session, the_actor(), "dispute.read_sealed", now=wired().clock.now(), target=target)


def _shown(loaded: Loaded) -> dict[str, object]:
    detail, actor, now = loaded.detail, the_actor(), wired().clock.now()
    clocks = clocks_shown(loaded.clocks, actor=actor, now=now)
    steps = offered_steps(detail, actor, loaded.history) | offered_by_clocks(detail, clocks, actor)
    if loaded.joined:
        steps = joined_steps(detail, steps, is_elsewhere=loaded.is_elsewhere)
    steps -= {"close"} if loaded.is_reviewed else set()
    due = next_date(
        state=detail.state, grade=detail.grade, received_at=detail.received_at, accepted_at=detail.accepted_at
    )
    return {
        "detail": detail,
        "steps": steps,
        "main": main_step(detail, steps, elsewhere=any(card.is_next for card in loaded.cards)),
        "due": due_words(due, now) if due and detail.state == "reported" else None,
        "clocks": clocks,
        "stages": stages_of(detail, loaded.clocks, loaded.visits, now),
        "rules_url": url_for("policies.clocks") if allows(actor, Action.READ_POLICY) else "",
        "tracks": list(TRACK_WORDS.items()),
        "complexities": list(COMPLEXITY_WORDS.items()),
        "sort_choices": sort_choices(detail.category, loaded.pathways),
        "matter": detail.summary or VOICE_ONLY,
        "attachments": shown_attachments(loaded.attachments),
        "facts": [*_facts(detail), *_phone_place(loaded)],
        "timeline": timeline_of(loaded.history, units=loaded.units, places=loaded.places),
        "parties": loaded.parties,
        "follow_ups": loaded.follow_ups,
        "cards": loaded.cards,
        "names_carrier": allows(actor, Action.HANDLE_DISPUTE) and not loaded.is_elsewhere,
        "responsible": loaded.responsible,
        "calls_at_once": actor.unit_id == detail.owner_unit_id,
        "related": [(row_of(one.line, now), RELATION_WORDS.get(one.relation, "")) for one in loaded.related],
        "units": [(choice.id, choice.name) for choice in loaded.choices],
        "projects": loaded.projects,
        "villages": [(village.code, f"{village.township} {village.name}") for village in loaded.villages],
        "bands": [(band, f"{band} 户") for band in BANDS],
        "grades": [(code, GRADE_WORDS[code]) for code in GRADE_ORDER[GRADE_ORDER.index(detail.grade) + 1 :]],
        "grounds": [(code, CLOSURE_WORDS[code]) for code in CHOSEN_GROUNDS],
        "state": STATE_WORDS[detail.state],
        "tone": state_tone(detail.state),
        "is_open": detail.state in OPEN_STATES,
        "is_referral": is_referral_only(detail.category),
        "category": name_of(detail.category),
        "is_mine": detail.owner_unit_id == actor.unit_id,
        "closed_at": local_time(detail.closed_at) if detail.closed_at else "",
        "ground": CLOSURE_WORDS.get(detail.closure_ground or "", ""),
    }


def _facts(detail: DisputeDetail) -> list[tuple[str, str]]:
    place = PLACE_WORDS.get(detail.place_kind, "")
    band = detail.household_band
    known = BAND_STATUS_WORDS.get(detail.band_status or "", "")
    always = [
        ("地点", f"{detail.place}({place})"),
        ("类别", f"{name_of(detail.category)}({detail.category})"),
        ("责任单位或企业", detail.organisation),
        ("涉及户数", f"{band} 户({known})" if band else ""),
        ("怎么知道的", CHANNEL_WORDS.get(detail.channel, detail.channel)),
        ("收到", local_time(detail.received_at)),
        ("办理单位", detail.owner_unit),
        ("查询码", tracking(detail.tracking_code)),
    ]
    known_only = [
        ("具体地点", detail.place_text),
        ("项目", detail.project),
        ("分流", _sorting(detail)),
        ("从何时起", local_date(detail.since_when) if detail.since_when else ""),
        ("受理", local_time(detail.accepted_at) if detail.accepted_at else ""),
    ]
    return [*always, *(pair for pair in known_only if pair[1])]


def _sorting(detail: DisputeDetail) -> str:
    told = (TRACK_WORDS.get(detail.track or "", ""), COMPLEXITY_WORDS.get(detail.complexity or "", ""))
    return ",".join(word for word in told if word)


def _phone_place(loaded: Loaded) -> list[tuple[str, str]]:
    """Return the village that the phone found, when it is another than the office's answer."""
    found, decided = loaded.detail.phone_village, loaded.detail.division_code[:12]
    if not found or found == decided:
        return []
    return [("手机上的定位", f"{loaded.places[found]}(和登记的地点不同)")]


def add_routes(bp: Blueprint) -> None:
    """Hang this page on the blueprint of disputes."""
    bp.add_url_rule("/disputes/<uuid:dispute_id>", "detail", detail, methods=["GET"])
