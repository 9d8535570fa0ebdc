"""Stream (a): the district events as reports of the sync API, one household each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid5

from bench.acceptance.tables import category_of, rows_of
from bench.acceptance.timeline import SHANGHAI
from grid_app.security.receipts import Json

NAMESPACE = UUID("3f0c8a52-5c1b-5d0e-9b61-6f2f9a4f1d10")
"""Ids are version 5, made from the number a record has in its source, so that sending a record again gives the same
id; a version 7 id is for reports that begin on a phone."""
BATCH = 200
SHIFTED_EVERY = 10
"""Every tenth point is sent as GCJ-02, as a phone with a domestic map would."""
CHANNELS = {
    "12345": "hotline",
    "12319": "hotline",
    "固话投诉": "hotline",
    "政府信箱": "other_office",
    "@坪山": "qr",
    "美丽深圳": "qr",
}


@dataclass(frozen=True)
class EventReport:
    """One event as it is sent; ``village`` is where its point was drawn."""

    id: UUID
    noted_at: datetime
    village: str
    content: dict[str, Json]


def event_reports(data: Path) -> list[EventReport]:
    """Return every event of the source in the order of its time."""
    points = {row["rec_id"]: row for row in rows_of(data / "pingshan12345" / "synthetic_points_dev.csv")}
    rows = rows_of(data / "pingshan12345" / "events_dev.csv")
    reports = [_report(row, points[row["rec_id"]], number) for number, row in enumerate(rows)]
    return sorted(reports, key=lambda one: (one.noted_at, one.id))


def _report(row: dict[str, str], point: dict[str, str], number: int) -> EventReport:
    noted_at = datetime.fromisoformat(row["created_at"]).replace(tzinfo=SHANGHAI)
    crs = "gcj02" if number % SHIFTED_EVERY == 0 else "wgs84"
    content: dict[str, Json] = {
        "form": "dispute/1",
        "captured_at": noted_at.isoformat(),
        "category": category_of(row["type"], row["main_type"]),
        "danger": False,
        "summary": row["sub_type"],
        "channel": CHANNELS[row["source"]],
        "lon": float(point[f"lon_{crs}"]),
        "lat": float(point[f"lat_{crs}"]),
        "crs": crs,
    }
    return EventReport(uuid5(NAMESPACE, row["rec_id"]), noted_at, point["mapped_village_code"], content)


def batches(reports: Sequence[EventReport], cuts: Sequence[datetime]) -> Iterator[list[EventReport]]:
    """Give the reports in their order, at most 200 at a time, none reaching over one of the moments ``cuts``."""
    waiting = sorted(cuts)
    batch: list[EventReport] = []
    for report in reports:
        over_a_cut = False
        while waiting and report.noted_at >= waiting[0]:
            waiting.pop(0)
            over_a_cut = True
        if batch and (over_a_cut or len(batch) == BATCH):
            yield batch
            batch = []
        batch.append(report)
    if batch:
        yield batch
