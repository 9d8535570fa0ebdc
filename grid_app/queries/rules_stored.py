"""A stored version of a time limit as the rule it is."""

from __future__ import annotations

from grid_app.clocks.rules import ExtensionBy, Kind, LimitUnit, Passes, Rule
from grid_app.models.clocks import DeadlineRule


def rule_of(row: DeadlineRule) -> Rule:
    """Return a stored version as the rule it is."""
    return Rule(
        code=row.code,
        version=row.version,
        name=row.name,
        trigger=row.trigger,
        limit=row.limit_count,
        unit=LimitUnit(row.unit),
        kind=Kind(row.kind),
        passes=Passes(row.passes),
        basis=row.basis,
        extension=row.extension,
        extension_by=ExtensionBy(row.extension_by) if row.extension_by else None,
        excludes_hearing=row.excludes_hearing,
        repeats=row.repeats,
        valid_from=row.valid_from,
    )
