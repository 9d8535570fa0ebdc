"""The phone and the office give the same hint on many pairs of real messages, and know the same words."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from grid_app.vocabulary.words import VOICE_ONLY
from screening.grievances.kinds import KINDS
from screening.inputs import Incident
from screening.likeness import HintParameters, likeness
from screening.likeness_texts import COMMON
from scripts.npm_ci import installed_npm, packaged_npm
from tests.conftest import missing

PROGRAM = Path(__file__).with_name("likeness_pairs.js")
PLACE: dict[str, Any] = {"category": "0901", "village_code": "990101101201", "since": "2026-11-01"}
PAIRS, SEED = 800, 20_261_122


def matters_of(test_data: Path) -> list[dict[str, Any]]:
    """Return what real messages tell, some with a position, some with an organisation, some with an emoji."""
    with (test_data / "taidi2020c" / "messages_dev.csv").open(encoding="utf-8", newline="") as file:
        texts = [f"{row['title']}\n{row['body']}" for row in csv.DictReader(file)]
    return [
        PLACE | {
            "text": ("😡" if at % 9 == 0 else "") + (text if at % 3 else text.split("\n")[0]),
            "organisation": text[at % 7 : at % 7 + 4] if at % 5 == 0 else "",
            "lon": 111.0 + at % 11 / 1_000 if at % 2 else None, "lat": 29.0 if at % 2 else None,
        }
        for at, text in enumerate(texts)
    ]  # fmt: skip


def by_the_office(one: dict[str, Any], other: dict[str, Any]) -> tuple[str, float]:
    given = [
        Incident(
            dispute_id=name, reporter=name, channel="field", path=(), noted_on=date.fromisoformat(told["since"]),
            category=told["category"], cell=told["village_code"], text=told["text"],
            organisation=told["organisation"] or None, lon=told["lon"], lat=told["lat"],
        )
        for name, told in (("a", one), ("b", other))
    ]  # fmt: skip
    found = likeness(given[0], given[1], HintParameters())
    return found.verdict, found.score


def test_many_pairs_are_as_alike_on_the_phone_as_in_the_office(test_data: Path, tmp_path: Path) -> None:
    npm = installed_npm(os.environ["PATH"]) or packaged_npm(os.environ["PATH"])
    if npm is None:
        missing("the phone's hints (install Node or run scripts/npm_ci.py)")
    matters, rng = matters_of(test_data), Random(SEED)  # noqa: S311 - chooses pairs
    near = [(at, at + 1 + rng.randrange(3)) for at in rng.sample(range(len(matters) - 4), PAIRS // 2)]
    pairs = [(matters[one], matters[other]) for one, other in near]
    pairs += [
        (one, one | {"text": one["text"].replace(one["text"][4:8], one["text"][4:8][::-1])})
        for one in rng.sample(matters, PAIRS // 2)
    ]
    path = tmp_path / "pairs.json"
    path.write_text(json.dumps(pairs), "utf-8")
    node = str(shutil.which("node", path=npm.search_path))

    told = json.loads(subprocess.run([node, str(PROGRAM), str(path)], capture_output=True, check=True).stdout)

    office = [by_the_office(one, other) for one, other in pairs]
    differing = [
        (pair, mine, theirs)
        for pair, mine, theirs in zip(pairs, office, told["found"], strict=True)
        if mine[0] != theirs[0] or abs(mine[1] - theirs[1]) > 1e-9
    ]
    assert {verdict for verdict, _ in office} == {"same_matter", "related", "unrelated"}
    assert differing == []
    assert told["words"] == [COMMON, *(kind.pattern for kind in KINDS)], "copy them to likeness_words.js"
    assert told["spoken"] == VOICE_ONLY
