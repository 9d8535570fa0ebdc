"""The trends of an area as people read them: a chart, a sentence, and the same figures as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from markupsafe import Markup

from grid_app.documents.reports.charts import Dot, FunnelDot, funnel_chart, week_chart
from grid_app.queries.indicators_asked import Share
from grid_app.queries.small_numbers import LEAST_FOR_RATE, LEAST_SHOWN, rate_shown, shown
from grid_app.queries.trends import Trends
from screening.own_past import Band, count_bands, funnel, share_bands

HIDDEN_AT: Final = 2.5
"""Where a count of 1 to 4 is drawn when it may not be told."""
CURVE_POINTS: Final = 40


@dataclass(frozen=True)
class Chart:
    """One chart with its sentence and its table (header, rows)."""

    title: str
    sentence: str
    svg: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def drawing(self) -> Markup:
        """Return the drawing for a page; every word in it is escaped where it is made."""
        return Markup(self.svg)  # noqa: S704 - made by ``charts``, which escapes

    @property
    def columns(self) -> list[dict[str, Any]]:
        """Return the columns as the table's macro takes them."""
        return [{"key": str(at), "label": one, "numeric": at > 0} for at, one in enumerate(self.header)]

    @property
    def cells(self) -> list[dict[str, str]]:
        """Return the rows as the table's macro takes them."""
        return [{str(at): cell for at, cell in enumerate(row)} for row in self.rows]


def charts_of(trends: Trends, *, is_county: bool) -> list[Chart]:
    """Return the trends of an area; counts of less than a county are hidden under five."""
    return [
        _intake(trends, is_county=is_county),
        _shares("24 小时内首次联系", "收到的纠纷里,24 小时内有联系记录的", trends, trends.contacted),
        _shares("协议已履行", "生效的调解协议里,约定的事都做了的", trends, trends.performed),
    ]


def _intake(trends: Trends, *, is_county: bool) -> Chart:
    counts = trends.taken_in
    bands = count_bands(counts)
    dots = [
        Dot(_week(day), _drawn(count, is_county=is_county), *_limits(band))
        for day, count, band in zip(trends.weeks, counts, bands, strict=True)
    ]
    return Chart(
        title="每周登记的纠纷",
        sentence=_intake_sentence(counts[-1], bands[-1], is_county=is_county),
        svg=week_chart(dots, title="每周登记的纠纷(件),灰带是按自己过去各周推算的平常范围"),
        header=("一周(周一)", "件", "平常范围"),
        rows=tuple(
            (f"{day:%Y-%m-%d}", str(count) if is_county else shown(count), _range(band))
            for day, count, band in zip(trends.weeks, counts, bands, strict=True)
        ),
    )


def _intake_sentence(count: int, band: Band | None, *, is_county: bool) -> str:
    told = str(count) if is_county else shown(count)
    if band is None:
        return f"上一周 {told} 件。以前的周数还不够,看不出平常是多少。"
    usual = f"上一周 {told} 件,按自己过去各周,平常是 {_range(band)} 件"
    if count > band.high:
        return f"{usual}:比平常多。登记多说明发现得早,看看是不是有共同的原因。"
    if count < band.low:
        return f"{usual}:比平常少。少不等于好,看看是不是有地方没有上报。"
    return f"{usual}:和平常一样。"


def _shares(title: str, what: str, trends: Trends, found: Sequence[Share]) -> Chart:
    bands = share_bands([one.part for one in found], [one.whole for one in found])
    dots = [
        Dot(_week(day), _share(one), *_limits(band)) for day, one, band in zip(trends.weeks, found, bands, strict=True)
    ]
    return Chart(
        title=title,
        sentence=f"{what}。{_share_sentence(found[-1], bands[-1])}",
        svg=_share_chart(title, dots),
        header=("一周(周一)", "比例", "共有(件)", "平常范围"),
        rows=tuple(
            (f"{day:%Y-%m-%d}", rate_shown(one.part, one.whole), shown(one.whole), _range(band, is_share=True))
            for day, one, band in zip(trends.weeks, found, bands, strict=True)
        ),
    )


