"""From the three files of a scan to its table: places, cases by period, person-time by stratum."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from grid_app.cli.screen.files import FileError, Lines, Row, lines_of, moment_in, number_in
from screening.scan.geometry import by_coordinates, on_sphere
from screening.scan.periods import Periods, person_time
from screening.scan.tables import Cases

Stratum: TypeAlias = tuple[str, ...]
MOST_CASES = 20_000_000


@dataclass(frozen=True)
class Places:
    """The places of the coordinates file, in the order that decides between equal distances."""

    names: list[str]
    points: NDArray[np.float64]
    number: dict[str, int]


@dataclass(frozen=True)
class CaseFile:
    """The cases inside the study.

    Attributes
    ----------
    strata : dict
        Number of cases by covariates.
    ignored : int
        Rows outside the study.
    """

    cases: Cases
    strata: dict[Stratum, int]
    ignored: int


def read_places(path: Path, *, is_globe: bool) -> Places:
    """Return the places: name, first coordinate (latitude), second (longitude).

    Raises
    ------
    FileError
        A coordinate is no number or outside the globe, or a place is named twice with different ones.
    """
    found: dict[str, tuple[float, float]] = {}
    for row in lines_of(path):
        point = number_in(row, 1, "第一个坐标"), number_in(row, 2, "第二个坐标")
        if is_globe and not (-90 <= point[0] <= 90 and -180 <= point[1] <= 180):
            raise FileError(f"{row.where}:坐标应是纬度、经度(度),现在是 {point[0]}、{point[1]}。请检查两列的顺序。")
        if found.setdefault(row.fields[0], point) != point:
            raise FileError(f"{row.where}:地点“{row.fields[0]}”出现两次,坐标不同。请只留一个。")
    names, flat = list(found), np.array(list(found.values()), float)
    order = by_coordinates(flat, names)
    names, flat = [names[at] for at in order], flat[order]
    points = on_sphere(flat[:, 0], flat[:, 1]) if is_globe else flat
    return Places(names, points, {name: at for at, name in enumerate(names)})


def read_cases(path: Path, places: Places, periods: Periods, *, by_weekday: bool, needs_time: bool) -> CaseFile:
    """Return the cases of the study: place, count, time, covariates.

    Raises
    ------
    FileError
        A place has no coordinates, a count is no whole number, or no row lies inside the study.
    """
    lines = lines_of(path)
    known: dict[tuple[str, ...], tuple[int, int, int] | None] = {}
    rows: list[tuple[int, int, int]] = []
    where: list[int] = []
    strata: dict[Stratum, int] = defaultdict(int)
    for at, fields in enumerate(lines.fields):
        said = tuple(fields[1:3])
        if said not in known:
            known[said] = _time_and_count(lines.row(at), periods, by_weekday=by_weekday, needs_time=needs_time)
        read = known[said]
        if read is not None:
            rows.append(read)
            where.append(_place(lines, at, places))
            strata[tuple(fields[3:])] += read[2]
    if not sum(strata.values()):
        raise FileError(f"{path.name} 里没有 {periods.start} 至 {periods.end} 的病例行或事件行。请检查起止日期。")
    period, weekday, count = np.array(rows, np.int32).T
    one_by_one = (np.repeat(column, count) for column in (np.array(where, np.int32), period, weekday))
    return CaseFile(Cases(*one_by_one), dict(strata), len(lines.fields) - len(rows))


def _place(lines: Lines, at: int, places: Places) -> int:
    name = lines.fields[at][0]
    number = places.number.get(name)
    if number is None:
        raise FileError(f"{lines.row(at).where}:地点“{name}”在坐标文件里没有。请补上坐标,或去掉这一行。")
    return number


def _time_and_count(row: Row, periods: Periods, *, by_weekday: bool, needs_time: bool) -> tuple[int, int, int] | None:
    """Return period, weekday and count of a row; None for one outside the study."""
    count = _count(row)
    day = moment_in(row, 2) if needs_time or len(row.fields) > 2 else periods.start
    if not periods.start <= day <= periods.end:
        return None
    return periods.number(day), day.weekday() if by_weekday else 0, count


def _count(row: Row) -> int:
    count = number_in(row, 1, "件数")
    if count < 0 or count != int(count) or count > MOST_CASES:
        raise FileError(f"{row.where}:件数应是 0 以上的整数,现在是 {row.fields[1]}。请改正后重试。")
    return int(count)


def read_population(path: Path, places: Places, periods: Periods) -> dict[Stratum, dict[int, list[tuple[date, float]]]]:
    """Return the census of every stratum and place: place, time, people, covariates; a year alone means its 1 July.

    Raises
    ------
    FileError
        A number is missing or negative.
    """
    added: dict[tuple[Stratum, int, date], float] = defaultdict(float)
    for row in lines_of(path):
        if row.fields[0] not in places.number:
            continue
        timeless = len(row.fields) > 1 and row.fields[1] in {"", "0", "unspecified"}
        day = periods.start if timeless else moment_in(row, 1, middle=True)
        people = number_in(row, 2, "人数")
        if people < 0:
            raise FileError(f"{row.where}:人数不能是负数。请改正后重试。")
        added[tuple(row.fields[3:]), places.number[row.fields[0]], day] += people
    census: dict[Stratum, dict[int, list[tuple[date, float]]]] = defaultdict(lambda: defaultdict(list))
    for (stratum, place, day), people in added.items():
        census[stratum][place].append((day, people))
    return census


def expected_counts(
    census: dict[Stratum, dict[int, list[tuple[date, float]]]], found: CaseFile, places: Places, periods: Periods
) -> NDArray[np.float64]:
    """Return what is expected by place and period: the rate of each stratum times its person-time there.

    Indirect standardisation (SaTScan user guide, "Covariate adjustments").

    Raises
    ------
    FileError
        A stratum has cases and nobody in it, or a place has cases and nothing expected.
    """
    expected = np.zeros((len(places.names), periods.count))
    for stratum, cases in found.strata.items():
        time_there = np.zeros_like(expected)
        for place, one in census.get(stratum, {}).items():
            time_there[place] = person_time(one, periods)
        if not time_there.sum():
            raise FileError(f"人口文件里没有分组“{'、'.join(stratum) or '全部'}”的人数,但有它的件数。请补上。")
        expected += time_there * (cases / time_there.sum())
    bare = np.flatnonzero((expected.sum(axis=1) == 0) & (found.cases.counted(*expected.shape).sum(axis=1) > 0))
    if len(bare):
        raise FileError(f"地点“{places.names[int(bare[0])]}”有件数,但人数是 0。请补上人数。")
    return expected


def people_counts(
    census: dict[Stratum, dict[int, list[tuple[date, float]]]], found: CaseFile, places: Places, periods: Periods
) -> NDArray[np.int64]:
    """Return the people, cases among them, by place and period; each row of the file is a group of its own time.

    Raises
    ------
    FileError
        A place and period has more cases than people.
    """
    people = np.zeros((len(places.names), periods.count), np.int64)
    for groups in census.values():
        for place, one in groups.items():
            for day, number in one:
                if 0 <= periods.number(day) < periods.count:
                    people[place, periods.number(day)] += int(number)
    lacking = np.argwhere(found.cases.counted(*people.shape) > people)
    if len(lacking):
        place, period = (int(at) for at in lacking[0])
        raise FileError(
            f"地点“{places.names[place]}”在 {periods.first_day(period)} 起的时段里件数多于人数。人数要包括件数。"
        )
    return people
