"""grid-app coverage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import isnan
from pathlib import Path
from typing import Any

import click

from grid_app.cli.context import in_app, print_json
from grid_app.database.transaction import reading
from grid_app.errors import InvalidError, NotFoundError
from grid_app.http import siting
from grid_app.policy import Scope
from grid_app.queries.coverage import NO_LOADS, CoverageFacts, coverage_in
from grid_app.queries.coverage_roots import Root, roots_of
from grid_app.services.siting.asking import asked_of
from grid_app.wiring import wired

STATE_WORDS = {"effective": "有效", "nominal": "未达有效", "unknown": "待补登记", "none": "没有"}


@click.command("coverage")
@click.option("--division", "code", default="", help="县、乡镇或村的区划代码;只有一个县时可以不写。")
@click.option("--next", "number", type=click.IntRange(1, 100), help="再设几个时设在哪里走得到的最多。")
@click.option(
    "--candidates", type=click.Path(path_type=Path), help="候选地点的 CSV(name,lon,lat);不写就是没有有效调解室的村。"
)
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档。")
@in_app
def coverage_command(*, code: str, number: int | None, candidates: Path | None, as_json: bool) -> None:
    """调解室覆盖:各村有没有有效的调解室,多少住户走得到;再设几个时设在哪里。"""
    if candidates is not None and number is None:
        raise click.UsageError("--candidates 要和 --next 一起用。")
    root = _root(code)
    scope = Scope(paths=(root.path,))
    with reading() as session:
        facts = coverage_in(session, scope=scope, root_path=root.path, now=wired().clock.now(), loads=NO_LOADS)
    if not facts.villages:
        raise InvalidError(f"{root.name}里没有现有的村(社区)。请核对区划代码;边界要先启用。")
    found = _searched(root.code, number, candidates, scope) if number else None
    if as_json:
        print_json(_document(root, facts) | ({"next": found} if found else {}))
        return
    for line in (*_lines(root, facts), *(_next_lines(found) if found else ())):
        click.echo(line)


def _root(code: str) -> Root:
    with reading() as session:
        found = roots_of(session, code.strip())
    if code and not found:
        raise NotFoundError(f"没有区划 {code},或者它是网格、已停用。请写县、乡镇或村的代码。")
    if len(found) != 1:
        raise InvalidError(f"库里有 {len(found)} 个县,请用 --division 写明是哪一个。")
    return found[0]


def _searched(code: str, number: int, candidates: Path | None, scope: Scope) -> dict[str, Any]:
    content = b""
    if candidates is not None:
        try:
            content = candidates.read_bytes()
        except OSError as error:
            raise NotFoundError(f"打不开文件 {candidates.name}。请核对路径和权限。") from error
    typed = {"number": str(number), "kind": "file" if candidates is not None else "without"}
    try:
        asked = asked_of(typed, division_code=code, content=content)
    except InvalidError as error:
        raise InvalidError(next(iter(error.fields.values()), error.sentence)) from error
    return siting.search(asked, scope)


def _document(root: Root, facts: CoverageFacts) -> dict[str, Any]:
    totals = facts.totals
    return {
        "division": root.code,
        "as_of": facts.as_of.isoformat(),
        "basis": facts.basis,
        "unknown_households": totals.unknown_households,
        "unplaced": list(facts.unplaced),
        "villages": len(facts.villages),
        "states": dict(sorted(Counter(facts.states.values()).items())),
        "share": None if isnan(totals.share) else totals.share,
        "share_second": None if isnan(totals.share_second) else totals.share_second,
        "rooms_without_point": totals.rooms_without_point,
        "rooms_without_hours": totals.rooms_without_hours,
        "rows": [
            {
                "code": one.place.code,
                "name": one.place.name,
                "state": one.state,
                "why": one.why,
                "households": one.place.households,
                "urban": one.place.urban,
                "nearest": one.nearest,
                "metres": None if one.metres is None else round(one.metres),
                "reached": None if one.reached is None else list(one.reached),
            }
            for one in facts.villages.values()
        ],
    }


def _lines(root: Root, facts: CoverageFacts) -> Iterator[str]:
    states: Counter[str] = Counter(facts.states.values())
    yield f"{root.name}({root.code}):{len(facts.villages)} 个村(社区)。"
    yield "调解室:" + ",".join(f"{word} {states[key]}" for key, word in STATE_WORDS.items()) + "。"
    totals = facts.totals
    whose = "住户" if facts.basis == "households" else "村(社区)"
    if isnan(totals.share):
        yield "没有可以算比例的村(社区):没有启用的边界,或者户数都是 0。"
    else:
        yield f"{totals.share:.1%} 的{whose}走得到一个开放的调解室(农村 2 公里,城区 1 公里)。"
        yield f"{totals.share_second:.1%} 的{whose}有第二个可选。"
    if facts.basis == "villages" and facts.villages:
        yield f"有 {totals.unknown_households} 个村(社区)没有户数,所以按村数算,不按户数算。"
    if facts.unplaced:
        yield f"{len(facts.unplaced)} 个村(社区)没有启用的边界,没有算进比例。"


def _next_lines(found: dict[str, Any]) -> Iterator[str]:
    unit = "户" if found["basis"] == "households" else "个村"
    yield siting.sentence_of(found)
    for order, (name, lon, lat, code, gain) in enumerate(found["sites"], start=1):
        yield f"  {order}. {name}{' ' + code if code else ''}({lon:.5f}, {lat:.5f}):新走得到 {gain:,.0f} {unit}"
