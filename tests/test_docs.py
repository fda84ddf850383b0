"""The documentation is held to its word: settings, commands, problems, examples."""

import doctest
import json
import re
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import pytest
import typer
from fastapi import FastAPI
from pydantic import BaseModel
from typer.testing import CliRunner

from app.access.policy import Action, Role
from app.accounts.schemas import TokenDraft
from app.advice.schemas import (
    AdvisorDraft,
    ConsultationStepTaken,
    NewAdvice,
    NewAdvisor,
    NewAnswer,
    NewBoardQuestion,
    NewConsultation,
    NewDeclaration,
)
from app.cli.commands import cli
from app.conversations.schemas import (
    ChangedMessage,
    MeetingStepTaken,
    NewAgreedTask,
    NewMeeting,
    NewMessage,
    Reading,
)
from app.core.base import errors
from app.core.base.merge_patch import Patch
from app.decisions.schemas import (
    DecisionDraft,
    DecisionStepTaken,
    NewDecision,
    NewRelease,
)
from app.enquiries.schemas import EditedEnquiry, EnquiryStepTaken, NewEnquiry
from app.gaps.schemas import NewCallInvitation
from app.interests.schemas import InterestDraft, NewAsking
from app.main import create_app
from app.matches.schemas import MatchStepTaken, NewOffers, NewPreparation, NewReplacement
from app.matchmaking.schemas.assignments import NewWhatIf
from app.matchmaking.schemas.learning import Adoption
from app.matchmaking.schemas.runs import NewRun
from app.matchmaking.schemas.verdicts import NewVerdict, Undoing
from app.notices.schemas import NewNotice, NoticeDraft, NoticeStepTaken
from app.operations.reference import LIVES, reference, refusals
from app.organisations.schemas import (
    HandOver,
    MembershipDraft,
    OrganisationDraft,
    UserDraft,
    UserStep,
)
from app.programmes.schemas import CallDraft, ProgrammeDraft
from app.questions.schemas import FormDraft, NextEdition
from app.register.schemas import (
    NewPractice,
    NewSolutionOf,
    PracticeDraft,
    PracticeStepTaken,
)
from app.reviews.schemas.outcomes import StorePlan
from app.reviews.schemas.reviewers import NewReviewer, ReviewerDraft
from app.reviews.schemas.reviews import NewComment, NewReview, ReviewStepTaken, ReviewText
from app.reviews.schemas.rubrics import RubricDraft
from app.screening.schemas import ExclusionStepTaken, NewExclusion, ThemesConfirmed
from app.settings import Settings
from app.submissions.form_files_api import FormFile
from app.submissions.schemas import (
    ChallengeDraft,
    NewChallenge,
    NewLatePermit,
    NewSolution,
    SolutionDraft,
    StepTaken,
)
from app.teams.schemas import (
    ChangedTeamComment,
    NewCollaborator,
    NewEntry,
    NewSupport,
    NewTeamComment,
    NewThread,
)
from app.webhooks.schemas import NewWebhook, ReplaySince, Rotation
from tests.processes import ROOT, free_port, served

README = (ROOT / "README.md").read_text()
REFERENCE = (ROOT / "docs" / "reference.md").read_text()


def commands(group: object, prefix: str = "counterpart") -> dict[str, click.Command]:
    """Every command that can be called, by its whole name."""
    found: dict[str, click.Command] = {}
    for name, command in getattr(group, "commands", {}).items():
        whole = f"{prefix} {name}"
        found |= commands(command, whole) if hasattr(command, "commands") else {whole: command}
    return found


