"""A million invented disputes with their running clocks, copied into PostgreSQL; seeded, so that every run is the same.

The indexes are dropped before and made again afterwards, which takes a fifth of the time.
"""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import psycopg

from bench.lists.county import COUNTY, County
from bench.lists.texts import ORGANISATIONS, Texts
from grid_app.clock import SHANGHAI
from grid_app.vocabulary.words import GRADE_WORDS

YEARS = 6
OPEN_SHARE = 0.08
OPEN = {"reported": 0.16, "accepted": 0.1, "handling": 0.44, "mediating": 0.12, "agreed": 0.06, "terminated": 0.02,
        "performed": 0.02, "replied": 0.03, "following_up": 0.02, "on_legal_pathway": 0.02,
        "reopened": 0.01}  # fmt: skip
ENDED = {"closed": 0.95, "not_accepted": 0.02, "referred_out": 0.025, "legally_concluded": 0.005}
GRADES = {"green": 0.25, "blue": 0.5, "yellow": 0.19, "orange": 0.05, "red": 0.01}
CHANNELS = {"grid_walk": 0.55, "resident_told": 0.18, "hotline": 0.1, "qr": 0.05, "phone": 0.04, "visit": 0.04,
            "letter": 0.01, "assigned": 0.01, "transferred": 0.01, "instruction": 0.002,
            "department": 0.008}  # fmt: skip
DISPUTE = (
    "id", "case_code", "tracking_code", "version", "state", "category", "summary", "division_code", "place_kind",
    "place_text", "source_crs", "channel", "danger", "safety_child", "safety_present", "project", "household_label",
    "grade", "grade_reasons", "owner_unit_id", "reported_by", "captured_at", "received_at", "noted_on", "accepted_at",
    "closed_at", "legal_basis", "due_at", "statutory_due_at", "said",
)  # fmt: skip
DEADLINE = (
    "id", "dispute_id", "rule_code", "rule_version", "kind", "day_kind", "owner_unit_id", "started_at", "due_at",
    "explanation", "extension_days", "extension_reason",
)  # fmt: skip
BATCH = 20_000
Clock = tuple[str, str, datetime, datetime]


@dataclass(frozen=True)
class Facts:
    """What was drawn for one dispute; ``village`` is its number in the county."""

    state: str
    grade: str
    channel: str
    received: datetime
    village: int


