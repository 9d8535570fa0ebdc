"""Kill phones at random points of writing, saving, sending and answering, and count what was lost or doubled.

Run from the root of the repository: ``python -m bench.faults_field [--points 10000] [--seed 1] [--json]``.

The real scripts of the phone run under Node on an IndexedDB in memory against a real server process on the embedded
database, through a line that drops requests and answers, cuts answers short and shows portal pages and errors; disks
are full now and then, clocks jump a day, two tabs work at once, and the server itself is killed and started again.
A tab that dies keeps nothing but what its database holds. At the end, on a good line, everything is sent, and what
the phones promised is compared with the rows of the server. Exits with 1 when anything was lost or doubled.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from bench.faults.server import KnownPhone, Server, make_office
from grid_app.database.transaction import reading
from grid_app.models.attachments import Attachment
from grid_app.models.disputes import Dispute, Submission
from grid_app.models.field import ReturnSubmission
from grid_app.models.follow_ups import FollowUpVisit
from grid_app.security.receipts import receipt_is_genuine
from scripts.run_tests import node_command

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = "bench/faults/run.mjs"
VILLAGE = "990101001201"
PHONES = 9
LONGEST_SECONDS = 7_200
SHOWN = 10


GOOD_LINE = "the line is good now"


def run_phones(server: Server, phones: list[KnownPhone], *, points: int, seed: int) -> dict[str, Any]:
    """Run the phones until so many tabs were killed and all was sent; return what they promised."""
    task = {
        "address": server.address,
        "phones": [asdict(phone) for phone in phones],
        "village": VILLAGE,
        "points": points,
        "seed": seed,
    }
    # files, not pipes: nobody reads both ends at once
    with tempfile.TemporaryFile("w+") as asked, tempfile.TemporaryFile("w+") as told:
        json.dump(task, asked)
        asked.seek(0)
        command = node_command(PROGRAM)
        with subprocess.Popen(
            command, cwd=ROOT, stdin=asked, stdout=told, stderr=subprocess.PIPE, text=True
        ) as program:
            watch = threading.Timer(LONGEST_SECONDS, program.kill)
            watch.start()
            for line in program.stderr or ():
                sys.stderr.write(line)
                if GOOD_LINE in line:  # now everything has to arrive, however slowly this machine starts a server
                    server.leave_alone()
            code = program.wait()
            watch.cancel()
        if code:
            raise subprocess.CalledProcessError(code, str(PROGRAM))
        told.seek(0)
        found: dict[str, Any] = json.load(told)
    return found


def compare(app: Flask, told: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what was lost and what was doubled: what the phones promised beside what the server holds."""
    with app.app_context(), reading() as session:
        held = {str(key): digest for key, digest in session.execute(select(Submission.id, Submission.digest))}
        returns = session.execute(
            select(ReturnSubmission.id, ReturnSubmission.digest, ReturnSubmission.return_id)
        ).all()
        columns = (FollowUpVisit.id, FollowUpVisit.digest, FollowUpVisit.follow_up_id, FollowUpVisit.captured_at)
        visits = session.execute(select(*columns)).all()
        matters = Counter(text.partition(",事")[2] for text in session.scalars(select(Dispute.summary)))
        disputes = Counter(str(key) for key in session.scalars(select(Submission.dispute_id)))
        whole = {
            str(key): digest
            for key, digest in session.execute(
                select(Attachment.id, Attachment.sha256).where(Attachment.completed_at.is_not(None))
            )
        }
        announced = [str(key) for key in session.scalars(select(Attachment.id))]
    held |= {str(key): digest for key, digest, _written in returns}
    written = Counter(str(key) for _key, _digest, key in returns if key is not None)
    held |= {str(key): digest for key, digest, _of, _at in visits}
    visited = Counter((str(of), at) for _key, _digest, of, at in visits)
    lost = [f"report {key}" for key, digest in told["promised"].items() if held.get(key) != digest]
    lost += [f"received {key}" for key, one in told["received"].items() if held.get(key) != one["digest"]]
    lost += [f"attachment {key}" for key, digest in told["attached"].items() if whole.get(key) != digest]
    lost += [f"announced {key}" for key in announced if key not in whole]
    lost += [f"receipt {key}" for key, one in told["received"].items() if not receipt_fits(app, key, one)]
    doubled = [f"matter {matter}: {count}" for matter, count in matters.items() if matter and count > 1]
    doubled += [f"dispute {key}: {count}" for key, count in disputes.items() if count > 1]
    doubled += [f"return {key}: {count}" for key, count in written.items() if count > 1]
    doubled += [f"visit {key}: {count}" for key, count in visited.items() if count > 1]
    doubled += [f"nobody submitted {key}" for key in held if key not in told["promised"]]
    return {"lost": lost + told["missing"], "doubled": doubled}


def receipt_fits(app: Flask, report_id: str, one: Mapping[str, Any]) -> bool:
    """Say whether the office made the receipt that a phone keeps of this id."""
    receipt = one["receipt"]
    return receipt is not None and receipt_is_genuine(
        app.extensions["grid"].keys.receipt,
        receipt["signature"],
        report_id=str(UUID(report_id)),
        digest=one["digest"],
        received_at=datetime.fromisoformat(receipt["received_at"]),
    )


def measure(*, points: int, seed: int, kill_every: float, phones: int = PHONES) -> dict[str, Any]:
    """Return the figures of one run."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        app, known = make_office(Path(name), phones)
        server = Server(Path(name), is_warm=True)
        try:
            with server.killed_every(kill_every, seed):
                told = run_phones(server, known, points=points, seed=seed)
            found = compare(app, told)
        finally:
            server.stop()
            app.extensions["grid"].engine.dispose()
    return {
        "kill_points": told["points"],
        "kinds_of_kill_points": len(told["died"]),
        "server_kills": server.kills,
        "phones": phones,
        "seed": seed,
        "reports": len(told["promised"]) - told["returned"] - told["visited"],
        "returns": told["returned"],
        "visits": told["visited"],
        "turns_taken_over": told["taken"],
        "attachments": len(told["attached"]),
        "drafts_kept": told["drafts"],
        "line": told["line"],
        "died": told["died"],
        "lost": len(found["lost"]),
        "doubled": len(found["doubled"]),
        "examples": [*found["lost"][:SHOWN], *found["doubled"][:SHOWN]],
        "seconds": round(time.perf_counter() - began, 1),
    }


def main() -> int:
    """Run, print, and return 1 when anything was lost or doubled."""
    parser = argparse.ArgumentParser(prog="python -m bench.faults_field", description=__doc__)
    parser.add_argument("--points", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kill-server-every", type=float, default=5.0, metavar="SECONDS", help="0 is never")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = measure(points=given.points, seed=given.seed, kill_every=given.kill_server_every)
    if given.json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        for name, figure in found.items():
            print(f"{name}: {figure}")
    return 1 if found["lost"] or found["doubled"] else 0


if __name__ == "__main__":
    sys.exit(main())
