"""grid-app round backtest: one JSON document, a sentence for what cannot be, exit codes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from grid_app.database.transaction import transaction
from tests.builders import add_shared_grievance
from tests.command_line import command_line, document
from tests.world import NOW, build_world

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
WORDS = ("round", "backtest", "--division", "990101")


@pytest.fixture
def run(db_url, engine, tmp_path):
    with transaction(engine) as session:
        add_shared_grievance(session, build_world(session), before=NOW - timedelta(days=300))
    return command_line(db_url, tmp_path)


def test_a_backtest_is_one_document_and_the_same_twice(run):
    days = ("--from", "2026-01-20", "--to", "2026-02-10", "--every-days", "10", "--signals", "shared_grievance,growth")

    first = document(run(*WORDS, *days, "--json"))
    told = run(*WORDS, *days)

    assert first["signals"] == ["shared_grievance", "growth"]
    assert [one["day"] for one in first["rounds"]] == ["2026-01-20", "2026-01-30", "2026-02-09"]
    assert first["rounds"][0]["known_at"] == "2026-01-20T16:00:00+00:00"
    assert [(one["finding_id"], one["first_on"], one["kind"]) for one in first["findings"]] == [
        ("R0001", "2026-01-30", "shared_grievance")
    ]
    assert "回测完成:3 轮,一共会提示 1 条" in told.stdout
    assert first["result_digest"] in told.stdout
    assert first["backtest"] not in told.stdout


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("--from", "2026-02-10", "--to", "2026-01-20"), 1, "开始日期在结束日期后面了"),
        (("--from", "2026-01-20", "--to", "2026-02-10", "--signals", "luck"), 1, "没有这种信号"),
        (("--from", "2020-01-20", "--to", "2020-02-10"), 1, "没有登记过纠纷"),
        (("--from", "heute", "--to", "2020-02-10"), 2, "heute"),
    ],
)
def test_what_cannot_be_backtested_is_refused_with_a_sentence(run, words, code, sentence):
    result = run(*WORDS, *words)

    assert result.exit_code == code
    assert sentence in result.stderr
    assert "Traceback" not in result.output
