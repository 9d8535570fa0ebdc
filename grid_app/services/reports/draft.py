"""What intake works on and answers: a parsed report, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from geo.coordinates import Crs
from grid_app.security.receipts import Json

Via = Literal["sync", "form", "import", "export", "qr"]
Outcome = Literal["accepted", "already_have", "conflict", "rejected"]


@dataclass(frozen=True)
class DraftParty:
    """A party as reported; both parts may be empty. Stored encrypted, never in a log."""

    label: str = ""
    name: str = ""
    phone: str = ""


@dataclass(frozen=True)
class DraftAttachment:
    """A photo or voice note that is announced: ``bytes`` long, with that SHA-256; it arrives after the report."""

    id: UUID
    kind: str
    type: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class ClosedBefore:
    """That a matter was settled before it was brought in: on which day, and what came of it (may be empty)."""

    on: date
    outcome: str = ""


@dataclass(frozen=True, kw_only=True)
class DraftReport:
    """A report whose form was understood; place, category and rights are checked when it is received.

    ``lon`` and ``lat`` are degrees in ``crs``, ``accuracy_m`` metres. ``household`` is an opaque reference of the
    household that told us. ``noted_on`` is the day of ``captured_at`` in Asia/Shanghai. ``content`` is what was
    sent, unchanged; ``digest`` covers it. ``summary`` may be empty when a voice note is announced. ``phone_village`` is
    what the phone's own locator found, empty when it did not say. ``closed`` is set for history alone: nothing is
    started for it, and nobody is told.
    """

    id: UUID
    form: str
    captured_at: datetime
    category: str
    summary: str
    digest: str
    content: dict[str, Json]
    danger: bool = False
    channel: str = "grid_walk"
    village_code: str | None = None
    lon: float | None = None
    lat: float | None = None
    crs: Crs = "wgs84"
    accuracy_m: float | None = None
    place_text: str = ""
    organisation: str = ""
    project: str = ""
    household_band: str | None = None
    band_status: str | None = None
    since_when: date | None = None
    safety_child: bool = False
    safety_present: bool = False
    household: str = ""
    link_to: UUID | None = None
    link_relation: str | None = None
    noted_on: date
    parties: tuple[DraftParty, ...] = ()
    phone_village: str = ""
    attachments: tuple[DraftAttachment, ...] = ()
    closed: ClosedBefore | None = None


@dataclass(frozen=True)
class Caution:
    """Something the reporter should know about an accepted report; ``code`` is stable, ``sentence`` zh-CN."""

    code: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Received:
    """What became of one report.

    ``receipt`` is the signature over id, digest and ``received_at``; both are empty when the report is not here.
    A conflict names no codes: whoever sent other content under a known id learns nothing about the first.
    """

    outcome: Outcome
    report_id: UUID | None
    digest: str = ""
    dispute_id: UUID | None = None
    case_code: str = ""
    tracking_code: str = ""
    receipt: str = ""
    received_at: datetime | None = None
    code: str = ""
    sentence: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    cautions: tuple[Caution, ...] = ()
