"""What a search for the next rooms is asked: how many, among which sites, within which ways; read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from geo.coordinates import CRS_NAMES, in_china, to_wgs84
from grid_app.errors import InvalidError
from grid_app.services.csv_rows import read_rows

Kind = Literal["without", "villages", "file"]
KIND_WORDS: Final[dict[Kind, str]] = {
    "without": "没有有效调解室的村(社区)",
    "villages": "所有村(社区)",
    "file": "上传的候选地点",
}
Existing = Literal["open", "effective"]
EXISTING_WORDS: Final[dict[Existing, str]] = {"open": "所有开放的调解室", "effective": "只算有效的调解室"}
MOST_ROOMS: Final = 100
MOST_SITES: Final = 5000
NEAREST, FARTHEST = 100, 20_000
LONGEST_NAME: Final = 100
RURAL, URBAN = 2000, 1000
NOT_STARTED: Final = "没有开始。请改好下面的内容再提交,填过的都还在。"


@dataclass(frozen=True)
class Site:
    """A candidate; ``code`` is its village's when it is one."""

    name: str
    lon: float
    lat: float
    code: str = ""


@dataclass(frozen=True)
class Asked:
    """What is asked; ``sites`` are those of a file, empty otherwise; ``existing`` are the rooms that count as there."""

    division_code: str
    number: int
    kind: Kind
    rural_m: int = RURAL
    urban_m: int = URBAN
    sites: tuple[Site, ...] = ()
    existing: Existing = "open"

    def stored(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "number": self.number,
            "kind": self.kind,
            "rural_m": self.rural_m,
            "urban_m": self.urban_m,
            "existing": self.existing,
            "sites": [[site.name, site.lon, site.lat] for site in self.sites],
        }


def asked_again(division_code: str, stored: Mapping[str, Any]) -> Asked:
    """Return what was asked from its JSON."""
    return Asked(
        division_code,
        stored["number"],
        stored["kind"],
        stored["rural_m"],
        stored["urban_m"],
        tuple(Site(*one) for one in stored["sites"]),
        stored["existing"],
    )


def asked_of(typed: Mapping[str, str], *, division_code: str, content: bytes = b"") -> Asked:
    """Return what a form asks; ``content`` is the file of candidates.

    Raises
    ------
    InvalidError
        Naming every field that cannot be taken.
    """
    fields: dict[str, str] = {}
    number = _number(typed.get("number", ""), 1, MOST_ROOMS)
    if number is None:
        fields["number"] = f"请填要新设几个,1 到 {MOST_ROOMS}。"
    ways = {}
    for name, word, usual in (("rural_m", "农村", RURAL), ("urban_m", "城区", URBAN)):
        ways[name] = _number(typed.get(name, "") or str(usual), NEAREST, FARTHEST)
        if ways[name] is None:
            fields[name] = f"请填{word}按多少米算走得到,{NEAREST} 到 {FARTHEST}。"
    kind = next((one for one in KIND_WORDS if one == typed.get("kind", "")), None)
    if kind is None:
        fields["kind"] = "请选候选地点从哪里来。"
    existing: Existing = "effective" if typed.get("existing") == "effective" else "open"
    sites: tuple[Site, ...] = ()
    if kind == "file":
        try:
            sites = sites_of(content)
        except InvalidError as error:
            fields["file"] = error.sentence
    rural, urban = ways["rural_m"], ways["urban_m"]
    if fields or number is None or kind is None or rural is None or urban is None:
        raise InvalidError(NOT_STARTED, fields=fields)
    return Asked(division_code, number, kind, rural, urban, sites, existing)


def sites_of(content: bytes) -> tuple[Site, ...]:
    """Return the candidate sites of a CSV file with the columns ``name,lon,lat`` and, if need be, ``crs``.

    Raises
    ------
    InvalidError
        The file cannot be read, is empty, too long, or a row has no place; the sentence names the rows.
    """
    rows = read_rows(content, columns=("name", "lon", "lat", "crs"), needed=("name", "lon", "lat"))
    if not rows:
        raise InvalidError("文件里没有候选地点。第一行是列名 name,lon,lat,下面一行一个地点。")
    if len(rows) > MOST_SITES:
        raise InvalidError(f"候选地点有 {len(rows):,} 个,一次最多 {MOST_SITES:,} 个。请分开做。")
    sites, wrong = [], []
    for row in rows:
        site = _site(row.values)
        if site is None:
            wrong.append(str(row.number))
        else:
            sites.append(site)
    if wrong:
        more = " 等" if len(wrong) > 10 else ""
        raise InvalidError(
            f"第 {'、'.join(wrong[:10])}{more} 行的名称、经纬度或坐标系不对:名称要填,lon、lat 填度数,在中国范围以内。"
        )
    return tuple(sites)


def _site(given: Mapping[str, str]) -> Site | None:
    crs = given.get("crs") or "wgs84"
    try:
        x, y = float(given["lon"]), float(given["lat"])
    except ValueError:
        return None
    if not given["name"] or len(given["name"]) > LONGEST_NAME or crs not in CRS_NAMES or not in_china(x, y).all():
        return None
    lon, lat = (round(float(value), 6) for value in to_wgs84(x, y, crs))
    return Site(given["name"], lon, lat)


def _number(text: str, least: int, most: int) -> int | None:
    plain = text.strip()
    if not (plain.isascii() and plain.isdecimal() and len(plain) < 8):
        return None
    return int(plain) if least <= int(plain) <= most else None
