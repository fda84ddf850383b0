"""The rules of the house that a machine can check and no linter knows.

Each rule is a function from sources to offenders. It is tried twice: on the whole tree, where
it must find nothing, and on a planted offender, where it must find that.
"""

import ast
import io
import re
import subprocess
import tokenize
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Final

import pytest

from app.core.base import errors

ROOT: Final = Path(__file__).parent.parent
MAX_LINES: Final = 400

# Kinds of file that a feature may hold, and the files that are none of these, one by one.
KINDS: Final = frozenset(
    {"__init__", "api", "dependencies", "jobs", "lifecycle", "models", "queries"}
    | {"schemas", "service"}
)
EXCEPTIONS: Final = MappingProxyType(
    {
        "app/events/kinds.py": "every kind of thing that is told, to whom",
        "app/webhooks/addresses.py": "where a webhook may go; pure",
        "app/webhooks/rights.py": "what a webhook may be told, by what its owner may do",
        "app/webhooks/sending.py": "one message to one receiver",
        "app/webhooks/signing.py": "signatures; pure",
        "app/submissions/content.py": "what a team tells: the one list of content fields",
        "app/submissions/calls_api.py": "routes about calls and the submissions in them",
        "app/submissions/form_files_api.py": "routes about forms without a connection",
        "app/submissions/headings.py": "what people call the columns of their tables",
        "app/submissions/reuse_schemas.py": "what a form asks and spares, as read",
        "app/submissions/records.py": "the exchange format of files",
        "app/questions/answering.py": "what answers to a form are: shown, missing, wrong",
        "app/questions/builtin.py": "the built-in forms, as data",
        "app/questions/checking.py": "what makes a form one that can be answered",
        "app/questions/editions.py": "another edition of a programme, with what its calls ask",
        "app/questions/effort.py": "how long answering takes at least",
        "app/questions/forms.py": "what a form is made of",
        "app/programmes/feed.py": "calls for calendars and feed readers",
        "app/themes/facets.py": "the vocabularies, by name",
        "app/themes/keys.py": "what a wrong key may have meant; pure, for files and database",
        "app/matchmaking/engine/assigning.py": "the bridge to the library: the assignment",
        "app/matchmaking/engine/duplicates.py": "the bridge to the library: near-duplicates",
        "app/matchmaking/engine/encoders.py": "the bridge to the library: its sentence encoder",
        "app/matchmaking/engine/findings.py": "the bridge to the library: what to look at",
        "app/gaps/forecasting.py": "what to expect by the deadline; pure",
        "app/matchmaking/engine/gaps.py": "what a call lacks, and who elsewhere tells of it",
        "app/matchmaking/engine/keeping.py": "answers that are kept in memory",
        "app/matchmaking/gaps.py": "what a call lacks, as plain data",
        "app/matchmaking/engine/theme_words.py": "the bridge to the library: words of themes",
        "app/matchmaking/engine/heeding.py": "what sides say, in the assignment alone",
        "app/matchmaking/likenesses.py": "what is compared of two texts, as plain data",
        "app/interests/scale.py": "the words of interests and what each weighs; pure",
        "app/matchmaking/engine/learning.py": "the bridge to the library: what verdicts teach",
        "app/matchmaking/judging.py": "what people decided about pairs, as plain data",
        "app/matchmaking/learning_api.py": "routes about what verdicts teach",
        "app/matchmaking/findings.py": "what is looked through, and what is found, as data",
        "app/matchmaking/engine/files.py": "matching of two files, without a database",
        "app/matchmaking/engine/models.py": "the bridge to the library: its models",
        "app/matchmaking/engine/offering.py": "which published challenges a solution meets",
        "app/matchmaking/engine/peers.py": "which challenges have a similar problem",
        "app/matchmaking/engine/pipeline.py": "the one way from records to suggestions",
        "app/matchmaking/engine/preview.py": "where a submission would stand, beside any run",
        "app/matchmaking/engine/profiles.py": "the bridge to the library: what it reads",
        "app/matchmaking/engine/ranking.py": "the bridge to the library: who is best for each",
        "app/matchmaking/engine/run.py": "a run, from frozen inputs to lines",
        "app/matchmaking/engine/screening.py": "what people should look at in texts",
        "app/matchmaking/engine/spooling.py": "lines of a run that wait to be stored",
        "app/matchmaking/engine/suggestions.py": "a suggestion with its reasons",
        "app/matchmaking/engine/what_if.py": "what is asked about the assignment of a run",
        "app/matchmaking/deferred.py": "where the services reach the engine",
        "app/matchmaking/reasons.py": "what people read about a pair, for engine and pages",
        "app/matchmaking/results.py": "what goes over that bridge, as plain values",
        "app/matchmaking/method.py": "how the ranking works, in the words of page and dossier",
        "app/notifications/letter_faults.py": "what is wrong with the text of a letter",
        "app/notifications/letter_texts.py": "how letters read, and what stands in them",
        "app/conversations/calendar_files.py": "a meeting as a file for calendars; pure",
        "app/conversations/fair_times.py": "times that are fair to two zones; pure",
        "app/conversations/letters.py": "how letters about rooms read",
        "app/enquiries/letters.py": "how letters about questions read",
        "app/matches/letters.py": "how letters about offers and matches read",
        "app/reviews/assigning.py": "the bridge to the library: who reviews what",
        "app/reviews/conflicts.py": "the rule for conflicts of interest; pure",
        "app/reviews/deferred.py": "where the services reach what computes",
        "app/attachments/content.py": "what a file is, told by what it holds",
        "app/attachments/names.py": "how a file is called",
        "app/reviews/plans.py": "what goes into an assignment and comes out, as plain values",
        "app/reviews/ranking.py": "what reviews say together; pure",
        "app/documents/blocks.py": "what a document consists of",
        "app/documents/typesetting.py": "the bridge to typst",
        "app/insights/digest.py": "what waits for the staff, once a week, in a letter",
        "app/insights/figures.py": "how many submissions of a programme have come how far",
        "app/insights/task.py": "one thing that waits for a person",
        "app/insights/room_tasks.py": "what waits in the rooms of one's matches",
        "app/insights/own_tasks.py": "what waits for people of teams, reviewers and advisors",
        "app/insights/desk_tasks.py": "what waits for people of the incubator",
        "app/insights/tasks.py": "what waits for a person, over all features",
        "app/notices/feed.py": "what is published as Atom",
        "app/register/feed.py": "the register as Atom",
        "app/operations/backup.py": "all data in one file, and back",
        "app/operations/backup_manifest.py": "what a backup says about itself",
        "app/operations/health.py": "alive, ready, version, figures",
        "app/operations/messages.py": "every text for people, and the catalogues",
        "app/operations/migrating.py": "the database brought to the shape of this version",
        "app/operations/reference.py": "the tables of roles, steps and refusals, as a page",
        "app/operations/retention.py": "what is removed when its time is over",
        "app/seeding/loader.py": "seeds into service calls",
        "app/seeding/vocabularies.py": "the vocabularies, read without a database",
        "app/seeding/demonstration.py": "what the demonstration adds to the seeds",
        "app/seeding/scenarios/talks.py": "what two teams say to each other",
        "app/seeding/scenarios/cast.py": "who plays a scenario",
        "app/seeding/scenarios/calls.py": "one call of a scenario, played to its release",
        "app/seeding/scenarios/edition.py": "a whole edition, played",
        "app/seeding/scenarios/words.py": "what the people of a scenario write",
    }
)
NO_FEATURES: Final = frozenset({"access", "cli", "core", "migrations", "pages", "static"})

