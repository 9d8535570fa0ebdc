"""The phone's canonical form and digest are the server's, on random contents of every kind."""

from __future__ import annotations

import json
import math
import random
import struct
import subprocess
from pathlib import Path

import rfc8785

from grid_app.security.receipts import digest_of
from scripts.run_tests import node_command

ROOT = Path(__file__).resolve().parents[2]
MODULE = (ROOT / "grid_app/static/shared/canonical.js").as_uri()
PROGRAM = f"""
import {{ canonical, digestOf }} from {json.dumps(MODULE)};
let text = "";
for await (const part of process.stdin) text += part;
const answers = [];
for (const value of JSON.parse(text)) answers.push([canonical(value), await digestOf(value)]);
process.stdout.write(JSON.stringify(answers));
"""
SIGNS = [
    *'aZ09 "\\/\b\f\n\r\t{}[]:,',
    "\x00",
    "\x1f",
    "\x7f",
    "\u0080",
    "ö",
    "村",
    "\u2028",
    "\u20ac",
    "\ufb33",
    "\uffff",
]
SIGNS += ["😀", "𠮷", "\U0010ffff"]
VALUES = 3_000


def text(chance: random.Random) -> str:
    return "".join(chance.choice(SIGNS) for _ in range(chance.randrange(6)))


def number(chance: random.Random) -> float | int:
    if chance.random() < 0.3:
        return chance.randrange(-(2**53) + 1, 2**53)
    if chance.random() < 0.3:
        return chance.choice([0.0, -0.0, 1e21, 1e20, 9.999999999999999e20, 5e-324, 1.7976931348623157e308, 1e-6, 1e-7])
    found = struct.unpack(">d", chance.randbytes(8))[0]
    is_whole = math.isfinite(found) and abs(found) < 1e21 and found == int(found) and abs(found) >= 2**53
    return 0.1 if not math.isfinite(found) or is_whole else found


def value(chance: random.Random, depth: int = 0) -> object:
    kind = chance.randrange(7 if depth < 4 else 5)
    if kind == 5:
        return [value(chance, depth + 1) for _ in range(chance.randrange(4))]
    if kind == 6:
        return {text(chance): value(chance, depth + 1) for _ in range(chance.randrange(6))}
    return [None, True, False, number(chance), text(chance)][kind]


def test_the_phone_writes_the_same_form_and_digest_as_the_server() -> None:
    chance = random.Random(8785)  # noqa: S311
    drawn = (value(chance) for _ in range(VALUES))
    # 1e20 as an integer is beyond what either side carries; as JSON it is sent with its exponent.
    values = [one for one in drawn if _is_carried(one)]

    done = subprocess.run(
        node_command("--input-type=module", "-e", PROGRAM),
        input=json.dumps(values, ensure_ascii=True), capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip

    answers = json.loads(done.stdout)
    assert len(answers) == len(values) > VALUES / 2
    for one, (written, digest) in zip(values, answers, strict=True):
        assert written == rfc8785.dumps(one).decode()
        assert digest == digest_of(one)


def _is_carried(one: object) -> bool:
    """Say whether both sides take the number: whole ones below 1e21 are written without exponent."""
    if isinstance(one, dict):
        return all(_is_carried(part) for part in one.values())
    if isinstance(one, list):
        return all(_is_carried(part) for part in one)
    return not (isinstance(one, float) and 2**53 <= abs(one) < 1e21 and one == int(one))
