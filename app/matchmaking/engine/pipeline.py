"""The one way from records to suggestions: records, profiles, engine, suggestions, reasons."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.matchmaking.engine.models import READER
from app.matchmaking.engine.profiles import WORKING_LANGUAGE, fields_of, profile_of
from app.matchmaking.engine.ranking import RULES, TEXT_WEIGHT, Engine, RankConfidence, Spread
from app.matchmaking.engine.screening import warnings_of
from app.matchmaking.engine.suggestions import (
    Need,
    Part,
    Quote,
    RankedPair,
    Reasons,
    Suggestion,
    Warning,
    clipped,
)
from app.matchmaking.schemas.settings import MOST_NEEDS, MOST_UNTOLD
from app.submissions.records import ChallengeRecord, SolutionRecord, SubmissionRecord
from matching import UNKNOWN, Explanation, Passage, Place, Profile, Rule, screened
from matching.scoring.semantic import Encoder
from matching.search import topk


@dataclass(frozen=True, slots=True, eq=False)
class Matching:
    """Records of both sides, and the engine over them.

    Parameters
    ----------
    challenges, providers : sequences of SubmissionRecord
        In the order of the engine.
    engine : Engine
    language : str
        The working language, by which texts are read.
    warnings : mapping of str to sequence of Warning
        What people should look at in what each provider tells, by the id of its record.
    """

    challenges: Sequence[SubmissionRecord]
    providers: Sequence[SubmissionRecord]
    engine: Engine
    language: str = WORKING_LANGUAGE
    warnings: Mapping[str, Sequence[Warning]] = field(default_factory=dict)

    def untold(self) -> dict[str, tuple[str, ...]]:
        """Return the points of each challenge that no provider tells of, by its id."""
        engine = self.engine
        points = engine.unmet()
        return {
            query.id: tuple(
                clipped(query.texts[passage][start:stop])[0]
                for passage, start, stop in of_one[:MOST_UNTOLD]
            )
            for query, of_one in zip(engine.challenges, points, strict=True)
            if of_one
        }

    def unread(self) -> list[str]:
        """Return the ids of those whose language is unknown: challenges first."""
        profiles = (*self.engine.challenges, *self.engine.pool)
        return [profile.id for profile in profiles if profile.language == UNKNOWN]

    def pairs(self, top: int, chosen: Collection[RankedPair] = ()) -> list[RankedPair]:
        """Return the best of each challenge and those chosen, by challenge and rank."""
        return sorted(
            {*self.engine.rank(top), *chosen}, key=lambda pair: (pair.challenge, pair.rank)
        )

    def suggestions(
        self,
        pairs: Sequence[RankedPair],
        confidence: RankConfidence,
        *,
        assigned: Collection[RankedPair] = frozenset(),
        explain: bool = True,
    ) -> "Suggestions":
        """Put records, confidence and reasons to pairs."""
        return Suggestions(self, pairs, confidence, assigned, explain)


@dataclass(frozen=True, slots=True, eq=False)
class Suggestions:
    """Suggestions that are made as they are read: their reasons are never all in memory.

    Parameters
    ----------
    matching : Matching
    pairs : sequence of RankedPair
    confidence : RankConfidence
    assigned : collection of RankedPair
        Those of the best assignment as a whole.
    explain : bool
        Whether to give reasons.
    """

    matching: Matching
    pairs: Sequence[RankedPair]
    confidence: RankConfidence
    assigned: Collection[RankedPair]
    explain: bool
    _fields: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.pairs)

    def __getitem__(self, index: int) -> Suggestion:
        """Make one of them alone."""
        return next(iter(replace(self, pairs=[self.pairs[index]])))

    def __iter__(self) -> Iterator[Suggestion]:
        """Make them in their order, the reasons of some hundreds at a time."""
        matching = self.matching
        explained: Iterator[Explanation | None] = (
            matching.engine.explain(self.pairs) if self.explain else (None for _ in self.pairs)
        )
        for pair, explanation in zip(self.pairs, explained, strict=True):
            challenge = matching.challenges[pair.challenge]
            provider = matching.providers[pair.provider]
            yield Suggestion(
                challenge,
                provider,
                pair,
                self.confidence.of(pair),
                pair in self.assigned,
                self._reasons(pair, explanation, challenge, provider) if explanation else None,
                matching.warnings.get(provider.id, ()),
            )

    def _reasons(
        self,
        pair: RankedPair,
        explanation: Explanation,
        challenge: SubmissionRecord,
        provider: SubmissionRecord,
    ) -> Reasons:
        passages = explanation.passages
        query, candidate = (
            self.matching.engine.challenges[pair.challenge],
            self.matching.engine.pool[pair.provider],
        )
        return Reasons(
            explanation.contributions,
            explanation.missing,
            self._quote("challenge", challenge, passages.query),
            self._quote("provider", provider, passages.candidate),
            [
                Need(
                    self._part("challenge", challenge, query, need.asked, need.asked_marks),
                    need.told
                    and self._part("provider", provider, candidate, need.told, need.told_marks),
                    need.share,
                )
                for need in explanation.needs[:MOST_NEEDS]
            ],
        )

    def _part(
        self,
        side: str,
        record: SubmissionRecord,
        profile: Profile,
        place: Place,
        marks: Sequence[tuple[int, int]],
    ) -> Part:
        text = profile.texts[place.passage][place.start : place.stop]
        return Part(self._names_of(side, record)[place.passage], *clipped(text, marks))

    def _quote(
        self, side: str, record: SubmissionRecord, passage: Passage | None
    ) -> Quote | None:
        """Name the passage by its field."""
        if passage is None:
            return None
        return Quote(self._names_of(side, record)[passage.index], passage.text, passage.marks)

    def _names_of(self, side: str, record: SubmissionRecord) -> Sequence[str]:
        """Return the fields from which the texts of a record are."""
        key = f"{side} {record.id}"
        if key not in self._fields:
            self._fields[key] = fields_of(record, working_language=self.matching.language)
        return self._fields[key]


def matching_of(
    challenges: Sequence[ChallengeRecord],
    providers: Sequence[SolutionRecord],
    *,
    background: Sequence[SubmissionRecord] = (),
    language: str = WORKING_LANGUAGE,
    text_weight: float = TEXT_WEIGHT,
    rules: Sequence[Rule] = RULES,
    spread: Spread | None = None,
    encoder: Encoder | None = None,
    alive: Callable[[], None] = lambda: None,
) -> Matching:
    """Match records, each side in the order of its ids, whatever the order in which they come.

    Parameters
    ----------
    challenges, providers : sequences of records, of length >= 1
    background : sequence of records, default=()
        What was submitted elsewhere: it is not ranked, and tells how rare words are.
    language : str
        The working language.
    text_weight : float in [0, 1]
    rules : sequence of Rule
    spread : Spread, default=None
        What ranks, by default this process; it changes no answer.
    encoder : Encoder, default=None
    alive : callable
        Called after each record that the encoder has read.
    """
    asked = sorted(challenges, key=lambda record: record.id)
    offered = sorted(providers, key=lambda record: record.id)
    queries, pool = profiles_of(asked, language), profiles_of(offered, language)
    if encoder is not None:
        # read ahead, as the encoder remembers: a job that is silent is begun again
        for profile in (*queries, *pool):
            encoder.encode(profile.texts)
            alive()
    topk.load(len(pool))
    screening = screened(queries, pool, READER)
    engine = Engine(
        queries,
        screening.pool,
        background=profiles_of(background, language),
        text_weight=text_weight,
        rules=rules,
        spread=spread or Spread(),
        encoder=encoder,
    )
    warnings = warnings_of(screening, asked, offered, language)
    return Matching(asked, offered, engine, language, warnings)


def profiles_of(records: Sequence[SubmissionRecord], language: str) -> list[Profile]:
    """Return what the engine sees of records."""
    return [profile_of(record, working_language=language) for record in records]
