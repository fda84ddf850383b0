"""Carries a run out: frozen inputs in, lines with their reasons out, nothing else touched."""

import platform
from collections.abc import Callable, Collection
from dataclasses import replace
from importlib.metadata import version
from typing import TYPE_CHECKING

from app.core.base.messages import Message
from app.matchmaking.engine import heeding
from app.matchmaking.engine.assigning import Terms, assigned, message_of, shortfalls
from app.matchmaking.engine.encoders import encoder_of
from app.matchmaking.engine.pipeline import Matching, matching_of
from app.matchmaking.engine.ranking import Engine, Spread, rules_of
from app.matchmaking.engine.spooling import spooled
from app.matchmaking.engine.suggestions import Suggestion, run_columns, warnings_in_json
from app.matchmaking.results import ChosenPair, Heeding, RunInputs, RunResult, Whole
from app.submissions.records import SolutionRecord
from matching import InfeasibleAssignment
from matching.scoring.semantic import Encoder

if TYPE_CHECKING:
    from app.settings import Settings

MOST_ASSIGNED = 1_000_000
"""Pairs of which a run makes an assignment, such as 1,000 challenges with 1,000 solutions.

Of four million pairs `leximin` takes minutes of CPU; of a hundred million the table of scores
alone would take 800 MB.
"""

COMPUTED_WITH = (
    "babel",
    "counterpart",
    "numpy",
    "py3langid",
    "scikit-learn",
    "scipy",
    "snowballstemmer",
    "stop-words",
    "stopwordsiso",
)
"""Packages whose versions may change an answer."""

ENCODED_WITH = ("safetensors", "tokenizers")
"""Those that count only with a sentence encoder."""


def carry_out(
    inputs: RunInputs, report: Callable[[int, int], None], settings: "Settings"
) -> RunResult:
    """Rank the solutions for each challenge, explain every line, and assign them all.

    Parameters
    ----------
    report : callable
        Is told after each challenge how many of how many are done, and before that after
        each record that a sentence encoder has read, which may take long.
    settings : Settings
        On what to rank, which changes no answer, and where the sentence encoder lies,
        should the settings of the run name one.

    Raises
    ------
    Unavailable
        If the sentence encoder of the run is not there.
    """
    encoder = encoder_of(settings.embedding_folder, inputs.settings.encoder)
    spread = Spread(
        settings.matching_backend, settings.matching_scheduler, settings.model_folder
    )
    total = len(inputs.challenges)
    matching = matching_in(
        inputs, spread=spread, encoder=encoder, alive=lambda: report(0, total)
    )
    engine = matching.engine
    terms = terms_of(heeding.without(inputs), engine)
    whole = whole_of(engine, terms) if _is_assigned(engine) else _too_large(engine, terms)
    chosen = frozenset(engine.chosen(engine.positions(whole.pairs)))
    heeds = heeded(inputs, engine)
    marks = {(one.challenge, one.solution) for one in heeds.chosen} if heeds else None
    pairs = matching.pairs(inputs.settings.top, chosen)
    confidence = engine.confidence(max((pair.rank for pair in pairs), default=0))
    suggestions = matching.suggestions(pairs, confidence, assigned=chosen)
    lines = spooled(
        suggestions,
        lambda one: run_columns(one) | _marked(one, marks),
        lambda done: report(done, total),
    )
    return RunResult(
        lines,
        whole,
        versions(engine.matcher.version_, inputs.settings.encoder),
        {name: warnings_in_json(of_one) for name, of_one in sorted(matching.warnings.items())},
        matching.untold(),
        matching.unread(),
        heeds,
    )


def _is_assigned(engine: Engine) -> bool:
    """Tell whether a run assigns: an exact answer looks at all pairs at once."""
    return len(engine.challenges) * len(engine.pool) <= MOST_ASSIGNED


def _too_large(engine: Engine, terms: Terms) -> Whole:
    n_challenges, n_solutions = len(engine.challenges), len(engine.pool)
    reason = Message(
        "{challenges:,} challenges with {solutions:,} solutions are too many pairs for one "
        "assignment; the lists are complete, and people choose from them",
        challenges=n_challenges,
        solutions=n_solutions,
    )
    return replace(_unassigned(terms), reason=reason)


