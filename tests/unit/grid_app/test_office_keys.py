"""The office's key pairs: opens what was sealed to it, and nothing that was changed or meant for another."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from grid_app.security.office_keys import (
    OfficeKeyError,
    SealedError,
    first_office_key,
    parse_office_keys,
    seal_to,
)

INFO = b"grid-export/1"


@pytest.mark.parametrize(
    "text", ["", "1:", "x:AAAA", "1:????", "1:" + base64.b64encode(b"short").decode(), "1:" + "A" * 43 + "="]
)
def test_a_text_that_is_no_key_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(OfficeKeyError) as refused:
        parse_office_keys(text)

    assert "AAAA" not in str(refused.value)


def changed(raw: bytes) -> bytes:
    return raw[:-1] + bytes([raw[-1] ^ 1])


def p384() -> bytes:
    other = ec.generate_private_key(ec.SECP384R1()).public_key()
    return other.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def test_anything_changed_or_of_another_office_is_not_opened() -> None:
    keys, others = parse_office_keys(first_office_key()), parse_office_keys(first_office_key())
    ephemeral, nonce, sealed = seal_to(keys.spki, b"plain", info=INFO)
    right = {"number": "1", "ephemeral": ephemeral, "nonce": nonce, "sealed": sealed, "info": INFO}
    wrong = [
        right | {"number": "2"},
        right | {"number": "١"},
        right | {"ephemeral": b"nonsense"},
        right | {"ephemeral": p384()},
        right | {"ephemeral": base64.b64decode(others.spki)},
        right | {"nonce": changed(nonce)},
        right | {"nonce": b""},
        right | {"sealed": changed(sealed)},
        right | {"sealed": sealed[:-1]},
        right | {"sealed": b""},
        right | {"info": b"other"},
    ]

    for one in wrong:
        with pytest.raises(SealedError):
            keys.open(**one)
    with pytest.raises(SealedError):
        others.open(**right)


def test_what_was_sealed_to_an_older_key_is_still_opened() -> None:
    first = first_office_key()
    old = parse_office_keys(first)
    ephemeral, nonce, sealed = seal_to(old.spki, "三组的事".encode(), info=INFO)
    both = parse_office_keys(f"{first},2:{first_office_key()[2:]}")

    plain = both.open(number="1", ephemeral=ephemeral, nonce=nonce, sealed=sealed, info=INFO)

    assert plain.decode() == "三组的事"
    assert both.current == "2"
    assert both.spki != old.spki
