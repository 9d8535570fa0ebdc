"""The form dispute/1: digests, sizes, and that no content whatever makes anything but a sentence."""

from __future__ import annotations

import hashlib
from datetime import date
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grid_app.errors import InvalidError
from grid_app.services.organisations.names import name_key
from grid_app.services.reports.content import digest_report, parse_report
from grid_app.services.reports.draft import DraftReport

REPORT = UUID("0198f3a2-1111-7000-8000-000000000001")
CONTENT = {
    "form": "dispute/1",
    "captured_at": "2026-11-20T23:30:00+08:00",
    "category": "0901",
    "danger": False,
    "summary": "甲",
}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


PATIENT = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # the machine may be busy


def outcome(content: dict[str, object]) -> DraftReport | InvalidError:
    try:
        return parse_report(content, report_id=REPORT)
    except InvalidError as refusal:
        return refusal


@PATIENT
@given(st.dictionaries(st.sampled_from([*CONTENT, "lon", "lat", "parties", "since_when", "x"]), ANYTHING))
def test_no_content_raises_anything_but_a_refusal_with_a_sentence(content: dict[str, object]) -> None:
    answer = outcome({**CONTENT, **content})

    assert isinstance(answer, DraftReport) or (answer.sentence and all(answer.fields.values()))


@PATIENT
@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=200))
def test_every_plain_text_is_kept_to_the_letter(text: str) -> None:
    answer = outcome({**CONTENT, "summary": text})

    assert isinstance(answer, InvalidError) if not text.strip() else answer.summary == text


def test_the_digest_is_the_sha256_of_the_canonical_form() -> None:
    # RFC 8785: names sorted, no spaces, numbers in their shortest form.
    canonical = b'{"a":"\xe7\x94\xb2","b":1,"c":[true,null,0.5]}'

    digest = digest_report({"c": [True, None, 0.50], "b": 1.0, "a": "甲"})

    assert digest == hashlib.sha256(canonical).hexdigest()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"a": "x" * 40_001}, "too_big"),
        ({"a": [[[[["x"]]]]]}, "too_big"),
        ({"a": [1] * 50_000}, "too_big"),
        ({"a": float("nan")}, "not_canonical"),
        ({"a": 2**53}, "not_canonical"),
        ({"a": "\ud800"}, "not_canonical"),
    ],
)
def test_what_has_no_digest_is_refused_before_anything_else(content: dict[str, object], code: str) -> None:
    with pytest.raises(InvalidError) as refused:
        digest_report(content)

    assert refused.value.code == code


def test_a_claimed_digest_may_be_written_in_capitals() -> None:
    digest = digest_report(CONTENT)

    assert digest_report(CONTENT, claimed=digest.upper()) == digest


def test_a_band_without_a_status_counts_as_estimated() -> None:
    draft = parse_report({**CONTENT, "household_band": "30-49"}, report_id=REPORT)

    assert draft.band_status == "estimated"


def test_the_day_is_the_day_in_china() -> None:
    draft = parse_report({**CONTENT, "captured_at": "2026-11-20T17:00:00Z"}, report_id=REPORT)

    assert draft.noted_on == date(2026, 11, 21)


def test_a_report_without_a_household_is_its_own_household() -> None:
    assert parse_report(CONTENT, report_id=REPORT).household == str(REPORT)


@pytest.mark.parametrize(
    "spelling",
    [
        "青溪物业管理有限公司",
        "青溪物业管理有限责任公司",
        " 青溪 物业管理公司",
        "青溪物业管理",
        "青溪物业管理(有限公司)",
    ],
)
def test_an_organisation_is_one_however_its_legal_form_is_written(spelling: str) -> None:
    assert name_key(spelling) == "青溪物业管理"


def test_a_name_that_is_only_a_legal_form_stays_itself() -> None:
    assert name_key("有限公司") == "有限公司"
    assert name_key(" ·· ") == ""
