"""Matching: rank solution providers for challenges, explain each pair, assign them all.

It knows numbers and words only: no web, no database, no files, no clock.
"""

from matching.assignment import (
    Assignment,
    Cost,
    Fairness,
    Regrets,
    Settings,
    Step,
    assign,
    blocking_pairs,
    diagnose,
    frontier,
    regret,
    replace,
    stable_pairs,
)
from matching.eligibility import Rule, eligible, obstacles
from matching.errors import Diagnosis, InfeasibleAssignment, MatchingError, Relaxation
from matching.evaluation import mrr, ndcg_at_k, precision_at_k, recall_at_k, reciprocal_rank
from matching.explanation import (
    Bands,
    Contribution,
    Explanation,
    Missing,
    Passage,
    Passages,
    bands,
)
from matching.language import recognise
from matching.matcher import Matcher, Ranking
from matching.profile import Profile
from matching.scoring import ScoreParts
from matching.vectorizer import ProfileVectorizer

__all__ = [
    "Assignment",
    "Bands",
    "Contribution",
    "Cost",
    "Diagnosis",
    "Explanation",
    "Fairness",
    "InfeasibleAssignment",
    "Matcher",
    "MatchingError",
    "Missing",
    "Passage",
    "Passages",
    "Profile",
    "ProfileVectorizer",
    "Ranking",
    "Regrets",
    "Relaxation",
    "Rule",
    "ScoreParts",
    "Settings",
    "Step",
    "assign",
    "bands",
    "blocking_pairs",
    "diagnose",
    "eligible",
    "frontier",
    "mrr",
    "ndcg_at_k",
    "obstacles",
    "precision_at_k",
    "recall_at_k",
    "reciprocal_rank",
    "recognise",
    "regret",
    "replace",
    "stable_pairs",
]
