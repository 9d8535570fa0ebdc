"""The rows of one accepted report: dispute, first event, submission and parties, in the caller's savepoint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import rfc8785
from sqlalchemy.orm import Session

from grid_app.clock import local_date, start_of_day
from grid_app.database.base import new_id
from grid_app.errors import InvalidError, NotFoundError
from grid_app.models.attachments import Attachment
from grid_app.models.disputes import Dispute, DisputeEvent, Party, Submission
from grid_app.policy import Actor
from grid_app.ports import PlaceFinder
from grid_app.security.keys import Keys
from grid_app.services.audit import Deed, record_audits
from grid_app.services.clocks.rules import rulebook
from grid_app.services.clocks.running import TURNS, clocks_from, starts_of
from grid_app.services.control_words import CONTROL_WORDS
from grid_app.services.matters.alerts import escalate_red
from grid_app.services.matters.grading import RED, first_grade
from grid_app.services.matters.links import link_disputes
from grid_app.services.matters.points import drop_point, is_without_point
from grid_app.services.matters.said import said_of
from grid_app.services.numbering import new_tracking_code, next_case_codes
from grid_app.services.organisations.names import WRITE_IT_WHOLE
from grid_app.services.projects.matters import link_named
from grid_app.services.reports.checks import trusted_capture
from grid_app.services.reports.draft import Caution, DraftParty, DraftReport, Via
from grid_app.services.reports.lookups import Known, Lookups
from grid_app.services.reports.places import DecidedPlace, county_of
from grid_app.services.reports.rerouted import tell_rerouted
from grid_app.services.reports.words import Words, words_of
from grid_app.vocabulary.categories import may_be_reported_in_the_field

LINK_MISSING = Caution("link_missing", "要关联的事项找不到,已单独登记。")
NO_ORGANISATION = Caution(
    "not_an_organisation", f"“责任单位”一栏不像单位名称,没有登记为单位;上报已收到,原文加密保存。请{WRITE_IT_WHOLE}"
)
PARTY_LETTERS = "ABCDEF"
RESIDENT: Final = "qr"
HISTORY_BASIS = "导入的历史台账,当时已办结。"


@dataclass(frozen=True)
class Desk:
    """Who takes in, when, by which way and with which tools; the same for every report of a transaction."""

    actor: Actor
    places: PlaceFinder
    keys: Keys
    now: datetime
    via: Via
    lookups: Lookups

    @property
    def writer(self) -> Actor | None:
        """Return whose report it is: nobody's, when a resident sent it without an account."""
        return None if self.via == RESIDENT else self.actor

    @property
    def reporter(self) -> UUID | None:
        """Return the assignment that the report belongs to, if any."""
        return self.writer.assignment_id if self.writer else None


@dataclass(frozen=True)
class Placed:
    """A report that passed every check, with its place."""

    draft: DraftReport
    place: DecidedPlace


@dataclass(frozen=True)
class Stored:
    """A report that was written: how it is known from now on, and what to tell the reporter."""

    known: Known
    cautions: tuple[Caution, ...]


def store_reports(session: Session, *, waiting: Sequence[Placed], desk: Desk) -> list[Stored]:
    """Write everything that belongs to new reports, in their order; all or, by an error, none of it.

    The audit links come first: they take the chain's lock, so that every transaction takes its locks in one order.
    """
    record_audits(session, desk.writer, [deed for one in waiting for deed in _deeds(one, desk)], now=desk.now)
    county, year = county_of(desk.actor), local_date(desk.now).year
    codes = next_case_codes(session, county_code=county, year=year, count=len(waiting))
    made = [_made(one, desk, case_code=code) for one, code in zip(waiting, codes, strict=True)]
    session.add_all([dispute for dispute, _ in made])
    session.flush()  # events, submissions and parties refer to the disputes' ids
    book = rulebook(session, TURNS["reported"].starts, now=desk.now)
    for one, (dispute, cautions) in zip(waiting, made, strict=True):
        starts = () if one.draft.closed else starts_of(dispute, "reported")
        session.add_all(clocks_from(dispute, starts, book=book, started_at=desk.now))
        event = _first_event(dispute, desk, cautions, one.draft)
        session.add_all([event, _submission(one.draft, desk), *_parties(one.draft, desk), *_attachments(one.draft)])
    link_named(session, [dispute for dispute, _ in made], at=desk.now, assignment_id=desk.reporter)
    session.flush()  # links and escalations count the events
    return [
        _finished(session, one, dispute, desk, cautions) for one, (dispute, cautions) in zip(waiting, made, strict=True)
    ]


def _deeds(one: Placed, desk: Desk) -> list[Deed]:
    target = ("dispute", str(one.draft.id))
    details = {"via": desk.via, "place": one.place.code, "category": one.draft.category}
    deeds = [Deed("dispute.reported", target, details)]
    if words := words_of(one.draft).of_control:
        deeds.append(Deed(CONTROL_WORDS, target, {"words": "、".join(words), "kind": "reported"}))
    return deeds


def _made(one: Placed, desk: Desk, *, case_code: str) -> tuple[Dispute, tuple[Caution, ...]]:
    words = words_of(one.draft)
    captured_at, clock = trusted_capture(one.draft, desk.via, now=desk.now)
    dispute = _dispute(one, desk, words=words, captured_at=captured_at, case_code=case_code)
    if is_without_point(dispute) and not desk.lookups.keeps_every_point():
        drop_point(dispute)
    unnamed = (NO_ORGANISATION,) if words.organisation and dispute.organisation_id is None else ()
    return dispute, (*one.place.cautions, *clock, *words.cautions, *unnamed)


