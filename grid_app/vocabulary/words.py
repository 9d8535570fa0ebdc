"""Chinese words of states, roles, grades, bands, channels and grounds: the same in lists, pages, pushes and files."""

from __future__ import annotations

from typing import Final

ROLE_WORDS: Final = {
    "grid_worker": "网格员",
    "mediator": "调解员",
    "village_lead": "村(社区)负责人",
    "township_officer": "乡镇经办",
    "township_lead": "乡镇领导",
    "county_officer": "县级经办",
    "county_lead": "县级领导",
    "security_admin": "安全管理员",
    "sysadmin": "系统管理员",
    "auditor": "审计员",
}
GRADE_WORDS: Final = {"red": "红", "orange": "橙", "yellow": "黄", "blue": "蓝", "green": "绿"}
GRADE_ORDER: Final = ("green", "blue", "yellow", "orange", "red")
STATE_WORDS: Final = {
    "reported": "待受理",
    "accepted": "已受理",
    "not_accepted": "不予受理",
    "handling": "办理中",
    "mediating": "调解中",
    "referred_out": "已转有权机关",
    "agreed": "已达成协议",
    "terminated": "调解终止",
    "performed": "协议已履行",
    "replied": "已答复",
    "following_up": "回访中",
    "on_legal_pathway": "走法定途径",
    "legally_concluded": "依法终结",
    "closed": "已办结",
    "reopened": "重新办理",
}
ENDED_STATES: Final = ("closed", "not_accepted", "referred_out", "legally_concluded")
OPEN_STATES: Final = tuple(state for state in STATE_WORDS if state not in ENDED_STATES)
BANDS: Final = ("1", "2-4", "5-9", "10-29", "30-49", "50+")
BAND_STATUS_WORDS: Final = {"known": "知道", "estimated": "估计", "confirmed": "乡镇已核实"}
CHANNEL_WORDS: Final = {
    "grid_walk": "网格走访",
    "resident_told": "群众反映",
    "mediation_room": "调解室",
    "hotline": "热线",
    "qr": "扫码",
    "other_office": "其他单位",
    "phone": "来电",
    "visit": "来访",
    "letter": "来信",
    "assigned": "上级交办",
    "transferred": "上级转送",
    "instruction": "领导批示",
    "department": "部门移送",
    "import": "导入",
}
INTAKE_CHANNELS: Final = (
    "visit", "phone", "letter", "hotline", "qr", "assigned", "transferred", "instruction", "department", "other_office",
)  # fmt: skip
"""The ways by which something comes to an office, in the order in which its desk offers them."""
FROM_A_UNIT: Final = frozenset({"hotline", "assigned", "transferred", "instruction", "department"})
"""What another unit sends: with its name, document and perhaps a due date of its own."""
PLACE_WORDS: Final = {
    "inside": "定位在村内",
    "nearest": "定位在村界附近",
    "chosen": "上报人选择",
    "uncertain": "两村之间待核",
    "not_located": "未定位",
}
TRACK_WORDS: Final = {
    "mediation": "矛盾纠纷(调解、处置)",
    "petition": "信访事项(申诉求决)",
    "litigation": "涉法涉诉(转政法机关)",
    "discipline": "检举控告(转纪检监察机关)",
    "suggestion": "意见建议",
}
COMPLEXITY_WORDS: Final = {"simple": "简单", "complex": "复杂"}
SETTLED_ON_SPOT: Final = "settled_on_spot"
CLOSURE_WORDS: Final = {
    "agreement_performed": "协议已履行",
    "opinion_carried_out": "处理意见已落实",
    "review_chain_completed": "复查复核已完成",
    "admin_reconsideration_decided": "行政复议已决定",
    "moved_to_legal_pathway": "已进入法定途径",
    "withdrawn_by_party": "当事人撤回",
    "duplicate_of": "与另一件相同",
    "not_established": "事实不成立",
    "out_of_jurisdiction": "不属本县管辖",
    "no_contact": "多次联系不上",
    SETTLED_ON_SPOT: "即时化解",
}
CHOSEN_GROUNDS: Final = tuple(ground for ground in CLOSURE_WORDS if ground != SETTLED_ON_SPOT)
"""Grounds that the form of closing offers; settling on the spot has a screen of its own and is counted apart."""
FOLLOWED_UP_GROUNDS: Final = frozenset(
    {
        "agreement_performed",
        "opinion_carried_out",
        "review_chain_completed",
        "admin_reconsideration_decided",
        "withdrawn_by_party",
        SETTLED_ON_SPOT,
    }
)
"""Grounds of closing that mean it was settled here: somebody asks later whether it lasts."""
FOLLOW_UP_STATE_WORDS: Final = {
    "due": "待回访",
    "settled": "问题解决了",
    "relapsed": "又出现了",
    "declined": "不愿再被回访",
    "missed": "没有单独回访,由后一次代替",
    "cancelled": "已重新办理,不再回访",
}
VISIT_OUTCOME_WORDS: Final = {
    "settled": "问题解决了",
    "relapsed": "又出现了",
    "not_reached": "没联系上",
    "declined": "不愿再被回访",
}
VISIT_WAY_WORDS: Final = {"visit": "上门", "phone": "电话"}
VOICE_ONLY: Final = "(语音,待整理)"
"""What stands for the summary of a report that was spoken and is not written up yet."""
ROUND_STATE_WORDS: Final = {"open": "进行中", "closed": "已关闭", "analysed": "已研判", "reviewed": "已审阅"}
WAY_WORDS: Final = {
    "visit": "入户走访",
    "meeting": "开会听意见(院坝会、小组会)",
    "box": "看了意见箱、扫码上报",
    "asked": "问了组长、楼栋长",
}
FINDING_STATE_WORDS: Final = {
    "suspected": "待判断",
    "confirmed": "已确认",
    "assigned": "已定责任单位",
    "answered": "已答复群众",
    "measures": "正在解决",
    "monitored": "继续观察",
    "resolved": "已解决",
    "closed": "已办结",
    "dismissed": "不成立",
    "gone": "已消退",
}
TREND_WORDS: Final = {
    "new": "新出现",
    "growing": "扩大",
    "steady": "持平",
    "shrinking": "缩小",
    "gone": "消退",
}
ESCALATION_STATE_WORDS: Final = {
    "open": "待确认收到",
    "acknowledged": "已确认收到",
    "acted": "已处置",
    "exhausted": "各级均未确认",
}
LEVEL_WORDS: Final = {"county": "县(市、区)", "township": "乡镇(街道)", "village": "村(社区)", "grid": "网格"}
