"""The bodies of the API's requests and answers, as the views use them and as the description shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from grid_app.services.reports.content import DisputeContent, DisputeContentTwo


class Strict(BaseModel):
    """A request body: unknown keys are refused, nothing is converted silently."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Answer(BaseModel):
    """An answer body."""

    model_config = ConfigDict(frozen=True)


def _plain(text: str) -> str:
    if "\x00" in text:
        raise ValueError
    return text


Text = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_plain)]
Hex = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{64}$")]


class SyncItem(Strict):
    """One report: an id made on the phone, the digest of its content, the content."""

    id: Annotated[str, Field(description="UUID, best version 7, made on the phone and never used again")]
    digest: Annotated[Hex | None, Field(description="SHA-256 of the RFC 8785 form of content")] = None
    content: Annotated[DisputeContent | DisputeContentTwo, Field(discriminator="form")]


class SyncRequest(Strict):
    """A batch of up to 500 reports."""

    items: Annotated[list[SyncItem], Field(max_length=500)]


class Receipt(Answer):
    """The office's proof that it holds a report: HMAC-SHA-256 over id, digest and received time."""

    signature: str
    received_at: datetime


class Warned(Answer):
    """Something the reporter should know about an accepted report."""

    code: str
    sentence: str


class SyncResult(Answer):
    """What became of one item; ``fields`` says field by field what to mend."""

    id: str | None
    outcome: Literal["accepted", "already_have", "conflict", "rejected"]
    digest: str
    receipt: Receipt | None
    dispute_id: str | None
    case_code: str
    tracking_code: str
    code: str
    detail: str
    fields: dict[str, str]
    warnings: list[Warned]


class SyncAnswer(Answer):
    """One result per item, in the order sent."""

    results: list[SyncResult]


class ReceiptClaim(Strict):
    """A receipt as somebody shows it."""

    id: Annotated[str, Field(pattern=r"^[0-9a-fA-F-]{32,36}$")]
    digest: Hex
    received_at: Annotated[AwareDatetime, BeforeValidator(lambda value: value), Field(strict=False)]
    signature: Hex


class ReceiptVerdict(Answer):
    """``genuine``: this office made the signature. ``known``: it holds the report, as the receipt says."""

    genuine: bool
    known: bool


class DeviceRequest(Strict):
    """Signing in on a phone and registering it."""

    login: Text
    password: Text
    pin: Annotated[str, Field(min_length=4, max_length=8)]
    label: Annotated[str, Field(max_length=60), AfterValidator(_plain)] = ""
    assignment_id: Annotated[
        str | None, Field(description="which of several roles; the first fitting one if absent")
    ] = None


class ActingAs(Answer):
    """A role an account may act in on a phone."""

    assignment_id: str
    role: str
    unit: str
    division_code: str


class DeviceAnswer(Answer):
    """The token is shown once; it lasts until ``expires_at`` or until the township revokes the phone."""

    device_id: str
    token: str
    expires_at: datetime
    acting_as: ActingAs
    choices: list[ActingAs]


class PinRequest(Strict):
    """The PIN of the phone whose token is sent along."""

    pin: Annotated[str, Field(min_length=1, max_length=20)]


class PinAnswer(Answer):
    """``right`` opens the phone's drafts; after ``tries_left`` more wrong ones the phone is signed out."""

    right: bool
    tries_left: int | None
    expires_at: datetime | None


class TileAnswer(Answer):
    """One of the twelve plain tiles."""

    tile: str
    code: str
    label: str
    hint: str


class CategoryAnswer(Answer):
    """One category of the code list."""

    code: str
    name: str
    field: Annotated[bool, Field(description="may be chosen in the field")]


class CategoriesAnswer(Answer):
    """The code list and the tiles."""

    tiles: list[TileAnswer]
    categories: list[CategoryAnswer]


class NearbyDispute(Answer):
    """An open dispute that may be the same matter; ``score`` is 0 to 1."""

    id: str
    case_code: str
    place: str
    since: str
    category: str
    excerpt: str
    verdict: Literal["same_matter", "related"]
    score: float


class NearbyAnswer(Answer):
    """At most three hints, best first; a person decides."""

    hints: list[NearbyDispute]


class Feature(Answer):
    """A GeoJSON feature."""

    type: Literal["Feature"]
    properties: dict[str, str | int | float | bool | None]
    geometry: dict[str, object] | None


class VillagesAnswer(Answer):
    """Own villages as a GeoJSON feature collection in WGS84.

    ``border_tolerance_m`` is how far a border here may lie beside the stored one: 0 with full precision.
    """

    type: Literal["FeatureCollection"]
    features: list[Feature]
    precision: Literal["full", "light"]
    border_tolerance_m: int
    own: list[str] = Field(default=[], description="with grids=1: the codes of the own villages among the features")
    grids: list[Feature] = Field(default=[], description="with grids=1: the grids of at most 60 own villages")


class Problem(Answer):
    """A refusal, RFC 9457; ``code`` is stable, ``detail`` is for people, ``received`` of an attachment alone."""

    type: str
    status: int
    code: str
    detail: str
    fields: dict[str, str] | None = None
    received: int | None = None
