"""Matching: rank solution providers for challenges, explain each pair, assign them all.

It knows numbers and words only: no web, no database, no clock; `Matcher.save` and
`Matcher.load` alone touch files.
"""

from matching.assignment import Assignment, assign
from matching.eligibility import Rule, eligible, obstacles
from matching.errors import InfeasibleAssignment, MatchingError
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
    "Explanation",
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
    "Rule",
    "ScoreParts",
    "TurningPoints",
    "assign",
    "bands",
    "eligible",
    "hubs",
    "mrr",
    "ndcg_at_k",
    "obstacles",
    "precision_at_k",
    "recall_at_k",
    "reciprocal_rank",
    "recognise",
    "stability",
    "turning_points",
]
