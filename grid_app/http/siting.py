"""A search for the next rooms from its beginning to its result, for pages and for the command line alike.

The solver works in a process of its own with no transaction open. It stops at its time limit, as soon as somebody
cancels, and when this process is killed; none of these leaves half a result behind.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from grid_app.adapters.siting_solver import StoppedError, solve_apart
from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError, Refusal
from grid_app.policy import Actor, Scope
from grid_app.queries.coverage import NO_LOADS, CoverageFacts, coverage_in
from grid_app.queries.map_area import root_in_scope
from grid_app.services.siting import running
from grid_app.services.siting.asking import Asked, Site
from grid_app.services.siting.running import Begun
from grid_app.wiring import wired

if TYPE_CHECKING:  # the package loads SciPy, which a start need not wait for
    from geo.coverage.places import Rooms
    from geo.coverage.spots import Spots

log = logging.getLogger(__name__)
NO_SITES = "没有可以选的候选地点。请换一种候选地点再试。"
NO_VILLAGES = "这里没有启用了边界的村(社区),算不出远近。请先启用边界。"
BEAT_SECONDS: Final = 5.0
WHOLE: Final = 1 - 1e-9
FAILED = "选址测算没有做完,平台已记下原因。什么都没有丢,请过一会儿再开始一次。"


def begin(asked: Asked, *, actor: Actor) -> Begun:
    """Put a search on record as running; refused as ``services.siting.running.begin`` says."""
    with transaction() as session:
        return running.begin(session, asked=asked, actor=actor, now=wired().clock.now())


def cancel(run_id: UUID, *, actor: Actor) -> bool:
    """Cancel a search; see ``services.siting.running.cancel``."""
    with transaction() as session:
        return running.cancel(session, run_id=run_id, actor=actor, now=wired().clock.now())


@dataclass
class Watch:
    """Looks whether a search is still wanted, and says from time to time that it is still alive."""

    run_id: UUID
    beaten: float = field(default_factory=monotonic)

    def goes_on(self) -> bool:
        """Return whether it is on record as running."""
        if monotonic() - self.beaten < BEAT_SECONDS:
            with reading() as session:
                return running.is_wanted(session, run_id=self.run_id)
        self.beaten = monotonic()
        with transaction() as session:
            return running.beat(session, run_id=self.run_id, now=wired().clock.now())


def search_and_record(begun: Begun, scope: Scope) -> None:
    """Do a search that was begun and write its result down; one that was cancelled stops and writes nothing."""
    try:
        result = search(begun.asked, scope, goes_on=Watch(begun.run_id).goes_on)
        with transaction() as session:
            running.finish(
                session, run_id=begun.run_id, result=result, sentence=sentence_of(result), now=wired().clock.now()
            )
    except StoppedError:
        log.info("stopped a search for sites", extra={"run": str(begun.run_id)})
        return
    except Refusal as refusal:
        _fail(begun, refusal.sentence)
        raise
    except BaseException:
        _fail(begun, FAILED)
        raise
    log.info("searched sites", extra={"run": str(begun.run_id), "sites": len(result["sites"])})


def search(asked: Asked, scope: Scope, *, goes_on: Callable[[], bool] = lambda: True) -> dict[str, Any]:
    """Return where the next rooms reach most, as JSON: sites with what each adds, sums, the proof, village by village.

    ``villages`` gives each placed village's code with ``b`` (reached before), ``p`` (in part), ``n`` (newly
    reached, in part too) or ``o`` (out).
    ``goes_on`` is asked several times a second while the solver works.

    Raises
    ------
    InvalidError
        There is nothing to choose from.
    StoppedError
        ``goes_on`` said no.
    """
    from geo.coverage.siting import next_rooms  # noqa: PLC0415 - loads SciPy, which a start need not wait for

    facts = _facts(asked.division_code, scope)
    sites = candidates(asked, facts)
    if not facts.measured.codes:
        raise InvalidError(NO_VILLAGES, fields={"kind": NO_VILLAGES}, code="no_villages")
    if not sites:
        raise InvalidError(NO_SITES, fields={"kind": NO_SITES}, code="no_sites")
    spots = facts.measured.spots
    spots = replace(spots, points=replace(spots.points, rural_m=float(asked.rural_m), urban_m=float(asked.urban_m)))
    rooms = _standing(facts, asked)
    lon, lat = [site.lon for site in sites], [site.lat for site in sites]
    if not goes_on():
        raise StoppedError
    solve = partial(solve_apart, goes_on=goes_on)
    found = next_rooms(spots.points, rooms, lon, lat, number=asked.number, solve=solve)
    chosen = found.sites.tolist()
    return {
        "sites": [
            [sites[at].name, sites[at].lon, sites[at].lat, sites[at].code, gain]
            for at, gain in zip(chosen, found.gains.tolist(), strict=True)
        ],
        "candidates": len(sites),
        "basis": found.basis,
        "total": found.total,
        "before": found.before,
        "after": found.after,
        "bound": found.bound,
        "proof": found.proof,
        "gap": found.gap,
        "out_of_reach": found.out_of_reach,
        "unplaced": len(facts.unplaced),
        "by_grids": facts.by_grids,
        "villages": _marks(facts.measured.codes, spots, rooms, [(lon[at], lat[at]) for at in chosen]),
    }


def _marks(codes: Sequence[str], spots: Spots, rooms: Rooms, chosen: Sequence[tuple[float, float]]) -> list[list[str]]:
    """Return each village with ``b`` reached before, ``p`` in part, ``n`` newly reached (in part too), ``o`` out."""
    from geo.coverage.places import reach  # noqa: PLC0415 - with the package above

    before = reach(spots.points, rooms.lon, rooms.lat)[:, rooms.placed()].sum(axis=1) > 0
    sites = [one for one, _ in chosen], [one for _, one in chosen]
    new = ~before & (reach(spots.points, *sites).sum(axis=1) > 0)
    shares = zip(codes, spots.share(before).tolist(), spots.share(new).tolist(), strict=True)
    return [[code, "b" if was > WHOLE else "n" if more else "p" if was else "o"] for code, was, more in shares]


def _standing(facts: CoverageFacts, asked: Asked) -> Rooms:
    """Return the rooms that count as there already."""
    rooms = facts.measured.rooms
    return rooms if asked.existing == "open" else replace(rooms, active=rooms.active & (rooms.effective == 1))


def candidates(asked: Asked, facts: CoverageFacts) -> tuple[Site, ...]:
    """Return the sites to choose from: those of a file, or villages by their points."""
    if asked.kind == "file":
        return asked.sites
    return tuple(
        Site(f"{one.place.township_name} {one.place.name}".strip(), one.place.lon, one.place.lat, one.place.code)
        for one in facts.villages.values()
        if one.place.lon is not None
        and one.place.lat is not None
        and (asked.kind == "villages" or one.state != "effective")
    )


def sentence_of(result: dict[str, Any]) -> str:
    """Say what a search found, with its proof or its gap."""
    unit = "户" if result["basis"] == "households" else "个村"
    if not result["sites"]:
        return "在这些候选地点新设调解室,走得到的不会增加。"
    share = f"{result['after'] / result['total']:.0%}" if result["total"] else "–"
    more = result["after"] - result["before"]
    told = f"选出 {len(result['sites'])} 处,新走得到 {more:,.0f} {unit},一共 {share}。"
    if result["proof"] == "optimal":
        return told + "已证明:同样的个数,没有更好的选法。"
    return told + f"时间到了还没有证明是最好的:最多还可能好 {result['gap']:.1%}。"


def _facts(code: str, scope: Scope) -> CoverageFacts:
    with reading() as session:
        root = root_in_scope(session, scope=scope, code=code)
        if root is None:
            raise InvalidError(running.MISSING)
        return coverage_in(session, scope=scope, root_path=root.path, now=wired().clock.now(), loads=NO_LOADS)


def _fail(begun: Begun, sentence: str) -> None:
    with transaction() as session:
        running.fail(session, run_id=begun.run_id, sentence=sentence, now=wired().clock.now())
