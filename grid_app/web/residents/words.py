"""What residents read: where a matter stands, what happens next, and the rights that nobody may take away."""

from __future__ import annotations

from typing import Final

STAGES: Final = {
    "reported": ("已收到,等受理", "办理单位会在期限内告诉您受不受理。简单的事 3 天,复杂的事 5 天。"),
    "accepted": ("已受理", "办理单位会找您核实情况,请留意电话。"),
    "not_accepted": ("没有受理", "办理单位应当书面告诉您为什么、该找哪里。不同意,可以向上一级反映。"),
    "handling": ("正在办理", "办好以后会告诉您结果。到期没有消息,可以打下面的电话催办。"),
    "mediating": ("正在调解", "调解要大家自愿。您随时可以停下来,改走仲裁、复议或者诉讼。"),
    "referred_out": ("已转给有权处理的机关", "由法院、公安、检察、纪检监察等有权机关处理,请等他们的答复。"),
    "agreed": ("已达成协议", "按协议约定的时间履行。没有做到,请告诉调解员或者打下面的电话。"),
    "terminated": ("调解已经结束,没有谈成", "您可以申请仲裁、行政复议,或者向法院起诉。"),
    "performed": ("协议已经履行", "办理单位会回访,问您是不是真的解决了。"),
    "replied": ("已经书面答复", "不同意答复,可以在收到之日起 30 日内申请复查。"),
    "following_up": ("正在回访", "会有人上门或者打电话,问您是不是真的解决了。"),
    "on_legal_pathway": ("已进入法律规定的途径", "由受理的法院、仲裁委或者机关处理,请留意他们的通知。"),
    "closed": ("已办结", "请在下面评价。事情又出现,可以告诉办理单位重新办。"),
    "reopened": ("重新办理", "这件事又打开了,办理单位会接着办。"),
}
"""By state: where it stands, and what happens next."""

SENSITIVE: Final = ("已收到,由县里专人处理", "这类事不交给被反映的单位,也不让他们知道是谁说的。请保存好查询码。")

RIGHTS: Final = (
    "要不要找我们帮忙,由您决定。",
    "调解要自愿:可以不调解,可以随时停下来,可以选择或者更换调解员。",
    "可以要求保密,可以请人陪同。",
    "随时可以申请仲裁、行政复议,可以起诉,可以信访。除了对事情本身的了结,您在这里签了什么都不影响这些权利。",
    "可以查进度、评价,可以看、改、删您自己的信息。",
    "对办事的态度不满意,可以投诉。投诉交给上一级,被投诉的单位看不到。",
    "谁也不能因为这些拦您、罚您、吓唬您。",
    "老人和行动不便的人,可以打电话,请网格员代为登记,念给您听对了再交。",
)
RIGHTS_BASIS: Final = "信访工作条例第十八条,人民调解法第三条、第二十三条,个人信息保护法第四十四条至第五十条"

NOTICE: Final = (
    "只问办这件事用得上的:是什么事、在哪里。称呼和电话可以不留;留了会加密保存,只给办这件事的人看,每次查看都有记录。",
    "办结以后,个人信息按规定的期限删除或者去掉身份。您可以随时要求看、改、删。",
)
"""The short notice above the form (个人信息保护法 17); change NOTICE_VERSION with it."""

HOW: Final = {
    "report": "反映一件事",
    "ask": "问一件事",
    "suggest": "提一个建议",
}
PREFIX: Final = {"ask": "【咨询】", "suggest": "【建议】"}
OFFICIAL_TILE: Final = ("official", "工作人员的问题", "态度、作风、廉洁;只有县里专人能看")
OFFICIAL_CATEGORY: Final = "1502"
ENDED: Final = frozenset({"closed", "not_accepted", "referred_out"})
MET: Final = (
    "没有查到,或者尾号对不上。请看看回执,检查查询码和电话后四位;没留过电话的,尾号不用填。"
    "忘了查询码,可以带证件到窗口补。"
)
TOO_OFTEN: Final = "试的次数太多了。请过 15 分钟再试,或者打回执上的电话问。"
EXPIRED: Final = "页面打开得太久,还没有提交。已填的都还在,请再点一次提交。"
ONCE_MORE: Final = "还没有提交。已填的都还在,请再点一次提交。"
