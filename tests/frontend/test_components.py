"""Every component keeps what was typed, links its error, shows no raw markup, and works without script."""

from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask, flash, render_template_string

from tests.frontend.stage import NONCE, make_stage

FORMS = '{% import "components/forms.html" as forms %}'
BADGES = '{% import "components/badges.html" as badges %}'
BUTTONS = '{% import "components/buttons.html" as buttons %}'
TABLES = '{% import "components/tables.html" as tables %}'
LISTS = '{% import "components/lists.html" as lists %}'
FEEDBACK = '{% import "components/feedback.html" as feedback %}'
COLUMNS = ({"key": "name", "label": "村", "href": "url"}, {"key": "number", "label": "件数", "numeric": True})


@pytest.fixture
def app() -> Iterator[Flask]:
    made = make_stage().app
    with made.test_request_context("/"):
        yield made


def parsed(source: str, **values: object) -> BeautifulSoup:
    return BeautifulSoup(render_template_string(source, **values), "lxml")


def only(page: BeautifulSoup | Tag, selector: str) -> Tag:
    found = page.select(selector)
    assert len(found) == 1, f"{selector} is there {len(found)} times"
    return found[0]


@pytest.fixture
def guide(app: Flask) -> BeautifulSoup:
    return BeautifulSoup(app.test_client().get("/").get_data(as_text=True), "lxml")


HOSTILE = '"><script>alert(1)</script>'


@pytest.mark.parametrize(
    "source",
    [
        FORMS + "{{ forms.text_field('a', words, value=words, hint=words, error=words) }}",
        FORMS + "{{ forms.textarea_field('a', words, value=words) }}",
        FORMS + "{{ forms.select_field('a', words, ((words, words),), value=words) }}",
        FORMS + "{{ forms.radio_field('a', words, ((words, words, words),), value=words) }}",
        FORMS + "{{ forms.error_summary({'a': words}) }}{{ forms.hidden_field('a', words) }}",
        FORMS + "{{ forms.choice_question('/x', words, 'a', ((words, words),), fields={'b': words}) }}",
        BUTTONS + "{{ buttons.post_button('/x', words, fields={'a': words}, confirm=words) }}",
        BADGES + "{{ badges.grade(words, words) }}{{ badges.masked(words, '/x') }}{{ badges.due(words, why=words) }}",
        TABLES + "{{ tables.data_table(({'key': 'a', 'label': words},), ({'a': words},), words) }}",
        TABLES + "{{ tables.definition_list(((words, words),)) }}",
        LISTS + "{{ lists.timeline(({'title': words, 'at': words, 'body': words},)) }}",
        FEEDBACK + "{{ feedback.notice(words) }}{{ feedback.receipt(words, body=words) }}",
    ],
)
def test_typed_words_never_become_markup(app: Flask, source: str) -> None:
    assert not parsed(source, words=HOSTILE).select("script")


def test_a_wrong_field_is_linked_from_the_summary_and_from_its_own_error(app: Flask) -> None:
    page = parsed(
        FORMS + "{{ forms.error_summary(e) }}{{ forms.text_field('who', '谁', hint='姓', error=e.who) }}",
        e={"who": "请填。"},
    )

    control = only(page, "input[name=who]")
    assert only(page, ".error-summary a")["href"] == f"#{control['id']}"
    assert control["aria-describedby"] == "who-hint who-error"
    assert control["aria-invalid"] == "true"
    assert only(page, "#who-error").get_text() == "错误:请填。"


def test_a_right_form_shows_no_summary(app: Flask) -> None:
    assert render_template_string(FORMS + "{{ forms.error_summary({}) }}").strip() == ""


def test_what_was_typed_and_chosen_is_kept(app: Flask) -> None:
    page = parsed(
        FORMS
        + "{{ forms.text_field('t', 'T', value=0) }}{{ forms.textarea_field('a', 'A', value='两行\n字') }}"
        + "{{ forms.select_field('s', 'S', ((1, '一'), (2, '二')), value='2') }}"
        + "{{ forms.radio_field('r', 'R', (('x', 'X'), ('y', 'Y')), value='y') }}"
        + "{{ forms.checkboxes_field('c', 'C', (('x', 'X'), ('y', 'Y')), values=('x',)) }}"
    )

    assert only(page, "[name=t]")["value"] == "0"
    assert only(page, "textarea").get_text() == "两行\n字"
    assert only(page, "option[selected]")["value"] == "2"
    assert only(page, "[name=r][checked]")["value"] == "y"
    assert only(page, "[name=c][checked]")["value"] == "x"


