"""Turning the rows of a file into reports of the form ``dispute/1``.

A row's id is its own UUID, or made from its reference (RFC 9562, version 5), or from its content when it has none:
the same file again finds every row known.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid5

from grid_app.errors import InvalidError
from grid_app.security.receipts import Json
from grid_app.services.intake.columns import Columns
from grid_app.services.intake.dates import moment_of
from grid_app.services.intake.file import CsvFile, CsvRow
from grid_app.services.intake.history import closed_before
from grid_app.services.reports.batch import SentItem
from grid_app.services.reports.content import FORM, IMPORTED_SIGNS, digest_report, parse_report
from grid_app.services.reports.draft import DraftReport
from grid_app.vocabulary.words import BAND_STATUS_WORDS, CHANNEL_WORDS

NAMESPACE = UUID("6f3f0b6e-6d1c-5b7e-9a53-2f4c1d0a7e11")
YES = frozenset({"1", "true", "yes", "y", "是", "有"})
NO = frozenset({"", "0", "false", "no", "n", "否", "无"})
NOT_TAKEN = "这一行没有导入。"
_CHANNELS = {word: key for key, word in CHANNEL_WORDS.items()}
_STATUSES = {word: key for key, word in BAND_STATUS_WORDS.items()}


@dataclass(frozen=True)
class Tables:
    """What a file needs besides its columns: type to category, district to code, and the name of its source.

    ``allowed`` are the codes whose subtrees it may bring something into, ``None`` for the whole county.
    """

    categories: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    source: str = "import"
    allowed: frozenset[str] | None = None


@dataclass(frozen=True)
class ReadRow:
    """A row of a file as an item of a batch: its line, its own reference (may be empty), and what it reports."""

    line: int
    reference: str
    item: SentItem


class RowReader:
    """Turns rows into items of a batch.

    Parameters
    ----------
    columns : Columns
        How the file's columns are read.
    tables : Tables
        Its tables.
    """

    def __init__(self, columns: Columns, tables: Tables) -> None:
        self._columns = columns
        self._tables = tables
        self._seen: Counter[str] = Counter()

    def read_all(self, file: CsvFile, *, begin: int = 0, end: int | None = None) -> list[ReadRow]:
        """Return the rows of the file in their order; a row that cannot be read stays in, with its reason.

        The rows before ``begin`` are only counted, so that a repeated row has the same id however a file is parted.
        """
        value = self._columns.value
        for row in file.rows[:begin]:
            self._count(row)
        return [ReadRow(row.line, value(row.values, "id")[:60], self._read(row)) for row in file.rows[begin:end]]

    def _count(self, row: CsvRow) -> None:
        if row.problem:
            return
        try:
            digest = digest_report(self._content(row.values))
        except InvalidError:
            return
        self._id(self._columns.value(row.values, "id"), digest)

    def _read(self, row: CsvRow) -> SentItem:
        if row.problem:
            return SentItem(None, refusal=InvalidError(row.problem, code="row"))
        try:
            content = self._content(row.values)
            digest = digest_report(content)
        except InvalidError as refusal:
            return SentItem(None, refusal=refusal)
        report_id = self._id(self._columns.value(row.values, "id"), digest)
        try:
            draft = parse_report(content, report_id=report_id, digest=digest, longest=IMPORTED_SIGNS)
        except InvalidError as refusal:
            return SentItem(report_id, digest, refusal=refusal)
        return self._with_history(row, SentItem(report_id, digest, draft=draft), draft)

    def _with_history(self, row: CsvRow, item: SentItem, draft: DraftReport) -> SentItem:
        """Return the item with how the matter was settled before, when the row says so."""
        problems: dict[str, str] = {}
        told = {name: self._columns.value(row.values, name) for name in ("state", "closed_on", "outcome")}
        closed = closed_before(told, noted=draft.noted_on, problems=problems)
        if problems:
            return SentItem(item.report_id, item.digest, refusal=InvalidError(NOT_TAKEN, fields=problems))
        return replace(item, draft=replace(draft, closed=closed))

    def _id(self, reference: str, digest: str) -> UUID:
        if reference:
            try:
                return UUID(reference)
            except ValueError:
                return uuid5(NAMESPACE, f"{self._tables.source}|{reference}")
        self._seen[digest] += 1
        return uuid5(NAMESPACE, f"{self._tables.source}|{digest}|{self._seen[digest]}")

    def _content(self, row: Mapping[str, str]) -> dict[str, Json]:
        told = {item: self._columns.value(row, item) for item in self._columns.sources.keys() | self._columns.fixed}
        problems: dict[str, str] = {}
        content: dict[str, Json] = {
            "form": FORM,
            "captured_at": _moment(told.get("noted_at", ""), problems),
            "category": self._category(told, problems),
            "danger": _danger(told.get("danger", ""), problems),
            "summary": told.get("text", ""),
            "channel": _channel(told.get("channel", ""), problems),
        }
        content |= _point(told, problems) | self._place(told, problems) | self._rest(told)
        if problems:
            raise InvalidError(NOT_TAKEN, fields=problems)
        return content

    def _category(self, told: Mapping[str, str], problems: dict[str, str]) -> str:
        code = told.get("category", "")
        if code:
            return code.zfill(4) if len(code) == 3 else code  # spreadsheets drop the leading zero
        kind = told.get("type", "")
        if kind not in self._tables.categories:
            problems["type"] = f"类型“{kind[:40]}”不在类别对照表里。"
        return self._tables.categories.get(kind, "")

    def _place(self, told: Mapping[str, str], problems: dict[str, str]) -> dict[str, Json]:
        code = told.get("division", "")
        district = told.get("district", "")
        if not code and district:
            code = self._tables.places.get(district, "")
            if not code:
                problems["district"] = f"“{district[:40]}”不在地点对照表里。"
        if code and self._tables.allowed is not None and not self._tables.allowed & {code[:12], code[:9], code}:
            problems["division" if told.get("division") else "district"] = f"{code} 不在您的范围内。"
        return {"village_code": code} if code else {}

    def _rest(self, told: Mapping[str, str]) -> dict[str, Json]:
        status = told.get("band_status", "")
        found: dict[str, Json] = {
            "organisation": told.get("organisation", ""),
            "project": told.get("project", ""),
            "place_text": told.get("place_text", ""),
            "household": self._household(told.get("reporter", "")),
            "household_band": told.get("band", ""),
            "band_status": _STATUSES.get(status, status),
        }
        return {name: value for name, value in found.items() if value}

    def _household(self, reporter: str) -> str:
        """Return an opaque reference of the household, the same for every row of it in this source."""
        return hashlib.sha256(f"{self._tables.source}|{reporter}".encode()).hexdigest() if reporter else ""


def _moment(text: str, problems: dict[str, str]) -> str:
    """Return a moment with its time zone; without one, local time in Asia/Shanghai; a day alone begins at midnight."""
    found = moment_of(text)
    if found is None:
        problems["noted_at"] = f"“{text[:30]}”不是时间,请写成 2026-11-20 或 2026-11-20 09:30。"
    return found.isoformat() if found else ""


def _danger(text: str, problems: dict[str, str]) -> bool:
    if text.lower() not in YES | NO:
        problems["danger"] = "请写“是”或“否”。"
    return text.lower() in YES


def _channel(text: str, problems: dict[str, str]) -> str:
    channel = _CHANNELS.get(text, text or "import")
    if channel not in CHANNEL_WORDS:
        problems["channel"] = f"没有“{text[:20]}”这个来源,可以用:{'、'.join(CHANNEL_WORDS)}。"
    return channel


def _point(told: Mapping[str, str], problems: dict[str, str]) -> dict[str, Json]:
    sent = {name: told.get(name, "") for name in ("lon", "lat")}
    if not any(sent.values()):
        return {}
    point: dict[str, Json] = {"crs": told.get("crs") or "wgs84"}
    for name, text in sent.items():
        try:
            point[name] = float(text)
        except ValueError:
            problems[name] = f"“{text[:20]}”不是数字。经度和纬度要一起填,或者都不填。"
    return point
