"""Matching: rank solution providers for challenges, explain each pair, assign them all.

It knows numbers and words only: no web, no database, no clock; `Matcher.save` and
`Matcher.load` alone touch files.
"""

from typing import TYPE_CHECKING, Any

from matching.assignment import (
    Assignment,
    Cost,
    Fairness,
    Names,
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
from matching.evaluation import (
    mrr,
    ndcg_at_k,
    precision_at_k,
    r_precision,
    recall_at_k,
    reciprocal_rank,
)
from matching.learning import (
    Interval,
    Judged,
    WeightProposal,
    mean_interval,
    propose_weight,
)
from matching.plain_matcher import PlainMatcher
from matching.scoring.breakpoints import Breakpoints, breakpoints
from matching.scoring.explanation import (
    Bands,
    Contribution,
    Explanation,
    Missing,
    Need,
    Passage,
    Passages,
    Place,
    band,
    bands,
)
from matching.scoring.hubness import Hub, hubs
from matching.scoring.rank_stability import rank_stability
from matching.scoring.scoring import ScoreParts
from matching.search.eligibility import Rule, eligible, obstacles
from matching.search.ranking import Ranking
from matching.statements import Statement
from matching.text.languages import UNKNOWN, plain_tag
from matching.text.near_duplicates import NearDuplicate, near_duplicates
from matching.text.profile import Profile
from matching.text.reading import Reader
from matching.text.recognising import recognise
from matching.text.screening import Copy, Screening, Spot, screened
from matching.text.side_by_side import Comparison, Facing, Part, compared
from matching.text.untold import untold
from matching.text.vectorizer import ProfileVectorizer

if TYPE_CHECKING:
    from matching.matcher import Matcher

__all__ = [
    "UNKNOWN",
    "Assignment",
    "Bands",
    "Breakpoints",
    "Comparison",
    "Contribution",
    "Copy",
    "Cost",
    "Diagnosis",
    "Explanation",
    "Facing",
    "Fairness",
    "Hub",
    "InfeasibleAssignment",
    "Interval",
    "Judged",
    "Matcher",
    "MatchingError",
    "Missing",
    "Names",
    "NearDuplicate",
    "Need",
    "Part",
    "Passage",
    "Passages",
    "Place",
    "PlainMatcher",
    "Profile",
    "ProfileVectorizer",
    "Ranking",
    "Reader",
    "Regrets",
    "Relaxation",
    "Rule",
    "ScoreParts",
    "Screening",
    "Settings",
    "Spot",
    "Statement",
    "Step",
    "WeightProposal",
    "assign",
    "band",
    "bands",
    "blocking_pairs",
    "breakpoints",
    "compared",
    "diagnose",
    "eligible",
    "frontier",
    "hubs",
    "mean_interval",
    "mrr",
    "ndcg_at_k",
    "near_duplicates",
    "obstacles",
    "plain_tag",
    "precision_at_k",
    "propose_weight",
    "r_precision",
    "rank_stability",
    "recall_at_k",
    "reciprocal_rank",
    "recognise",
    "regret",
    "replace",
    "screened",
    "stable_pairs",
    "untold",
]


def __getattr__(name: str) -> Any:
    """Load the estimator of scikit-learn when somebody asks for it."""
    if name != "Matcher":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from matching.matcher import Matcher  # noqa: PLC0415 -- scikit-learn loads slowly

    return Matcher
