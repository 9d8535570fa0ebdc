"""How many seconds lie between two stored moments or days, in the words of each database."""

from __future__ import annotations

from typing import Any, TypeAlias

from sqlalchemy import BigInteger
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

Expression: TypeAlias = Any
"""A column or a condition of SQLAlchemy, and the options that its compiler hands on."""


class SecondsBetween(FunctionElement[int]):
    """Whole seconds from the first moment (or midnight UTC of a day) to the second; NULL when one is missing."""

    type = BigInteger()
    name = "seconds_between"
    inherit_cache = True

    def __init__(self, begin: Expression, end: Expression) -> None:
        super().__init__(begin, end)


@compiles(SecondsBetween, "sqlite")
def _in_sqlite(element: SecondsBetween, compiler: SQLCompiler, **options: Expression) -> str:
    begin, end = (compiler.process(one, **options) for one in element.clauses)
    return f"(CAST(strftime('%s', {end}) AS INTEGER) - CAST(strftime('%s', {begin}) AS INTEGER))"


@compiles(SecondsBetween, "postgresql")
def _in_postgres(element: SecondsBetween, compiler: SQLCompiler, **options: Expression) -> str:
    begin, end = (compiler.process(one, **options) for one in element.clauses)
    return f"CAST(FLOOR(EXTRACT(EPOCH FROM {end})) - FLOOR(EXTRACT(EPOCH FROM {begin})) AS BIGINT)"
