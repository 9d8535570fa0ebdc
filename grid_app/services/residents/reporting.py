"""A report or question from a resident's own phone: the same intake as everybody's, without an account behind it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.errors import InvalidError
from grid_app.policy import Actor, Role
from grid_app.ports import PlaceFinder
from grid_app.security.keys import Keys
from grid_app.services.audit import record_audit
from grid_app.services.handling.seals import seal_for_resident
from grid_app.services.matters.parties import LONGEST_NAME, LONGEST_PHONE
from grid_app.services.reports.receiving import Desk, Lookups, Received, parse_report, receive_reports
from grid_app.services.tries import REPORTS_BY_ADDRESS, REPORTS_BY_PLACE, count_try

NOBODY: Final = UUID(int=0)
NOTICE_VERSION: Final = "2026-11"
"""The version of the notice about personal data that stands above the form (个人信息保护法 17)."""

LEAST_SIGNS: Final = 2
NOT_YET: Final = "还没有提交成功,已填的都还在。"


@dataclass(frozen=True)
class Origin:
    """Where a report comes from: the county that takes it in, and blind keys of place and address."""

    county: str
    place: str
    address: str


class TooManyError(InvalidError):
    """Too many reports from one address or at one place within the hour; nothing typed is lost."""

    default_code = "too_many"


def check_words(values: Mapping[str, str]) -> dict[str, str]:
    """Return a sentence for every text that cannot be taken; nothing is cut and nothing thrown away."""
    problems = {}
    summary = values.get("summary", "").strip()
    if summary and not _says_something(summary):
        problems["summary"] = "只有表情或符号,看不出是什么事。请加几个字,例如:门口的路一直积水。"
    name, phone = " ".join(values.get("name", "").split()), " ".join(values.get("phone", "").split())
    if len(name) > LONGEST_NAME:
        problems["name"] = f"称呼最多 {LONGEST_NAME} 个字,现在有 {len(name)} 个字。可以只写姓,也可以不写。"
    elif name and (not _says_something(name, least=1) or _has_control(name)):
        problems["name"] = "称呼里只有符号,或有看不见的坏字符。请重新写,也可以不写。"
    if phone and not _is_phone(phone):
        problems["phone"] = "电话要写 5 到 20 位数字,例如 0736-1234567。不想留可以空着。"
    return problems


def plain_phone(typed: str) -> str:
    """Return a phone number as it is kept: figures, plus, spaces and hyphens."""
    wide = {0xFF10 + figure: str(figure) for figure in range(10)}
    return " ".join(typed.translate(wide).split())


def take_report(
    session: Session,
    *,
    content: Mapping[str, object],
    report_id: UUID,
    origin: Origin,
    places: PlaceFinder,
    keys: Keys,
    now: datetime,
    keep_from: str = "",
) -> Received:
    """Take in what a resident sent, without an account; the report belongs to its place and to nobody.

    ``keep_from`` is village or township when the resident asks to be kept from it: it sees nothing from the first.

    Raises
    ------
    InvalidError
        A field is wrong.
    TooManyError
        Too many came from one address or for one place.
    """
    draft = parse_report(content, report_id=report_id)
    desk = Desk(_nobody(origin.county), places, keys, now, via="qr", lookups=Lookups(session))
    known = desk.lookups.known(report_id)
    if known is None:
        _count(session, origin, now=now)
    answer = receive_reports(session, drafts=[draft], desk=desk)[0]
    if answer.outcome == "accepted":
        target = ("dispute", str(report_id))
        record_audit(session, None, "resident.reported", now=now, target=target, details={"notice": NOTICE_VERSION})
        seal_for_resident(session, report_id=report_id, whom=keep_from, now=now)
    return answer


def _count(session: Session, origin: Origin, *, now: datetime) -> None:
    allowed = count_try(session, REPORTS_BY_ADDRESS, origin.address, now=now)
    allowed &= count_try(session, REPORTS_BY_PLACE, origin.place, now=now)
    if not allowed:
        raise TooManyError("现在提交的人太多,这一件还没有提交。已填的都还在,请过一会儿再点提交,或者打下面的电话。")


def _nobody(county: str) -> Actor:
    """Return who acts when a resident reports: nobody, in this county; no account and no assignment is behind it."""
    return Actor(NOBODY, NOBODY, Role.GRID_WORKER, NOBODY, county, f"/{county}/")


def _says_something(text: str, *, least: int = LEAST_SIGNS) -> bool:
    return sum(unicodedata.category(sign)[0] in "LN" for sign in text) >= least


def _has_control(text: str) -> bool:
    return any(unicodedata.category(sign) in ("Cc", "Cs") for sign in text)


def _is_phone(phone: str) -> bool:
    plain = plain_phone(phone)
    figures = [sign for sign in plain if sign.isascii() and sign.isdigit()]
    odd = [sign for sign in plain if not (sign.isascii() and (sign.isdigit() or sign in "+-() "))]
    return not odd and 5 <= len(figures) <= 20 and len(plain) <= LONGEST_PHONE
