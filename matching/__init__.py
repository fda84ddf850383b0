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
from matching.errors import Diagnosis, InfeasibleAssignment, MatchingError, Relaxation
from matching.evaluation import mrr, ndcg_at_k, precision_at_k, recall_at_k, reciprocal_rank
from matching.matcher import Matcher
from matching.scoring.breakpoints import Breakpoints, breakpoints
from matching.scoring.explanation import (
    Bands,
    Contribution,
    Explanation,
    Missing,
    Passage,
    Passages,
    bands,
)
from matching.scoring.hubness import Hub, hubs
from matching.scoring.rank_stability import rank_stability
from matching.scoring.scoring import ScoreParts
from matching.search.eligibility import Rule, eligible, obstacles
from matching.search.ranking import Ranking
from matching.text.language import recognise
from matching.text.profile import Profile
from matching.text.reading import Reader
from matching.text.vectorizer import ProfileVectorizer

__all__ = [
    "Assignment",
    "Bands",
    "Breakpoints",
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
    "assign",
    "bands",
    "blocking_pairs",
    "breakpoints",
    "diagnose",
    "eligible",
    "frontier",
    "hubs",
    "mrr",
    "ndcg_at_k",
    "obstacles",
    "precision_at_k",
    "rank_stability",
    "recall_at_k",
    "reciprocal_rank",
    "recognise",
    "regret",
    "replace",
    "stable_pairs",
]
