"""Screening for shared grievances: pure functions over frozen inputs, without a clock or a database.

``screening.round.run_round`` does a round. It is imported from there, so that whoever only reads inputs and results
need not load SciPy.
"""

from screening.inputs import RoundInput
from screening.parameters import Parameters
from screening.results import RoundResult

__all__ = ["Parameters", "RoundInput", "RoundResult"]
