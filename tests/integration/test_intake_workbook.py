"""grid-app disputes import of an office's own workbook: read, proposed and understood as on the page for sheets."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from grid_app.cli import context
from grid_app.cli.main import main
from tests.sheets import ledger
from tests.web.api_phone import disputes

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


def test_a_workbook_of_an_office_is_read_as_on_the_page_for_sheets(app, app_world, tmp_path, monkeypatch):
    """Title rows, merged cells and usual names need no table; what is not understood is told row by row."""
    monkeypatch.setattr(context, "load_app", lambda: app)
    sheet, kinds = tmp_path / "ledger.xlsx", tmp_path / "types.csv"
    sheet.write_bytes(ledger())
    kinds.write_text("type,code\n物业,0401\n", "utf-8")

    def run(*options: str):
        return CliRunner().invoke(main, ["disputes", "import", str(sheet), "--as", "county_officer", *options])

    document = json.loads(run("--json", "--category-map", str(kinds)).stdout)
    again = json.loads(run("--json", "--category-map", str(kinds)).stdout)

    assert (document["encoding"], document["accepted"], document["rejected"]) == ("xlsx", 4, 2)
    assert document["reasons"].keys() <= {"noted_at", "type", "district"}
    assert {one.category for one in disputes()} == {"0299", "0901", "0199", "0401"}, "a given table goes first"
    assert (again["already_have"], len(disputes())) == (4, 4)
    assert "张某" not in " ".join(str(value) for one in disputes() for value in vars(one).values())
    refused = run("--sheet", "第三季度")
    assert (refused.exit_code, "没有名叫“第三季度”的工作表" in refused.output) == (1, True)