def _share_chart(title: str, dots: Sequence[Dot]) -> str:
    """Return the chart of weekly shares; nothing where no week has ten matters."""
    if all(dot.value is None for dot in dots):
        return ""
    return week_chart(dots, title=f"{title}(每周的比例),灰带是按自己过去各周推算的平常范围", is_share=True)


def _limits(band: Band | None) -> tuple[float | None, float | None]:
    return (band.low, band.high) if band else (None, None)


def _share_sentence(one: Share, band: Band | None) -> str:
    if one.whole < LEAST_FOR_RATE:
        return "上一周不到 10 件,不算比例。"
    told = f"上一周 {rate_shown(one.part, one.whole)}"
    if band is None:
        return f"{told};以前的周数还不够,看不出平常是多少。"
    share = one.part / one.whole
    word = "比平常低,请看看卡在哪里" if share < band.low else "比平常高" if share > band.high else "和平常一样"
    return f"{told},平常在 {band.low:.0%} 到 {band.high:.0%} 之间:{word}。"


def funnel_of(villages: Mapping[str, Share], names: Mapping[str, str]) -> Chart | None:
    """Return the funnel of villages, by code and never ranked; ``None`` where no village has ten matters."""
    enough = {code: one for code, one in sorted(villages.items()) if one.whole >= LEAST_FOR_RATE}
    if not enough:
        return None
    share = sum(one.part for one in villages.values()) / sum(one.whole for one in villages.values())
    limits = dict(zip(enough, funnel(share, [one.whole for one in enough.values()]), strict=True))
    dots = [
        FunnelDot(code, one.whole, one.part / one.whole, _is_outside(one, limits[code])) for code, one in enough.items()
    ]
    most = max(one.whole for one in enough.values())
    step = (most - LEAST_FOR_RATE) / CURVE_POINTS
    sizes = sorted({LEAST_FOR_RATE + round(step * at) for at in range(CURVE_POINTS + 1)})
    curves = [
        (size, (band.low, band.high, band.lowest, band.highest))
        for size, band in zip(sizes, funnel(share, sizes), strict=True)
    ]
    outside = sum(dot.is_outside for dot in dots)
    few = sum(1 for one in villages.values() if 0 < one.whole < LEAST_FOR_RATE)
    return Chart(
        title="各村(社区)的首次联系,看差别是不是偶然",
        sentence=(
            f"近 13 周。全域 {share:.0%}。件数少的村比例本来就忽高忽低,漏斗线里的差别可以只是偶然;"
            f"{_outside_words(outside)}{f'不到 10 件的 {few} 个村不画。' if few else ''}"
        ),
        svg=funnel_chart(dots, curves, share, title="横轴是件数,纵轴是 24 小时内首次联系的比例;实线 95%,虚线 99.8%"),
        header=("村(社区)", "件", "比例", "和漏斗线比"),
        rows=tuple(
            (
                f"{names.get(code, '')} {code}",
                str(one.whole),
                rate_shown(one.part, one.whole),
                _against(one, limits[code]),
            )
            for code, one in enough.items()
        ),
    )


def _outside_words(outside: int) -> str:
    if not outside:
        return "没有一个村在虚线外。"
    return f"虚线外的 {outside} 个值得去问一问原因,可能是好做法,也可能是人手不够。"


def _against(one: Share, band: Band) -> str:
    """Say where a village stands: the chart has two pairs of lines."""
    if _is_outside(one, band):
        return "虚线外"
    return "实线内" if band.low <= one.part / one.whole <= band.high else "两线之间"


def _is_outside(one: Share, band: Band) -> bool:
    return not band.lowest <= one.part / one.whole <= band.highest


def _drawn(count: int, *, is_county: bool) -> float:
    return HIDDEN_AT if not is_county and 0 < count < LEAST_SHOWN else float(count)


def _share(one: Share) -> float | None:
    return one.part / one.whole if one.whole >= LEAST_FOR_RATE else None


def _week(day: date) -> str:
    return f"{day.month}.{day.day}"


def _range(band: Band | None, *, is_share: bool = False) -> str:
    if band is None:
        return "还看不出"
    if is_share:
        return f"{band.low:.0%}–{band.high:.0%}"
    low, high = (shown(int(count)) for count in (band.low, band.high))
    return low if low == high else f"{low}–{high}"
