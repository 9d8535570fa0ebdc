"""Names of organisations as people write them: how often the right one is found first, told, or a wrong one told.

Needs GRID_TEST_DATA. The register holds whole names made on real short ones, each in one county; a third of the real
short names stays out of it, so that sisters can be asked for which are no variant. Wrong letters are drawn from the
matcher's own tables of sounds and shapes: how the matcher does with slips it has no table for is the kind "at random".
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.organisations.names import Asked, firms_of, others, variants
from screening.organisations.register import Register

REGISTERED, EACH = 20_000, 600
MANY, QUESTIONS = 100_000, 1_000
SEED = 20_261_122
WHOLE = {"村": "村民委员会", "区": "居民委员会"}
SHORT = {"村": "委会", "区": "居委会"}
COMMITTEE = "committee of a village by its short name"


def read() -> tuple[list[str], list[str]]:
    """Return the real short names and the counties."""
    root = os.environ.get("GRID_TEST_DATA", "")
    names = Path(root) / "orgs" / "company_short_names_30k.txt"
    if not root or not names.exists():
        raise SystemExit("NOT RUN: real data (set GRID_TEST_DATA to its folder)")
    counties = json.loads((Path(root) / "geo_hunan" / "hunan_counties_wgs84.geojson").read_text("utf-8"))["features"]
    places = sorted({one["properties"]["name"] for one in counties if one["properties"]["name"].endswith("县")})
    return [name for line in names.read_text("utf-8").splitlines() if (name := line.strip())], places


def counted(register: Register, asked: Sequence[Asked]) -> dict[str, dict[str, int]]:
    """Return for each kind how many were asked, found first, told rightly and told wrongly."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for one in asked:
        ranked = register.ranked(one.name, most=1)
        told = register.best_match(one.name)
        found[one.kind].update(
            asked=1,
            first=int(bool(one.identity) and bool(ranked) and ranked[0].identity == one.identity),
            told=int(told is not None and told.identity == one.identity),
            wrong=int(told is not None and told.identity != one.identity),
        )
    return {kind: dict(counts) for kind, counts in found.items()}


def committees() -> dict[str, dict[str, dict[str, int]]]:
    """Return the same counts for committees of real villages, of which every third is not registered."""
    path = Path(os.environ["GRID_TEST_DATA"]) / "changde" / "villages.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["name"][-1] in WHOLE]
    whole = {row["code"]: row["town"] + row["name"] + WHOLE[row["name"][-1]] for row in rows}
    away = set(sorted(whole, key=lambda code: random.Random(code).random())[: len(rows) // 3])  # noqa: S311
    names = {row[part] for row in rows for part in ("county", "town", "name")}
    register = Register(((code, name) for code, name in whole.items() if code not in away), sorted(names))
    asked = [Asked(COMMITTEE, row["town"] + row["name"] + SHORT[row["name"][-1]], row["code"]) for row in rows]
    return {
        "variants": counted(register, [one for one in asked if one.identity not in away]),
        "others": counted(register, [Asked("committee of another village", whole[code]) for code in sorted(away)]),
    }


def speed(brands: Sequence[str], places: Sequence[str]) -> dict[str, float]:
    """Return the CPU seconds to make a large register ready, and to ask it."""
    rng = random.Random(SEED)  # noqa: S311
    firms = firms_of(brands, places, rng, MANY)
    asked = variants(firms, rng, QUESTIONS // 16 + 1)[:QUESTIONS]
    began = time.process_time()
    register = Register(((firm.identity, firm.name) for firm in firms), places)
    ready = time.process_time()
    for one in asked:
        register.best_match(one.name)
    return {"ready": round(ready - began, 2), "asked": round(time.process_time() - ready, 2)}


def measure() -> dict[str, Any]:
    """Return every figure."""
    brands, places = read()
    rng = random.Random(SEED)  # noqa: S311
    rng.shuffle(brands)
    firms = firms_of(brands[:REGISTERED], places, rng, REGISTERED)
    register = Register(((firm.identity, firm.name) for firm in firms), places)
    offices = committees()
    return {
        "registered": len(firms),
        "variants": counted(register, variants(firms, rng, EACH)) | offices["variants"],
        "others": counted(register, others(firms, brands, places, rng, EACH)) | offices["others"],
        "seconds": speed(brands, places),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    print(json.dumps(measure(), ensure_ascii=False, indent=None if options.json else 1))
