"""grid-app screen scan: one scan on files, answered as JSON or as lines to read."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from grid_app.cli.screen.days import Day
from grid_app.cli.screen.files import FileError
from grid_app.cli.screen.study import (
    CaseFile,
    Places,
    expected_counts,
    people_counts,
    read_cases,
    read_places,
    read_population,
)
from screening.scan.clusters import Secondary
from screening.scan.geometry import TooManyNeighboursError, chord
from screening.scan.inference import recurrence_interval
from screening.scan.periods import Periods, Unit
from screening.scan.scan import Analysis, Chance, Cluster, Limits, Scanned, load_loops, scan
from screening.scan.tables import Cases, Span, Table, bernoulli, expectation_poisson, permutation, poisson

MODELS = ["space-time-permutation", "poisson", "expectation-poisson", "bernoulli"]


@dataclass(frozen=True)
class Asked:
    """What the command line asked for."""

    cases: Path
    coordinates: Path
    population: Path | None
    is_globe: bool
    model: str
    analysis: Analysis
    periods: Periods
    max_percent: float
    max_radius: float | None
    longest: int
    min_cases: int
    weekday_strata: bool
    rule: Secondary
    chance: Chance

    @property
    def span(self) -> Span:
        """The periods that windows look at."""
        count = self.periods.count
        if self.analysis is Analysis.PROSPECTIVE:
            return Span(count, self.longest, is_nested=True)
        return Span(count, count, is_nested=False)

    @property
    def one_span(self) -> Span:
        """The same, or a single period when time does not matter."""
        return Span(1, 1, is_nested=True) if self.analysis is Analysis.SPATIAL else self.span


_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(name="scan")
@click.option("--cases", type=_FILE, required=True, help="件数文件:地点、件数、时间、分组…")
@click.option("--coordinates", type=_FILE, required=True, help="坐标文件:地点、第一坐标(纬度)、第二坐标(经度)")
@click.option("--population", type=_FILE, help="人口文件:地点、时间、人数、分组…(bernoulli:人数包括件数)")
@click.option("--coordinate-type", type=click.Choice(["latlon", "cartesian"]), required=True)
@click.option("--model", type=click.Choice(MODELS), required=True)
@click.option("--analysis", type=click.Choice([str(one) for one in Analysis]), required=True)
@click.option("--start", type=Day(), required=True, help="第一天")
@click.option("--end", type=Day(), required=True, help="最后一天")
@click.option("--time-unit", type=click.Choice([str(one) for one in Unit]), required=True)
@click.option("--max-percent", type=click.FloatRange(0, 50, min_open=True), default=50.0, show_default=True)
@click.option("--max-radius", type=click.FloatRange(0, min_open=True), help="公里,或平面坐标的单位")
@click.option("--max-temporal", type=click.IntRange(1), help="最长窗口(时段数)")
@click.option("--max-temporal-percent", type=click.FloatRange(0, 90, min_open=True), help="最长窗口占全期的百分比")
@click.option("--min-cases", type=click.IntRange(1), default=2, show_default=True)
@click.option("--weekday-strata", is_flag=True, help="按星期几分层")
@click.option("--replications", type=click.IntRange(1, 999_999), default=999, show_default=True)
@click.option("--sequential", default="50", show_default=True, help="达到多少次就停,或 off")
@click.option(
    "--secondary", type=click.Choice([str(one) for one in Secondary]), default="none-overlapping", show_default=True
)
@click.option("--seed", type=click.IntRange(0, 2**62), default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def scan_command(**options: Any) -> None:  # noqa: ANN401 - click hands over what the decorators name
    """时空扫描:哪里、什么时候比预期多,偶然出现的机会多大。"""
    as_json = options.pop("as_json")
    load_loops()  # as loading the program is, this is no part of the seconds that are told
    try:
        began = time.process_time()
        asked = _asked(options)
        places = read_places(asked.coordinates, is_globe=asked.is_globe)
        found = read_cases(
            asked.cases,
            places,
            asked.periods,
            by_weekday=asked.weekday_strata,
            needs_time=asked.analysis is not Analysis.SPATIAL,
        )
        table = _table(asked, found, places)
        setup = time.process_time() - began
        scanned = _scanned(asked, table, places)
    except FileError as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(1)
    answer = _answer(asked, found, places, scanned, setup)
    click.echo(json.dumps(answer, ensure_ascii=False) if as_json else _lines(answer))


def _asked(options: dict[str, Any]) -> Asked:
    periods = Periods(options["start"], options["end"], Unit(options["time_unit"]))
    _refuse_contradictions(options, periods)
    share = options["max_temporal_percent"] or 50.0
    longest = options["max_temporal"] or max(1, int(periods.count * share / 100))
    radius, is_globe = options["max_radius"], options["coordinate_type"] == "latlon"
    stop = None if options["sequential"] == "off" else int(options["sequential"])
    return Asked(
        options["cases"],
        options["coordinates"],
        options["population"],
        is_globe,
        options["model"],
        Analysis(options["analysis"]),
        periods,
        options["max_percent"],
        chord(radius) if radius and is_globe else radius,
        min(longest, periods.count),
        options["min_cases"],
        options["weekday_strata"],
        Secondary(options["secondary"]),
        Chance(options["replications"], stop, options["seed"]),
    )


def _refuse_contradictions(options: dict[str, Any], periods: Periods) -> None:
    """Refuse what cannot be asked together, each with its sentence."""
    model, is_permuted = options["model"], options["model"] == "space-time-permutation"
    refusals = {
        f"最后一天 {periods.end} 在第一天 {periods.start} 之前。请对调后重试。": periods.end < periods.start,
        "--max-temporal 和 --max-temporal-percent 只能给一个。": bool(
            options["max_temporal"] and options["max_temporal_percent"]
        ),
        "--sequential 应是正整数或 off。": options["sequential"] != "off"
        and not (options["sequential"].isascii() and options["sequential"].isdecimal() and int(options["sequential"])),
        "space-time-permutation 比较的是时间和地点,不能用于 spatial。请改用 poisson 或 bernoulli。": is_permuted
        and options["analysis"] == "spatial",
        f"{model} 需要人口文件,请加 --population。": model in {"poisson", "bernoulli"} and not options["population"],
        "--weekday-strata 只用于按天的 space-time-permutation。": options["weekday_strata"]
        and not (is_permuted and periods.unit is Unit.DAY),
    }
    for sentence, is_so in refusals.items():
        if is_so:
            raise FileError(sentence)


def _table(asked: Asked, found: CaseFile, places: Places) -> Table:
    """Return the table of the model that was asked for; a purely spatial one has a single period."""
    cases, span = found.cases, asked.span
    if asked.model == "space-time-permutation":
        return permutation(cases, len(places.names), span)
    if asked.population is None:
        return expectation_poisson(cases, _from_the_past(cases.counted(len(places.names), span.periods), span), span)
    census = read_population(asked.population, places, asked.periods)
    if asked.model == "bernoulli":
        people = people_counts(census, found, places, asked.periods)
        return bernoulli(*_as_one(asked, cases, people), asked.one_span)
    expected = expected_counts(census, found, places, asked.periods)
    make = poisson if asked.model == "poisson" else expectation_poisson
    return make(*_as_one(asked, cases, expected), asked.one_span)


def _as_one(asked: Asked, cases: Cases, side: NDArray[Any]) -> tuple[Cases, NDArray[Any]]:
    if asked.analysis is not Analysis.SPATIAL:
        return cases, side
    return replace(cases, period=np.zeros_like(cases.period)), side.sum(axis=1, keepdims=True)


def _from_the_past(counted: NDArray[np.int64], span: Span) -> NDArray[np.float64]:
    """Return each place's mean per period before the longest window: what to expect when nobody told."""
    if span.first == 0:
        raise FileError("没有人口文件时,expectation-poisson 要有窗口以前的时段作基线。请缩短 --max-temporal。")
    mean = counted[:, : span.first].mean(axis=1, keepdims=True)
    return np.repeat(np.maximum(mean, 0.5 / span.first), counted.shape[1], axis=1)


