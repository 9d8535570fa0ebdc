"""The whole run: places, people, both streams with their rounds, the field flow, and every sum."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from bench.acceptance.escalation_desk import EscalationDesk, count_escalations, days_of, run_jobs
from bench.acceptance.field_flow import SECTION as FLOW
from bench.acceptance.field_flow import FieldFlow
from bench.acceptance.findings_desk import FindingsDesk
from bench.acceptance.gold import count_gold
from bench.acceptance.ledger import Ledger
from bench.acceptance.page_counts import count_pages
from bench.acceptance.phone import Owner, Phone
from bench.acceptance.places import set_up_places
from bench.acceptance.probes import SECTION as PROBES
from bench.acceptance.probes import send_probes
from bench.acceptance.progress import Progress
from bench.acceptance.pushes import count_pushes, subscribe
from bench.acceptance.returns import Returns
from bench.acceptance.rounds import closing_of, count_rounds, round_steps, seed_weekly_rounds
from bench.acceptance.site import Site
from bench.acceptance.staff import COUNTY_A, COUNTY_B, OWN_PASSWORD, Staff
from bench.acceptance.stream_events import SECTION as EVENTS
from bench.acceptance.stream_events import EventStream
from bench.acceptance.stream_messages import SECTION as MESSAGES
from bench.acceptance.stream_messages import MessageStream
from bench.acceptance.sums import count_audit, count_disputes
from bench.acceptance.timeline import SHANGHAI, WEEK, SettableClock, Step, at, play
from grid_app.database.transaction import transaction
from grid_app.services.escalations.ladders import seed_ladders
from tests.push_receiver import PushReceiver

BEGINS = datetime(2018, 2, 1, 9, 0, tzinfo=SHANGHAI)
"""A few days before the first event."""
WEEKS_OF_RETURNS = 3
DUTY_LOOKS = timedelta(minutes=25)
"""After a round was analysed at night, the person on duty looks: a push has knocked."""


@dataclass(frozen=True)
class Setting:
    """What every part of the run works with."""

    data: Path
    site: Site
    staff: Staff
    receiver: PushReceiver
    ledger: Ledger
    progress: Progress


def run(data: Path, folder: Path, database_url: str, progress: Progress) -> Ledger:
    """Do the whole job in a new installation and return its ledger."""
    clock, ledger = SettableClock(BEGINS), Ledger()
    site = Site(folder, database_url, clock)
    with progress.part("boundaries"):
        site.program("db", "upgrade")
        set_up_places(site, data, ledger)
    with PushReceiver() as receiver, site.serving():
        setting = Setting(data, site, Staff(site), receiver, ledger, progress)
        with progress.part("offices and people"):
            set_up_offices(setting)
        events, messages = play_events(setting), play_messages(setting)
        with progress.part("sums"):
            count_everything(setting, events, messages)
    return ledger


def set_up_offices(setting: Setting) -> None:
    """Make accounts, ladders and the weekly template, and switch push on in both counties."""
    setting.ledger.put("accounts", "made by user add", setting.staff.hire())
    with transaction() as session:
        seed_ladders(session, setting.site.clock.now())
    seed_weekly_rounds()
    logins = [f"{who}-{county}" for county in (COUNTY_A, COUNTY_B) for who in ("officer", "lead")]
    subscribe(setting.staff, setting.receiver, logins, setting.ledger)


def play_events(setting: Setting) -> EventStream:
    """Send stream (a) week by week with its rounds, then once more and what is wrong, then the field flow."""
    phone = Phone(setting.site.origin, Owner(f"officer-{COUNTY_A}", OWN_PASSWORD), setting.ledger)
    stream = EventStream(setting.data, phone, setting.ledger)
    returns = Returns(setting.staff, setting.ledger)
    flow_week = stream.weeks[-1] + WEEK
    weeks = [*stream.weeks, flow_week]
    answered = weeks[-WEEKS_OF_RETURNS:]
    desk = EscalationDesk(COUNTY_A, setting.staff, setting.ledger)
    flow = FieldFlow(setting.site, setting.staff, phone, setting.ledger)
    with setting.progress.part("stream (a) and the field flow, with weekly rounds"):
        steps = [
            *stream.steps(), *round_steps(weeks), *returns.steps(answered), *flow.steps(flow_week),
            Step(at(flow_week, 14, 30), "duty looks", desk.office_looks), *desk.steps(days_of([flow_week])),
        ]  # fmt: skip
        setting.progress.note("stream (a)", play([*steps, *_told(setting, weeks)], setting.site.clock))
    with setting.progress.part("stream (a) once more, receipts and probes"):
        stream.send_again()
        stream.prove_receipts()
        send_probes(phone, stream.reports[0], setting.ledger)
    stream.count()
    returns.count(answered)
    return stream


def play_messages(setting: Setting) -> MessageStream:
    """Import stream (b) week by week; its rounds, findings and escalations are met through the pages."""
    clock, staff, ledger = setting.site.clock, setting.staff, setting.ledger
    stream = MessageStream(setting.data, setting.site, ledger)
    weeks = stream.weeks
    findings, desk = FindingsDesk(COUNTY_B, staff, clock, ledger), EscalationDesk(COUNTY_B, staff, ledger)
    steps = [*stream.steps(), *round_steps(weeks), *desk.steps(days_of([*weeks, weeks[-1] + WEEK]))]
    for monday in weeks:
        steps.append(Step(closing_of(monday), "jobs", run_jobs))
        steps.append(Step(closing_of(monday) + DUTY_LOOKS, "duty looks", desk.office_looks))
        steps.append(Step(at(monday + WEEK, 9), "findings decided", findings.decide))
        steps.append(Step(at(monday + WEEK, 9, 1), "jobs", run_jobs))
    with setting.progress.part("stream (b) with weekly rounds, findings and escalations"):
        setting.progress.note("stream (b)", play([*steps, *_told(setting, weeks)], clock))
    with setting.progress.part("stream (b) once more and wrong rows"):
        stream.import_again()
        stream.import_wrong_rows()
    stream.count()
    return stream


def count_everything(setting: Setting, events: EventStream, messages: MessageStream) -> None:
    """Note every sum of the run."""
    ledger = setting.ledger
    count_rounds(ledger, weeks=len(events.weeks) + 1 + len(messages.weeks))
    count_escalations(ledger)
    texts = [*(one.text for one in messages.messages), *(str(one.content["summary"]) for one in events.reports)]
    names = {one.row["user_id"] for one in messages.messages} | {one.row["organisation"] for one in messages.messages}
    count_pushes(setting.receiver, ledger, texts=texts, names=names)
    told = {name: ledger.of(name) for name in (EVENTS, PROBES, FLOW, MESSAGES)}
    accepted = {
        COUNTY_A: told[EVENTS]["accepted"] + told[PROBES].get("accepted", 0) + told[FLOW]["logged by form: accepted"],
        COUNTY_B: told[MESSAGES]["accepted"],
    }
    count_disputes(ledger, setting.site.clock, accepted=accepted)
    count_gold(setting.data, messages.messages, ledger)
    count_pages(setting.staff, ledger)
    count_audit(ledger, setting.site)


def _told(setting: Setting, weeks: list[date]) -> list[Step]:
    """Return a progress line for every eighth week."""
    say = setting.progress.say
    return [
        Step(at(monday + timedelta(days=6), 23), "progress", partial(say, f"  week of {monday}"))
        for monday in weeks[7::8]
    ]