BODIES: dict[str, type[BaseModel]] = {
    schema.__name__: schema
    for schema in (
        CallDraft,
        NewCallInvitation,
        FormDraft,
        NextEdition,
        ChallengeDraft,
        *(NewComment, NewReview, ReviewStepTaken, ReviewText),
        *(NewReviewer, ReviewerDraft, RubricDraft, StorePlan),
        *(AdvisorDraft, ConsultationStepTaken, NewAdvice, NewAdvisor, NewAnswer),
        *(NewBoardQuestion, NewConsultation, NewDeclaration, FormFile),
        DecisionDraft,
        DecisionStepTaken,
        *(ExclusionStepTaken, NewExclusion, ThemesConfirmed),
        *(NewCollaborator, NewThread, NewTeamComment, ChangedTeamComment, NewSupport),
        *(Adoption, NewEntry),
        *(InterestDraft, NewAsking),
        HandOver,
        MatchStepTaken,
        *(NewEnquiry, EditedEnquiry, EnquiryStepTaken),
        *(NewMessage, ChangedMessage, Reading, NewMeeting, MeetingStepTaken, NewAgreedTask),
        MembershipDraft,
        NewChallenge,
        NewLatePermit,
        NewDecision,
        NewNotice,
        NewOffers,
        NewPractice,
        NewPreparation,
        NewSolutionOf,
        NewRelease,
        NewReplacement,
        NewRun,
        NewSolution,
        NewVerdict,
        NewWhatIf,
        NoticeDraft,
        NoticeStepTaken,
        OrganisationDraft,
        PracticeDraft,
        PracticeStepTaken,
        Patch,
        ProgrammeDraft,
        SolutionDraft,
        StepTaken,
        TokenDraft,
        NewWebhook,
        ReplaySince,
        Rotation,
        Undoing,
        UserDraft,
        UserStep,
    )
}
COMMANDS = commands(typer.main.get_command(cli))


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_in_the_readme_with_its_default(name: str) -> None:
    default = Settings.model_fields[name].default
    shown = str(default).lower() if isinstance(default, bool) else str(default)

    assert f"| `COUNTERPART_{name.upper()}` | `{shown}` |" in README


def test_no_setting_is_in_the_readme_that_does_not_exist() -> None:
    named = {name.lower() for name in re.findall(r"`COUNTERPART_([A-Z0-9_]+)`", README)}

    assert named == set(Settings.model_fields)


def test_every_command_is_in_the_readme_and_no_other() -> None:
    named = re.findall(r"^\| `(counterpart [a-z ]+)` \|", README, re.MULTILINE)

    assert sorted(named) == sorted(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_says_what_it_does(name: str) -> None:
    command = COMMANDS[name]

    assert command.help
    assert [p.name for p in command.params if not getattr(p, "help", None)] == []


def test_the_reference_is_what_the_code_says() -> None:
    """After a change of roles, steps or refusals: make reference."""
    assert reference() == REFERENCE


def test_the_reference_names_every_role_permission_step_and_refusal() -> None:
    steps = {name for _, life in LIVES for name in life.steps}
    codes = {kind.code for kind in refusals()}

    missing = [w for w in [*Role, *Action, *steps, *codes] if f"`{w}`" not in REFERENCE]

    assert missing == []


def test_the_tree_of_refusals_names_each_with_its_status() -> None:
    drawn = dict(re.findall(r"[x+] (\w+)\s+(\d{3})", errors.__doc__ or ""))

    assert drawn == {kind.__name__: str(kind.status) for kind in refusals()}


def test_links_between_our_pages_lead_somewhere() -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")]
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text())
        if not (page.parent / target).exists()
    ]

    assert broken == []


def test_every_file_and_test_that_the_page_on_security_names_is_there() -> None:
    """A test stands behind the file that it is in; a file alone means all of its tests."""
    page = (ROOT / "docs" / "security.md").read_text()
    rows = [row for row in page.splitlines() if row.startswith("| ") and "`" in row]

    assert missing_in(rows) == []
    assert len(rows) > 15
    assert [row for row in rows if "`tests/" not in row] == []


def missing_in(rows: Sequence[str]) -> list[str]:
    """Return the files and tests that rows of a table name, and that are not there."""
    missing = []
    for row in rows:
        tests = ""
        for name in re.findall(r"`([\w./-]+)`", row):
            if "/" in name or name.endswith((".py", ".md", ".yaml", ".toml")):
                found = (ROOT / name).is_file()
                tests = (ROOT / name).read_text() if found else ""
            else:
                found = not name.startswith("test_") or f"def {name}(" in tests
            missing += [] if found else [name]
    return missing


KINDS = {"Test", "Document", "Partly", "Gap", "Not applicable"}


def test_the_page_on_asvs_answers_every_requirement_once_by_what_is_there() -> None:
    """OWASP ASVS 5.0.0 has 70 requirements of level 1 and 183 more of level 2."""
    page = (ROOT / "docs" / "asvs.md").read_text()
    rows = [row for row in page.splitlines() if re.match(r"\| \d+\.\d+\.\d+ ", row)]
    cells = [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]
    numbers = [tuple(map(int, number.split("."))) for number, *_ in cells]
    levels = [level for _, level, *_ in cells]
    kinds = {kind for _, _, _, kind, _ in cells}

    assert numbers == sorted(set(numbers))
    assert (levels.count("1"), levels.count("2"), len(levels)) == (70, 183, 253)
    assert kinds == KINDS
    assert [c[0] for c in cells if c[3] == "Test" and "`tests/" not in c[4]] == []
    assert [c[0] for c in cells if c[3] == "Document" and "`" not in c[4]] == []
    assert [c[0] for c in cells if len(c[4]) < 7] == []
    assert missing_in(rows) == []


