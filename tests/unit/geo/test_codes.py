import csv
from pathlib import Path

import pytest

from geo.codes import CODE_LENGTH, LEVELS, Level, kind_of, level_of, normalise_code, parent_code
from geo.errors import GeometryError


@pytest.mark.parametrize(
    ("raw", "level"),
    [
        ("", "village"),
        ("   ", "county"),
        ("43070200100", "village"),
        ("4307020010041", "village"),
        ("43070200100A", "village"),
        ("４３０７０２", "county"),
        ("430702001004", "county"),
        ("430702001004", "township"),
        ("430702001004", "grid"),
        ("430702001004X001", "grid"),
        ("430702001004J01", "grid"),
    ],
)
def test_a_code_of_another_form_is_refused_with_a_sentence(raw: str, level: Level):
    with pytest.raises(GeometryError) as refusal:
        normalise_code(raw, level)

    assert refusal.value.message.endswith("。")


@pytest.mark.parametrize("code", ["", "4307", "43070200100J", "430702001004Q001"])
def test_a_code_of_no_level_has_neither_level_nor_parent(code: str):
    with pytest.raises(GeometryError):
        level_of(code)
    with pytest.raises(GeometryError):
        parent_code(code)


def test_a_township_has_no_village_kind():
    with pytest.raises(GeometryError):
        kind_of("430702001")


@pytest.mark.parametrize(
    ("raw", "level", "code"),
    [
        ("430702", "county", "430702"),
        ("430702000000", "county", "430702"),
        ("430702001000", "township", "430702001"),
        (" 4307 0200 1004 ", "village", "430702001004"),
        ("430702001004j001", "grid", "430702001004J001"),
    ],
)
def test_a_code_is_brought_into_its_stored_form(raw: str, level: Level, code: str):
    assert normalise_code(raw, level) == code


def test_every_level_is_known_by_its_length_and_points_one_level_up():
    chain = ["430702", "430702001", "430702001004", "430702001004Z009"]

    assert [level_of(code) for code in chain] == list(LEVELS)
    assert [parent_code(code) for code in chain] == [None, *chain[:-1]]
    assert [len(code) for code in chain] == [CODE_LENGTH[level] for level in LEVELS]


def test_digits_ten_to_twelve_tell_the_kind():
    kinds = [kind_of(f"430702001{number:03d}") for number in (0, 1, 199, 200, 399, 400, 499, 500, 599, 600)]

    community, village = ["community"] * 2, ["village"] * 2
    assert kinds == ["other", *community, *village, *community, *village, "other"]


@pytest.mark.parametrize("county", ["changde", "pingjiang"])
def test_the_kind_of_every_real_village_agrees_with_the_published_list(test_data: Path, county: str):
    with (test_data / county / "villages.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    # The list marks farms and forest farms as "community-like" or "village-like"; they count with their kind.
    wrong = [row["code"] for row in rows if kind_of(row["code"]) != row["kind"].removesuffix("-like")]

    assert len(rows) > 500
    assert wrong == []
