"""Plain zh-CN sentences: why a matter is flagged, and what would end the flag.

They are read by a village head. They name the place, the organisation with the duty, the number of households and
the first day; never a person, a reporter or a word a resident wrote.
"""

from collections.abc import Mapping
from datetime import date

from screening.parameters import Parameters
from screening.rates import RateTest
from screening.rules import ONE_BIG_ENTRY, RuleAnswer


def flag_reason(
    *, cell: str, organisation: str | None, since: date, window_days: int, rule: RuleAnswer, rate: RateTest,
    known: bool, names: Mapping[str, str], params: Parameters,
) -> str:  # fmt: skip
    """Say in one or two sentences why the matter is flagged.

    ``names`` gives the names of places and organisations by code; what it does not know is shown as given.
    ``known`` is True when an earlier round raised it already.
    """
    place = names.get(cell, cell)
    about = f"（涉及{names.get(organisation, organisation)}）" if organisation else ""
    day = f"{since.month}月{since.day}日"
    if rule.which == ONE_BIG_ENTRY:
        how = "并已核实" if rule.independent < 2 else "并有另外的户或渠道印证"
        return f"{place}有一条反映写明涉及{rule.band_floor}户以上{about}，{how}，最早{day}。"
    told = f"{place}近{window_days}天有{rule.households}户分别反映同一件事{about}，最早{day}。"
    return told + _compared(rate, known=known, params=params)


def unflag_sentence(rule: RuleAnswer, window_days: int, params: Parameters) -> str:
    """Say what would end the flag."""
    if rule.which == ONE_BIG_ENTRY:
        return f"经核实不足{params.big_band_households}户，或反映的事项全部办结，本提示解除。"
    return (
        f"近{window_days}天反映同一件事的不足{params.min_households}户，"
        "或经核实不是同一件事，或事项全部办结，本提示解除。"
    )


def gone_reason(households: int, *, open_left: bool, merged: bool, params: Parameters) -> str:
    """Say why a known finding is not raised again; it stays on record."""
    if merged:
        return "已与另一条反映同一件事的提示合并，记录保留。"
    if households and not open_left:
        return "反映的事项均已办结，本轮不再提示，记录保留。"
    if households < params.min_households:
        return f"本轮时段内反映同一件事的只有{households}户，不足{params.min_households}户，不再提示，记录保留。"
    return "本轮按规则不再成立，不再提示，记录保留。"


def _compared(rate: RateTest, *, known: bool, params: Parameters) -> str:
    """Say how the window compares with the past, or plainly that the past is too short to tell."""
    if not rate.enough_history:
        return f"历史数据不足{params.base_days_min}天，只按户数规则判断。"
    if rate.expected is None or rate.ratio is None:
        raise ValueError("A rate test with enough history carries its figures.")
    if rate.passes and rate.expected == rate.elsewhere:
        return f"按其他地方同类反映的普遍水平约有{rate.expected:.1f}户，现在是{rate.ratio:.1f}倍。"
    if rate.base_count == 0:
        return f"此前{rate.base_days}天没有同类反映。"
    if rate.passes:
        return f"按此前{rate.base_days}天的情况，同样长的时间约有{rate.expected:.1f}户，现在是{rate.ratio:.1f}倍。"
    before = f"此前{rate.base_days}天已有{rate.base_count}户反映，"
    return before + ("问题持续存在，未见明显增多。" if known else "未见明显增多。")
