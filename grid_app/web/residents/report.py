"""A resident reports or asks: the danger question first, then what and where; name and phone only by choice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from flask import Blueprint, Response, make_response, request

from grid_app.clock import local_date
from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError
from grid_app.http.guard import requires
from grid_app.policy import Action
from grid_app.queries.residents import Entrance, offices_along, places_under, progress_of
from grid_app.security.receipts import Json
from grid_app.services.matters.words import SAFETY_DUTY
from grid_app.services.reports.draft import Received
from grid_app.services.residents.reporting import (
    NOT_YET,
    Origin,
    TooManyError,
    check_words,
    plain_phone,
    take_report,
)
from grid_app.vocabulary.categories import tiles
from grid_app.vocabulary.handling import KEEP_FROM_WORDS
from grid_app.web.dispute_words import tracking
from grid_app.web.report.form import ReportForm, content_of, fields_of_page, missing_answers, typed_form
from grid_app.web.residents.frame import address_key, fell_into_trap, is_own_form, marks, page, place_of
from grid_app.web.residents.words import (
    EXPIRED,
    HOW,
    NOTICE,
    OFFICIAL_CATEGORY,
    OFFICIAL_TILE,
    ONCE_MORE,
    PREFIX,
    RIGHTS,
    STAGES,
)
from grid_app.web.wording import local_date as day_words
from grid_app.web.wording import local_time
from grid_app.wiring import wired

FORM: Final = "report"
MORE: Final = ("how", "name", "phone", "township")
SHOWN_ELSEWHERE: Final = {"parties": "phone", "channel": "summary"}


@requires(Action.PUBLIC)
def form(code: str) -> str:
    """Show the empty form of a place."""
    place = place_of(code)
    typed = typed_form({"channel": "qr"}, now=wired().clock.now())
    more = {**dict.fromkeys(MORE, ""), "how": "report", "township": request.args.get("township", "")}
    return _page(code, place, typed, more, {})


@requires(Action.PUBLIC)
def submit(code: str) -> Response:
    """Take the report in and show its receipt; whatever is wrong, everything typed stays on the page."""
    place = place_of(code)
    typed = typed_form({**request.form.to_dict(), "channel": "qr"}, now=wired().clock.now())
    typed = _with_category(_with_place(typed, place))
    more = {name: request.form.get(name, "") for name in MORE}
    if fell_into_trap() or not is_own_form(FORM):
        return _again(code, place, typed, more, {"": ONCE_MORE if fell_into_trap() else EXPIRED})
    problems = {**missing_answers(typed), **check_words({**typed.values, **more})}
    if more["how"] not in HOW:
        problems["how"] = "请选要反映、要问,还是提建议。"
    if problems:
        return _again(code, place, typed, more, problems)
    try:
        received = _receive(code, place, typed, more)
    except TooManyError as refusal:
        return make_response(_page(code, place, typed, more, {"": refusal.sentence}), 429)
    except InvalidError as refusal:
        return _again(code, place, typed, more, _fields(refusal.fields) or {"": refusal.sentence})
    if received.outcome in ("rejected", "conflict"):
        return _again(code, place, typed, more, _fields(received.fields) or {"summary": received.sentence})
    return make_response(_receipt(code, typed, more, received))


def _with_place(typed: ReportForm, place: Entrance) -> ReportForm:
    """Return the form with the place of the code where the code itself says it; no position is asked for."""
    chosen = place.code if place.is_settled else typed.values["village_code"]
    empty = dict.fromkeys(("lon", "lat", "accuracy_metres", "band_status"), "")
    return replace(typed, values={**typed.values, **empty, "village_code": chosen})


def _with_category(typed: ReportForm) -> ReportForm:
    exact = OFFICIAL_CATEGORY if typed.values["tile"] == OFFICIAL_TILE[0] else ""
    return replace(typed, values={**typed.values, "category": exact})


def _receive(code: str, place: Entrance, typed: ReportForm, more: Mapping[str, str]) -> Received:
    wiring = wired()
    content = content_of(typed)
    content["summary"] = PREFIX.get(more["how"], "") + str(content["summary"])
    content["channel"] = "qr"
    name, phone = " ".join(more["name"].split()), plain_phone(more["phone"])
    if name or phone:
        party: dict[str, Json] = {"label": "当事人A", "name": name, "phone": phone}
        content["parties"] = [party]
    origin = Origin(place.county, marks().blind("place", code.upper()), address_key())
    with reading() as session:
        wiring.places.find(session, lon=0.0, lat=0.0, accuracy_m=None)  # may build an index: not under the write lock
    with transaction() as session:
        return take_report(
            session,
            content=content,
            report_id=typed.report_id,
            origin=origin,
            places=wiring.places,
            keys=wiring.keys,
            now=wiring.clock.now(),
            keep_from=typed.values["keep_from"],
        )


def _fields(fields: Mapping[str, str]) -> dict[str, str]:
    moved = {SHOWN_ELSEWHERE.get(name.split(".")[0], name): sentence for name, sentence in fields.items()}
    return {name: sentence for name, sentence in moved.items() if name in MORE} | fields_of_page(
        {name: sentence for name, sentence in moved.items() if name not in MORE}
    )


def _receipt(code: str, typed: ReportForm, more: Mapping[str, str], received: Received) -> str:
    if received.dispute_id is None or received.received_at is None:
        raise InvalidError(NOT_YET)
    with reading() as session:
        progress = progress_of(session, received.dispute_id)
    return page(
        "resident_receipt.html",
        code=code,
        tracking=tracking(received.tracking_code),
        received=local_time(received.received_at),
        due=day_words(progress.due_at) if progress and progress.due_at else "",
        unit=progress.unit if progress else "",
        phone=progress.unit_phone if progress else "",
        next=STAGES["reported"][1],
        danger=typed.values["danger"] == "yes" or typed.is_unsafe,
        is_unsafe=typed.is_unsafe,
        duty=SAFETY_DUTY,
        has_phone=bool(more["phone"].strip()),
        cautions=[caution.sentence for caution in received.cautions if caution.code != "about_people"],
        rights=RIGHTS,
    )


def _again(
    code: str, place: Entrance, typed: ReportForm, more: Mapping[str, str], problems: Mapping[str, str]
) -> Response:
    return make_response(_page(code, place, typed, more, problems), 422)


def _page(code: str, place: Entrance, typed: ReportForm, more: Mapping[str, str], problems: Mapping[str, str]) -> str:
    choices, townships = _villages(place, more["township"])
    with reading() as session:
        offices = offices_along(session, place.path)
    return page(
        "resident_report.html",
        code=code,
        place=place,
        form=typed,
        values=typed.values,
        more=more,
        errors={name: sentence for name, sentence in problems.items() if name},
        trouble=problems.get("", ""),
        how=list(HOW.items()),
        tiles=[*((tile.tile, tile.label, tile.hint) for tile in tiles()), OFFICIAL_TILE],
        villages=choices,
        townships=townships,
        about_data=NOTICE,
        keep_from=list(KEEP_FROM_WORDS.items()),
        phone=next((one.phone for one in offices if one.phone), ""),
    )


def _villages(place: Entrance, township: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the villages to choose from, and the townships to choose before that at a county's code."""
    if place.is_settled:
        return [], []
    today = local_date(wired().clock.now())
    with reading() as session:
        below = [(one.code, one.name) for one in places_under(session, place.code, today=today)]
        if place.level == "township":
            return [*below, (place.code, "不清楚是哪个村(社区)")], []
        known = dict(below)
        if township not in known:
            return [], below
        villages = [(one.code, one.name) for one in places_under(session, township, today=today)]
    return [*villages, (township, f"{known[township]}(不清楚是哪个村)")], below


def add_routes(bp: Blueprint) -> None:
    """Hang these pages on the blueprint of residents."""
    bp.add_url_rule("/r/<code>/report", "report", form, methods=["GET"])
    bp.add_url_rule("/r/<code>/report", "send_report", submit, methods=["POST"])
