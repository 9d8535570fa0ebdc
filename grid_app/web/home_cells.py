"""The cells of the start page: what waits for the acting role, in the order in which to do it, and its tools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for

from grid_app.policy import ADMIN_ROLES, Action, Actor, Role, allows
from grid_app.queries.home import OfficeCounts
from grid_app.web.dispute_words import count_of
from grid_app.web.shell import NAVIGATION

COUNTY = frozenset({Role.COUNTY_OFFICER, Role.COUNTY_LEAD})
FIRST_REPORT = "得知后一小时以内;先打电话请县级值班室记下,也算首报"
TOOLS = (
    ("登记的手机", "accounts.devices", Action.REVOKE_DEVICE),
    ("授权", "accounts.delegations", Action.DELEGATE),
    ("交接", "accounts.handover", Action.HAND_OVER),
    ("值班电话", "accounts.offices", Action.EDIT_OFFICE),
    ("项目和场所", "projects.index", Action.HANDLE_DISPUTE),
    ("单位名称", "organisations.index", Action.CONFIRM_ORGANISATION),
    ("责任片区", "joint.areas", Action.DRAW_AREAS),
    ("调解委员会", "committees.index", Action.HANDLE_DISPUTE),
    ("律师值班", "assistance.roster", Action.PUBLISH_LAWYERS),
    ("帮扶措施", "assistance.index", Action.HANDLE_DISPUTE),
    ("请本单位答复的问题", "findings.questions", Action.ANSWER_FOR_UNIT),
    ("反馈", "support.feedback_list", Action.MANAGE_JOBS),
)
ABOUT = {
    "accounts.index": "添加账号、分配身份、重设密码、停用",
    "accounts.devices": "丢了、换人了,一点就收回",
    "accounts.delegations": "出差、休假时请同事代办",
    "accounts.handover": "有人离任,把没办完的事一次交出去",
    "accounts.offices": "有危险时,网格员的手机上显示这个号码",
    "projects.index": "工程项目、标段、楼盘、市场和它们的责任单位",
    "organisations.index": "上报里写的单位:确认、合并、退回",
    "joint.areas": "哪个地方的事由哪个单位负责",
    "committees.index": "组成、任期、备案,还缺什么",
    "assistance.roster": "公布律师哪天在哪里,群众扫码能看到",
    "findings.questions": "几户反映同一件事,本单位有责任解决的",
    "assistance.index": "本单位在帮扶计划里要落实的",
    "signals.index": "从别的来源看出的苗头,哪些在用",
    "reachability.index": "每个单位收得到提醒吗,哪里坏了,谁来修",
    "alarms.index": "提醒送不出去、没有人值班的,处理好才消失",
    "roster.index": "各单位排到哪一天,哪里有空档",
    "templates.index": "文书的格式和固定文字",
    "channels.index": "单位的群、邮箱、电话,提醒发到哪里",
    "inbox.policies": "上级提醒通知谁、等多久、再通知谁",
    "places.index": "导入、检查、启用边界;登记调解室",
    "audit.index": "谁在什么时候做了什么、看了什么",
    "support.feedback_list": "大家对这个平台的意见",
}


@dataclass(frozen=True)
class Cell:
    """One line of the start page; ``count`` is ``None`` for a tool; ``sent`` makes it a button posting these fields."""

    title: str
    url: str
    detail: str = ""
    count: int | str | None = None
    sent: Mapping[str, str] | None = None


def todo_cells(actor: Actor, counts: OfficeCounts) -> list[Cell]:
    """Return what waits for an office, the first thing to do first; what is done is left out."""
    inbox = ("上级提醒,还没确认收到", "inbox.index", Action.ACKNOWLEDGE, counts.inbox, "先确认收到,再安排办理")
    rest = [
        ("纠纷等待受理", "disputes.index", Action.HANDLE_DISPUTE, counts.reported, "看一眼是不是本地的事,然后受理"),
        ("有吹哨,等本单位办", "joint.index", Action.ADD_TO_DISPUTE, counts.whistles, "先报到,再按说好的日子办"),
        ("苗头提示等待判断", "findings.index", Action.DECIDE_FINDING, counts.findings, "确认,或者写明为什么不成立"),
        ("排查正在进行", "rounds.index", Action.READ_ROUNDS, counts.open_rounds, "看哪些村还没有回执"),
        ("要履行的调解约定", "mediation.index", Action.ADD_TO_DISPUTE, counts.terms, "看一看约定的事做了没有"),
        ("等您的单位答复", "support_work.index", Action.ANSWER_FOR_UNIT, counts.asked, "督办、建议、要求整改的"),
        ("到日子的回访", "follow_ups.index", Action.FOLLOW_UP, counts.visits, "没有网格员去的,由本单位问一问"),
        (
            "手机和平台对不上的上报",
            "accounts.devices",
            Action.REVOKE_DEVICE,
            counts.phone_gaps,
            "手机上有回执,平台里没有:问清、补上",
        ),
    ]
    order = [inbox, *rest] if actor.role in COUNTY else [*rest[:2], inbox, *rest[2:]]
    return [
        Cell(title, url_for(endpoint), detail, count_of(count))
        for title, endpoint, action, count, detail in order
        if count and allows(actor, action)
    ]


def incident_cells(counts: OfficeCounts) -> list[Cell]:
    """Return what goes before everything else: incidents whose first report the own unit still owes."""
    address = url_for("incidents.index", only="waiting")
    return [Cell("紧急情况,还没有首报", address, FIRST_REPORT, counts.incidents)] if counts.incidents else []


def waiting_cells(*, reviews: int, receipts: int) -> list[Cell]:
    """Return what waits for this very actor and unit: closings to review, transfers to sign for or to answer."""
    found = [
        Cell("办结等您审核", url_for("disputes.index", tab="review"), "看材料、问当事人,同意或者写明缺什么", reviews),
        Cell(
            "转办等本单位签收、答复",
            url_for("disputes.index", tab="receipt"),
            "签收,或者五个工作日内提出异议",
            receipts,
        ),
    ]
    return [cell for cell in found if cell.count]


def letters_cell(*, large: bool) -> Cell:
    """Return the switch to large text, or back from it."""
    title = "改回一般字号" if large else "改成大字"
    return Cell(title, url_for("display.large_text"), sent={"large": "0" if large else "1"})


def own_cells(actor: Actor, *, large: bool) -> list[Cell]:
    """Return what everybody may do for the own account and device; ``large`` is how the letters are now."""
    cells = [Cell("修改密码", url_for("sign_in.change_password")), letters_cell(large=large)]
    if allows(actor, Action.READ_MAP):
        cells.append(Cell("程序密码", url_for("application_passwords.index"), "让 QGIS 读取地图图层"))
    if allows(actor, Action.SUBSCRIBE_PUSH):
        cells.insert(0, Cell("在这台设备上接收提醒", url_for("inbox.push")))
    return cells


def tool_cells(actor: Actor) -> list[Cell]:
    """Return the tools of the acting role; an administrator's whole work is here, an office's rarer pages."""
    pages = [(label, endpoint, action) for label, endpoint, action in NAVIGATION if actor.role in ADMIN_ROLES]
    return [
        Cell(label, url_for(endpoint), ABOUT.get(endpoint, ""))
        for label, endpoint, action in [*pages, *TOOLS]
        if allows(actor, action)
    ]
