"""The scan against SaTScan 10.3.2: every reference run to its printed digits, through the command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from grid_app.cli.screen.scanning import scan_command

pytestmark = pytest.mark.xdist_group("scan")

NYC = {
    "cases": "NYCfevercas.csv",
    "coordinates": "NYCfevergeo.csv",
    "coordinate-type": "latlon",
    "model": "space-time-permutation",
    "analysis": "prospective",
    "start": "2001/11/01",
    "end": "2001/11/24",
    "time-unit": "day",
    "max-radius": "3",
    "max-temporal": "7",
}
NM = {
    "cases": "NMcas.csv",
    "coordinates": "NMgeo.csv",
    "population": "NMpop.csv",
    "coordinate-type": "cartesian",
    "model": "poisson",
    "analysis": "retrospective",
    "start": "1973-01-01",
    "end": "1991-12-31",
    "time-unit": "year",
}
VILLAGES = {
    "cases": "v2000_cases.csv.gz",
    "coordinates": "v2000_geo.csv.gz",
    "coordinate-type": "cartesian",
    "model": "space-time-permutation",
    "analysis": "prospective",
    "start": "2024-01-01",
    "end": "2024-03-30",
    "time-unit": "day",
    "max-temporal": "14",
}
FULL = {"sequential": "off", "replications": "9999"}
RUNS = {
    "nyc_default": (NYC, 0.15),  # both sides stop after about 200: each is uncertain by 0.035
    "nyc_mc99999": (NYC | FULL | {"replications": "99999"}, 0.005),
    "nyc_mincases3": (NYC | FULL | {"min-cases": "3"}, 0.03),
    "nyc_day20": (NYC | FULL | {"end": "2001/11/20"}, 0.03),
    "nm_rsatscan_vignette": (NM | {"sequential": "off"}, 0.03),
    "nm_rsatscan_vignette_mc9999": (NM | FULL, 0.03),
    "v2000r10": (VILLAGES | {"sequential": "off", "max-radius": "10"}, 0.03),
    "v2000p50": (VILLAGES | {"replications": "9"}, 1.0),  # its digits; p is held by the runs above
}


@pytest.fixture(scope="module")
def examples(test_data: Path) -> Path:
    return test_data / "satscan_examples"


@pytest.fixture(scope="module")
def reference(examples: Path) -> dict:
    return {run["name"]: run for run in json.loads((examples / "reference_dev.json").read_text())}


def asked(examples: Path, options: dict[str, str]) -> dict:
    words = []
    for name, value in options.items():
        words += [f"--{name}", str(examples / value) if name in {"cases", "coordinates", "population"} else value]
    done = CliRunner().invoke(scan_command, [*words, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


@pytest.mark.parametrize("name", RUNS)
def test_a_reference_run_is_equal_to_its_printed_digits(examples, reference, name):
    options, tolerance = RUNS[name]
    found = asked(examples, options)["clusters"]

    for ours, theirs in zip(found, reference[name]["clusters"], strict=False):
        printed = theirs.get("test_statistic") or theirs["log_likelihood_ratio"]
        assert f"{ours['statistic']:.6f}" == printed
        assert str(ours["observed"]) == theirs["number_of_cases"]
        assert f"{ours['expected']:.2f}" == theirs["expected_cases"]
        assert sorted(ours["locations"]) == sorted(theirs["location_ids"])
        dates = [part.replace("/", "-") for part in theirs["time_frame"].split(" to ")]
        assert [ours["start"], ours["end"]] == ["-".join(f"{int(p):02d}" for p in day.split("-")) for day in dates]
        assert ours["p_value"] == pytest.approx(float(theirs["p-value"]), abs=tolerance)
    assert len(found) >= len(reference[name]["clusters"])


def test_rows_outside_the_study_are_counted_and_left_out(examples):
    answer = asked(examples, NYC | {"end": "2001/11/20", "replications": "1"})

    assert answer["cases"] + answer["ignored"] == 194
    assert answer["ignored"] > 0