def _finished(session: Session, one: Placed, dispute: Dispute, desk: Desk, cautions: tuple[Caution, ...]) -> Stored:
    if dispute.grade == RED and one.draft.closed is None:
        escalate_red(session, dispute, now=desk.now)
    tell_rerouted(session, draft=one.draft, place=one.place, dispute=dispute, desk=desk)
    draft, cautions = one.draft, (*cautions, *_link(session, one.draft, desk))
    return Stored(Known(draft.digest, desk.now, draft.id, dispute.case_code, dispute.tracking_code), cautions)


def _dispute(one: Placed, desk: Desk, *, words: Words, captured_at: datetime, case_code: str) -> Dispute:
    draft, place = one.draft, one.place
    today = local_date(desk.now)
    located = place.lon is not None
    dispute = Dispute(
        id=draft.id,
        case_code=case_code,
        tracking_code=new_tracking_code(),
        state="reported",
        category=draft.category,
        summary=words.summary,
        division_code=place.code,
        place_kind=place.kind,
        place_text=words.place_text,
        generation_id=place.generation_id,
        lon=place.lon,
        lat=place.lat,
        source_crs=draft.crs,
        accuracy_m=draft.accuracy_m if located else None,
        point=f"SRID=4326;POINT({place.lon!r} {place.lat!r})" if located else None,
        channel=draft.channel,
        danger=draft.danger,
        safety_child=draft.safety_child,
        safety_present=draft.safety_present,
        organisation_id=desk.lookups.organisation(words.organisation) if words.organisation else None,
        project=words.project,
        household_band=draft.household_band,
        band_status=draft.band_status,
        since_when=draft.since_when,
        household_label=_household(draft, place, desk),
        owner_unit_id=desk.lookups.office(place.path, county_only=not may_be_reported_in_the_field(draft.category)),
        reported_by=desk.reporter,
        captured_at=captured_at,
        received_at=desk.now,
        noted_on=min(local_date(captured_at), today),
        phone_village=draft.phone_village or None,
        said=said_of(
            words.summary, named=(words.organisation, words.project), hidden=[party.name for party in draft.parties]
        ),
    )
    return _graded(_as_history(dispute, draft))


def _as_history(dispute: Dispute, draft: DraftReport) -> Dispute:
    """Return the dispute as settled before it came here, when the report says so; no ground of ours closed it."""
    if draft.closed is not None:
        dispute.state = "closed"
        dispute.closed_at = start_of_day(draft.closed.on)
        dispute.legal_basis = HISTORY_BASIS
    return dispute


def _graded(dispute: Dispute) -> Dispute:
    grade = first_grade(dispute)
    dispute.grade, dispute.grade_reasons = grade.colour, list(grade.reasons)
    return dispute


def _household(draft: DraftReport, place: DecidedPlace, desk: Desk) -> str:
    village = desk.lookups.place_of_labels(place.code)
    return desk.keys.fields.household_label(draft.household, issue=f"{village}|{draft.category[:2]}")


def _first_event(dispute: Dispute, desk: Desk, cautions: tuple[Caution, ...], draft: DraftReport) -> DisputeEvent:
    closed = draft.closed
    return DisputeEvent(
        dispute_id=dispute.id,
        number=1,
        at=desk.now,
        kind="imported_closed" if closed else "reported",
        to_state=dispute.state,
        note=closed.outcome if closed else "",
        assignment_id=desk.reporter,
        details={
            "via": desk.via,
            "place": dispute.place_kind,
            "generation": str(dispute.generation_id or ""),
            "grade": dispute.grade,
            "reasons": dispute.grade_reasons,
            "cautions": [one.code for one in cautions],
        },
    )


def _submission(draft: DraftReport, desk: Desk) -> Submission:
    plain = rfc8785.dumps(draft.content).decode()
    return Submission(
        id=draft.id,
        digest=draft.digest,
        form=draft.form,
        received_at=desk.now,
        channel=desk.via,
        assignment_id=desk.reporter,
        dispute_id=draft.id,
        content_sealed=desk.keys.fields.encrypt(plain, context=content_context(draft.id)),
    )


def _parties(draft: DraftReport, desk: Desk) -> list[Party]:
    return [
        _party(draft.id, party.label or f"当事人{letter}", party, desk)
        for letter, party in zip(PARTY_LETTERS, draft.parties, strict=False)
        if party.name or party.phone
    ]


def _attachments(draft: DraftReport) -> list[Attachment]:
    return [
        Attachment(
            id=one.id, dispute_id=draft.id, number=number, kind=one.kind, type=one.type, bytes=one.bytes,
            sha256=one.sha256, received=0,
        )
        for number, one in enumerate(draft.attachments, start=1)
    ]  # fmt: skip


def _party(dispute_id: UUID, label: str, told: DraftParty, desk: Desk) -> Party:
    party_id = new_id()
    seal = desk.keys.fields.encrypt
    return Party(
        id=party_id,
        dispute_id=dispute_id,
        label=label,
        name_sealed=seal(told.name, context=f"parties.name:{party_id}") if told.name else None,
        phone_sealed=seal(told.phone, context=f"parties.phone:{party_id}") if told.phone else None,
        created_at=desk.now,
    )


def _link(session: Session, draft: DraftReport, desk: Desk) -> tuple[Caution, ...]:
    if draft.link_to is None or draft.link_relation is None or desk.writer is None:
        return ()
    try:
        link_disputes(
            session,
            actor=desk.writer,
            dispute_id=draft.id,
            other_id=draft.link_to,
            relation=draft.link_relation,
            now=desk.now,
        )
    except (NotFoundError, InvalidError):
        return (LINK_MISSING,)
    return ()


def content_context(report_id: UUID) -> str:
    """Return the context under which the content of a submission is encrypted."""
    return f"submissions.content:{report_id}"