def _scanned(asked: Asked, table: Table, places: Places) -> Scanned:
    limits = Limits(asked.max_percent / 100, asked.max_radius, asked.longest, asked.min_cases)
    try:
        return scan(table, places.points, limits, asked.chance, rule=asked.rule)
    except TooManyNeighboursError as error:
        raise FileError("地点太多,候选区域放不进内存。请用 --max-radius 给一个最大半径。") from error


def _answer(asked: Asked, found: CaseFile, places: Places, scanned: Scanned, setup: float) -> dict[str, Any]:
    maxima = scanned.simulated.maxima
    simulated = {"mean": maxima.mean(), "sd": maxima.std(ddof=1)} if len(maxima) > 1 else {}
    simulated |= {f"q{q}": np.quantile(maxima, q / 100) for q in (50, 95)} if len(maxima) else {}
    return {
        "clusters": [_shown(rank, one, asked, places, scanned) for rank, one in enumerate(scanned.clusters, 1)],
        "replicates": len(maxima),
        "simulated": {name: float(value) for name, value in simulated.items()},
        "cases": len(found.cases.place),
        "ignored": found.ignored,
        "seconds": {**scanned.seconds, "setup": scanned.seconds["setup"] + setup},
    }


def _shown(rank: int, one: Cluster, asked: Asked, places: Places, scanned: Scanned) -> dict[str, Any]:
    p = scanned.simulated.p_value(one.statistic)
    whole = asked.analysis is Analysis.SPATIAL
    interval = recurrence_interval(p, period_days=asked.periods.days)
    return {
        "rank": rank,
        "locations": [places.names[place] for place in one.places],
        "start": str(asked.periods.start if whole else asked.periods.first_day(one.begin)),
        "end": str(asked.periods.end if whole else asked.periods.last_day(one.last)),
        "observed": one.observed,
        "expected": one.expected,
        "statistic": one.statistic,
        "p_value": p,
        "recurrence_interval_days": interval if asked.analysis is Analysis.PROSPECTIVE else None,
    }


def _lines(answer: dict[str, Any]) -> str:
    """Return the answer as lines to read."""
    head = f"{answer['cases']} 件,期外 {answer['ignored']} 行,模拟 {answer['replicates']} 次。"
    if not answer["clusters"]:
        return f"{head}没有发现比预期多的地方。"
    return "\n".join([head, *(_line(one) for one in answer["clusters"])])


def _line(one: dict[str, Any]) -> str:
    names = "、".join(one["locations"][:5]) + (f"等 {len(one['locations'])} 处" if len(one["locations"]) > 5 else "")
    return (
        f"{one['rank']}. {names},{one['start']} 至 {one['end']}:{one['observed']} 件,预期 {one['expected']:.2f} 件,"
        f"统计量 {one['statistic']:.6f},p = {one['p_value']:.4g}"
    )