def _marked(
    suggestion: Suggestion, chosen: Collection[tuple[str, str]] | None
) -> dict[str, bool | None]:
    """Return whether the assignment that heeds interests holds a pair; None without one."""
    pair = (suggestion.challenge.id, suggestion.provider.id)
    return {"heeded": None if chosen is None else pair in chosen}


def heeded(inputs: RunInputs, engine: Engine) -> Heeding | None:
    """Return the assignment that heeds interests; None where none can make a difference."""
    if not (heeding.shapes(inputs) and _is_assigned(engine)):
        return None
    whole = whole_of(engine, terms_of(inputs, engine))
    return Heeding(whole, named_pairs(engine, whole))


def named_pairs(engine: Engine, whole: Whole) -> list[ChosenPair]:
    """Return the pairs of an assignment: by challenge, the highest score first."""
    return [
        ChosenPair(
            engine.challenges[pair.challenge].id,
            engine.pool[pair.provider].id,
            pair.rank,
            pair.score,
        )
        for pair in engine.chosen(engine.positions(whole.pairs))
    ]


def versions(model: str, encoder: str | None) -> dict[str, str]:
    """Return the versions of everything that may change an answer, the model's with them."""
    own = {"model": model, "python": platform.python_version()}
    if encoder is None:
        return own | {name: version(name) for name in COMPUTED_WITH}
    named = {name: version(name) for name in (*COMPUTED_WITH, *ENCODED_WITH)}
    return own | {"encoder": encoder} | named


def matching_in(
    inputs: RunInputs,
    *,
    spread: Spread | None = None,
    encoder: Encoder | None = None,
    alive: Callable[[], None] = lambda: None,
) -> Matching:
    """Match the records of a run as its settings say.

    Parameters
    ----------
    spread, encoder, alive
        As in `matching_of`.
    """
    return matching_of(
        inputs.challenges,
        inputs.solutions,
        background=inputs.background,
        language=inputs.settings.working_language,
        text_weight=inputs.settings.text_weight,
        rules=rules_of(cross_border=inputs.settings.cross_border),
        spread=spread,
        encoder=encoder,
        alive=alive,
    )


def solutions_of(inputs: RunInputs) -> list[SolutionRecord]:
    """Return the solutions of a run in the order of the engine."""
    return sorted(inputs.solutions, key=lambda record: record.id)


def terms_of(inputs: RunInputs, engine: Engine) -> Terms:
    """Return how the challenges of a run share its solutions."""
    return Terms(
        least=inputs.settings.providers_min,
        most=inputs.settings.providers_max,
        capacities=[record.capacity for record in solutions_of(inputs)],
        objective=inputs.settings.objective,
        require_all=inputs.settings.require_all,
        forbidden={
            *engine.positions(inputs.settings.rejected, known_only=True),
            *heeding.barred(engine, inputs.interests),
        },
        floor=inputs.settings.floor,
        weights=heeding.weights(engine, inputs.interests, inputs.settings.interest_weight),
    )


def whole_of(engine: Engine, terms: Terms) -> Whole:
    """Return the best whole assignment by its codes, or why there is none."""
    none = _unassigned(terms)
    try:
        found = assigned(engine, terms)
    except InfeasibleAssignment as refusal:
        relaxations = tuple(
            {"cost": relaxation.cost, "changes": [message_of(c) for c in relaxation.changes]}
            for relaxation in refusal.diagnosis.relaxations
        )
        return replace(none, reason=message_of(refusal.reason), relaxations=relaxations)
    pairs = tuple((engine.challenges[i].id, engine.pool[j].id) for i, j in found.pairs)
    return replace(
        none,
        pairs=pairs,
        total=found.total,
        bound=found.bound,
        fairness=found.fairness.vector,
        weakest_sum=found.fairness.weakest_sum,
        shortfalls=shortfalls(engine, terms, found),
    )


def _unassigned(terms: Terms) -> Whole:
    """Return what stands of an assignment before there is one."""
    wished = (terms.least, terms.most)
    return Whole(terms.objective, wished, places=sum(terms.capacities), floor=terms.floor)
