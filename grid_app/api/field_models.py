"""The bodies of the routes that a phone in the field uses beside reports: its bundle, returns, held, exports."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from grid_app.api.openapi_models import Answer, Hex, Strict
from grid_app.services.follow_ups.sync import VisitContent
from grid_app.services.rounds.return_sync import ReturnContent


class FieldAccount(Answer):
    """Who this phone is registered for."""

    id: str
    name: str
    role: str
    role_word: str
    unit: str


class FieldTile(Answer):
    """One of the twelve plain tiles; a family matter has the two safety questions."""

    tile: str
    code: str
    label: str
    hint: str
    is_family: bool


class FieldEntry(Answer):
    """One dispute of a prefilled return."""

    id: str
    category: str
    excerpt: str


class FieldRound(Answer):
    """A grid or village to answer for, the open rounds over it, the day by which, and the entries so far."""

    division_code: str
    name: str
    rounds: list[str]
    due: str
    answered: bool
    entries: list[FieldEntry]


class FieldReport(Answer):
    """One of the own reports and its state in words; WGS84 degrees while it lies in the own area, or no point."""

    id: str
    case_code: str
    tracking_code: str
    state_word: str
    place: str
    category: str
    lon: float | None
    lat: float | None
    excerpt: str
    received_at: str


class FieldNearby(Answer):
    """An open dispute of the own area, as a hint that a matter may be known; WGS84 degrees or no point."""

    id: str
    category: str
    village_code: str
    lon: float | None
    lat: float | None
    since: str
    excerpt: str
    organisation: str = Field(description="the unit with the duty, empty when none is named")


class FieldDuty(Answer):
    """Whom to call in danger; ``sms`` is empty when the number takes no messages."""

    name: str
    phone: str
    sms: str


class FieldKey(Answer):
    """The office's public key for exports: its number and its base64 DER form."""

    id: str
    spki: str


class FieldWay(Answer):
    """One way of looking, for a zero return."""

    code: str
    word: str


class FieldAnswer(Answer):
    """What a phone keeps for work without signal; ``server_time`` is not covered by the ETag."""

    form: str
    server_time: str
    account: FieldAccount
    home_village: str = Field(description="12 digits, empty for a larger area")
    villages_url: str
    tiles: list[FieldTile]
    rounds: list[FieldRound]
    own_reports: list[FieldReport]
    nearby: list[FieldNearby]
    duty: FieldDuty
    office_key: FieldKey
    ways: list[FieldWay]


class ReturnItem(Strict):
    """One return: an id made on the phone, the digest of its content, the content."""

    id: Annotated[str, Field(description="UUID, best version 7, made on the phone and never used again")]
    digest: Annotated[Hex | None, Field(description="SHA-256 of the RFC 8785 form of content")] = None
    content: ReturnContent


class ReturnsRequest(Strict):
    """A batch of up to 100 returns."""

    items: Annotated[list[ReturnItem], Field(max_length=100)]


class VisitContact(Answer):
    """Whom to ask; given to a registered phone only, which keeps it sealed behind its PIN."""

    label: str
    name: str
    phone: str


class DueFollowUp(Answer):
    """A visit that is overdue or due within 7 days; ``day`` is how many days after closing it stands for."""

    id: str
    dispute_id: str
    case_code: str
    day: int
    due_on: str
    overdue: bool
    place: str
    house_hint: str
    category: str
    excerpt: str
    contacts: list[VisitContact]


class FollowUpsAnswer(Answer):
    """The visits that the account makes in its acting role, the earliest due first."""

    server_time: str
    items: list[DueFollowUp]


class VisitItem(Strict):
    """One visit: an id made on the phone, the digest of its content, the content."""

    id: Annotated[str, Field(description="UUID, best version 7, made on the phone and never used again")]
    digest: Annotated[Hex | None, Field(description="SHA-256 of the RFC 8785 form of content")] = None
    content: VisitContent


class VisitsRequest(Strict):
    """A batch of up to 100 visits."""

    items: Annotated[list[VisitItem], Field(max_length=100)]


class HeldClaim(Strict):
    """A report, return or visit as the phone has it; ``receipt`` false: it only asks, and a "no" is no gap."""

    id: Annotated[str, Field(pattern=r"^[0-9a-fA-F-]{32,36}$")]
    digest: Hex
    receipt: bool = True


class HeldRequest(Strict):
    """What a phone has; ``waiting`` and ``oldest`` are checked and not kept."""

    waiting: Annotated[int, Field(ge=0)] = 0
    oldest: Annotated[str | None, Field(max_length=40)] = None
    items: Annotated[list[HeldClaim], Field(max_length=2000)]


class HeldResult(Answer):
    """``yes``: here with this digest; ``no``: not here; ``other``: here with another digest."""

    id: str
    held: Literal["yes", "no", "other"]


class HeldAnswer(Answer):
    """One result per item, in the order sent."""

    results: list[HeldResult]


class ExportFile(Strict):
    """What a phone exports: AES-256-GCM under a key of ECDH P-256 and HKDF-SHA-256, all parts in base64."""

    format: Literal["grid-export/1"]
    office_key: str
    ephemeral: Annotated[str, Field(description="the phone's public key of this file, DER SubjectPublicKeyInfo")]
    iv: Annotated[str, Field(description="12 bytes")]
    data: Annotated[str, Field(description="ciphertext and tag; see docs/sync-protocol.md for the plain text")]