class Writer:
    """Draws disputes in batches and writes them as lines of COPY."""

    def __init__(self, county: County, *, total: int, now: datetime, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._texts = Texts(np.random.default_rng(seed + 1))
        self._county, self._now, self._total = county, now, total
        self._per_year: dict[int, int] = {}
        self._number = 0

    def batch(self, count: int) -> tuple[str, str]:
        """Return the lines of so many disputes and of their clocks."""
        rng = self._rng
        is_open = rng.random(count) < OPEN_SHARE
        ages = np.where(is_open, rng.exponential(45, count), rng.random(count) ** 1.3 * 365 * YEARS)
        drawn = {name: _draw(rng, shares, count) for name, shares in
                 (("open", OPEN), ("ended", ENDED), ("grade", GRADES), ("channel", CHANNELS))}  # fmt: skip
        villages = rng.choice(len(self._county.villages), size=count, p=self._county.weights)
        chance = rng.random((count, 4))
        disputes, clocks = [], []
        for at, text in enumerate(self._texts.draw(count)):
            state = drawn["open" if is_open[at] else "ended"][at]
            received = self._now - timedelta(days=float(ages[at]), seconds=float(chance[at, 0]) * 3600)
            facts = Facts(state, drawn["grade"][at], drawn["channel"][at], received, int(villages[at]))
            row, running = self._one(facts, text, [float(one) for one in chance[at]])
            disputes.append(row)
            clocks += running
        return "".join(disputes), "".join(clocks)

    def _one(self, facts: Facts, text: tuple[str, str, str], chance: list[float]) -> tuple[str, list[str]]:
        county, received = self._county, facts.received
        category, summary, said = text
        code = county.villages[facts.village]
        owner = self._owner(code, facts.village, chance[1])
        is_taken_up = facts.state not in ("reported", "not_accepted")
        accepted = received + timedelta(days=chance[2] * 3) if is_taken_up else None
        running = _clocks(received, accepted, petition=chance[3] < 0.15) if facts.state in OPEN else []
        due = min((one[3] for one in running), default=None)
        law = min((one[3] for one in running if one[1] == "statutory"), default=None)
        closed = received + timedelta(days=5 + chance[3] * 40) if facts.state == "closed" else None
        self._number += 1
        key = _key(received, self._number)
        organisation = ORGANISATIONS[self._number % len(ORGANISATIONS)] if chance[0] < 0.3 else ""
        place = code if chance[1] < 0.2 else f"{code}J{1 + self._number % county.grids:03d}"
        row = _line(
            key, self._case(received), f"Q{self._number:09d}", 1, facts.state, category, summary, place, "chosen", "",
            "wgs84", facts.channel, "f", "f", "f", organisation, f"h{self._number}", facts.grade,
            f'["{GRADE_WORDS[facts.grade]}"]', owner, county.reporters[facts.village], received, received,
            received.astimezone(SHANGHAI).date(), accepted, closed, "", due, law, f"{said}\\n{organisation}",
        )  # fmt: skip
        return row, [
            _line(_key(received, self._number * 8 + at), key, rule, 1, kind, "days", owner, begun, end, "{}", 0, "")
            for at, (rule, kind, begun, end) in enumerate(running)
        ]

    def _owner(self, code: str, village: int, chance: float) -> UUID:
        if chance < 0.25:
            return self._county.committees[village]
        if chance < 0.4:
            return self._county.departments[int((chance - 0.25) / 0.15 * len(self._county.departments))]
        return self._county.governments[code[:9]]

    def _case(self, received: datetime) -> str:
        year = received.astimezone(SHANGHAI).year
        self._per_year[year] = self._per_year.get(year, 0) + 1
        return f"{COUNTY}-{year}-{self._per_year[year]:06d}"


def _draw(rng: np.random.Generator, shares: dict[str, float], count: int) -> list[str]:
    names, weights = list(shares), np.array(list(shares.values()))
    return [names[int(one)] for one in rng.choice(len(names), size=count, p=weights / weights.sum())]


def _clocks(received: datetime, accepted: datetime | None, *, petition: bool) -> list[Clock]:
    if accepted is None:
        rules = (("triage", "service", 1), ("accept_simple", "service", 3), ("acceptance_notice", "statutory", 15))
        return [(rule, kind, received, received + timedelta(days=days + 1)) for rule, kind, days in rules]
    found = [("finish_target", "service", accepted, accepted + timedelta(days=31))]
    if petition:
        found.append(("petition_finish", "statutory", accepted, accepted + timedelta(days=61)))
    return found


def _key(at: datetime, number: int) -> UUID:
    milliseconds = int(at.timestamp() * 1000)
    return UUID(int=(milliseconds << 80) | (7 << 76) | (2 << 62) | (number & ((1 << 62) - 1)))


def _line(*values: object) -> str:
    return "\t".join("\\N" if one is None else str(one) for one in values) + "\n"


def fill(connection: psycopg.Connection, county: County, *, total: int, now: datetime, seed: int) -> dict[str, float]:
    """Write ``total`` disputes and their clocks; return the seconds of copying and of building the indexes."""
    started = time.perf_counter()
    connection.execute("SET session_replication_role = replica")
    connection.execute("SET maintenance_work_mem = '512MB'")
    connection.execute("SET timezone = 'UTC'")
    indexes = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes i WHERE tablename IN ('disputes', 'deadlines') AND NOT EXISTS"
        " (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)"
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f'DROP INDEX "{name}"')
    _drawn_and_copied(connection, Writer(county, total=total, now=now, seed=seed), total)
    copied = time.perf_counter()
    for _, definition in indexes:
        connection.execute(definition)
    _work(connection, now)
    connection.commit()
    connection.autocommit = True
    connection.execute("VACUUM ANALYZE")
    return {"copy_seconds": round(copied - started, 1), "index_seconds": round(time.perf_counter() - copied, 1)}


def _drawn_and_copied(connection: psycopg.Connection, writer: Writer, total: int) -> None:
    """Draw one batch while the database takes in the one before."""
    with ThreadPoolExecutor(1) as copying:
        taken_in: Future[None] | None = None
        for begin in range(0, total, BATCH):
            batch = writer.batch(min(BATCH, total - begin))
            if taken_in is not None:
                taken_in.result()
            taken_in = copying.submit(_copied, connection, *batch)
        if taken_in is not None:
            taken_in.result()


def _copied(connection: psycopg.Connection, disputes: str, clocks: str) -> None:
    _copy(connection, "disputes", DISPUTE, disputes)
    _copy(connection, "deadlines", DEADLINE, clocks)


def _copy(connection: psycopg.Connection, table: str, columns: tuple[str, ...], lines: str) -> None:
    with connection.cursor().copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        copy.write(lines)


def _work(connection: psycopg.Connection, now: datetime) -> None:
    """Put some open disputes before their reviewers, and some on their way between units."""
    connection.execute(
        "INSERT INTO closing_proposals (id, dispute_id, ground, legal_basis, outcome, same_as, document, remedy,"
        " assignment_id, at, state) SELECT gen_random_uuid(), id, 'agreement_performed', '', '', '', '', '',"
        " reported_by, %s, 'standing' FROM disputes WHERE state IN ('performed', 'agreed', 'replied')",
        [now],
    )
    connection.execute(
        "INSERT INTO transfers (id, dispute_id, from_unit_id, to_unit_id, document, is_ruling, state, sent_at,"
        " objection, decision) SELECT gen_random_uuid(), id, (SELECT id FROM units WHERE kind = 'county_office'),"
        " owner_unit_id, '', false, CASE WHEN substr(case_code, 15) < '2' THEN 'sent' ELSE 'received' END, %s, '', ''"
        " FROM disputes WHERE state = 'accepted'",
        [now.astimezone(UTC)],
    )
