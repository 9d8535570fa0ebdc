"""What the funnel of villages says in words: which lines a village stands between, and nothing about none."""

from grid_app.queries.indicators_asked import Share
from grid_app.web.dashboard.shown import funnel_of


def told(**villages: Share) -> tuple[str, dict[str, str]]:
    chart = funnel_of(villages, dict.fromkeys(villages, "村"))
    assert chart is not None
    return chart.sentence, {row[0].split()[1]: row[-1] for row in chart.rows}


def test_a_village_is_told_against_both_pairs_of_lines_of_the_chart():
    sentence, rows = told(a=Share(3, 10), b=Share(16, 22), c=Share(0, 40), d=Share(200, 260), e=Share(1, 2))

    assert rows == {"a": "两线之间", "b": "实线内", "c": "虚线外", "d": "虚线外"}
    assert "虚线外的 2 个值得去问一问原因" in sentence
    assert "不到 10 件的 1 个村不画" in sentence


def test_nothing_is_asked_where_no_village_stands_outside():
    sentence, rows = told(a=Share(7, 10), b=Share(14, 20))

    assert set(rows.values()) == {"实线内"}
    assert sentence.endswith("没有一个村在虚线外。")
