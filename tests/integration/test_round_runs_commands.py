"""grid-app round open, close and run: sentences, one JSON document, exit codes, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from grid_app.database.transaction import transaction
from grid_app.models.rounds import Round, RoundRun
from tests.builders import add_shared_grievance
from tests.command_line import command_line, document
from tests.world import build_world

DAYS = ("--from", "2026-11-16", "--to", "2026-11-20")


@pytest.fixture
def run(db_url, engine, tmp_path):
    with transaction(engine) as session:
        add_shared_grievance(session, build_world(session))
    return command_line(db_url, tmp_path)


def _opened(run, *more):
    return document(run("round", "open", "--template", "special", "--division", "990101", *DAYS, "--json", *more))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--template", "daily", "--division", "990101"), "没有排查模板 daily。现有模板:autumn、county_monthly"),
        (("--template", "special", "--division", "123456"), "没有这个排查模板或这个区划"),
        (
            ("--template", "special", "--division", "990101", "--from", "2026-11-20", "--to", "2026-11-16"),
            "截止日期要在",
        ),
    ],
)
def test_what_cannot_be_opened_is_refused_with_a_sentence_and_exit_code_1(run, words, sentence):
    result = run("round", "open", *words)

    assert result.exit_code == 1
    assert sentence in result.stderr
    assert "Traceback" not in result.output


def test_wrong_usage_ends_with_exit_code_2(run):
    assert run("round", "open", "--division", "990101").exit_code == 2
    assert run("round", "close").exit_code == 2
    assert run("round", "run").exit_code == 2
    assert run("round", "run", "x", "--all-closed").exit_code == 2
    assert run("round", "open", "--template", "special", "--division", "990101", "--from", "gestern").exit_code == 2


@pytest.mark.parametrize("step", ["close", "run"])
@pytest.mark.parametrize("name", ["nonsense", "0198c0de-0000-7000-8000-000000000000"])
def test_an_unknown_round_is_refused(run, step, name):
    result = run("round", step, name)

    assert result.exit_code == 1
    assert "没有" in result.stderr


def test_an_open_round_is_not_analysed(run):
    round_id = _opened(run)["rounds"][0]["round"]

    result = run("round", "run", round_id)

    assert result.exit_code == 1
    assert "请先关闭" in result.stderr


def test_the_same_period_is_opened_once(run):
    _opened(run)

    result = run("round", "open", "--template", "special", "--division", "990101", *DAYS)

    assert result.exit_code == 1
    assert "已经开过了" in result.stderr


def test_a_standing_template_takes_its_present_period(run):
    opened = document(run("round", "open", "--template", "village_weekly", "--division", "990101", "--json"))

    assert opened["rounds"][0]["state"] == "open"
    assert opened["rounds"][0]["template"] == "village_weekly"


def test_open_close_and_run_give_findings_and_a_re_run_the_same_digests(run, engine):
    round_id = _opened(run, "--name", "租金专项")["rounds"][0]["round"]
    closed = document(run("round", "close", "--all-due", "--json"))

    first = document(run("round", "run", round_id, "--json"))["runs"][0]
    again = document(run("round", "run", round_id, "--json"))["runs"][0]

    assert [one["round"] for one in closed["rounds"]] == [round_id]
    assert (first["name"], first["run"], first["findings"], first["new"]) == ("租金专项", 1, 1, 1)
    assert (again["run"], again["new"]) == (2, 0)
    assert again["input_digest"] == first["input_digest"]
    assert again["result_digest"] == first["result_digest"]
    with transaction(engine) as session:
        assert session.scalars(select(RoundRun.number).order_by(RoundRun.number)).all() == [1, 2]


def test_all_closed_rounds_are_analysed_in_sentences(run, engine):
    round_id = _opened(run)["rounds"][0]["round"]
    said = run("round", "close", round_id).output

    result = run("round", "run", "--all-closed")
    nothing = run("round", "run", "--all-closed")

    assert "已关闭:青溪县 专项排查" in said
    assert "研判完成:青溪县 专项排查(11月16日起),第 1 次,苗头提示 1 条,其中新出现 1 条。" in result.output
    assert "没有等待研判的排查" in nothing.output
    with transaction(engine) as session:
        assert session.scalars(select(Round.state)).all() == ["analysed"]
