"""What every application of a test run compiles alike, once per process: templates and builders of addresses.

Most tests make an application of their own. Flask compiles some hundred templates and addresses for each; half of
a run was spent on it. Nothing of an application's state is shared, only code made from the same text.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any

import flask
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


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


def share_addresses() -> None:
    """Let equal rules of addresses share the function that builds them; it is made from the rule's text alone."""
    compile_builder = Rule._compile_builder
    builders: dict[object, Callable[..., Any]] = {}

    def kept(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
        kinds = tuple(sorted((name, type(one)) for name, one in rule._converters.items()))
        key = (rule.rule, tuple(rule._trace), str(rule.defaults), str(kinds), append_unknown)
        if key not in builders:
            builders[key] = compile_builder(rule, append_unknown)
        return builders[key]

    Rule._compile_builder = kept
