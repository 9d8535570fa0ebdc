"""Screening for shared grievances: pure functions over frozen inputs, without a clock or a database."""

from screening.inputs import RoundInput
from screening.parameters import Parameters
from screening.results import RoundResult
from screening.round import run_round

__all__ = ["Parameters", "RoundInput", "RoundResult", "run_round"]
