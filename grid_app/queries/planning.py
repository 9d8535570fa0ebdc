"""Conditions written so that a database begins where it should."""

from __future__ import annotations

from sqlalchemy import ColumnElement, ColumnExpressionArgument, case


def plainly(condition: ColumnExpressionArgument[bool]) -> ColumnElement[bool]:
    """Return a condition that no index answers.

    Databases then go from the few rows that were named, or the few matters of an area, to what belongs to each, and
    not through all of the county's.
    """
    return case((condition, 1), else_=0) == 1
