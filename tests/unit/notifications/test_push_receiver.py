"""The receiver is a second opinion only if it turns down what a push service turns down."""

import time

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02
from pywebpush import WebPusher, WebPushException, webpush

from notifications.vapid import load_private_key, new_keypair
from tests.push_receiver import BrowserKeys, PushReceiver
from tests.push_service.checks import Unacceptable, unb64, verify_vapid

KEYS = new_keypair()
SUBJECT = "mailto:duty@example.org"


@pytest.fixture
def receiver():
    with PushReceiver() as running:
        yield running


def signed(**claims):
    return Vapid02(private_key=load_private_key(KEYS.private_pem)).sign(claims)["Authorization"]


def post(receiver, *, drop=(), claims=None, path=None, body=None, **change):
    info = receiver.subscription()
    headers = {
        "TTL": "60",
        "Topic": "abc",
        "Content-Encoding": "aes128gcm",
        "Authorization": signed(**{"aud": receiver.origin, "sub": SUBJECT, **(claims or {})}),
        **change,
    }
    sealed = WebPusher(info).encode(b"{}")["body"] if body is None else body
    sent = {name: value for name, value in headers.items() if name not in drop}
    return requests.post(path or info["endpoint"], data=sealed, headers=sent, timeout=60).status_code


@pytest.mark.parametrize(
    ("change", "status", "reason"),
    [
        ({"drop": ("TTL",)}, 400, "TTL is missing"),
        ({"TTL": "-1"}, 400, "TTL is missing"),
        ({"Topic": "x" * 33}, 400, "Topic is not 1 to 32 letters of base64url"),
        ({"Topic": "a.b"}, 400, "Topic is not 1 to 32 letters of base64url"),
        ({"Urgency": "urgent"}, 400, "Urgency is unknown"),
        ({"Content-Encoding": "aesgcm"}, 415, "the body is not aes128gcm"),
        ({"drop": ("Authorization",)}, 401, "no VAPID identity"),
        ({"Authorization": "WebPush abc"}, 401, "no VAPID identity"),
        ({"claims": {"aud": "https://fcm.googleapis.com"}}, 403, "the token is for another push service"),
        ({"claims": {"exp": 1}}, 403, "the token has expired or lives too long"),
        ({"claims": {"exp": int(time.time()) + 90000}}, 403, "the token has expired or lives too long"),
        ({"body": b"x" * 4097}, 413, "the body is too long"),
        ({"body": b"x" * 300}, 400, "the body cannot be decrypted"),
        ({"body": b"x"}, 400, "the body cannot be decrypted"),
    ],
)
def test_a_request_that_breaks_a_rule_is_turned_down(receiver, change, status, reason):
    assert post(receiver, **change) == status
    assert (receiver.refusals, receiver.received) == ([reason], [])


def test_a_token_signed_by_another_key_is_turned_down(receiver):
    token = signed(aud=receiver.origin, sub=SUBJECT)
    foreign = token.rsplit("k=", 1)[0] + "k=" + new_keypair().public_b64url

    assert post(receiver, Authorization=foreign) == 403
    assert receiver.refusals == ["the signature is not by this key"]


def test_a_body_for_another_browser_cannot_be_read(receiver):
    body = WebPusher(receiver.subscription()).encode(b"{}")["body"]

    assert post(receiver, body=body) == 400


def test_claims_kept_by_pywebpush_would_be_signed_for_the_wrong_service(receiver):
    claims = {"sub": SUBJECT}
    with PushReceiver() as first:
        webpush(first.subscription(), "{}", KEYS.private_b64url, claims, ttl=60, timeout=60)

    with pytest.raises(WebPushException, match="403"):
        webpush(receiver.subscription(), "{}", KEYS.private_b64url, claims, ttl=60, timeout=60)

    assert receiver.refusals == ["the token is for another push service"]


def test_a_token_without_operator_is_turned_down():
    token = Vapid02(private_key=load_private_key(KEYS.private_pem), conf={"no-strict": True})
    header = token.sign({"aud": "https://push.example.com", "sub": "nobody"})["Authorization"]

    with pytest.raises(Unacceptable, match="no operator"):
        verify_vapid(header, audience="https://push.example.com", now=time.time())


def test_the_example_of_rfc_8291_appendix_a_decrypts():
    private = ec.derive_private_key(
        int.from_bytes(unb64("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"), "big"), ec.SECP256R1()
    )
    keys = BrowserKeys(private, unb64("BTBZMqHH6r4Tts7J_aSIgg"))
    body = unb64(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
        "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
        "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )

    assert keys.decrypt(body) == b"When I grow up, I want to be a watermelon"
