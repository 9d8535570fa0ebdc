"""Analysing the rounds of many counties at once: on this machine, or on the workers of a Dask cluster.

The work is cut by county, since a finding never leaves its county: rounds of one county follow one another, the oldest
window first, because each knows the findings of the one before; counties run beside one another. Reading and recording
stay here, where the database is; only the pure analysis travels, as frozen inputs and results, so that the answer is
the same wherever it is computed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final, TypeVar
from uuid import UUID

from flask import Flask

from grid_app.errors import InvalidError
from grid_app.http.analyses import Compute
from grid_app.services.rounds.analysis import analyse

LOCAL: Final = "local"
CLUSTER: Final = re.compile(r"dask://(?P<host>[^/\s:]+|\[[^\]]+\]):(?P<port>\d{1,5})/?")
AT_ONCE: Final = 64
"""Counties read and recorded side by side at most."""
ANSWERS_SECONDS: Final = 10
UNKNOWN: Final = "--executor 写 local,或 dask://主机:端口。"
NO_DASK: Final = "这台机器没有装 distributed。请安装平台的 cluster 附加包,或用 --executor local。"
NO_CLUSTER: Final = (
    "连不上 {address} 的 Dask 调度程序。请确认它已启动、版本一致,或用 --executor local。没有研判,没有改动。"
)

Outcome = TypeVar("Outcome")


@contextmanager
def computing(executor: str) -> Iterator[tuple[Compute, int]]:
    """Give what computes an analysis, and how many it computes at once.

    Parameters
    ----------
    executor : str
        ``local``, or ``dask://host:port`` of a scheduler whose workers run the same version of this program.

    Raises
    ------
    InvalidError
        No such executor; Dask is not installed; nobody answers at the address.
    """
    if executor == LOCAL:
        yield analyse, 1
        return
    address = CLUSTER.fullmatch(executor)
    if address is None:
        raise InvalidError(UNKNOWN, code="executor")
    try:
        from distributed import Client  # noqa: PLC0415 - an extra package that only a province needs
    except ImportError as error:
        raise InvalidError(NO_DASK, code="no_dask") from error
    try:
        client: Any = Client(
            f"tcp://{address['host']}:{address['port']}", timeout=ANSWERS_SECONDS, set_as_default=False
        )  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError) as error:
        raise InvalidError(NO_CLUSTER.format(address=executor), code="no_cluster") from error
    with client:
        workers = sum(client.nthreads().values())
        yield lambda prepared: client.submit(analyse, prepared, pure=False).result(), min(AT_ONCE, max(1, workers))


def by_county(
    app: Flask, counties: Mapping[str, Sequence[UUID]], run: Callable[[UUID], Outcome], *, at_once: int
) -> list[Outcome]:
    """Run rounds county by county, so many counties at once, and return what came of them in the given order.

    The first that fails is raised after all counties came to their end; the others are done by then.
    """

    def one_county(rounds: Sequence[UUID]) -> list[Outcome]:
        with app.app_context():  # each thread needs its own
            return [run(round_id) for round_id in rounds]

    with ThreadPoolExecutor(max_workers=max(1, min(at_once, len(counties)))) as pool:
        waiting = [pool.submit(one_county, rounds) for rounds in counties.values()]
    return [one for future in waiting for one in future.result()]
