"""Receipts: the digest is of the canonical form, the signature covers id, digest and received time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from grid_app.security.receipts import NotCanonicalError, digest_of, receipt_is_genuine, sign_receipt

KEY = b"k" * 32
AT = datetime(2026, 11, 20, 2, 0, 0, 123456, tzinfo=UTC)
FACTS = {"report_id": "r1", "digest": "d1", "received_at": AT}


@pytest.mark.parametrize("content", [{"x": float("nan")}, {"x": float("inf")}, {"x": 2**60}, {"x": "\ud800"}])
def test_content_without_a_canonical_form_is_refused(content):
    with pytest.raises(NotCanonicalError):
        digest_of(content)


def test_the_digest_does_not_depend_on_the_order_of_names_or_on_spaces():
    assert digest_of({"b": 1, "a": [1, "二"]}) == digest_of({"a": [1, "二"], "b": 1})
    assert digest_of({"a": [1, 2]}) != digest_of({"a": [2, 1]})


def test_the_digest_is_the_sha256_of_the_canonical_text():
    # RFC 8785, 3.2.3: {"a":1} is its own canonical form; its SHA-256 was computed with sha256sum.
    assert digest_of({"a": 1}) == "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"


@pytest.mark.parametrize(
    "change", [{"report_id": "r2"}, {"digest": "d2"}, {"received_at": AT + timedelta(microseconds=1)}]
)
def test_a_receipt_for_anything_else_is_not_genuine(change):
    signature = sign_receipt(KEY, **FACTS)

    assert receipt_is_genuine(KEY, signature, **FACTS)
    assert not receipt_is_genuine(KEY, signature, **{**FACTS, **change})
    assert not receipt_is_genuine(b"x" * 32, signature, **FACTS)
    assert not receipt_is_genuine(KEY, "", **FACTS)


def test_the_same_moment_in_another_zone_is_the_same_receipt():
    there = AT.astimezone(ZoneInfo("Asia/Shanghai"))

    assert sign_receipt(KEY, **FACTS) == sign_receipt(KEY, **{**FACTS, "received_at": there})
