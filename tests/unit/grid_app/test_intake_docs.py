"""The two pages on intake name exactly what the code takes."""

from __future__ import annotations

import re
from pathlib import Path

from grid_app.api.sync import BATCH_BYTES, BATCH_ITEMS
from grid_app.services.intake.columns import ITEMS
from grid_app.services.reports.content import IMPORTED_SIGNS, SUMMARY_SIGNS, DisputeContent, DisputeContentTwo

DOCS = Path(__file__).parents[3] / "docs"


def first_column(page: str, title: str) -> set[str]:
    section = (DOCS / page).read_text("utf-8").split(f"\n## {title}\n")[1].split("\n## ")[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


def test_the_protocol_page_names_every_key_of_the_form() -> None:
    assert first_column("sync-protocol.md", "The form `dispute/1`") == set(DisputeContent.model_fields)


def test_the_protocol_page_names_what_the_second_form_adds() -> None:
    added = set(DisputeContentTwo.model_fields) - set(DisputeContent.model_fields)

    assert first_column("sync-protocol.md", "The form `dispute/2`") == added | {"summary"}


def test_the_import_page_names_every_column() -> None:
    assert first_column("imports.md", "Columns") == set(ITEMS)


def test_the_pages_name_the_limits_that_hold() -> None:
    protocol, imports = ((DOCS / page).read_text("utf-8") for page in ("sync-protocol.md", "imports.md"))

    assert f"At most {BATCH_ITEMS} items and {BATCH_BYTES // 2**20} MiB" in protocol
    assert f"1 to {SUMMARY_SIGNS:,} signs" in protocol
    assert f"up to {IMPORTED_SIGNS:,} signs" in imports