# Written so that this file does not contain what they look for.
ADDRESSES: Final = MappingProxyType(
    {
        "a package registry": re.compile(
            r"(?:pypi|pythonhosted)[.]org|registry[.](?:npmjs|yarnpkg)|(?:deb|security)[.]debian[.]org"
        ),
        "a path of one machine": re.compile(
            r"(?<![\w.-])/(?:work|farm|root|home|Users)/[A-Za-z]"
        ),
    }
)
SUPPRESSION: Final = re.compile(r"#\s*(?:ruff:\s*|flake8:\s*)?noqa|#\s*type:\s*ignore")
JUSTIFIED: Final = re.compile(
    r"#\s*(?:ruff:\s*)?noqa:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*\s+--\s+\S"
    r"|#\s*type:\s*ignore\[[a-z\d, -]+\]\s*(?:#\s*)?--\s+\S"
)


REFUSALS: Final = frozenset(
    {kind.__name__ for kind in vars(errors).values() if isinstance(kind, type)} | {"mendable"}
)

# --- the rules ---


@cache
def tree_of(source: str) -> ast.Module:
    """Return the tree of a source; each rule walks the same one."""
    return ast.parse(source)


def ends_of_transactions(source: str) -> list[int]:
    """Return the lines that name `commit` or `rollback` of something."""
    return [
        node.lineno
        for node in ast.walk(tree_of(source))
        if isinstance(node, ast.Attribute) and node.attr in {"commit", "rollback"}
    ]


