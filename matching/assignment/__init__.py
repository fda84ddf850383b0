"""Assignment: which providers serve which challenges, best as a whole and exactly so."""

from matching.assignment.answer import Assignment, Fairness, Settings
from matching.assignment.api import (
    assign,
    blocking_pairs,
    diagnose,
    frontier,
    regret,
    replace,
    stable_pairs,
)
from matching.assignment.frontier import Step
from matching.assignment.problem import Names
from matching.assignment.regret import Cost, Regrets

__all__ = [
    "Assignment",
    "Cost",
    "Fairness",
    "Names",
    "Regrets",
    "Settings",
    "Step",
    "assign",
    "blocking_pairs",
    "diagnose",
    "frontier",
    "regret",
    "replace",
    "stable_pairs",
]
