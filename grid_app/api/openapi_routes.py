"""Every route of the API, as data: what it takes, what it answers, and which problems it may name."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import BaseModel

from grid_app.api.field_models import (
    ExportFile,
    FieldAnswer,
    FollowUpsAnswer,
    HeldAnswer,
    HeldRequest,
    ReturnsRequest,
    VisitsRequest,
)
from grid_app.api.openapi_attachments import AttachmentAnswer
from grid_app.api.openapi_models import (
    CategoriesAnswer,
    DeviceAnswer,
    DeviceRequest,
    NearbyAnswer,
    PinAnswer,
    PinRequest,
    ReceiptClaim,
    ReceiptVerdict,
    SyncAnswer,
    SyncRequest,
    VillagesAnswer,
)

BODY_PROBLEMS = (400, 413, 415, 422)
SIGNED_IN_PROBLEMS = (401, 403)
DEVICE, EITHER = ("device",), ("device", "desk")


@dataclass(frozen=True)
class Parameter:
    """One parameter of the query or the path; ``schema`` is its JSON Schema."""

    name: str
    meaning: str
    schema: dict[str, str] = field(default_factory=lambda: {"type": "string"})
    required: bool = False
    place: str = "query"


@dataclass(frozen=True, kw_only=True)
class Route:
    """One operation; ``path`` is relative to the API's prefix, ``answer`` is ``None`` for free-form JSON.

    ``body_media`` is the media type of a body that is no JSON.
    """

    method: str
    path: str
    name: str
    tag: str
    summary: str
    answer: type[BaseModel] | None
    body: type[BaseModel] | None = None
    body_media: str = ""
    status: int = 200
    media: str = "application/json"
    problems: tuple[int, ...] = SIGNED_IN_PROBLEMS
    security: tuple[str, ...] = EITHER
    parameters: tuple[Parameter, ...] = ()


NUMBER = {"type": "number"}
UUID_TEXT = {"type": "string", "format": "uuid"}
ATTACHMENT = Parameter("attachment_id", "the id as announced", UUID_TEXT, required=True, place="path")

ROUTES: tuple[Route, ...] = (
    Route(
        method="post",
        path="/disputes:sync",
        name="sync_disputes",
        tag="reports",
        summary="Hand in a batch of reports; each item is answered for itself",
        body=SyncRequest,
        answer=SyncAnswer,
        problems=(*SIGNED_IN_PROBLEMS, *BODY_PROBLEMS),
        security=DEVICE,
    ),
    Route(
        method="post",
        path="/returns:sync",
        name="sync_returns",
        tag="reports",
        summary="Hand in answers to screening rounds; each item is answered for itself",
        body=ReturnsRequest,
        answer=SyncAnswer,
        problems=(*SIGNED_IN_PROBLEMS, *BODY_PROBLEMS),
        security=DEVICE,
    ),
    Route(
        method="get",
        path="/follow-ups",
        name="list_follow_ups",
        tag="follow-ups",
        summary="Own follow-up visits that are overdue or due within 7 days; contacts to a registered phone only",
        answer=FollowUpsAnswer,
    ),
    Route(
        method="post",
        path="/follow-ups:sync",
        name="sync_follow_ups",
        tag="follow-ups",
        summary="Hand in visits that were made; each item is answered for itself",
        body=VisitsRequest,
        answer=SyncAnswer,
        problems=(*SIGNED_IN_PROBLEMS, *BODY_PROBLEMS),
        security=DEVICE,
    ),
    Route(
        method="get",
        path="/attachments/{attachment_id}",
        name="ask_attachment",
        tag="attachments",
        summary="How much of an announced photo or voice note is here",
        answer=AttachmentAnswer,
        problems=(*SIGNED_IN_PROBLEMS, 404),
        parameters=(ATTACHMENT,),
    ),
    Route(
        method="put",
        path="/attachments/{attachment_id}",
        name="send_attachment",
        tag="attachments",
        summary="Send the next chunk of an announced photo or voice note",
        answer=AttachmentAnswer,
        body_media="application/octet-stream",
        problems=(400, *SIGNED_IN_PROBLEMS, 404, 409, 413, 422, 503),
        security=DEVICE,
        parameters=(ATTACHMENT, Parameter("offset", "where the chunk begins", {"type": "integer"}, required=True)),
    ),
    Route(
        method="post",
        path="/reports:held",
        name="compare_held",
        tag="reports",
        summary="Compare what the phone has as received with what the office holds",
        body=HeldRequest,
        answer=HeldAnswer,
        problems=(*SIGNED_IN_PROBLEMS, *BODY_PROBLEMS),
        security=DEVICE,
    ),
    Route(
        method="post",
        path="/exports",
        name="hand_in_export",
        tag="reports",
        summary="Hand in the encrypted file of a phone that could not send; answered as sync, item by item",
        body=ExportFile,
        answer=SyncAnswer,
        problems=(*SIGNED_IN_PROBLEMS, *BODY_PROBLEMS),
        security=DEVICE,
    ),
    Route(
        method="post",
        path="/receipts:verify",
        name="verify_receipt",
        tag="reports",
        summary="Prove a receipt",
        body=ReceiptClaim,
        answer=ReceiptVerdict,
        problems=(*SIGNED_IN_PROBLEMS, *BODY_PROBLEMS),
        security=DEVICE,
    ),
    Route(
        method="post",
        path="/devices",
        name="register_device",
        tag="devices",
        summary="Sign in on a phone and register it for 30 days",
        body=DeviceRequest,
        answer=DeviceAnswer,
        status=201,
        problems=(*SIGNED_IN_PROBLEMS, *BODY_PROBLEMS),
        security=(),
    ),
    Route(
        method="post",
        path="/devices/pin",
        name="prove_pin",
        tag="devices",
        summary="Prove the PIN of a registered phone",
        body=PinRequest,
        answer=PinAnswer,
        problems=(*SIGNED_IN_PROBLEMS, *BODY_PROBLEMS),
        security=DEVICE,
    ),
    Route(
        method="get",
        path="/categories",
        name="list_categories",
        tag="reference",
        summary="The twelve tiles and the code list",
        answer=CategoriesAnswer,
    ),
    Route(
        method="get",
        path="/field",
        name="field_bundle",
        tag="reference",
        summary="What a phone keeps for work without signal, with an ETag",
        answer=FieldAnswer,
        problems=(304, *SIGNED_IN_PROBLEMS),
    ),
    Route(
        method="get",
        path="/villages",
        name="list_villages",
        tag="reference",
        summary="Own villages as GeoJSON, with an ETag",
        answer=VillagesAnswer,
        media="application/geo+json",
        problems=(304, *SIGNED_IN_PROBLEMS),
        parameters=(
            Parameter("around", "1: the villages that touch own ones as well"),
            Parameter("grids", "1: names own villages among them, and draws the grids of at most 60"),
            Parameter("precision", "full: borders as stored, for at most 60 own villages; light (default)"),
        ),
    ),
    Route(
        method="get",
        path="/nearby",
        name="list_nearby",
        tag="reference",
        summary="Similar open disputes of own area, as hints",
        answer=NearbyAnswer,
        problems=(*SIGNED_IN_PROBLEMS, 422),
        parameters=(
            Parameter("category", "category code", required=True),
            Parameter("lon", "degrees in crs", NUMBER),
            Parameter("lat", "degrees in crs", NUMBER),
            Parameter("crs", "wgs84 (default), cgcs2000, gcj02 or bd09"),
            Parameter("village", "12-digit village code"),
            Parameter("text", "the sentence typed so far"),
            Parameter("organisation", "the organisation typed so far"),
        ),
    ),
    Route(
        method="get",
        path="/openapi.json",
        name="describe",
        tag="reference",
        summary="This description",
        answer=None,
        problems=(),
        security=(),
    ),
)
