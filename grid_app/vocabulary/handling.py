"""Chinese words of handling by the law: sorting, contacts, reviews, transfers, opinions, seals."""

from __future__ import annotations

from typing import Final

ROUTE_WORDS: Final = {
    "judicial": "(一)由法院、检察院、公安机关依法定程序处理",
    "arbitration": "(二)可以通过仲裁解决",
    "party_appeal": "(三)属于党员申诉",
    "administrative": "(四)行政复议、行政裁决、行政确认、行政许可、行政处罚等程序",
    "protection": "(五)申请查处违法行为,或者申请保护权利",
    "opinion": "(六)以上都不是,由本级调查核实,出具处理意见书",
}
"""The six ways of 信访工作条例 31, by stable code."""
DECIDED_WORDS: Final = {
    "no": "没有",
    "pending": "有,正在办",
    "final": "有,已经有结论",
}
NO_PATHWAY: Final = "none"
NO_PATHWAY_WORD: Final = "考虑过,没有对应的法定途径"
CONTACT_SIDE_WORDS: Final = {"resident": "和反映人沟通", "unit": "和接收单位沟通"}
CONTACT_WAY_WORDS: Final = {
    "visit": "上门见面",
    "meeting": "当面商量",
    "phone": "电话",
    "not_reached": "没联系上,已留言",
}
REVIEW_SIDE_WORDS: Final = {
    "handling_unit": "办理单位负责人审核",
    "coordinating_office": "上一级统筹部门审核",
    "second_person": "第二个人复核",
    "call_back": "另一位同事回电核实",
}
TRANSFER_STATE_WORDS: Final = {
    "sent": "已送达,等接收单位签收",
    "received": "已签收",
    "objected": "接收单位提出异议,等转出单位核实",
    "returned": "已退回",
    "kept": "异议没有被同意,由接收单位办理",
    "done": "已办",
}
RESULT_WORDS: Final = {
    "supported": "请求有依据,予以支持",
    "no_legal_basis": "请求合理,但没有法律政策依据,说明情况",
    "not_supported": "请求没有依据,不予支持",
}
"""The three results of 信访工作条例 32; each speaks of the claim, never of a person."""
METHOD_WORDS: Final = {
    "in_person": "当面送达",
    "left": "留置送达",
    "post": "邮寄送达",
    "electronic": "电子送达(本人同意)",
    "public": "公告送达",
}
FIVE_STAGE_WORDS: Final = {
    "accept": "受理",
    "handle": "办理",
    "mediate": "调解",
    "deliver": "送达",
    "follow_up": "回访",
}
STAGE_WORDS: Final = {"review": "复查", "recheck": "复核"}
REVIEW_RESULT_WORDS: Final = {"upheld": "维持", "changed": "变更", "revoked": "撤销,重新办理"}
SEAL_KIND_WORDS: Final = {
    "conduct": "反映单位或工作人员的作风、行为",
    "treatment": "对受到的对待不满",
    "confidential": "反映人要求对这个单位保密",
}
KEEP_FROM_WORDS: Final = {"": "不用保密", "village": "对村(社区)保密", "township": "对乡镇(街道)保密"}
"""When something is reported: from which unit over its place it is kept, because that unit is what is complained of."""
REMEDY: Final = (
    "如不服本意见,可以自收到之日起三十日内,向原办理机关的上一级机关请求复查。依法可以申请行政复议、仲裁或者提起诉讼的,"
    "也可以依法办理。任何人不得因此打击报复。"
)
"""What every written opinion says about the routes that stay open (信访工作条例 18, 35)."""
REMEDY_OF_CLOSING: Final = (
    "对这个处理有不同意见,可以向上一级机关反映,也可以依法申请仲裁、行政复议或者提起诉讼。有新的事实,可以随时再反映。"
)
