"""What the police or another office was told of a dispute, in words: for its mediation, its closing, its own page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import url_for

from grid_app.policy import Actor, dispute_scope
from grid_app.queries.danger import DangerView, danger_reports_of
from grid_app.queries.disputes_detail import DisputeDetail
from grid_app.vocabulary.mediation import DANGER_WORDS, REPORTED_TO_WORDS
from grid_app.web.card import Card, OpenSession
from grid_app.web.wording import local_time


def police_line(reports: Sequence[DangerView]) -> str:
    """Return the sentence to read before a meeting is planned or the matter closed; empty without such a report."""
    told = next((one for one in reports if one.to == "police"), None)
    if told is None:
        return ""
    return (
        f"{local_time(told.at)}已经报告公安机关({told.office}):{DANGER_WORDS[told.danger]}。"
        "约时间、办结以前,先问清那边怎么处理、人是不是安全。"
    )


def danger_lines(reports: Sequence[DangerView]) -> list[list[tuple[str, str]]]:
    """Return each report as pairs of words."""
    return [
        [
            ("什么情况", DANGER_WORDS[one.danger]),
            ("报告给", f"{one.office}({REPORTED_TO_WORDS[one.to]})"),
            ("什么时候", local_time(one.at)),
            ("情况", one.situation),
            ("采取的措施", one.measure),
        ]
        for one in reports
    ]


def danger_card(session: OpenSession, detail: DisputeDetail, actor: Actor, now: datetime) -> Card | None:  # noqa: ARG001 - every card maker takes the moment
    """Return what was reported, the newest alone; none where nothing was."""
    reports = danger_reports_of(session, scope=dispute_scope(actor), dispute_id=detail.id)
    if not reports:
        return None
    links = (("看报告和调解", url_for("mediation.page", dispute_id=detail.id)),)
    return Card("已报告有关机关", tuple(danger_lines(reports)[0]), links, hint=police_line(reports))