def test_a_field_without_a_value_says_nothing_instead_of_none(app: Flask) -> None:
    page = parsed(FORMS + "{{ forms.text_field('t', 'T', value=None) }}{{ forms.hidden_field('h', None) }}")

    assert [control["value"] for control in page.select("input")] == ["", ""]


def test_every_posting_component_carries_the_token(guide: BeautifulSoup) -> None:
    forms = guide.select("form[method=post]")

    assert len(forms) >= 4
    assert all(form.select_one("input[name=csrf_token][value=token]") for form in forms)


def test_an_unknown_grade_is_told_as_none_and_never_coloured(app: Flask) -> None:
    mark = only(parsed(BADGES + "{{ badges.grade('purple') }}"), ".grade")

    assert mark["class"] == ["grade", "grade-none"]
    assert mark.get_text() == "–未定级"


def test_an_empty_table_says_so_in_words(app: Flask) -> None:
    page = parsed(TABLES + "{{ tables.data_table(columns, (), '各村', empty='本周没有。') }}", columns=COLUMNS)

    assert not page.select("table")
    assert "各村:本周没有。" in page.get_text()


def test_a_table_names_its_columns_in_every_cell_and_aligns_numbers(app: Flask) -> None:
    rows = ({"name": "云岭村", "url": "/v/1", "number": 0}, {"name": "石门村", "url": None, "number": None})
    page = parsed(TABLES + "{{ tables.data_table(columns, rows, '各村') }}", columns=COLUMNS, rows=rows)

    assert [cell["data-label"] for cell in page.select("tbody tr:first-child > *")] == ["村", "件数"]
    assert [cell.get_text() for cell in page.select("td.numeric")] == ["0", "–"]
    assert [link["href"] for link in page.select("tbody a")] == ["/v/1"]


def test_the_writer_of_a_page_may_fill_the_cells(app: Flask) -> None:
    inner = "{{ column.key }}={{ row.number }}"
    source = TABLES + "{% call(row, column) tables.data_table(columns, rows, '各村') %}" + inner + "{% endcall %}"

    page = parsed(source, columns=COLUMNS, rows=({"name": "x", "number": 4},))

    assert [cell.get_text() for cell in page.select("tbody th, tbody td")] == ["name=4", "number=4"]


def test_the_guide_has_one_title_and_no_id_twice(guide: BeautifulSoup) -> None:
    ids = [element["id"] for element in guide.select("[id]")]

    assert only(guide, "h1").get_text() == "组件样例"
    assert len(ids) == len(set(ids))


def test_every_label_and_description_points_at_something(guide: BeautifulSoup) -> None:
    ids = {element["id"] for element in guide.select("[id]")}
    named = [label["for"] for label in guide.select("label[for]")]
    described = [
        name for element in guide.select("[aria-describedby]") for name in str(element["aria-describedby"]).split()
    ]

    assert named
    assert described
    assert set(named) | set(described) <= ids


def test_scripts_carry_the_nonce_and_come_from_here(guide: BeautifulSoup) -> None:
    for script in guide.select("script"):
        assert script["nonce"] == NONCE
        assert str(script["src"]).startswith("/static/")


def test_what_needs_script_is_hidden_until_script_shows_it(guide: BeautifulSoup) -> None:
    for selector in (".print-button", ".push", ".place-tools", ".mini-map"):
        assert only(guide, selector).has_attr("hidden")


def test_every_page_tells_demonstration_and_simulated_time(guide: BeautifulSoup) -> None:
    banner = only(guide, ".banner").get_text(" ", strip=True)

    assert "演示数据" in banner
    assert "11月21日(周六) 14:30" in banner


def test_a_page_for_nobody_signed_in_shows_no_navigation(app: Flask) -> None:
    page = parsed('{% extends "layout.html" %}{% block title %}登录{% endblock %}', actor=None, nav_items=[])

    assert not page.select("nav, .acting, form")


def test_a_flashed_message_is_said_aloud(app: Flask) -> None:
    flash("没有保存成功。", "danger")
    flash("随便什么类别。", "no such kind")

    page = parsed('{% extends "layout.html" %}{% block title %}页{% endblock %}')

    assert [notice["role"] for notice in page.select("main .notice")] == ["alert", "status"]
    assert page.select("main .notice")[1]["class"] == ["notice", "notice-info"]


def test_errors_are_named_in_the_window_title(app: Flask) -> None:
    page = parsed('{% extends "layout.html" %}{% block title %}上报{% endblock %}', errors={"a": "请填。"})

    assert only(page, "title").get_text() == "有错误:上报 - 网格排查"
