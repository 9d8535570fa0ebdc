"""The Chinese words of a dispute's history and of handling: what each event is called, wherever it is shown."""

from __future__ import annotations

from typing import Final

EVENT_WORDS: Final = {
    "reported": "上报",
    "accepted": "受理",
    "not_accepted": "不予受理",
    "referred_out": "转有权机关",
    "assigned": "指定办理单位",
    "work_recorded": "记录办理",
    "details_added": "补充情况",
    "written_up": "语音整理成文字",
    "place_settled": "核定地点",
    "band_confirmed": "核实户数",
    "grade_raised": "上调等级",
    "grade_lowered": "下调等级",
    "graded": "等级变化",
    "linked": "关联相似事项",
    "party_added": "登记当事人",
    "sorted": "分流",
    "extension_asked": "申请延长期限",
    "extended_by_parties": "各方同意延长期限",
    "extension_approved": "批准延长期限",
    "extension_refused": "不批准延长期限",
    "pathway_corrected": "更正分流",
    "contacted": "双沟通",
    "closing_proposed": "提出办结",
    "closing_reviewed": "审核办结",
    "transferred": "转办",
    "transfer_received": "签收转办",
    "transfer_objected": "对转办提出异议",
    "transfer_returned": "同意退回",
    "transfer_kept": "不同意退回",
    "opinion_drafted": "起草处理意见书",
    "replied": "送达处理意见书",
    "review_asked": "收到复查、复核申请",
    "review_answered": "作出复查、复核意见",
    "legally_concluded": "依法终结",
    "sealed": "对被反映单位保密",
    "seal_confirmed": "确认保密",
    "seal_lifted": "解除保密",
    "closed": "办结",
    "reopened": "重新办理",
    "followed_up": "回访",
    "carrier_named": "指定谁回访",
    "handed_over": "交接",
    "rerouted": "区划调整,转到现在的村",
    "handed_in": "代交手机导出的文件",
}
SAFETY_DUTY: Final = (
    "村(居)民委员会、社会工作机构和有关人员发现无民事行为能力人、限制民事行为能力人遭受或者疑似遭受家庭暴力的,应当及时向公安机关报案"
    "(反家庭暴力法第十四条);密切接触未成年人的单位和人员发现未成年人受到侵害或者面临危险的,应当立即报告(未成年人保护法第十一条)。"
)
