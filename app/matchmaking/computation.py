"""Carries a run out: frozen inputs in, lines with their reasons out, nothing else touched."""

import platform
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from importlib.metadata import version
from itertools import groupby
from typing import Any, Final

from app.matchmaking import engine
from app.matchmaking.engine import (
    RULES,
    Encoder,
    Engine,
    Explanation,
    InfeasibleAssignment,
    Passage,
    Spread,
    Suggestion,
    Sureness,
    Terms,
    assigned,
    encoder_of,
    field_of,
)
from app.matchmaking.results import Line, RunInputs, RunResult, Whole
from app.matchmaking.schemas.runs import RunSettings
from app.settings import Settings
from app.submissions.records import SubmissionRecord

COMPUTED_WITH = (
    "counterpart",
    "numpy",
    "scikit-learn",
    "scipy",
    "snowballstemmer",
    "stop-words",
)
"""Packages whose versions may change an answer."""

ENCODED_WITH = ("safetensors", "tokenizers")
"""Those that count only with a sentence encoder."""

_SIDES: Final = {
    "query": ("challenge",),
    "candidate": ("solution",),
    "both": ("challenge", "solution"),
}


def carry_out(
    inputs: RunInputs, report: Callable[[int, int], None], settings: Settings
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
    computing = Computing(
        inputs, spread=spread, encoder=encoder, alive=lambda: report(0, total)
    )
    whole = whole_of(computing.engine, computing.terms())
    chosen = set(computing.engine.chosen(computing.engine.positions(whole.pairs)))
    lines: list[Line] = []
    suggestions = sorted(
        {*computing.listed(), *chosen}, key=lambda line: (line.challenge, line.rank)
    )
    sureness = computing.engine.sureness(max((s.rank for s in suggestions), default=0))
    for done, (_, of_one) in enumerate(groupby(suggestions, lambda s: s.challenge), 1):
        lines += [computing.line(s, s in chosen, sureness) for s in of_one]
        report(done, total)
    model = computing.engine.matcher.version_
    return RunResult(lines, whole, versions(model, inputs.settings.encoder))


def versions(model: str, encoder: str | None) -> dict[str, str]:
    """Return the versions of everything that may change an answer, the model's with them."""
    own = {"model": model, "python": platform.python_version()}
    if encoder is None:
        return own | {name: version(name) for name in COMPUTED_WITH}
    named = {name: version(name) for name in (*COMPUTED_WITH, *ENCODED_WITH)}
    return own | {"encoder": encoder} | named


def whole_of(asked: Engine, terms: Terms) -> Whole:
    """Return the best whole assignment by its codes, or why there is none."""
    none = Whole(terms.objective, (terms.least, terms.most))
    try:
        found = assigned(asked, terms)
    except InfeasibleAssignment as refusal:
        relaxations = tuple(
            {"cost": relaxation.cost, "changes": list(relaxation.changes)}
            for relaxation in refusal.diagnosis.relaxations
        )
        return replace(none, reason=str(refusal), relaxations=relaxations)
    pairs = tuple((asked.challenges[i].id, asked.pool[j].id) for i, j in found.pairs)
    return replace(
        none,
        pairs=pairs,
        total=found.total,
        bound=found.bound,
        fairness=found.fairness.vector,
        weakest_sum=found.fairness.weakest_sum,
    )


class Computing:
    """One run: records in the order of their codes, and the engine over them.

    Parameters
    ----------
    inputs : RunInputs
    spread : Spread, default=None
        What ranks, by default this process; it changes no answer.
    encoder : Encoder, default=None
        The sentence encoder that the settings of the run name.
    alive : callable
        Called after each record that the encoder has read.
    """

    def __init__(
        self,
        inputs: RunInputs,
        *,
        spread: Spread | None = None,
        encoder: Encoder | None = None,
        alive: Callable[[], None] = lambda: None,
    ) -> None:
        self.settings = inputs.settings
        self.challenges = sorted(inputs.challenges, key=lambda record: record.id)
        self.solutions = sorted(inputs.solutions, key=lambda record: record.id)
        language = inputs.settings.working_language
        asked, pool = (
            [engine.profile_of(record, working_language=language) for record in records]
            for records in (self.challenges, self.solutions)
        )
        if encoder is not None:
            # read ahead, as the encoder remembers: a job that is silent is begun again
            for profile in (*asked, *pool):
                encoder.encode(profile.texts)
                alive()
        self.engine = Engine(
            asked,
            pool,
            text_weight=inputs.settings.text_weight,
            rules=RULES if inputs.settings.cross_border else (),
            spread=spread or Spread(),
            encoder=encoder,
        )

    def listed(self) -> Iterator[Suggestion]:
        """Return the ranked list of each challenge."""
        return self.engine.rank(self.settings.top)

    def terms(self) -> Terms:
        """Return how the challenges of the run share its solutions."""
        return Terms(
            least=self.settings.providers_min,
            most=self.settings.providers_max,
            capacities=[record.capacity for record in self.solutions],
            objective=self.settings.objective,
        )

    def codes(self, suggestion: Suggestion) -> tuple[str, str]:
        """Return the codes of the two sides."""
        challenge = self.challenges[suggestion.challenge]
        return challenge.id, self.solutions[suggestion.provider].id

    def line(self, suggestion: Suggestion, chosen: bool, sureness: Sureness) -> Line:
        """Take a suggestion of the run apart, and say what it is among all of the run."""
        sides = self.challenges[suggestion.challenge], self.solutions[suggestion.provider]
        line = line_of(self.engine, suggestion, sides, self.settings, sureness)
        often = sureness.often.get(suggestion.provider)
        of_the_run = {
            "band": suggestion.band,
            "assigned": chosen,
            "hub": often and often._asdict(),
        }
        return replace(line, columns=line.columns | of_the_run)


def line_of(
    engine: Engine,
    suggestion: Suggestion,
    sides: tuple[SubmissionRecord, SubmissionRecord],
    settings: RunSettings,
    sureness: Sureness,
) -> Line:
    """Take a suggestion apart, name what it is made of, and say how sure its place is.

    Parameters
    ----------
    sides : (SubmissionRecord, SubmissionRecord)
        The challenge and the solution.
    """
    challenge, solution = sides
    explanation = engine.explain(suggestion)
    stability, turns_at, _ = sureness.of(suggestion)
    passages = {
        "challenge": _passage(challenge, explanation.passages.query, settings),
        "solution": _passage(solution, explanation.passages.candidate, settings),
    }
    columns = {
        "rank": suggestion.rank,
        "score": explanation.score,
        "text_part": explanation.text_part,
        "theme_part": explanation.theme_part,
        "coverage": explanation.coverage,
        "stability": stability,
        "turns_at": turns_at,
        "contributions": _contributions(explanation),
        "passages": passages,
    }
    return Line(challenge.id, solution.id, columns)


def _passage(
    record: SubmissionRecord, passage: Passage | None, settings: RunSettings
) -> dict[str, Any] | None:
    if passage is None:
        return None
    field = field_of(record, passage, working_language=settings.working_language)
    return {"field": field, "text": passage.text, "marks": [list(m) for m in passage.marks]}


def _contributions(explanation: Explanation) -> Sequence[dict[str, Any]]:
    """Name each share; of what is missing, who did not tell it."""
    missing = _missing(explanation)
    shares = [
        {"kind": c.kind, "feature": c.feature, "share": c.share, "words": list(c.words)}
        | ({"sides": missing[c.feature]} if c.kind == "missing" else {})
        for c in explanation.contributions
    ]
    if sides := missing.get("language"):
        nothing = {"kind": "missing", "feature": "language", "share": 0.0, "words": []}
        shares.append(nothing | {"sides": sides})
    return shares


def _missing(explanation: Explanation) -> dict[str, list[str]]:
    """Return the sides that lack text or themes; both where they lack a language in common."""
    found: dict[str, list[str]] = {}
    for missing in explanation.missing:
        what = "language" if missing.side == "both" else missing.part
        found.setdefault(what, []).extend(_SIDES[missing.side])
    return found
