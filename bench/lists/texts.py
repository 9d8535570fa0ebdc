"""Invented matters: what, where, since when, what is asked. Some words stand in very many, some in few."""

from __future__ import annotations

import numpy as np

from grid_app.database.words import plain_words

MATTERS: dict[str, tuple[str, ...]] = {
    "0102": ("赡养老人的费用几个子女谈不拢", "轮流赡养没有按约定接老人", "离婚后孩子的抚养费没有给"),
    "0103": ("分家时老屋的归属有争议", "继承的存款怎么分谈不拢"),
    "0201": ("邻居改了排水沟,雨水往家里流", "新砌的围墙挡住了采光", "巷道被堆放的柴火堵住,不好通行"),
    "0202": ("两家的界桩被移动", "屋后滴水的距离有争议", "共用的晒坝被圈占"),
    "0203": ("养猪场的气味太大,开不了窗", "加工厂夜里噪音影响休息", "粉尘落到菜地里"),
    "0302": ("在微信群里说的话伤了名誉",),
    "0402": ("物业费涨价没有公示", "电梯坏了一个多月没人修", "停车位被占,物业不管", "小区公共收益没有公开"),
    "0403": ("房产证办不下来,开发商推脱", "不动产登记的面积与实际不符"),
    "0503": ("交通事故的赔偿没有谈好", "电动车刮碰后医药费没有付"),
    "0504": ("污水排进鱼塘,鱼死了一批", "采石放炮震裂了墙"),
    "0507": ("帮工时受伤,医药费没有着落", "工地摔伤后雇主不露面"),
    "0601": ("装修质量有问题,商家不肯返工", "预付卡的店关门,余额退不了"),
    "0602": ("租房押金退不回来", "房屋漏水开发商不维修", "购房合同约定的交房日期过了"),
    "0701": ("劳务公司拖欠工资", "没有签劳动合同就被辞退", "工程完工了农民工工资还没结清"),
    "0702": ("社保断缴,公司不补", "工伤保险待遇没有落实"),
    "0804": ("民间借贷到期没有归还", "替人担保被要求还款"),
    "0901": ("土地流转的租金没有按时付", "承包地的边界有争议", "承包合同到期后续包谈不拢", "机耕道占了承包地没有补偿"),
    "0902": ("宅基地的界线有争议", "宅基地审批拖了很久", "一户多宅的处理有争议"),
    "0903": ("山林的四至不清", "砍了有争议的树木"),
    "0904": ("上游截水,下游的田没有水灌溉", "水库放水淹了秧苗"),
    "1101": ("房屋征收补偿的标准有争议", "拆迁安置房没有按期交付"),
    "1102": ("征地补偿款没有发到户", "青苗补偿的数量有争议"),
    "1103": ("违建拆除的认定有争议",),
    "1104": ("修路后门口积水", "路灯坏了没人修", "自来水经常停水", "高压线离房屋太近"),
    "1105": ("移民后期扶持资金的对象有争议",),
    "1201": ("村务公开不全,集体资金的去向不清楚", "选举的程序有不同意见"),
    "1202": ("低保的评定有不同意见", "临时救助没有批下来"),
    "1301": ("摊位被清理,要求安排地方",),
    "1302": ("幼儿园的收费有争议", "学区的划分有不同意见"),
    "1305": ("客运班车停开,出行不方便",),
    "1402": ("对检察院的决定不服",),
    "1403": ("对法院的判决不服", "判决以后没有执行到位"),
    "1502": ("反映干部作风简单粗暴",),
    "1601": ("民族习俗的用餐安排有意见",),
    "99": ("别的事,说不清归哪一类",),
}
PLACES = ("村口", "老街", "河边", "后山", "三组", "五组", "七组", "3号楼", "12栋2单元", "101室",
          "学校旁边", "卫生室门口", "集贸市场", "工业园", "高速路桥下", "新修的公路边", "水库下面", "祠堂边",
          "茶园", "果园", "鱼塘边", "安置小区")  # fmt: skip
SINCE = ("去年到现在", "上个月开始", "春节以后", "前年签的合同", "今年收割时", "下大雨以后", "修路以后", "换了物业以后",
         "2024年起", "已经半年", "快三年了", "这几天")  # fmt: skip
TRIED = ("找过几次都说等一等", "村里调过一次没有谈成", "双方都不肯让步", "电话打不通", "说好的日子又往后推",
         "还没有人来看过",
         "写过申请没有回音", "对方说没有钱", "合同在,愿意拿出来看", "两家为这事不说话了")  # fmt: skip
WANTED = ("希望有个准话", "希望来人看一看", "要求按合同办", "要求尽快解决", "希望坐下来谈一次", "要求给个书面答复",
          "希望按政策补偿", "要求恢复原样", "希望公开账目", "要求赔偿损失")  # fmt: skip
RARE = (
    "涉及古树保护",
    "涉及文物墓葬",
    "与邻县交界",
    "涉及军用光缆",
    "有外商参与",
    "牵涉渡口",
    "涉及养蜂",
    "涉及光伏板反光",
)
ORGANISATIONS = tuple(
    f"青溪第{number}{kind}" for number in range(1, 41) for kind in ("建筑公司", "农业公司", "物业公司")
)
RARE_SHARE = 0.002


class Texts:
    """Draws matters by their weights; gives a summary and what a search looks through."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._flat = [(code, text) for code, texts in MATTERS.items() for text in texts]
        weights = 1 / np.arange(1, len(self._flat) + 1)
        self._weights = rng.permutation(weights / weights.sum())
        self._plain = {part: plain_words(part) for group in (PLACES, SINCE, TRIED, WANTED, RARE) for part in group}
        self._plain |= {text: plain_words(text) for _, text in self._flat}

    def draw(self, count: int) -> list[tuple[str, str, str]]:
        """Return so many categories with a summary and the searchable words."""
        picked = self._rng.choice(len(self._flat), size=count, p=self._weights)
        parts = [self._rng.integers(0, len(group), size=count) for group in (PLACES, SINCE, TRIED, WANTED)]
        rare = self._rng.random(count)
        return [
            self._one(int(one), [int(part[at]) for part in parts], float(rare[at])) for at, one in enumerate(picked)
        ]

    def _one(self, which: int, at: list[int], rare: float) -> tuple[str, str, str]:
        category, matter = self._flat[which]
        told = [PLACES[at[0]], matter, SINCE[at[1]], TRIED[at[2]], WANTED[at[3]]]
        if rare < RARE_SHARE:
            told.append(RARE[int(rare / RARE_SHARE * len(RARE)) % len(RARE)])
        return category, ",".join(told) + "。", " ".join(self._plain[part] for part in told)
