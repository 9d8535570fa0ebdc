"""The rows of one background report, column by column what intake stores; see ``services/intake_rows``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import rfc8785

from grid_app.clock import local_date
from grid_app.database.base import new_id
from grid_app.demo.background import Telling
from grid_app.models.disputes import Dispute
from grid_app.security.keys import Keys
from grid_app.services.matters.grading import first_grade
from grid_app.services.matters.points import drop_point, is_without_point
from grid_app.services.numbering import new_tracking_code
from grid_app.services.reports.content import FORM, IMPORTED_SIGNS
from grid_app.services.reports.receiving import DraftReport, parse_report
from grid_app.services.reports.rows import content_context

Row = dict[str, Any]
PARTY_LETTERS = "AB"


@dataclass(frozen=True)
class Arrival:
    """One report at the desk: what was told, its id, who sends it and which office answers for the place."""

    told: Telling
    report_id: UUID
    by: UUID
    office: UUID
    generation_id: UUID

    @property
    def via(self) -> str:
        """The way it came in."""
        return "import" if self.told.imported else "sync"

    def draft(self) -> DraftReport:
        """Return the report as intake parses it."""
        return parse_report(content_of(self.told), report_id=self.report_id, longest=IMPORTED_SIGNS)


def content_of(told: Telling) -> dict[str, object]:
    """Return the content of form ``dispute/1`` that a phone would send."""
    place = told.place
    given: dict[str, object] = {
        "village_code": place.code[:12],
        "lon": place.lon,
        "lat": place.lat,
        "accuracy_m": place.accuracy_m,
        "organisation": told.organisation,
        "project": told.project,
        "household_band": told.band,
        "band_status": told.band_status,
        "since_when": told.since_when.isoformat() if told.since_when else "",
        "household": told.household,
        "safety_child": told.child or None,
    }
    return {
        "form": FORM,
        "captured_at": told.captured_at.isoformat(),
        "category": told.category,
        "danger": told.danger,
        "summary": told.summary,
        "channel": told.channel,
        **{name: value for name, value in given.items() if value not in ("", None)},
    }


def dispute_of(arrival: Arrival, draft: DraftReport, keys: Keys) -> Dispute:
    """Return the dispute as it stands after intake, without its case code."""
    told, place = arrival.told, arrival.told.place
    located = place.lon is not None
    household = keys.fields.household_label(draft.household, issue=f"{place.code[:12]}|{draft.category[:2]}")
    dispute = Dispute(
        id=arrival.report_id,
        tracking_code=new_tracking_code(),
        version=1,
        state="reported",
        category=draft.category,
        summary=draft.summary,
        division_code=place.code,
        place_kind=place.kind,
        place_text="",
        generation_id=None if place.kind == "not_located" else arrival.generation_id,
        lon=place.lon,
        lat=place.lat,
        source_crs=draft.crs,
        accuracy_m=place.accuracy_m,
        point=f"SRID=4326;POINT({place.lon!r} {place.lat!r})" if located else None,
        channel=draft.channel,
        danger=draft.danger,
        safety_child=draft.safety_child,
        safety_present=draft.safety_present,
        project=draft.project,
        household_band=draft.household_band,
        band_status=draft.band_status,
        since_when=draft.since_when,
        household_label=household,
        owner_unit_id=arrival.office,
        reported_by=arrival.by,
        captured_at=draft.captured_at,
        received_at=told.at,
        noted_on=min(local_date(draft.captured_at), local_date(told.at)),
        legal_basis="",
    )
    grade = first_grade(dispute)
    dispute.grade, dispute.grade_reasons = grade.colour, list(grade.reasons)
    if is_without_point(dispute):
        drop_point(dispute)
    return dispute


def first_event_of(arrival: Arrival, dispute: Dispute) -> Row:
    """Return the first line of the dispute's history."""
    details = {
        "via": arrival.via,
        "place": dispute.place_kind,
        "generation": str(dispute.generation_id or ""),
        "grade": dispute.grade,
        "reasons": dispute.grade_reasons,
        "cautions": [],
    }
    return event_row(dispute.id, 1, arrival.told.at, "reported", by=arrival.by, to_state="reported", details=details)


def event_row(
    dispute_id: UUID,
    number: int,
    at: datetime,
    kind: str,
    *,
    by: UUID | None = None,
    from_state: str | None = None,
    to_state: str | None = None,
    note: str = "",
    details: Row,
) -> Row:
    """Return one line of a dispute's history."""
    return {
        "id": new_id(), "dispute_id": dispute_id, "number": number, "at": at, "kind": kind, "from_state": from_state,
        "to_state": to_state, "assignment_id": by, "note": note, "details": details,
    }  # fmt: skip


def submission_of(arrival: Arrival, draft: DraftReport, keys: Keys) -> Row:
    """Return what the receipt is about: the content as sent, sealed."""
    plain = rfc8785.dumps(draft.content).decode()
    return {
        "id": draft.id, "digest": draft.digest, "form": draft.form, "received_at": arrival.told.at,
        "channel": arrival.via, "assignment_id": arrival.by, "dispute_id": draft.id,
        "content_sealed": keys.fields.encrypt(plain, context=content_context(draft.id)),
    }  # fmt: skip


def party_rows(dispute_id: UUID, parties: Sequence[tuple[str, str]], keys: Keys, *, at: datetime) -> list[Row]:
    """Return the parties of a dispute, (name, phone) each, sealed."""
    rows = []
    for letter, (name, phone) in zip(PARTY_LETTERS, parties, strict=False):
        party_id = new_id()
        seal = keys.fields.encrypt
        rows.append({
            "id": party_id, "dispute_id": dispute_id, "label": f"当事人{letter}",
            "name_sealed": seal(name, context=f"parties.name:{party_id}"),
            "phone_sealed": seal(phone, context=f"parties.phone:{party_id}"), "created_at": at,
        })  # fmt: skip
    return rows
