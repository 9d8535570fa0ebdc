"""What offices publish of themselves, one form for each office."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.clock import local_date
from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action
from grid_app.services.residents.notices import OfficeNotice, Published, next_days, offices_to_publish, publish
from grid_app.web.wording import WEEKDAYS
from grid_app.web.wording import local_date as day_words
from grid_app.wiring import wired

TEXTS = ("address", "hours", "weekday", "market_days", "dates", "note")


@requires(Action.EDIT_OFFICE)
def notices() -> str:
    """List the offices of the area with what each publishes."""
    return _page(None, {}, {})


@requires(Action.EDIT_OFFICE)
def save_notice(unit_id: UUID) -> Response | WerkzeugResponse:
    """Keep what one office publishes."""
    typed = {name: request.form.get(name, "") for name in TEXTS}
    first = request.form.get("first_market_only") == "1"
    try:
        with transaction() as session:
            published = Published(**typed, first_market_only=first)
            publish(session, unit_id=unit_id, typed=published, actor=the_actor(), now=wired().clock.now())
    except InvalidError as refusal:
        shown = {**typed, "first_market_only": "1" if first else ""}
        return make_response(_page(unit_id, shown, refusal.fields), 422)
    flash("已保存,群众扫码就能看到。", "success")
    return redirect(url_for("residents_office.notices"))


def _page(wrong: UUID | None, typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    today = local_date(wired().clock.now())
    with reading() as session:
        rows = [
            {
                "unit_id": one.unit_id,
                "name": one.name,
                "phone": one.phone,
                "values": typed if one.unit_id == wrong else _values(one),
                "errors": errors if one.unit_id == wrong else {},
                "next": [day_words(day) for day in next_days(one.notice, today=today)] if one.notice else [],
            }
            for one in offices_to_publish(session, the_actor())
        ]
    weekdays = [(str(number), f"每周{WEEKDAYS[number - 1]}") for number in range(1, 8)]
    return render_template("pages/residents_notices.html", rows=rows, weekdays=weekdays)


def _values(one: OfficeNotice) -> dict[str, str]:
    notice = one.notice
    if notice is None:
        return dict.fromkeys((*TEXTS, "first_market_only"), "")
    return {
        "address": notice.address,
        "hours": notice.hours,
        "weekday": str(notice.weekday or ""),
        "market_days": notice.market_days,
        "dates": "\n".join(str(day) for day in notice.dates),
        "note": notice.note,
        "first_market_only": "1" if notice.first_market_only else "",
    }


def add_routes(bp: Blueprint) -> None:
    """Hang these pages on the blueprint of offices and residents."""
    bp.add_url_rule("/residents/offices", "notices", notices, methods=["GET"])
    bp.add_url_rule("/residents/offices/<uuid:unit_id>", "save_notice", save_notice, methods=["POST"])
