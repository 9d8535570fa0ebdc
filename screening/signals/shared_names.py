"""Signal: one registered organisation, project or site in several villages or households."""

from __future__ import annotations

from typing import Final

from screening.findings import organisation_of
from screening.households import Entry
from screening.signals.raised import Look, Raised, Seen, day_words, members_of, most_common
from screening.signals.same_organisation import shared_by

KIND: Final = "same_organisation"


def raise_shared_names(look: Look) -> Seen:
    """Raise each group of ``screening.signals.same_organisation`` that has something open; a rule, without chance."""
    entries = look.window
    groups = shared_by([one.incident for one in entries], [one.household for one in entries], look.params)
    found = [[entries[at] for at in group] for group in groups]
    raised = [_raised(tuple(own), look) for own in found if any(one.is_open for one in own)]
    return Seen(tuple(raised), streams=len(groups))


def _raised(own: tuple[Entry, ...], look: Look) -> Raised:
    cells = sorted({one.incident.cell for one in own})
    organisation = organisation_of([one.incident for one in own])
    homes = len({one.household for one in own})
    since = min(report.noted_on for one in own for report in one.reports)
    about = look.name(organisation) if organisation else "同一单位"
    where = f"{len(cells)}个村（社区）" if len(cells) > 1 else look.name(cells[0])
    return Raised(
        kind=KIND, entries=own, member_ids=members_of(own), cell=most_common([one.incident.cell for one in own]),
        category2=most_common([one.incident.category2 for one in own]), organisation=organisation, cells=tuple(cells),
        since=since, observed=len(own),
        reason=(
            f"{where}近{look.data.window_days}天有{homes}户的{len(own)}件事项都涉及“{about}”，最早{day_words(since)}。"
            "可能不是同一件事，但要找的是同一个单位。"
        ),
        unflag="经核实不是同一个单位、项目或场所，或事项全部办结，本提示解除。",
        grade_reason="几个村或几户涉及同一个单位、项目、场所",
    )  # fmt: skip
