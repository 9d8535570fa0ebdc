"""Kill real Chromium, its tabs, the network, the server and the database while a person reports; count what was lost.

Run from the root of the repository: ``python -m bench.faults_chromium [--points 300] [--seed 1] [--postgis] [--json]``.

Phones are Chromium processes of a phone's size on folders of their own, with the real service worker and database in
them; a person fills in the real screens. The server is a real process. A kill counts in a phase only when it happened
there: the page stands still in the middle of a write, or the line holds a request or its answer, until the kill is
over. At the end everything is sent, and what the screens had said is compared with the rows of the server. Exits
with 1 when anything was lost or doubled. ``--postgis`` runs on a cluster of its own and ends its connections too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import async_playwright
from sqlalchemy import select

from bench.faults.chromium_browser import PhoneBrowser
from bench.faults.chromium_line import Line
from bench.faults.chromium_office import WORKERS, Office
from bench.faults.chromium_phone import Phone
from bench.faults.chromium_points import KINDS, PHASES, Point, Striker, plan
from bench.faults_field import receipt_fits
from grid_app.database.transaction import reading
from grid_app.models.attachments import Attachment
from grid_app.models.disputes import Dispute, Submission
from grid_app.models.field import ReturnSubmission
from grid_app.models.follow_ups import FollowUpVisit
from grid_app.models.rounds import ScreeningReturn
from tests.postgres import Cluster

PHONES = 3
MISSES_A_POINT = 5
DRAIN_SECONDS = 180.0
SHOWN = 10


@contextmanager
def database(*, postgis: bool) -> Iterator[str]:
    """Give the address of an empty PostGIS database for the run, or none for the embedded one."""
    if not postgis:
        yield ""
        return
    cluster = Cluster().start()
    try:
        yield cluster.create("faults")
    finally:
        cluster.stop()


async def run(folder: Path, url: str, *, points: int, seed: int, phones: int) -> tuple[Office, list[Striker]]:
    """Run the points on so many phones and send everything; the office's server is stopped at the end."""
    office = Office(folder, url)
    chance = random.Random(seed)  # noqa: S311 - moments of death, not secrets
    waiting = plan(points, chance, is_postgis=office.is_postgis)
    async with async_playwright() as playwright:
        strikers = []
        for number, worker in enumerate(WORKERS[:phones]):
            line = Line(office.server.port)
            await line.start()
            own = random.Random(f"{seed}-{number}")  # noqa: S311
            browser = PhoneBrowser(playwright, folder / f"phone-{number}", line.address)
            strikers.append(Striker(Phone(number, worker, browser, line, own), office, own))
        try:
            for one in strikers:
                await one.phone.register()
            await asyncio.gather(*(_live(one, waiting) for one in strikers))
            await office.is_up()
            await asyncio.gather(*(_drain(one) for one in strikers))
        finally:
            for one in strikers:
                one.phone.browser.kill()
                one.phone.line.stop()
            await office.stop()
    return office, strikers


async def _live(striker: Striker, waiting: list[Point]) -> None:
    """Take points off the plan and strike there; one that was not reached is tried again, not for ever."""
    while waiting:
        point = waiting.pop()
        for _ in range(MISSES_A_POINT + 1):
            if await striker.strike_at(point):
                break
        if len(waiting) % 10 == 0:
            print(f"{len(waiting)} kill points left", file=sys.stderr, flush=True)


async def _drain(striker: Striker) -> None:
    """On a good line, let the phone send by itself until nothing waits."""
    phone, until = striker.phone, time.monotonic() + DRAIN_SECONDS
    phone.line.mend()
    await phone.browser.open()
    while left := await phone.look():
        if time.monotonic() > until:
            phone.missing.append(f"{left} still wait on phone {phone.number}")
            return
        await phone.nudge()
        await asyncio.sleep(0.5)


