"""Documents that cannot rot: links lead somewhere, named files exist, decisions are listed, commands are real."""

from __future__ import annotations

import re
from pathlib import Path

import click

from grid_app.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
PATH = re.compile(r"`((?:geo|screening|notifications|grid_app|migrations|tests|bench|scripts|docs)/[\w./-]+\.\w+)`")
COMMANDS = {
    "demo", "serve", "web", "scheduler", "dispatch", "db", "doctor", "user", "boundaries", "locate", "points", "rooms",
    "disputes", "round", "audit", "retention", "screen", "coverage",
}  # fmt: skip


def test_every_link_leads_to_a_file():
    dead = [
        f"{document.name}: {target}"
        for document in DOCUMENTS
        for target in re.findall(r"\]\(([^)#\s]+)", document.read_text("utf-8"))
        if "://" not in target and not (document.parent / target).exists()
    ]

    assert not dead


def test_every_file_a_document_names_exists():
    gone = [
        f"{document.name}: {name}"
        for document in DOCUMENTS
        for name in PATH.findall(document.read_text("utf-8"))
        if not (ROOT / name).exists()
    ]

    assert not gone


def test_every_decision_is_listed_and_has_its_four_parts():
    index = (ROOT / "docs/decisions/README.md").read_text("utf-8")
    for decision in (ROOT / "docs/decisions").glob("0*.md"):
        text = decision.read_text("utf-8")
        assert decision.name in index
        for part in ("Context", "Decision", "Status", "Consequences"):
            assert f"**{part}.**" in text, decision.name


def test_the_command_has_the_names_that_outsiders_rely_on():
    context = click.Context(main)
    found = {name: main.get_command(context, name) for name in main.list_commands(context)}

    assert set(found) == COMMANDS
    groups = {name: set(group.commands) for name, group in found.items() if isinstance(group, click.Group)}

    assert {"import", "check", "activate", "undo", "tiles"} <= groups["boundaries"]
    assert {"open", "close", "run", "backtest"} <= groups["round"]
    assert "upgrade" in groups["db"]
    assert "add" in groups["user"]
    assert "verify" in groups["audit"]
    assert "import" in groups["rooms"]
    assert groups["disputes"] == {"import", "export"}
