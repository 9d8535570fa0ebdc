"""What every application of a test run compiles alike, once per process: templates, addresses, SQL statements.

Most tests make an application and an engine of their own. Flask and SQLAlchemy compile some hundred templates,
addresses and statements for each; two thirds of a run were spent on it. Nothing of an application's state is shared,
only what was made from the same text.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any

import flask
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache
from werkzeug.routing import Map, MapAdapter
from werkzeug.routing.rules import RuleFactory

from grid_app import factory

STATEMENTS = 5000


class _Compiled(BytecodeCache):
    """Code of templates in memory, by their name, file and text."""

    def __init__(self) -> None:
        self.codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self.codes[bucket.key, bucket.checksum] = bucket.code


def share_templates() -> None:
    """Let every application of this process take compiled templates from one place."""
    Flask.jinja_options = {**flask.Flask.jinja_options, "bytecode_cache": _Compiled()}


class _OneMap(Map):
    """Addresses, each once: an application that registers what another registered finds it compiled.

    Whoever answers a request from it has registered all there is; a test that adds an address of its own after that
    would give it to every later application of the process, so it is refused: see `with_address`.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._known: set[tuple[object, ...]] = set()
        self._whole = False

    def bind(self, *words: Any, **options: Any) -> MapAdapter:
        self._whole = True
        return super().bind(*words, **options)

    def add(self, rulefactory: RuleFactory) -> None:
        for rule in rulefactory.get_rules(self):
            key = (rule.rule, rule.endpoint, tuple(sorted(rule.methods or ())), str(rule.defaults), rule.subdomain)
            if key not in self._known:
                assert not self._whole, f"{rule.rule} would stay for all later tests: give it by with_address"
                self._known.add(key)
                super().add(rule)


def share_addresses() -> None:
    """Let every application that the factory makes use one map of addresses; all register the same ones."""
    one: list[_OneMap] = []

    def the_map(**options: Any) -> Map:
        if not one:
            one.append(_OneMap(**options))
        return one[0]

    known: set[tuple[str, str | None, str]] = set()

    class _Sharing(Flask):
        url_map_class = staticmethod(the_map)

        def add_url_rule(
            self, rule: str, endpoint: str | None = None, view_func: Callable[..., Any] | None = None, *rest: Any,
            **options: Any,
        ) -> None:  # fmt: skip
            """Register an address; of one that the map has from another application, the view alone."""
            key = (rule, endpoint, str(sorted(options.items())))
            if endpoint is None or view_func is None or key not in known:
                super().add_url_rule(rule, endpoint, view_func, *rest, **options)
                known.add(key)
                return
            self._check_setup_finished("add_url_rule")
            assert self.view_functions.setdefault(endpoint, view_func) == view_func, f"{endpoint} has another view"

    factory.Flask = _Sharing


def with_address(app: Flask, path: str, endpoint: str, view: Callable[[], Any]) -> None:
    """Let this application alone answer one more address, by a map of its own."""
    own = Map([rule.empty() for rule in app.url_map.iter_rules()], host_matching=app.url_map.host_matching)
    own.add(app.url_rule_class(path, endpoint=endpoint, methods=["GET", "POST"]))
    app.url_map = own
    app.view_functions[endpoint] = view


def share_statements() -> None:
    """Let every engine take compiled statements from one place for its kind of database.

    SQLAlchemy keys them by the dialect object, which each engine has its own of; here all of one kind are one.
    """
    kept: dict[str, LRUCache] = {}
    for kind in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        kind.__eq__ = lambda one, other: type(one) is type(other)
        kind.__hash__ = lambda one: hash(type(one))
    Engine._compiled_cache = property(
        lambda engine: kept.setdefault(engine.dialect.name, LRUCache(STATEMENTS)), lambda _engine, _own: None
    )
