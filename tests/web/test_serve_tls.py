"""grid-app serve --tls as a process of its own: what it refuses, what it prints, and that a phone's trust is enough."""

from __future__ import annotations

import hashlib
import ssl
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.web.test_serve import Served, certificate, folder, start  # noqa: F401 - fixtures

pytestmark = pytest.mark.slow


def lines_after_start(served: Served) -> str:
    """Return what it prints once it runs, up to the fingerprint."""
    assert served.process.stdout is not None
    said = ""
    for line in served.process.stdout:
        said += line
        if "指纹" in line:
            return said
    raise AssertionError(served.ended()[2])


def read(address: str, trusted: ssl.SSLContext) -> bytes:
    with urllib.request.urlopen(address, timeout=30, context=trusted) as answer:  # noqa: S310 - our own address
        content: bytes = answer.read()
    return content


def test_two_certificates_are_refused(start, certificate):  # noqa: F811
    code, _, err = start("serve", "--tls", **certificate).ended()

    assert code == 1
    assert "不需要 --tls" in err


def test_a_name_that_phones_do_not_trust_yet_is_refused(start):  # noqa: F811
    first = start("serve", "--tls", "--host", "localhost")
    first.address()
    first.kill()

    code, _, err = start("serve", "--tls", "--host", "8.8.8.8").ended()

    assert code == 1
    assert "重新安装" in err


def test_whoever_trusts_the_printed_authority_reaches_the_app(start, folder):  # noqa: F811
    served = start("serve", "--tls")
    said = lines_after_start(served)
    address = said.partition("正在运行:")[2].partition("(")[0].strip()
    trusted = ssl.create_default_context(cafile=str(folder / "tls" / "ca.crt"))

    page = read(f"{address}field/", trusted).decode()
    digest = hashlib.sha256(read(f"{address}field/ca.crt", trusted)).hexdigest().upper()

    assert urlsplit(address).scheme == "https"
    assert "离线上报" in page
    assert ":".join(digest[at : at + 2] for at in range(0, 64, 2)) in said
    assert all(words in said for words in ("安卓", "苹果", "/field/trust"))


def test_a_restart_keeps_what_phones_trust(start, folder: Path):  # noqa: F811
    first = start("serve", "--tls")
    first.address()
    before = (folder / "tls" / "server.pem").read_bytes()
    first.kill()

    start("serve", "--tls").address()

    assert (folder / "tls" / "server.pem").read_bytes() == before
