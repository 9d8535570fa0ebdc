"""The table of jobs: what runs by itself, how often, and why then.

Every job reads what is due from tables by the application's clock and may be run again, late or twice without
harm; so none of them keeps anything of its own between runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from grid_app.jobs.auditing import NAME as AUDITOR
from grid_app.jobs.auditing import audit_job
from grid_app.jobs.callbacks import draw_callbacks_job
from grid_app.jobs.delivery import POLL_SECONDS, deliver_job, sweep_job
from grid_app.jobs.exports import clear_exports_job, make_exports_job
from grid_app.jobs.findings import escalate_undecided_job
from grid_app.jobs.housekeeping import forget_chunks_job, forget_job, place_stragglers_job
from grid_app.jobs.imports import go_on_with_imports_job
from grid_app.jobs.incidents import tell_late_job
from grid_app.jobs.ladders import step_up_job
from grid_app.jobs.limits import raise_limits_job
from grid_app.jobs.map_weeks import keep_weeks_job
from grid_app.jobs.probes import forget_probes_job, judge_job, probe_job
from grid_app.jobs.retention import NAME as RETENTION
from grid_app.jobs.retention import clear_job
from grid_app.jobs.roster import watch_rosters_job
from grid_app.jobs.rounds import close_due_rounds_job, open_due_rounds_job
from grid_app.jobs.support_work import open_due_reviews_job
from grid_app.jobs.villages import assess_villages_job
from grid_app.jobs.whistles import name_silence_job


@dataclass(frozen=True)
class Job:
    """One line of the table; ``name`` is also the row of ``job_leases`` in which its last run is kept.

    What ``ticks`` runs as often as the setting ``tick_seconds`` says, and ``every`` where nothing is set.
    """

    name: str
    function: Callable[[], object]
    every: timedelta
    why: str
    ticks: bool = False


JOBS: Final = (
    Job(
        "ladder.step_up",
        step_up_job,
        timedelta(seconds=30),
        "An escalation goes to the next office within a minute of its time, the shortest of which is minutes.",
        ticks=True,
    ),
    Job(
        "outbox.deliver",
        deliver_job,
        timedelta(seconds=POLL_SECONDS),
        "A red matter should knock at the door while the person who raised it still looks at the page.",
    ),
    Job(
        "outbox.sweep",
        sweep_job,
        timedelta(minutes=1),
        "What nobody comes for is stuck after a quarter of an hour; a minute more changes nothing.",
    ),
    Job(
        "incidents.tell_late",
        tell_late_job,
        timedelta(seconds=30),
        "The hour of a first report is counted in minutes; half a minute late is on time.",
    ),
    Job(
        "imports.go_on",
        go_on_with_imports_job,
        timedelta(seconds=10),
        "Whoever waits at the desk for a long sheet sees it move on; one that was interrupted is taken up again.",
    ),
    Job(
        "exports.make",
        make_exports_job,
        timedelta(seconds=15),
        "A file is begun by the process that was asked; what it could not finish is taken up by whoever leads.",
    ),
    Job(
        "exports.clear",
        clear_exports_job,
        timedelta(hours=1),
        "Files are kept three days; an hour more changes nothing.",
    ),
    Job(
        "rounds.open",
        open_due_rounds_job,
        timedelta(minutes=1),
        "Rounds open at a full hour; a minute late is on time.",
    ),
    Job(
        "rounds.close",
        close_due_rounds_job,
        timedelta(minutes=1),
        "Rounds close at a full hour and are analysed at once; one that was interrupted is taken up again.",
    ),
    Job(
        "findings.escalate_undecided",
        escalate_undecided_job,
        timedelta(minutes=5),
        "Somebody has two days to decide about a finding; five minutes late is seen in time.",
    ),
    Job(
        AUDITOR,
        audit_job,
        timedelta(minutes=5),
        "An office that was passed over must be heard of before the next one's time is over; the shortest is minutes.",
    ),
    Job(
        "limits.raise",
        raise_limits_job,
        timedelta(minutes=5),
        "A limit of the law is told three days before its end; five minutes late is seen in time.",
    ),
    Job(
        "boundaries.stragglers",
        place_stragglers_job,
        timedelta(hours=1),
        "A matter reopened in a village that has ended should be with the village that continues it within the day.",
    ),
    Job(
        "duty_reviews.open",
        open_due_reviews_job,
        timedelta(hours=1),
        "Whoever answers for a missed clock has fifteen days; an hour more or less changes nothing.",
    ),
    Job(
        "whistles.name_silence",
        name_silence_job,
        timedelta(minutes=5),
        "The shortest time to answer a whistle is two hours; five minutes late is seen in time.",
    ),
    Job(
        "callbacks.draw",
        draw_callbacks_job,
        timedelta(hours=1),
        "Last month is drawn from on the first day of a month; no hour of it matters, a second run draws none.",
    ),
    Job(
        "village_status.assess",
        assess_villages_job,
        timedelta(hours=1),
        "The present month is assessed on its first day; no hour of it matters, a second run adds nothing.",
    ),
    Job(
        "sign_ins.forget",
        forget_job,
        timedelta(hours=1),
        "A session that is over cannot be used; an hour keeps the table small.",
    ),
    Job(
        "attachments.forget_chunks",
        forget_chunks_job,
        timedelta(hours=6),
        "Chunks count for nothing once their photo is whole or has rested for 90 days; no hour of the day matters.",
    ),
    Job(
        "map_weeks.keep",
        keep_weeks_job,
        timedelta(minutes=15),
        "A week that ended is looked at on Monday morning; without it kept, each look would count it anew.",
    ),
    Job(
        "channels.probe",
        probe_job,
        timedelta(minutes=1),
        "Channels are probed once a day from a fixed hour on; whatever was down then is caught up with the same day.",
    ),
    Job(
        "channels.judge",
        judge_job,
        timedelta(minutes=2),
        "A channel that died should be known before the next crisis; two minutes change nothing.",
    ),
    Job(
        "channels.forget",
        forget_probes_job,
        timedelta(hours=6),
        "Probes are kept 30 days; no hour of the day matters.",
    ),
    Job(
        "roster.watch",
        watch_rosters_job,
        timedelta(minutes=15),
        "A gap in a duty roster is told a week ahead; a quarter of an hour is seen in time.",
    ),
    Job(
        RETENTION,
        clear_job,
        timedelta(hours=6),
        "Periods are counted in days; a server that restarts every night still runs it each day.",
    ),
)
