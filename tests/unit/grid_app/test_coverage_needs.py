"""What a room has to offer, as keys of an address."""

from grid_app.queries.coverage_needs import Needs, languages_of
from grid_app.web.room_needs import toggled


def test_needs_travel_as_words_and_back():
    every = Needs(woman=True, accessible=True, effective=True, language="苗语")

    assert Needs.of(every.named()) == every
    assert Needs.of(["", "x", "language:", "woman;"]) == Needs()
    assert languages_of("苗语,土家语和苗语 客家话") == ("苗语", "土家语", "客家话")


def test_a_need_is_added_and_taken_away_and_one_language_replaces_another():
    asked = Needs(woman=True, language="苗语")

    assert toggled(asked, "accessible") == Needs(woman=True, accessible=True, language="苗语")
    assert toggled(asked, "woman") == Needs(language="苗语")
    assert toggled(asked, "language:土家语") == Needs(woman=True, language="土家语")
