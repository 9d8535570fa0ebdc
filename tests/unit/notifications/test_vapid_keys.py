"""The server's key pair, in every form in which people keep it."""

import base64

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from notifications.vapid import VapidKeyError, keypair_of, load_private_key, new_keypair


def pem_of(key, encryption=None):
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        encryption or serialization.NoEncryption(),
    ).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "changeme",
        "AAAA",
        "A" * 43,
        "/etc/passwd",
        "私钥",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
    ],
)
def test_a_text_that_is_no_key_is_refused(text):
    with pytest.raises(VapidKeyError, match="推送密钥"):
        load_private_key(text)


def test_a_key_of_another_kind_is_refused():
    for key in (ec.generate_private_key(ec.SECP384R1()), ed25519.Ed25519PrivateKey.generate()):
        with pytest.raises(VapidKeyError, match="P-256"):
            load_private_key(pem_of(key))


def test_a_key_locked_by_a_password_is_refused():
    locked = pem_of(ec.generate_private_key(ec.SECP256R1()), serialization.BestAvailableEncryption(b"pw"))

    with pytest.raises(VapidKeyError, match="读不出来"):
        load_private_key(locked)


def test_every_form_of_a_key_is_the_same_key():
    keys = new_keypair()
    der = load_private_key(keys.private_pem).private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    raw = base64.urlsafe_b64decode(keys.private_b64url + "=")

    forms = [
        keys.private_pem,
        "\n" + keys.private_pem,
        keys.private_b64url,
        base64.b64encode(raw).decode(),
        base64.urlsafe_b64encode(der).decode().rstrip("="),
    ]

    assert [keypair_of(form) for form in forms] == [keys] * len(forms)


def test_the_public_half_is_an_uncompressed_point_for_the_browser():
    point = base64.urlsafe_b64decode(new_keypair().public_b64url + "=")

    assert (len(point), point[0]) == (65, 4)


def test_two_pairs_differ_and_do_not_show_their_secret():
    first, second = new_keypair(), new_keypair()

    assert first != second
    assert first.private_b64url not in repr(first)
    assert "PRIVATE" not in repr(first)
