"""Matching: rank solution providers for challenges, explain each pair, assign them all.

It knows numbers and words only: no web, no database, no clock; `Matcher.save` and
`Matcher.load` alone touch files.
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
from matching.hubs import Hub, hubs
from matching.language import recognise
from matching.matcher import Matcher
from matching.profile import Profile
from matching.ranking import Ranking
from matching.reading import Reader
from matching.scoring import ScoreParts
from matching.stability import stability
from matching.turning import TurningPoints, turning_points
from matching.vectorizer import ProfileVectorizer

__all__ = [
    "Assignment",
    "Bands",
    "Contribution",
    "Cost",
    "Diagnosis",
    "Explanation",
    "Fairness",
    "Hub",
    "InfeasibleAssignment",
    "Matcher",
    "MatchingError",
    "Missing",
    "Passage",
    "Passages",
    "Profile",
    "ProfileVectorizer",
    "Ranking",
    "Reader",
    "Regrets",
    "Relaxation",
    "Rule",
    "ScoreParts",
    "Settings",
    "Step",
    "TurningPoints",
    "assign",
    "bands",
    "blocking_pairs",
    "diagnose",
    "eligible",
    "frontier",
    "hubs",
    "mrr",
    "ndcg_at_k",
    "obstacles",
    "precision_at_k",
    "recall_at_k",
    "reciprocal_rank",
    "recognise",
    "regret",
    "replace",
    "stability",
    "stable_pairs",
    "turning_points",
]