def compare(office: Office, phones: list[Phone]) -> dict[str, list[str]]:
    """Return what was lost and what was doubled: what the screens said beside what the server holds."""
    with office.app.app_context(), reading() as session:
        held = {str(key): digest for key, digest in session.execute(select(Submission.id, Submission.digest))}
        returns = {
            str(key): digest for key, digest in session.execute(select(ReturnSubmission.id, ReturnSubmission.digest))
        }
        texts = dict(
            session.execute(
                select(Submission.id, Dispute.summary).join(Dispute, Dispute.id == Submission.dispute_id)
            ).all()
        )
        visits = {str(key): digest for key, digest in session.execute(select(FollowUpVisit.id, FollowUpVisit.digest))}
        matters = Counter(text.partition(",事")[2] for text in session.scalars(select(Dispute.summary)))
        disputes = Counter(str(key) for key in session.scalars(select(Submission.dispute_id)))
        notes = Counter(session.scalars(select(ScreeningReturn.method_note).where(ScreeningReturn.zero)))
        whole = {
            str(key): digest
            for key, digest in session.execute(
                select(Attachment.id, Attachment.sha256).where(Attachment.completed_at.is_not(None))
            )
        }
        announced = [str(key) for key in session.scalars(select(Attachment.id))]
    summaries = {str(key): text for key, text in texts.items()}
    lost, doubled = [], []
    known = held | returns | visits
    for phone in phones:
        lost += phone.missing
        lost += [f"submitted {key}" for key, digest in phone.promised.items() if known.get(key) != digest]
        lost += [
            f"text of {paper.id}"
            for paper in phone.papers.values()
            if paper.kind == "report" and paper.is_submitted and summaries.get(paper.id) not in paper.may_hold
        ]
        lost += [
            f"gone from the phone: {key}"
            for key, text in phone.gone.items()
            if key not in returns | visits and summaries.get(key) != text
        ]
        lost += [f"photo {key}" for key, digest in phone.attached.items() if whole.get(key) != digest]
        lost += [f"receipt {key}" for key, one in phone.received.items() if not receipt_fits(office.app, key, one)]
        lost += [f"received {key}" for key, one in phone.received.items() if known.get(key) != one["digest"]]
    lost += [f"photo {key} did not arrive" for key in announced if key not in whole]
    doubled += [f"matter {matter}: {count}" for matter, count in matters.items() if matter and count > 1]
    doubled += [f"dispute {key}: {count}" for key, count in disputes.items() if count > 1]
    doubled += [f"return {note!r}: {count}" for note, count in notes.items() if count > 1]
    promised = {key for phone in phones for key in phone.promised}
    doubled += [f"nobody submitted {key}" for key in known if key not in promised]
    return {"lost": lost, "doubled": doubled}


def measure(*, points: int, seed: int, phones: int = PHONES, postgis: bool = False) -> dict[str, Any]:
    """Return the figures of one run."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name, database(postgis=postgis) as url:
        office, strikers = asyncio.run(run(Path(name), url, points=points, seed=seed, phones=phones))
        found = compare(office, [one.phone for one in strikers])
        office.app.extensions["grid"].engine.dispose()
    counted = sum((one.counted for one in strikers), Counter[tuple[str, str]]())
    papers = [paper for one in strikers for paper in one.phone.papers.values()]
    return {
        "kill_points": counted.total(),
        "points_asked": points,
        "table": {kind: {phase: counted[kind, phase] for phase in PHASES} for kind in KINDS},
        "steps": dict(sum((one.steps for one in strikers), Counter[str]()).most_common()),
        "not_reached": dict(sum((one.missed for one in strikers), Counter[str]()).most_common()),
        "troubles": [words for one in strikers for words in one.phone.troubles][:SHOWN],
        "server_kills": office.server.kills,
        "database": "PostGIS" if postgis else "SQLite",
        "phones": phones,
        "seed": seed,
        "reports": sum(one.kind == "report" and one.is_submitted for one in papers),
        "returns": sum(one.kind == "return" for one in papers),
        "visits": sum(one.kind == "visit" and one.is_submitted for one in papers),
        "attachments": sum(len(one.phone.attached) for one in strikers),
        "drafts_kept": sum(not one.is_submitted and one.said >= 0 for one in papers),
        "lost": len(found["lost"]),
        "doubled": len(found["doubled"]),
        "examples": [*found["lost"][:SHOWN], *found["doubled"][:SHOWN]],
        "seconds": round(time.perf_counter() - began, 1),
    }


def _print(found: Mapping[str, Any]) -> None:
    print("killed".ljust(12) + "".join(phase.rjust(12) for phase in PHASES))
    for kind, row in found["table"].items():
        print(kind.ljust(12) + "".join(str(row[phase]).rjust(12) for phase in PHASES))
    for name, figure in found.items():
        if name != "table":
            print(f"{name}: {figure}")


def main() -> int:
    """Run, print, and return 1 when anything was lost or doubled."""
    parser = argparse.ArgumentParser(prog="python -m bench.faults_chromium", description=__doc__)
    parser.add_argument("--points", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--phones", type=int, default=PHONES, choices=range(1, len(WORKERS) + 1))
    parser.add_argument("--postgis", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = measure(points=given.points, seed=given.seed, phones=given.phones, postgis=given.postgis)
    if given.json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        _print(found)
    return 1 if found["lost"] or found["doubled"] else 0


if __name__ == "__main__":
    sys.exit(main())
