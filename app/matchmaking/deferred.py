"""Where the services reach the engine: loaded when something is matched, and not before."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from app.matchmaking.findings import LookedThrough, ProposedTheme, Screened
from app.matchmaking.gaps import Gap, GapInputs
from app.matchmaking.judging import Agreement, Judgements, Proposal
from app.matchmaking.likenesses import Alike, SideBySide, SubmittedTexts
from app.matchmaking.results import (
    ChosenPair,
    Floor,
    Loss,
    Meeting,
    OfferInputs,
    OfferResult,
    PreviewInputs,
    PreviewResult,
    Regret,
    RunInputs,
    RunResult,
    WhatIf,
    Whole,
)
from app.matchmaking.schemas.settings import RunSettings
from app.settings import Settings
from app.submissions.records import ChallengeRecord


def _engine() -> Any:
    from app.matchmaking import engine  # noqa: PLC0415 -- numpy and scipy: half a second, 40 MB

    return engine


def carry_out(
    inputs: RunInputs, report: Callable[[int, int], None], settings: Settings
) -> RunResult:
    """Carry a run out; see `app.matchmaking.engine.run`."""
    found: RunResult = _engine().run.carry_out(inputs, report, settings)
    return found


def preview(programme_id: UUID, inputs: PreviewInputs, settings: Settings) -> PreviewResult:
    """Tell where a submission would stand; see `app.matchmaking.engine.preview`."""
    found: PreviewResult = _engine().preview.preview(
        programme_id,
        inputs,
        folder=settings.model_folder,
        embedding_folder=settings.embedding_folder,
    )
    return found


def offer(inputs: OfferInputs, settings: Settings) -> OfferResult:
    """Say for which published challenges a solution may help; see `engine.offering`."""
    found: OfferResult = _engine().offering.offer(
        inputs, embedding_folder=settings.embedding_folder
    )
    return found


def peers(
    chosen: RunSettings,
    challenges: Sequence[ChallengeRecord],
    teams: Mapping[str, Hashable],
    settings: Settings,
) -> Mapping[str, Sequence[Meeting]]:
    """Say which challenges have a similar problem; see `app.matchmaking.engine.peers`."""
    found: Mapping[str, Sequence[Meeting]] = _engine().peers.peers(
        chosen, challenges, teams, embedding_folder=settings.embedding_folder
    )
    return found


def gaps(
    versions: Hashable, inputs: Callable[[], GapInputs], settings: Settings
) -> Mapping[str, Gap]:
    """Say what a call lacks for each challenge, and who may help; see `engine.gaps`.

    Parameters
    ----------
    versions : hashable
        What changes when anything does that the inputs are read from.
    inputs : callable
        Reads them, where the answer is not known.
    """
    engine = _engine().gaps
    found: Mapping[str, Gap] = engine.MEMORY.of(
        versions, lambda: engine.gaps(inputs(), embedding_folder=settings.embedding_folder)
    )
    return found


def what_if(
    inputs: RunInputs, conditions: WhatIf, folder: Path | None
) -> tuple[Whole, Sequence[ChosenPair]]:
    """Assign under other conditions; see `app.matchmaking.engine.what_if`."""
    found: tuple[Whole, Sequence[ChosenPair]] = _engine().what_if.what_if(
        inputs, conditions, folder
    )
    return found


def loss_between(before: Whole, after: Whole) -> Loss | None:
    """Return what an assignment loses; see `app.matchmaking.engine.what_if`."""
    found: Loss | None = _engine().what_if.loss_between(before, after)
    return found


def costs(
    inputs: RunInputs, folder: Path | None, conditions: WhatIf | None = None
) -> list[Regret]:
    """Return what going against an assignment costs; see `app.matchmaking.engine.what_if`."""
    found: list[Regret] = _engine().what_if.costs(inputs, folder, conditions)
    return found


def floors(
    inputs: RunInputs, folder: Path | None, conditions: WhatIf | None = None
) -> list[Floor]:
    """Return what steps of fairness cost; see `app.matchmaking.engine.what_if`."""
    found: list[Floor] = _engine().what_if.floors(inputs, folder, conditions)
    return found


def obstacles_of(inputs: RunInputs, challenge: str, solution: str) -> tuple[str, ...]:
    """Return the rules that a pair breaks; see `app.matchmaking.engine.what_if`."""
    found: tuple[str, ...] = _engine().what_if.obstacles_of(inputs, challenge, solution)
    return found


def known(versions: Mapping[UUID, int]) -> dict[UUID, Any]:
    """Return what is compared of submissions that were read; see `engine.duplicates`."""
    found: dict[UUID, Any] = _engine().duplicates.MEMORY.known(versions)
    return found


def read(submitted: Sequence[SubmittedTexts]) -> dict[UUID, Any]:
    """Read submissions, and return what is compared of them; see `engine.duplicates`."""
    found: dict[UUID, Any] = _engine().duplicates.MEMORY.read(submitted)
    return found


def near_duplicates(told: Mapping[UUID, Any], of: UUID | None = None) -> list[Alike]:
    """Find which submissions tell nearly the same; see `engine.duplicates`."""
    found: list[Alike] = _engine().duplicates.near_duplicates(told, of)
    return found


def side_by_side(
    one: SubmittedTexts, others: Iterable[SubmittedTexts], most: int
) -> list[SideBySide]:
    """Compare one submission with some others; see `engine.duplicates`."""
    found: list[SideBySide] = _engine().duplicates.side_by_side(one, others, most)
    return found


def least_share() -> float:
    """Return the share from which on two are near-duplicates; see `engine.duplicates`."""
    least: float = _engine().duplicates.LEAST
    return least


def looked_through(
    versions: Hashable,
    pool: Callable[[], Sequence[Screened]],
    others: Callable[[], Sequence[Screened]],
) -> Mapping[UUID, LookedThrough]:
    """Return what people should look at in each of a call; see `engine.findings`."""
    found: Mapping[UUID, LookedThrough] = _engine().findings.MEMORY.of(versions, pool, others)
    return found


def agreement(judgements: Judgements) -> Agreement:
    """Tell how well a ranking agrees with what people chose; see `engine.learning`."""
    found: Agreement = _engine().learning.agreement(judgements)
    return found


def proposal(judgements: Judgements, stated: float) -> Proposal:
    """Tell which weight of texts the verdicts propose; see `engine.learning`."""
    found: Proposal = _engine().learning.proposal(judgements, stated)
    return found


def proposed_themes(
    submitted: Screened, names: Mapping[str, Sequence[str]]
) -> list[ProposedTheme]:
    """Return the themes of which a text has the words; see `engine.theme_words`."""
    found: list[ProposedTheme] = _engine().theme_words.proposed(submitted, names)
    return found
