"""What this installation lets through when somebody enters a channel: hosts of robots, hosts of other systems."""

from __future__ import annotations

from typing import Final

from grid_app.services.channels.reading import Border
from grid_app.settings import outward_rule
from grid_app.wiring import wired
from notifications.outward import OutwardRefused, check_outward

_SENTENCES: Final = {
    "host": "这个主机不在允许连接的名单里。请系统管理员先把它加进名单。",
    "port": "这个主机的端口不在允许连接的名单里。请系统管理员先把它加进名单。",
    "unresolved": "现在找不到这个主机。请核对地址,或请系统管理员检查域名解析。",
    "inside": "这个主机指向内部网络,不能连接。内部系统请系统管理员加进内部名单。",
}
OTHERWISE: Final = "请写 https:// 开头的完整地址,不带用户名。"


def border() -> Border:
    """Return the border of this installation."""
    settings = wired().settings
    bases = {"wecom": settings.wecom_url, "dingtalk": settings.dingtalk_url, "feishu": settings.feishu_url}
    return Border(robot_bases=bases, check_url=_check)


def _check(url: str) -> None:
    """Refuse an address that this server may not call; it looks the host up, so no transaction may be open."""
    try:
        check_outward(url, rule=outward_rule(wired().settings))
    except OutwardRefused as refusal:
        raise ValueError(_SENTENCES.get(refusal.code, OTHERWISE)) from refusal
