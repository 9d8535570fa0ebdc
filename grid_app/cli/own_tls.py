"""grid-app serve --tls: a certificate of one's own, kept fresh, and how a phone comes to trust it."""

from __future__ import annotations

import contextlib
import socket
from dataclasses import replace

import click
from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server

from grid_app.cli.context import refuse
from grid_app.clock import SystemClock
from grid_app.security.certificates import (
    FOLDER,
    NotVouchedForError,
    address_of,
    ensure_certificate,
    fingerprint_of,
    own_authority,
)
from grid_app.settings import Settings

BOTH = "已经设置了 GRID_TLS_CERTIFICATE,不需要 --tls。请去掉其中一个。"
NOWHERE = ("192.0.2.1", 9)
"""An address of documentation (RFC 5737): asking the way there sends nothing and tells our own address."""


def with_own_certificate(settings: Settings, host: str) -> Settings:
    """Return ``settings`` with the installation's own certificate; end with a sentence when it cannot be."""
    if settings.tls_certificate:
        refuse(BOTH)
    address = address_of(host)
    asked = "" if address is not None and address.is_unspecified else host
    try:
        path = ensure_certificate(
            settings.instance_dir, asked=asked, names=names_of_this_machine(), now=SystemClock().now()
        )
    except NotVouchedForError as error:
        refuse(
            f"手机已信任的证书不包括 {error.name}。请换回原来的 --host;确实要换,就删除 "
            f"{settings.instance_dir / FOLDER} 再启动,每部手机都要重新安装一次证书。"
        )
    except OSError as error:
        refuse(f"证书没有做成({error})。请检查 {settings.instance_dir} 能不能写。")
    return replace(settings, tls_certificate=str(path), tls_key=str(path))


def uses_own_certificate(settings: Settings) -> bool:
    """Say whether the server's certificate is the one made here."""
    return settings.tls_certificate.startswith(str(settings.instance_dir / FOLDER))


def renew(server: Server, settings: Settings, host: str) -> None:
    """Renew the certificate when it is due; connections from now on get the new one, nobody is cut off."""
    made = with_own_certificate(replace(settings, tls_certificate="", tls_key=""), host)
    if isinstance(server.ssl_adapter, BuiltinSSLAdapter):
        server.ssl_adapter.context.load_cert_chain(made.tls_certificate, made.tls_key)


def names_of_this_machine() -> list[str]:
    """Return the names and addresses by which this machine is reached."""
    name = socket.gethostname()
    found = ["localhost", "127.0.0.1", "::1", *([name.lower()] if name.isascii() and name else [])]
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
        way.connect(NOWHERE)
        found.append(str(way.getsockname()[0]))
    with contextlib.suppress(OSError):
        found += [str(entry[4][0]) for entry in socket.getaddrinfo(name, None, socket.AF_INET)]
    return list(dict.fromkeys(found))


def addresses_for_phones(host: str, port: int) -> list[str]:
    """Return the addresses to type on a phone."""
    address = address_of(host)
    if address is None or not address.is_unspecified:
        return [
            f"https://[{host}]:{port}" if address is not None and address.version == 6 else f"https://{host}:{port}"
        ]
    reached = [one for one in names_of_this_machine() if (found := address_of(one)) and not found.is_loopback]
    return [f"https://{one}:{port}" for one in reached] or [f"https://127.0.0.1:{port}"]


def say_trust(settings: Settings, host: str, port: int) -> None:
    """Print how a phone comes to trust the certificate, with the fingerprint to compare."""
    first = addresses_for_phones(host, port)[0]
    for line in (
        f"手机打开 {first}/field/ 。第一次要先让手机信任这台服务器,每部手机做一次:",
        f"  1. 手机浏览器打开 {first}/field/trust ,提示“不安全”时选继续,下载证书({first}/field/ca.crt)。",
        "  2. 安卓:设置 → 安全 → 加密与凭据(更多安全设置)→ 安装证书 → CA 证书,选下载的 grid-ca.crt。",
        "     苹果:设置 → 已下载描述文件 → 安装;再到 通用 → 关于本机 → 证书信任设置,打开它的开关。",
        f"  3. 核对指纹(SHA-256),不一样就不要安装:{fingerprint_of(own_authority(settings.instance_dir))}",
        f"  证书只能用于内网地址和本机名字,私钥在 {settings.instance_dir / FOLDER},不要拷给别人。",
    ):
        click.echo(line)
