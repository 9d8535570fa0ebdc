"""A file from its asking to its place on the disk, for pages, for the job and for the command line alike.

Every portion is read in a session of its own and written with none open. How far it is is written down as it goes; a
file whose worker was killed is begun anew by another one.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from grid_app.adapters.export_files import ExportFiles
from grid_app.database.transaction import reading, transaction
from grid_app.errors import ForbiddenError, Refusal
from grid_app.policy import Action, Actor, allows, dispute_scope
from grid_app.services.accounts.actors import actor_of
from grid_app.services.bulletins.making import make_bulletin
from grid_app.services.exports import jobs
from grid_app.services.exports.asking import Asked, asked_again
from grid_app.services.exports.desk import Desk
from grid_app.services.exports.jobs import Made, Taken, TakenOverError
from grid_app.services.exports.kinds import BULLETINS, SHEET
from grid_app.services.exports.making import make_file
from grid_app.services.sheets import returns
from grid_app.services.sheets.returns import Filled
from grid_app.wiring import wired

log = logging.getLogger(__name__)
FOLDER: Final = "exports"
BEAT_EVERY: Final = timedelta(seconds=2)
ONE_AT_A_TIME: Final = threading.Lock()
"""A process makes one file at a time: making two takes twice the memory and no less time."""


def files() -> ExportFiles:
    """Return where this installation keeps exported files."""
    return ExportFiles(wired().settings.instance_dir / FOLDER)


def work_through() -> int:
    """Make every file that waits, the oldest first, and return how many were made or given up."""
    worked = 0
    if not ONE_AT_A_TIME.acquire(blocking=False):
        return worked
    try:
        while True:
            with reading() as session:
                waiting = jobs.free_jobs(session, now=wired().clock.now())
            done = sum(_work_on(job_id) for job_id in waiting)
            if not done:
                return worked
            worked += done
    finally:
        ONE_AT_A_TIME.release()


def make_now(path: Path, asked: Asked, *, actor: Actor, heard: Callable[[int, int], None]) -> Made:
    """Make a file at once for the command line; what was taken out stands in the audit trail.

    Raises
    ------
    Refusal
        The role may not export, or there are too many rows.
    """
    if not allows(actor, Action.EXPORT):
        raise ForbiddenError(jobs.NO_RIGHT)
    made = make_file(path, asked, desk=desk_of(actor), heard=heard)
    with transaction() as session:
        now = wired().clock.now()
        jobs.record_made(session, actor, asked.kind, asked.form, made, target=("export", "command"), now=now)
    return made


def clear_up() -> int:
    """Remove files that are kept long enough, and what nobody wants any more; return how many were removed."""
    kept = files()
    with transaction() as session:
        jobs.expire(session, now=wired().clock.now())
    lying = kept.lying()  # before the question: what is begun after it is wanted
    with reading() as session:
        unwanted = lying - jobs.kept_jobs(session)
    for job_id in unwanted:
        kept.forget(job_id)
    return len(unwanted)


def desk_of(actor: Actor) -> Desk:
    """Return what the making of a file needs on behalf of ``actor``."""
    return Desk(actor, dispute_scope(actor), wired().keys.fields, wired().clock.now(), reading)


def _work_on(job_id: UUID) -> int:
    with transaction() as session:
        taken = jobs.take(session, job_id=job_id, now=wired().clock.now())
    if taken is None:
        return 0
    try:
        _make(taken)
    except TakenOverError:
        log.info("an export was begun anew elsewhere", extra={"export": str(job_id)})
    except Refusal as refusal:
        _fail(taken, refusal.sentence)
    except (
        Exception
    ):  # one file's outermost line: the page shows the sentence, the log the reason, the next one goes on
        log.exception("an export failed", extra={"export": str(job_id)})
        _fail(taken, jobs.FAILED_WORDS)
    return 1


def _make(taken: Taken) -> None:
    with reading() as session:
        actor = actor_of(session, taken.assignment_id, now=wired().clock.now())
    if actor is None or not allows(actor, Action.EXPORT) or actor.division_code != taken.division_code:
        _fail(taken, jobs.RIGHT_ENDED)
        return
    teller = _Teller(taken)
    name = f"{taken.started_at.timestamp():.0f}"
    with files().writing(taken.job_id, try_name=name, form=taken.form) as path:
        made, filled = _made(path, taken, desk_of(actor), teller)
        teller.tell(made.rows, made.rows, at_once=True)
    with transaction() as session:
        now = wired().clock.now()
        jobs.finish(session, taken=taken, made=made, actor=actor, now=now)
        if filled is not None:
            returns.record(session, filled=filled, job_id=taken.job_id, actor=actor, now=now)


def _made(path: Path, taken: Taken, desk: Desk, teller: _Teller) -> tuple[Made, Filled | None]:
    if taken.kind == SHEET:
        return returns.fill(path, returns.asked_again(taken.parameters), desk=desk, heard=teller.tell)
    if taken.kind in BULLETINS:
        given = taken.parameters
        return make_bulletin(
            path, kind=taken.kind, form=taken.form, parameters=given, desk=desk, heard=teller.tell
        ), None  # fmt: skip
    asked = asked_again(taken.kind, taken.form, taken.parameters)
    return make_file(path, asked, desk=desk, heard=teller.tell), None


def _fail(taken: Taken, sentence: str) -> None:
    with transaction() as session:
        jobs.fail(session, taken=taken, sentence=sentence, now=wired().clock.now())


@dataclass
class _Teller:
    """Writes down how far a file is, every other second."""

    taken: Taken
    at: datetime | None = None

    def tell(self, done: int, total: int, *, at_once: bool = False) -> None:
        now = wired().clock.now()
        if not at_once and self.at is not None and now - self.at < BEAT_EVERY:
            return
        with transaction() as session:
            jobs.beat(session, taken=self.taken, done=done, total=total, now=now)
        self.at = now
