"""Registered phones: a township sees those of its area by name and unit, and revokes one in one tap."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from grid_app.database.transaction import reading, transaction
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action
from grid_app.queries.devices import phones_under
from grid_app.queries.report_gaps import open_gaps
from grid_app.services.accounts.devices import revoke_device
from grid_app.services.reports.gaps import settle_gap
from grid_app.web.wording import local_date
from grid_app.wiring import wired

GAP_WORDS = {"missing": "平台里没有这一件", "differs": "平台里的内容和手机上的不同"}


def add_routes(bp: Blueprint) -> None:
    """Hang the pages on the blueprint of accounts."""
    bp.add_url_rule("/devices", "devices", devices, methods=["GET"])
    bp.add_url_rule("/devices/<uuid:device_id>/revoke", "revoke_phone", revoke_phone, methods=["POST"])
    bp.add_url_rule("/devices/gaps/<uuid:gap_id>/settle", "settle_gap", settle_gap_seen, methods=["POST"])


@requires(Action.REVOKE_DEVICE)
def devices() -> str:
    """List the phones registered in the actor's area, and what one of them and the office disagree on."""
    path = the_actor().division_path
    with reading() as session:
        rows = phones_under(session, path=path, now=wired().clock.now())
        gaps = open_gaps(session, path=path)
    return render_template("pages/devices.html", rows=rows, gaps=gaps, kinds=GAP_WORDS, local_date=local_date)


@requires(Action.REVOKE_DEVICE)
def revoke_phone(device_id: UUID) -> Response:
    """Revoke one phone."""
    with transaction() as session:
        revoke_device(session, device_id=device_id, actor=the_actor(), now=wired().clock.now())
    flash("手机已退出登录。里面还没上报的内容不会丢,重新登录后会接着上报。", "success")
    return redirect(url_for("accounts.devices"))


@requires(Action.REVOKE_DEVICE)
def settle_gap_seen(gap_id: UUID) -> Response:
    """Put a gap away that was looked into."""
    with transaction() as session:
        settle_gap(session, gap_id=gap_id, actor=the_actor(), now=wired().clock.now())
    flash("已核对。如果手机上还是对不上,它会再次出现在这里。", "success")
    return redirect(url_for("accounts.devices"))