def imports_of(package: str, source: str) -> list[int]:
    """Return the lines that import the package or something of it."""
    return [
        node.lineno
        for node in ast.walk(tree_of(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in imported_names(node)
        if name == package or name.startswith(f"{package}.")
    ]


def imported_names(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""]


def imported(name: str, source: str) -> bool:
    """Tell whether the name is imported from anywhere."""
    return any(
        alias.name == name
        for node in ast.walk(tree_of(source))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    )


def finished_sentences(source: str) -> list[int]:
    """Return the lines that refuse with a text in which values stand already (f-strings)."""
    return [
        argument.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and called(node) in REFUSALS
        # the place of a fault is for programs
        for argument in (*node.args[called(node) == "FieldError" :], *map(value, node.keywords))
        if isinstance(argument, ast.JoinedStr)
    ]


def called(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def value(keyword: ast.keyword) -> ast.expr:
    return keyword.value


def lacks_docstring(source: str) -> bool:
    return not ast.get_docstring(tree_of(source))


def is_too_long(source: str) -> bool:
    return len(source.splitlines()) > MAX_LINES


def bare_suppressions(source: str) -> list[int]:
    """Return the lines whose comment silences a tool without a code and a reason."""
    return [
        token.start[0]
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
        and SUPPRESSION.search(token.string)
        and not JUSTIFIED.search(token.string)
    ]


def is_at_home(path: PurePosixPath) -> bool:
    """Tell whether a file of a feature (`app/<feature>/...`) is of a known kind."""
    feature, *rest = path.parts[1:]
    if feature in NO_FEATURES or not rest:
        return True
    if len(rest) > 1:
        return (
            rest[0] in {"schemas", "service"}
            or path.stem == "__init__"
            or str(path) in EXCEPTIONS
        )
    return path.stem in KINDS or str(path) in EXCEPTIONS


def empty_folders(files: Mapping[PurePosixPath, str]) -> set[str]:
    """Return the folders that hold nothing but a package marker, however deep."""
    folders = {parent for path in files for parent in path.parents}
    full = {parent for path in files if path.name != "__init__.py" for parent in path.parents}
    return {str(folder) for folder in folders - full}


def addresses(text: str) -> list[str]:
    """Return what kinds of address stand in the text that must not."""
    return [kind for kind, pattern in ADDRESSES.items() if pattern.search(text)]


# --- the tree ---


def tracked() -> list[Path]:
    """Return the files that git tracks or would track; without git, all that were not built."""
    listing = subprocess.run(  # noqa: S603 -- a fixed command
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "-co", "--exclude-standard"],  # noqa: S607 -- the git of the developer
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listing.returncode == 0 and listing.stdout:
        paths = [ROOT / name for name in listing.stdout.split("\0") if name]
    else:
        built = {".git", ".venv", "node_modules", "static", "dist", "__pycache__"}
        paths = [path for path in ROOT.rglob("*") if built.isdisjoint(path.parts)]
    return sorted(path for path in paths if path.is_file())


def sources(*folders: str) -> Iterator[tuple[PurePosixPath, str]]:
    """Yield path below the root and text of each Python file in the folders."""
    for path in TRACKED:
        where = PurePosixPath(path.relative_to(ROOT).as_posix())
        if path.suffix == ".py" and where.parts[0] in folders:
            yield where, path.read_text(encoding="utf-8")


TRACKED: Final = tracked()
PRODUCT: Final = dict(sources("app", "matching"))
CODE: Final = dict(sources("app", "matching", "assets", "benchmarks", "tests"))


def test_the_tree_is_seen() -> None:
    """Without files every rule would hold."""
    assert PurePosixPath("app/core/storage/database.py") in PRODUCT
    assert PurePosixPath("tests/test_architecture.py") in CODE
    assert ROOT / "pyproject.toml" in TRACKED


def test_only_the_database_module_ends_a_transaction() -> None:
    """One request or job is one transaction; only its edge may end it."""
    offenders = {
        f"{path}:{line}"
        for path, source in PRODUCT.items()
        if str(path) != "app/core/storage/database.py"
        for line in ends_of_transactions(source)
    }
    assert offenders == set()


def test_only_these_files_choose_the_library_of_a_database() -> None:
    """Two copies of SQLite in one process would undo each other's locks on a file."""
    named = {
        str(path) for path, source in CODE.items() if imported("create_engine", source)
    } | {str(path) for path, source in CODE.items() if imports_of("sqlite3", source)}

    assert named == {
        "app/operations/backup.py",
        "app/core/storage/database.py",
        "app/core/storage/sqlite.py",
        "tests/conftest.py",
    }


def test_only_the_engine_of_matchmaking_and_the_assignment_import_the_library() -> None:
    """The service meets `matching` in two places, and loads it only where it is needed."""
    offenders = {
        f"{path}:{line}"
        for path, source in PRODUCT.items()
        if path.parts[0] == "app"
        and path.parts[:3] != ("app", "matchmaking", "engine")
        and path != PurePosixPath("app/reviews/assigning.py")
        for line in imports_of("matching", source)
    }
    assert offenders == set()


def test_no_refusal_is_a_finished_sentence() -> None:
    """It could not be told in another language: a `Message` keeps its template and values."""
    offenders = {
        f"{path}:{line}"
        for path, source in PRODUCT.items()
        if path.parts[0] == "app"
        for line in finished_sentences(source)
    }
    assert offenders == set()


def test_every_module_says_what_lives_in_it() -> None:
    assert {str(path) for path, source in PRODUCT.items() if lacks_docstring(source)} == set()


def test_no_file_is_longer_than_it_can_be_read() -> None:
    """Migrations apart: they are records, written once and never edited."""
    offenders = {
        str(path)
        for path, source in PRODUCT.items()
        if is_too_long(source) and path.parent != PurePosixPath("app/migrations/versions")
    }
    assert offenders == set()


def test_every_file_of_a_feature_is_of_a_known_kind() -> None:
    offenders = {
        str(path) for path in PRODUCT if path.parts[0] == "app" and not is_at_home(path)
    }
    assert offenders == set()
    assert {path for path in EXCEPTIONS if PurePosixPath(path) not in PRODUCT} == set()


def test_no_folder_stands_empty() -> None:
    files = {
        where: ""
        for path in TRACKED
        if (where := PurePosixPath(path.relative_to(ROOT).as_posix())).parts[0]
        in {"app", "matching", "tests"}
    }
    assert empty_folders(files) == set()


def test_whoever_silences_a_tool_says_which_rule_and_why() -> None:
    offenders = {
        f"{path}:{line}" for path, source in CODE.items() for line in bare_suppressions(source)
    }
    assert offenders == set()


def test_nothing_names_a_registry_or_a_path_of_one_machine() -> None:
    """Locks and settings come from wherever the person who installs gets packages."""
    offenders = {
        f"{path.relative_to(ROOT)}: {kind}"
        for path in TRACKED
        for kind in addresses(path.read_text(encoding="utf-8", errors="ignore"))
    }
    assert offenders == set()


def test_no_lock_names_an_address_and_every_python_lock_has_hashes() -> None:
    locks = sorted((ROOT / "requirements").glob("*.txt"))
    npm = (ROOT / "assets/package-lock.json").read_text(encoding="utf-8")

    names = ["bench.txt", "build.txt", "run.txt", "test.txt", "uv.txt"]
    assert [path.name for path in locks] == names
    for path in locks:
        text = path.read_text(encoding="utf-8")
        assert re.findall(r"://|^--", text, re.MULTILINE) == []
        for requirement in re.findall(r"^\S.*(?:\n .*)*", text, re.MULTILINE):
            assert requirement.startswith("#") or "--hash=sha256:" in requirement
    assert '"resolved"' not in npm


def test_the_package_is_built_with_what_the_build_lock_pins() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    locked = (ROOT / "requirements/build.in").read_text(encoding="utf-8").splitlines()

    assert sorted(project["build-system"]["requires"]) == sorted(locked)


# --- each rule finds a planted offender, and leaves a good neighbour alone ---


def test_a_planted_commit_is_found() -> None:
    assert ends_of_transactions('"""Says commit."""\nsession.flush()\n') == []
    assert ends_of_transactions("session.flush()\nsession.commit()\n") == [2]
    assert ends_of_transactions("finish = transaction.rollback\n") == [1]


@pytest.mark.parametrize(
    "planted",
    [
        "import matching",
        "import matching.search.topk as fast",
        "from matching import Matcher",
        "from matching.search.topk import top_k",
        "def rank():\n    from matching import Matcher",
    ],
)
def test_a_planted_import_is_found(planted: str) -> None:
    assert len(imports_of("matching", planted)) == 1


def test_a_planted_engine_is_found() -> None:
    assert imported("create_engine", "from sqlmodel import Session, create_engine")
    assert not imported("create_engine", "from tests.conftest import engine_of")


def test_a_neighbour_of_the_library_is_not_taken_for_it() -> None:
    assert imports_of("matching", "import matching_rules\nfrom app.matchmaking import x") == []


def test_a_planted_sentence_with_its_values_in_it_is_found() -> None:
    assert finished_sentences('raise NotFound(f"There is no {x}.")') == [1]
    assert finished_sentences('errors.Conflict("No.", remedy=f"Ask {x}.")') == [1]
    assert finished_sentences('FieldError("/a", f"{x} is wrong.")') == [1]
    assert finished_sentences('FieldError(f"/{x}", "It is wrong.")') == []
    assert finished_sentences('raise NotFound(Message("There is no {x}.", x=x))') == []
    assert finished_sentences('log.info(f"{x}")') == []


def test_a_planted_module_without_docstring_is_found() -> None:
    assert lacks_docstring("")
    assert lacks_docstring("# A comment is none.\nx = 1\n")
    assert not lacks_docstring('"""Says what lives here."""\n')


def test_a_planted_line_too_many_is_found() -> None:
    assert not is_too_long("x\n" * MAX_LINES)
    assert is_too_long("x\n" * (MAX_LINES + 1))


@pytest.mark.parametrize(
    "planted",
    [
        "app/reviews/utils.py",
        "app/reviews/engine.py",
        "app/reviews/helpers/dates.py",
        "app/reviews/api/v2.py",
    ],
)
def test_a_planted_file_of_no_kind_is_found(planted: str) -> None:
    assert not is_at_home(PurePosixPath(planted))


@pytest.mark.parametrize(
    "neighbour",
    [
        "app/main.py",
        "app/core/base/clock.py",
        "app/cli/serve.py",
        "app/reviews/service.py",
        "app/reviews/service/drafts.py",
        "app/reviews/schemas/drafts.py",
        "app/matchmaking/engine/ranking.py",
    ],
)
def test_a_file_of_a_known_kind_is_at_home(neighbour: str) -> None:
    assert is_at_home(PurePosixPath(neighbour))


def test_a_planted_empty_folder_is_found() -> None:
    files = {
        PurePosixPath("app/reviews/__init__.py"): "",
        PurePosixPath("app/themes/__init__.py"): "",
        PurePosixPath("app/themes/service/drafts.py"): "",
    }
    assert empty_folders(files) == {"app/reviews"}


@pytest.mark.parametrize(
    "planted",
    [
        "x = 1  # noqa",
        "x = 1  # noqa: S101",
        "x = 1  # noqa: S101 because",
        "x = 1  # type: ignore",
        "x = 1  # type: ignore[misc]",
        "# ruff: noqa",
    ],
)
def test_a_planted_suppression_without_code_or_reason_is_found(planted: str) -> None:
    assert bare_suppressions(f'"""# noqa in a text is none."""\n{planted}\n') == [2]


@pytest.mark.parametrize(
    "justified",
    [
        "x = 1  # noqa: S101 -- the reason",
        "x = 1  # noqa: S101, S603 -- the reason",
        "x = 1  # type: ignore[misc]  # -- the reason",
    ],
)
def test_a_suppression_with_code_and_reason_passes(justified: str) -> None:
    assert bare_suppressions(justified) == []


@pytest.mark.parametrize(
    ("planted", "kind"),
    [
        ("https://py" + "pi.org/simple", "a package registry"),
        ("https://registry" + ".npmjs.org/swagger-ui-dist", "a package registry"),
        ("deb http://deb" + ".debian.org/debian bookworm main", "a package registry"),
        ("see /wo" + "rk/main/app", "a path of one machine"),
        ("path=/ho" + "me/ada/counterpart", "a path of one machine"),
    ],
)
def test_a_planted_address_is_found(planted: str, kind: str) -> None:
    assert addresses(planted) == [kind]


def test_a_path_within_a_public_address_is_no_path_of_a_machine() -> None:
    assert addresses("https://example.org/work/programme and docs/home/index") == []