def test_a_planted_test_that_is_not_there_is_found() -> None:
    row = "| 1.1.1 | `tests/test_docs.py`: `test_of_nothing_at_all`, `docs/nowhere.md` |"

    assert missing_in([row]) == ["test_of_nothing_at_all", "docs/nowhere.md"]


def test_every_decision_has_its_parts_and_a_number_of_its_own() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))

    assert [page.name[:4] for page in pages] == [f"{n:04}" for n in range(1, len(pages) + 1)]
    for page in pages:
        headings = re.findall(r"^## (.+)$", page.read_text(), re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequences", "Alternatives"], page.name


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    app: FastAPI = create_app(Settings(embedded_worker=False))
    described: dict[str, Any] = app.openapi()
    return described


def test_every_operation_is_named_described_and_asks_who_is_there(
    document: dict[str, Any],
) -> None:
    operations = [
        (f"{method.upper()} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]

    assert len(operations) == len({o["operationId"] for _, o in operations}) >= 30
    for address, operation in operations:
        assert address.split(" ")[1].startswith("/api/v1/"), address
        assert operation.get("description"), address
        assert operation.get("security"), address
        assert "401" in str(operation.get("responses")), address


def test_every_reference_of_the_document_leads_somewhere(
    document: dict[str, Any],
) -> None:
    named = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(document)))

    assert named <= set(document["components"]["schemas"])
    assert "Problem" in named


def test_every_refusal_of_the_document_is_a_problem_with_its_example(
    document: dict[str, Any],
) -> None:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            answers = operation["responses"]
            assert isinstance(answers, dict)
            for status, answer in answers.items():
                if int(status) >= 400:
                    (media, content), *others = answer["content"].items()
                    where = (method, path, status)
                    assert (media, others) == ("application/problem+json", []), where
                    for code, example in content["examples"].items():
                        assert example["value"]["status"] == int(status), (where, code)


def test_every_body_of_the_document_has_an_example_that_fits(
    document: dict[str, Any],
) -> None:
    bodies = {
        name
        for methods in document["paths"].values()
        for operation in methods.values()
        for name in re.findall(r'schemas/(\w+)"', json.dumps(operation.get("requestBody")))
    }

    assert bodies == set(BODIES)
    for name, schema in BODIES.items():
        (example,) = document["components"]["schemas"][name]["examples"]
        schema.model_validate(example)


def test_the_programs_of_the_matching_guide_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    guide = (ROOT / "docs" / "matching.md").read_text()
    programs = re.findall(r"^```python\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}

    for program in programs:
        exec(program, names)  # noqa: S102 -- our own page

    assert names["ranking"].indices.shape == (1, 10)
    assert (tmp_path / "build" / "model" / "model.json").exists()


def test_the_examples_of_the_guide_to_the_assignment_work() -> None:
    page = ROOT / "docs" / "matching" / "assignment.md"

    results = doctest.testfile(str(page), module_relative=False)

    assert results.failed == 0
    assert results.attempted > 25


@pytest.mark.usefixtures("logging_as_before")
@pytest.mark.parametrize("line", re.findall(r"^\$ (counterpart .+)$", README, re.MULTILINE))
def test_every_command_line_of_the_readme_works(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)

    result = CliRunner().invoke(cli, shlex.split(line)[1:])

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout


@pytest.mark.server
def test_the_walk_of_the_readme_works_against_a_real_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    walk = README.replace("http://127.0.0.1:8000", f"http://127.0.0.1:{port}")
    test = doctest.DocTestParser().get_doctest(walk, {}, "README.md", "README.md", 0)
    monkeypatch.chdir(tmp_path)
    demo = ("demo", "--data", str(tmp_path), "--tokens-file", str(tmp_path / "tokens.json"))

    said: list[str] = []

    with served(*demo, port=port):
        results = doctest.DocTestRunner().run(test, out=said.append, clear_globs=False)
    for name in ("owner", "provider", "staff", "lead"):
        test.globs[name].close()

    assert results.failed == 0, "".join(said)
    assert results.attempted > 20
